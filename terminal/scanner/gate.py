"""Keys of a screen through the wedge: the screen's own events go in, and come out in order or as a scan.

The screen puts every key event in before any widget sees it, and calls `poll` at `due_s`. A screen that comes to that
late was busy, and so may have been the thread that reads the keyboard: `look_again_s` tells it when to look instead.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from terminal.scanner.repeats import Repeats
from terminal.scanner.wedge import Outcome, ScanFound, Swallowed, Wedge, WedgeProfile, meant
from terminal.scanner.wedge import Pass as Passed

Event = TypeVar("Event")

LATE_S = 0.005
GRACE_S = 0.015
"""A thread waiting for the interpreter gets it within 5 ms, and takes it three times to read a key."""


class KeyGate(Generic[Event]):
    """Returns lists in which an event was typed by a person and a `str` is the text of a scan."""

    def __init__(self, accepts: Callable[[str], bool], profile: WedgeProfile | None = None) -> None:
        self._accepts = accepts
        self._wedge = Wedge(accepts, profile)
        self._waiting: deque[Event] = deque()
        self._repeats = Repeats((profile or WedgeProfile()).repeat_s)

    @property
    def due_s(self) -> float | None:
        """When to call `poll`; None while nothing waits."""
        return self._wedge.due_s

    @property
    def alone(self) -> Event | None:
        """The one event that waits, when nothing else does: most likely a person's, so a screen may show it at once, as
        long as it takes it back when more come."""
        return self._waiting[0] if len(self._waiting) == 1 else None

    def key(self, name: str, now_s: float, event: Event) -> list[Event | str]:
        """Take one key event; `name` is the character of a printable key, or the key's name."""
        self._waiting.append(event)
        return self._sort(self._wedge.feed(name, now_s), now_s)

    def look_again_s(self, planned_s: float, now_s: float) -> float | None:
        """When to look again instead of polling now, if the look planned for `planned_s` came late; else None."""
        return now_s + GRACE_S if now_s - planned_s > LATE_S else None

    def poll(self, now_s: float) -> list[Event | str]:
        return self._sort(self._wedge.poll(now_s), now_s)

    def paste(self, text: str, now_s: float, event: Event) -> list[Event | str]:
        """Take a pasted text: a scan if it is one whole, else the event, behind the keys typed before it."""
        before = self._sort(self._wedge.flush(now_s), now_s)
        code = meant(text.rstrip("\r\n\t"))
        return [*before, code if self._accepts(code) else event]

    def _sort(self, outcomes: list[Outcome], now_s: float) -> list[Event | str]:
        out: list[Event | str] = []
        for outcome in outcomes:
            if isinstance(outcome, Passed | ScanFound | Swallowed):
                events = [self._waiting.popleft() for _ in outcome.keys]
                if isinstance(outcome, Passed):
                    out += events
                elif isinstance(outcome, ScanFound) and not self._repeats.is_repeat(outcome.text, now_s):
                    out.append(outcome.text)
        return out
