"""How figures are taken: ours and the peer in turn, A B A B, in one run; and what one such comparison comes to.

The machine's other work falls on both, so a ratio says more than its two figures. The first pair only warms up.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Take = Callable[[], Sequence[float]]
"""Does a thing one or more times; what each took."""


@dataclass(frozen=True, slots=True)
class Goal:
    """At most `limit` times the peer; with `unit`, at most so many of our own units instead."""

    limit: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. `ours[i]` and `peers[i]` were taken one after the other, in `unit`."""

    name: str
    unit: str
    ours: tuple[float, ...]
    peers: tuple[float, ...]
    goal: Goal | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(own / peer for own, peer in zip(self.ours, self.peers, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the pairs' own ratios."""
        return median(self.ratios)

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return (median(self.ours) if self.goal.unit else self.ratio) <= self.goal.limit


def compare(
    name: str,
    unit: str,
    pairs: int,
    ours: Take,
    peer: Take,
    goal: Goal | None = None,
    *,
    turns: int = 1,
    of: Callable[[Sequence[float]], float] = median,
) -> Finding:
    """Take `pairs` pairs, after one that is thrown away; in each both have `turns` turns, summed up by `of`."""
    gc.collect()
    taken: list[tuple[float, float]] = []
    for _ in range(pairs + 1):
        own: list[float] = []
        others: list[float] = []
        for _ in range(turns):
            own += ours()
            others += peer()
        taken.append((of(own), of(others)))
    return Finding(name, unit, tuple(own for own, _ in taken[1:]), tuple(other for _, other in taken[1:]), goal)


def each_us(work: Callable[[str], object], items: Sequence[str]) -> list[float]:
    """How long `work` took for each item, in microseconds."""
    taken = []
    for item in items:
        began = time.perf_counter_ns()
        work(item)
        taken.append((time.perf_counter_ns() - began) / 1000)
    return taken


def elapsed_s(work: Callable[[], object]) -> float:
    """How long `work` took, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -int(-len(ordered) * percent // 100)
    return ordered[max(0, rank - 1)]
