"""Combinations: how often some sets of goods can be filled together, which pieces fill them best, and what is missing.

A piece may fit several sets and fills one place in one of them. Sets are few, so instead of searching for a matching
every group of sets is counted: by Hall's theorem the sets can all be filled if, and only if, no group of them asks for
more pieces than fit into it. Pieces that can be placed together form a transversal matroid (Edmonds and Fulkerson,
1965), in which taking the best piece that still fits, one run after another, gives the best total there is.

A group of sets is a number: bit i is set i. A run is so many equal pieces, so pieces are never looked at one by one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAX_SETS = 8
"""The work grows with 2 to the power of it."""


class Run(NamedTuple):
    """Equal pieces: how many, and which sets they fit into."""

    pieces: int
    fits: int


def times_complete(runs: Sequence[Run], wanted: Sequence[int]) -> int:
    """How often all sets can be filled, each with the pieces it wants."""
    return min(
        (there // _sum_of(wanted, group) for group, there in enumerate(_fitting(runs, len(wanted))) if group),
        default=0,
    )


def best_pieces(runs: Sequence[Run], places: Sequence[int]) -> list[int]:
    """How many pieces of each run fill the places of the sets, runs that stand first before others.

    The runs suffice to fill all places, and then exactly all are filled.
    """
    room = [_sum_of(places, group) for group in range(1 << len(places))]
    found = []
    for run in runs:
        if not run.fits or not room[-1]:
            found.append(0)
            continue
        above = [*_groups_with(run.fits, len(room) - 1)]
        taken = min(run.pieces, *(room[group] for group in above))
        for group in above:
            room[group] -= taken
        found.append(taken)
    return found


def lacking(runs: Sequence[Run], wanted: Sequence[int]) -> list[int]:
    """How many pieces each set still wants: the fewest in all, and of sets that share goods the first are filled."""
    there = _fitting(runs, len(wanted))
    filled = [0] * len(wanted)
    for number, want in enumerate(wanted):
        groups = _groups_with(1 << number, len(there) - 1)
        filled[number] = min(want, *(there[group] - _sum_of(filled, group) for group in groups))
    return [want - had for want, had in zip(wanted, filled, strict=True)]


def _fitting(runs: Sequence[Run], sets: int) -> list[int]:
    """group -> how many pieces fit into any set of it."""
    every = (1 << sets) - 1
    outside = [0] * (every + 1)
    for run in runs:
        outside[every & ~run.fits] += run.pieces
    for number in range(sets):
        for group in range(every + 1):
            if not group >> number & 1:
                outside[group] += outside[group | 1 << number]
    return [outside[0] - none for none in outside]


def _sum_of(counts: Sequence[int], group: int) -> int:
    return sum(count for number, count in enumerate(counts) if group >> number & 1)


def _groups_with(fits: int, every: int) -> Iterator[int]:
    """The groups that hold all these sets."""
    more = rest = every & ~fits
    while more:
        yield fits | more
        more = (more - 1) & rest
    yield fits
