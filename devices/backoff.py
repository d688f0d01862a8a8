"""How long to wait before the next attempt to reach a device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first_s` and stay at `most_s`, in seconds."""

    first_s: float = 0.5
    most_s: float = 10.0

    def waits(self) -> Iterator[float]:
        """Yield the waits of one outage, without end."""
        wait_s = self.first_s
        while True:
            yield wait_s
            wait_s = min(wait_s * 2, self.most_s)
