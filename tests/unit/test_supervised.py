"""How a device stands after what was found of it, one thing after another: no clock, no thread, no device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.backoff import Backoff
from devices.model import Health, StatusUpdate
from loyalty.sentences import sentence
from terminal.device_said import seen_of
from terminal.session.health import DeviceHealth, Standing, troubles
from terminal.supervised import WORKS, Seen, Watched, after, asked, look_in_s
from terminal.words import TEMPLATES

AWAY = Seen("waiting", sentence("print.offline"), sentence("print.offline.hint"))
EMPTY = Seen("waiting", sentence("print.no_paper"), sentence("print.no_paper.hint"))
BROKEN = Seen("wrong", sentence("print.broken"), sentence("print.broken.hint"))
NEW = Watched(DeviceHealth("printer", "printer", "10.0.0.9"))


def found(watched: Watched, *seen: Seen) -> Watched:
    """After each of these, a second apart."""
    for number, each in enumerate(seen, 1):
        watched = after(watched, each, number * 1000)
    return watched


@pytest.mark.parametrize("seen", [WORKS, AWAY, BROKEN])
def test_what_is_found_first_is_how_a_device_stands(seen: Seen) -> None:
    health = found(asked(NEW), seen).health
    assert (health.standing, health.said, health.hint, health.since_ms) == (
        seen.standing, seen.said, seen.hint, 1000,
    )  # fmt: skip


def test_a_device_that_reports_by_itself_is_believed_at_once() -> None:
    assert found(NEW, WORKS, AWAY).health.standing == "waiting"


def test_a_device_that_is_asked_is_away_only_when_it_was_asked_again() -> None:
    once = found(asked(NEW), WORKS, AWAY)
    assert (once.health.standing, once.health.since_ms) == ("working", 1000)
    assert found(once, AWAY).health.standing == "waiting"
    assert found(once, WORKS, AWAY).health.standing == "working"


def test_what_somebody_has_to_put_right_is_told_at_once() -> None:
    assert found(asked(NEW), WORKS, BROKEN).health.standing == "wrong"


def test_a_device_stands_as_it_does_since_that_began() -> None:
    twice = found(NEW, AWAY, AWAY)
    assert twice.health.since_ms == 1000
    other = found(NEW, AWAY, AWAY, EMPTY)
    assert (other.health.said, other.health.since_ms) == (EMPTY.said, 3000)
    back = found(NEW, AWAY, EMPTY, WORKS)
    assert (back.health.standing, back.health.said, back.health.hint, back.health.since_ms) == (
        "working", None, None, 3000,
    )  # fmt: skip


def test_nothing_new_changes_nothing() -> None:
    once = found(NEW, AWAY)
    assert after(once, AWAY, 9000).health is once.health


def test_it_is_looked_at_soon_after_it_went_then_less_often_and_never_less_than_every_ten_seconds() -> None:
    watched = asked(NEW)
    waits = [look_in_s(watched, Backoff())]
    for _ in range(7):
        watched = found(watched, AWAY)
        waits.append(look_in_s(watched, Backoff()))
    assert waits == [30.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert look_in_s(found(watched, WORKS), Backoff()) == 30.0


@given(st.lists(st.sampled_from([WORKS, AWAY, EMPTY, BROKEN]), min_size=1), st.booleans())
def test_a_device_that_works_never_has_anything_to_say_and_one_that_does_not_always(
    seen: list[Seen], ask: bool
) -> None:
    health = found(asked(NEW) if ask else NEW, *seen).health
    assert (health.standing == "working") == (health.said is None and health.hint is None)
    assert health.standing != "new"
    if seen[-1] is WORKS:
        assert health.standing == "working"


@given(st.lists(st.sampled_from([AWAY, EMPTY, BROKEN]), min_size=2), st.booleans())
def test_what_is_found_twice_is_told(seen: list[Seen], ask: bool) -> None:
    health = found(asked(NEW) if ask else NEW, WORKS, *seen).health
    assert (health.standing, health.said) == (seen[-1].standing, seen[-1].said)


def test_what_somebody_has_to_put_right_comes_first_then_what_has_lasted_longest() -> None:
    def device(id: str, standing: Standing, since_ms: int) -> DeviceHealth:
        return DeviceHealth(id, "scanner", "", standing, since_ms)

    devices = (
        device("a", "waiting", 20), device("b", "working", 1), device("c", "wrong", 30), device("d", "waiting", 10),
        device("e", "new", 0),
    )  # fmt: skip
    assert [each.id for each in troubles(devices)] == ["c", "d", "a"]


@pytest.mark.parametrize(
    ("kind", "status", "standing", "code"),
    [
        ("scanner", StatusUpdate(Health.OFFLINE, "unplugged", "x"), "waiting", "port.unplugged"),
        ("scanner", StatusUpdate(Health.ERROR, "no_permission", "x"), "wrong", "port.no_permission"),
        ("camera", StatusUpdate(Health.OFFLINE, "unplugged", "x"), "waiting", "camera.unplugged"),
        ("camera", StatusUpdate(Health.ERROR, "camera_failed", "x"), "wrong", "camera.camera_failed"),
        ("printer", StatusUpdate(Health.OFFLINE, "offline", "x"), "waiting", "print.offline"),
        ("printer", StatusUpdate(Health.ERROR, "no_paper", "x"), "waiting", "print.no_paper"),
        ("printer", StatusUpdate(Health.ERROR, "broken", "x"), "wrong", "print.broken"),
        ("display", StatusUpdate(Health.OFFLINE, "offline", "x"), "waiting", "device.offline"),
        ("scanner", StatusUpdate(Health.ERROR, "overheated", "Hot.", "Cool it."), "wrong", "device.said"),
    ],
)
def test_what_a_driver_reports_has_its_sentence(kind: str, status: StatusUpdate, standing: Standing, code: str) -> None:
    seen = seen_of(status, kind, "/dev/ttyUSB0")
    assert seen is not None
    assert seen.said is not None
    assert seen.hint is not None
    assert (seen.standing, seen.said.code, seen.hint.code) == (standing, code, f"{code}.hint")
    assert {seen.said.code, seen.hint.code} <= TEMPLATES.keys()


def test_a_device_that_is_ready_works_and_one_that_was_let_go_says_nothing() -> None:
    assert seen_of(StatusUpdate(Health.ENABLED, "ready", "x"), "scanner", "") is WORKS
    assert seen_of(StatusUpdate(Health.CLOSED, "closed", "x"), "scanner", "") is None
