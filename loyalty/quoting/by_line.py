"""Lines shared out among the campaigns of a group that is settled line by line: each line to one of them.

Without caps on a receipt the campaign that takes most off a line has it. Where one of them would so come over its cap,
the lines are shared out so that all together give the most. The best of all ways is a hard problem (that of maximum
budgeted allocation), so of few ways all are compared, and of many one is taken that no line alone could better.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

MAX_WAYS = 256
"""So many ways to share lines out are compared in full."""
MAX_ROUNDS = 20
"""So often at most all lines are gone over where there are more ways."""
Offer = Mapping[int, int]
"""place -> what a campaign would take off it by itself, within its caps on a line."""


def shared_out(offers: Sequence[Offer], limits: Sequence[int | None]) -> dict[int, int]:
    """place -> which of the campaigns has it (its number), of those that would take anything off it.

    `limits` is what each may give in all (None: any amount). Of equal ways it is the first: lines are tried in their
    order, on each the campaign that takes most off it before others, and of equal ones the first.
    """
    choices = _choices(offers)
    first = {place: numbers[0] for place, numbers in choices.items()}
    if _given(first, offers) == _given(first, offers, limits):
        return first
    if prod(len(numbers) for numbers in choices.values()) <= MAX_WAYS:
        ways = (dict(zip(choices, way, strict=True)) for way in product(*choices.values()))
        return max(ways, key=lambda way: _given(way, offers, limits))
    starts = (first, _most_to_one(first, offers, limits))
    return max((_bettered(start, choices, offers, limits) for start in starts), key=lambda w: _given(w, offers, limits))


def _choices(offers: Sequence[Offer]) -> dict[int, list[int]]:
    """place -> the campaigns that would take something off it, those that take most first."""
    found: dict[int, list[int]] = {}
    for number, offer in enumerate(offers):
        for place, off in offer.items():
            if off > 0:
                found.setdefault(place, []).append(number)
    return {place: sorted(found[place], key=lambda number: (-offers[number][place], number)) for place in sorted(found)}


def _sums(way: Mapping[int, int], offers: Sequence[Offer]) -> list[int]:
    sums = [0] * len(offers)
    for place, number in way.items():
        sums[number] += offers[number][place]
    return sums


def _given(way: Mapping[int, int], offers: Sequence[Offer], limits: Sequence[int | None] = ()) -> int:
    """What all give together; without limits, if there were none."""
    sums = _sums(way, offers)
    return sum(map(_within, sums, limits)) if limits else sum(sums)


def _within(minor: int, limit: int | None) -> int:
    return minor if limit is None else min(minor, limit)


def _most_to_one(first: Mapping[int, int], offers: Sequence[Offer], limits: Sequence[int | None]) -> dict[int, int]:
    """All it can have to the campaign that would give the most alone, the rest as it stands."""
    alone = [_within(sum(offer.values()), limit) for offer, limit in zip(offers, limits, strict=True)]
    most = alone.index(max(alone))
    return {place: most if offers[most].get(place, 0) > 0 else number for place, number in first.items()}


def _bettered(
    start: Mapping[int, int],
    choices: Mapping[int, Sequence[int]],
    offers: Sequence[Offer],
    limits: Sequence[int | None],
) -> dict[int, int]:
    """Move line after line to where it brings most, until none of them brings more elsewhere."""
    way, sums = dict(start), _sums(start, offers)
    for _ in range(MAX_ROUNDS):
        moved = False
        for place, numbers in choices.items():
            now = way[place]
            sums[now] -= offers[now][place]
            best = max(numbers, key=lambda n: (_added(sums[n], offers[n][place], limits[n]), n == now))
            sums[best] += offers[best][place]
            moved, way[place] = moved or best != now, best
        if not moved:
            break
    return way


def _added(minor: int, more: int, limit: int | None) -> int:
    return _within(minor + more, limit) - _within(minor, limit)
