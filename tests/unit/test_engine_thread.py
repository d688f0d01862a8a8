"""The till's one thread: everything in order, nothing ends it but `stop`, and whoever watches sees every picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.errors import NotNow
from terminal.engine import MAX_QUEUED
from terminal.session import Link
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import TEA
from tests.support.small_till import Rig, opened_rig

SOON_S = 60


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def said(view: View) -> str:
    return view.state.notice.said.code if view.state.notice else ""


def tea(view: View) -> int:
    return sum(line.qty_milli for line in view.state.basket.lines if line.product.code == TEA.code)


class Held:
    """Keeps the till's thread busy until `go`."""

    def __init__(self, rig: Rig) -> None:
        self._go, self._begun = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: rig.engine.call(self._wait))
        self._thread.start()
        assert self._begun.wait(SOON_S)

    def _wait(self) -> None:
        self._begun.set()
        assert self._go.wait(SOON_S)

    def go(self) -> None:
        self._go.set()
        self._thread.join()


def test_a_watcher_sees_every_picture_in_order(rig: Rig) -> None:
    seen: list[View] = []
    unwatch = rig.engine.watch(seen.append)
    for _ in range(50):
        rig.engine.post(c.Scan(TEA.code))
    last = rig.engine.dispatch(c.Refresh())
    assert [tea(view) for view in seen] == [*range(1000, 51_000, 1000), 50_000]
    assert seen[-1] is last
    serials = [view.state.notice.serial for view in seen if view.state.notice]
    assert serials == sorted(serials)
    unwatch()
    rig.engine.dispatch(c.Scan(TEA.code))
    assert len(seen) == 51


def test_a_watcher_that_fails_costs_the_others_nothing(rig: Rig) -> None:
    seen: list[View] = []

    def broken(view: View) -> None:
        raise ValueError("a screen that cannot paint")

    rig.engine.watch(broken)
    rig.engine.watch(seen.append)
    assert tea(rig.engine.dispatch(c.Scan(TEA.code))) == 1000
    assert [tea(view) for view in seen] == [1000]


def test_an_exception_in_an_effect_is_a_sentence_and_the_till_goes_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    rig.engine.dispatch(c.Scan(TEA.code))
    with monkeypatch.context() as breaking:
        breaking.setattr(rig.lookups, "product", broken)
        view = rig.engine.dispatch(c.Scan(TEA.code))
        assert (said(view), tea(view)) == ("till.unexpected", 1000)
        assert view.state.notice is not None
        assert view.state.notice.hint is not None
        rig.engine.post(c.Scan(TEA.code))
    assert tea(rig.engine.dispatch(c.Scan(TEA.code))) >= 2000


def test_commands_that_cause_commands_without_end_are_stopped_with_a_sentence(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig.lookups, "product", lambda effect, around: c.Scan(effect.code))
    assert said(rig.engine.dispatch(c.Scan(TEA.code))) == "till.unexpected"


def test_what_work_raises_reaches_its_caller_and_the_till_goes_on(rig: Rig) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rig.engine.call(broken)
    assert tea(rig.engine.dispatch(c.Scan(TEA.code))) == 1000


def test_work_may_dispatch_on_the_tills_own_thread(rig: Rig) -> None:
    assert tea(rig.engine.call(lambda: rig.engine.dispatch(c.Scan(TEA.code)))) == 1000


def test_a_full_queue_drops_commands_and_blocks_nobody(rig: Rig) -> None:
    seen: list[View] = []
    rig.engine.watch(seen.append)
    held = Held(rig)
    for _ in range(MAX_QUEUED):
        rig.engine.post(c.Refresh())
    rig.engine.post(c.Scan(TEA.code))
    held.go()
    assert tea(rig.engine.dispatch(c.Refresh())) == 0
    assert len(seen) == MAX_QUEUED + 1


def test_the_link_shows_with_what_is_pending_here(rig: Rig) -> None:
    rig.engine.link_changed(Link(online=True, pending=77))
    view = rig.engine.dispatch(c.Refresh())
    assert (view.link.online, view.link.pending) == (True, 1)


def test_a_till_that_has_stopped_refuses_work_and_keeps_nobody_waiting(rig: Rig) -> None:
    held = Held(rig)
    waiting: list[object] = []
    late = threading.Thread(target=lambda: waiting.append(rig.engine.call(lambda: "done")))
    late.start()
    stopping = threading.Thread(target=rig.engine.stop)
    stopping.start()
    held.go()
    for thread in (late, stopping):
        thread.join(SOON_S)
        assert not thread.is_alive()
    assert waiting == ["done"]
    with pytest.raises(NotNow) as refusal:
        rig.engine.call(lambda: None)
    assert refusal.value.code == "till.stopping"
