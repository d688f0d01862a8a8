"""A device played from a trace: it sends what the real one sent, when it did, and waits for what it was sent.

Pure, without a clock. A piece that went to the device is a wait until the host has sent as many bytes: so a host that
is slower than the one of the trace still gets each answer after its question, and never before.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.transport.trace import Step

FAST_PAUSE_S = 0.6
"""The longest pause of a fast replay: longer than any silence that ends a code, so the codes stay the same."""


class Replay:
    """`wait_s`, `due` and `heard` are given the monotonic second; `begin` is when the host has opened the device."""

    def __init__(self, steps: Sequence[Step], *, fast: bool = False) -> None:
        self._steps = [step for step in steps if step.way in ("in", "out")]
        self._fast = fast
        self._at = 0
        self._done_s = 0.0
        self._heard = bytearray()
        self.differed = 0
        """How many pieces the host has sent otherwise than in the trace."""

    @property
    def ended(self) -> bool:
        return self._at >= len(self._steps)

    def begin(self, now_s: float) -> None:
        self._done_s = now_s

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until something is due; None while the host has its say, and at the end."""
        if self.ended or self._steps[self._at].way == "out":
            return None
        return max(0.0, self._done_s + self._pause_s() - now_s)

    def due(self, now_s: float) -> Step | None:
        """The next piece the device sends, once its time has come."""
        if self.wait_s(now_s) != 0.0:
            return None
        step = self._steps[self._at]
        self._next(now_s)
        return step

    def heard(self, raw: bytes, now_s: float) -> list[Step]:
        """Bytes of the host; which pieces of the trace they are."""
        self._heard += raw
        found = []
        while not self.ended and self._steps[self._at].way == "out":
            step = self._steps[self._at]
            if len(self._heard) < len(step.raw):
                break
            self.differed += bytes(self._heard[: len(step.raw)]) != step.raw
            del self._heard[: len(step.raw)]
            self._next(now_s)
            found.append(step)
        return found

    def _next(self, now_s: float) -> None:
        self._done_s = now_s
        self._at += 1

    def _pause_s(self) -> float:
        """Between this piece and the one before, as in the trace."""
        if self.ended:
            return 0.0
        before_us = self._steps[self._at - 1].at_us if self._at else self._steps[0].at_us
        pause_s = (self._steps[self._at].at_us - before_us) / 1_000_000
        return min(pause_s, FAST_PAUSE_S) if self._fast else pause_s
