"""What the scanners of the till have read, kept for a minute for the programs that ask for it, one after another.

A scan's number is greater than that of every scan before it, of earlier runs too: numbers begin at the wall-clock
millisecond of the start. So a program that kept one from before a restart is told that it may have missed something.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from loyalty.sentences import Sentence
from terminal.clock import now_ms
from terminal.session import commands as c

MOST_KEPT = 256
KEPT_S = 60.0
"""A code scanned longer ago is of another customer."""


class Scanned(msgspec.Struct, frozen=True):
    """One code that was read, or bytes that made none: then `unreadable` says so."""

    no: int
    at_ms: int
    device: str
    text: str = ""
    symbology: str = ""
    unreadable: Sentence | None = None


class Since(msgspec.Struct, frozen=True):
    """The scans after a number, oldest first. `missed`: others after it are no longer kept, or may have been."""

    scans: tuple[Scanned, ...]
    newest_no: int
    missed: bool


class Scans:
    """The last scans; any number of programs read them, each by the number it has got to, and none takes them away."""

    def __init__(self, clock_ms: Callable[[], int] = now_ms, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_ms = clock_ms
        self._clock_s = clock_s
        self._newest_no = self._gone_no = clock_ms()
        self._kept: deque[tuple[float, Scanned]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def take(self, device: str, command: c.Command) -> None:
        """What a scanner has sent, from its thread."""
        at_ms, at_s = self._clock_ms(), self._clock_s()
        with self._changed:
            no = self._newest_no + 1
            match command:
                case c.Scan():
                    scan = Scanned(no, at_ms, device, command.text, command.symbology)
                case c.Notify():
                    scan = Scanned(no, at_ms, device, unreadable=command.said)
                case _:
                    return
            self._newest_no = no
            self._kept.append((at_s, scan))
            self._forget(at_s)
            self._changed.notify_all()

    def since(self, after: int | None, wait_s: float) -> Since:
        """What came after that number, waiting for the first; without a number what comes from now on."""
        with self._changed:
            seen_no = self._newest_no if after is None else after
            if seen_no > self._newest_no:
                # Of an earlier run, before the clock was set back.
                seen_no = -1
            self._changed.wait_for(lambda: self._closed or self._newest_no > seen_no, wait_s)
            self._forget(self._clock_s())
            found = tuple(scan for _, scan in self._kept if scan.no > seen_no)
            return Since(found, self._newest_no, seen_no < self._gone_no)

    def find(self, no: int) -> Scanned | None:
        with self._changed:
            return next((scan for _, scan in self._kept if scan.no == no), None)

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _forget(self, now_s: float) -> None:
        while self._kept and (len(self._kept) > MOST_KEPT or now_s - self._kept[0][0] > KEPT_S):
            self._gone_no = self._kept.popleft()[1].no
