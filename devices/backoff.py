"""How long to wait before the next attempt to reach a device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

MOST_DOUBLINGS = 32
"""Any wait has come to its most by then, and a power without end is none that can be worked out."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first_s` and stay at `most_s`, in seconds."""

    first_s: float = 0.5
    most_s: float = 10.0

    def waits(self) -> Iterator[float]:
        """Yield the waits of one outage, without end."""
        return (self.wait_s(number) for number in count())

    def wait_s(self, number: int) -> float:
        """The wait of this number, from 0."""
        return min(self.first_s * 2.0 ** min(number, MOST_DOUBLINGS), self.most_s)
