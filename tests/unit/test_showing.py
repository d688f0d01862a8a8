"""The thread that writes to the customer's display: the newest text wins, and nothing waits for a display."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from devices.backoff import Backoff
from devices.errors import DeviceError
from devices.model import DeviceInfo, Health
from devices.protocols import Listener
from terminal.session import commands as c
from terminal.showing import Showing

SOON_S = 60.0
GONE = DeviceError("offline", "The display is not there.")


class Slow:
    """A LineDisplay whose texts wait for `go`; `fail` is raised by the next ones."""

    columns, rows = 20, 2
    info = DeviceInfo("slow", "display", "memory", "")

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.changed = threading.Condition()
        self.begun: list[tuple[str, ...]] = []
        self.shown: list[tuple[str, ...]] = []
        self.fail: Exception | None = None
        self.closed = False

    def open(self, listener: Listener) -> None: ...

    def close(self) -> None:
        self.closed = True

    def check_health(self) -> Health:
        return Health.ENABLED

    def display_text(self, lines: Sequence[str]) -> None:
        with self.changed:
            self.begun.append(tuple(lines))
            self.changed.notify_all()
        assert self.go.acquire(timeout=SOON_S)
        if self.fail is not None:
            raise self.fail
        with self.changed:
            self.shown.append(tuple(lines))
            self.changed.notify_all()

    def wait(self, until: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(until, SOON_S)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def showing(slow: Slow, told: list[str]) -> Iterator[Showing]:
    def tell(notice: c.Notify) -> None:
        with slow.changed:
            told.append(notice.said.code)
            slow.changed.notify_all()

    made = Showing(slow, tell, Backoff(0.001, 0.001), again_after_s=3600.0)
    made.start()
    yield made
    for _ in range(100):
        slow.go.release()
    made.close()
    assert slow.closed


def test_a_slow_display_holds_nothing_up_and_is_given_the_newest_text_alone(slow: Slow, showing: Showing) -> None:
    showing.put(("0",))
    assert slow.wait(lambda: slow.begun == [("0",)])
    for number in range(1, 10_001):
        showing.put((str(number),))
    slow.go.release()
    assert slow.wait(lambda: len(slow.begun) == 2)
    slow.go.release()
    assert slow.wait(lambda: slow.shown == [("0",), ("10000",)])


def test_the_same_text_is_sent_once(slow: Slow, showing: Showing) -> None:
    for _ in range(3):
        showing.put(("a",))
        slow.go.release()
    assert slow.wait(lambda: slow.shown == [("a",)])
    showing.put(("b",))
    assert slow.wait(lambda: slow.shown == [("a",), ("b",)])


@pytest.mark.parametrize("fails", [GONE, RuntimeError("a driver of another's")])
def test_a_display_that_goes_and_comes_back_is_told_of_once_and_shows_what_is_newest_by_then(
    slow: Slow, showing: Showing, told: list[str], fails: Exception
) -> None:
    slow.fail = fails
    showing.put(("old",))
    for _ in range(3):
        slow.go.release()
    assert slow.wait(lambda: len(slow.begun) >= 4)
    showing.put(("new",))
    slow.fail = None
    slow.go.release()
    slow.go.release()
    assert slow.wait(lambda: bool(slow.shown) and slow.shown[-1] == ("new",) and len(told) == 2)
    assert told == ["display.gone", "display.back"]


def test_a_text_that_stands_is_sent_again_in_case_the_display_has_forgotten_it(slow: Slow) -> None:
    showing = Showing(slow, lambda notice: None, again_after_s=0.01)
    showing.put(("stands",))
    for _ in range(100):
        slow.go.release()
    showing.start()
    assert slow.wait(lambda: slow.shown[:3] == [("stands",)] * 3)
    showing.close()


def test_at_the_end_the_display_is_blank(slow: Slow) -> None:
    showing = Showing(slow, lambda notice: None, again_after_s=3600.0)
    for _ in range(3):
        slow.go.release()
    showing.start()
    showing.put(("a",))
    assert slow.wait(lambda: slow.shown == [("a",)])
    showing.close()
    assert slow.shown == [("a",), ()]
    assert slow.closed
