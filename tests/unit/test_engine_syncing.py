"""The link to the head office begins when it is asked for, tells how it stands, and never stops a sale."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from loyalty.errors import LinkFault, NotNow
from terminal.engine import Engine
from terminal.offline_queue import client
from terminal.offline_queue.http_reply import open_http
from terminal.opened import OpenedTill, opened_till
from terminal.session import Link
from terminal.session import commands as c
from tests.support.queue_office import Office
from tests.support.queue_samples import new_till

SOON_S = 60.0


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """What every client of this test talks to."""
    office = Office()
    monkeypatch.setattr(client, "open_http", lambda url, transport, trust: open_http(url, office.transport(), trust))
    return office


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_till(tmp_path / "till").close()
    return tmp_path / "till"


@contextmanager
def opened(folder: Path, *, at_once: bool = True) -> Iterator[OpenedTill]:
    with opened_till(folder, lang="en", sync_at_once=at_once) as till:
        yield till


def listened(office: Office) -> list[str]:
    """Every path that is asked for from now on."""
    asked: list[str] = []

    def heard(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        asked.append(request.url.path)
        return response

    office.fault = heard
    return asked


def soon(engine: Engine, holds: Callable[[Link], bool]) -> bool:
    """Whether a picture comes whose link is so."""
    came = threading.Event()
    unwatch = engine.watch(lambda view: came.set() if holds(view.link) else None)
    engine.post(c.Refresh())
    found = came.wait(SOON_S)
    unwatch()
    return found


def test_a_till_begins_by_itself_and_sends_what_is_recorded(folder: Path, office: Office) -> None:
    with opened(folder) as till:
        till.engine.dispatch(c.OpenShift("Olga"))
        assert soon(till.engine, lambda link: link.online and link.pending == 0)
    assert len(office.events) == 1


def test_a_till_told_to_wait_leaves_the_head_office_alone_until_it_is_started(folder: Path, office: Office) -> None:
    asked = listened(office)
    with opened(folder, at_once=False) as till:
        view = till.engine.dispatch(c.OpenShift("Olga"))
        assert (view.link.online, view.link.pending, asked) == (False, 1, [])
        assert view.state.shift is not None
        assert view.link.oldest_pending_ms == view.state.shift.opened_at_ms
        till.sync.start()
        assert soon(till.engine, lambda link: link.online and link.pending == 0)
    assert "/v1/segments" in asked


def test_before_the_sync_begins_the_strip_has_the_age_of_the_cache(folder: Path, office: Office) -> None:
    with opened(folder) as till:
        assert till.sync.run_until_idle(SOON_S)
    with opened(folder, at_once=False) as till:
        level_ms = till.store.cache.as_of_ms()
        assert level_ms > 0
        assert till.engine.view().link == Link(online=False, as_of_ms=level_ms)


def test_whoever_wants_an_answer_begins_it(folder: Path, office: Office) -> None:
    with opened(folder, at_once=False) as till:
        assert till.sync.run_until_idle(SOON_S)
    with opened(folder, at_once=False) as till:
        till.sync.status()
        assert soon(till.engine, lambda link: link.online)


def test_two_starts_are_one_sync(folder: Path, office: Office) -> None:
    before = set(threading.enumerate())
    with opened(folder) as till:
        till.sync.start()
        till.sync.start()
        assert till.sync.run_until_idle(SOON_S)
        assert [thread.name for thread in set(threading.enumerate()) - before].count("sync") == 1


def test_a_sync_that_cannot_be_loaded_is_said_and_the_till_sells_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(url: str, transport: object, trust: object) -> None:
        raise OSError("no certificates here")

    monkeypatch.setattr(client, "open_http", broken)
    with opened(folder) as till:
        assert soon(till.engine, lambda link: link.problem is not None)
        problem = till.engine.view().link.problem
        assert problem is not None
        assert problem.code == "link.broken"
        assert "no certificates here" in str(problem.args["what"])
        assert till.engine.dispatch(c.OpenShift("Olga")).state.mode == "sale"
        with pytest.raises(LinkFault):
            till.sync.receipt("T2-000001")


def test_a_till_that_has_closed_begins_nothing_more(folder: Path, office: Office) -> None:
    asked = listened(office)
    with opened(folder, at_once=False) as till:
        pass
    till.sync.start()
    for _ in range(2):
        with pytest.raises(NotNow) as refusal:
            till.sync.receipt("T2-000001")
        assert refusal.value.code == "till.stopping"
        till.sync.stop()
    assert asked == []
