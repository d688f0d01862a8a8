"""Pieces of the goods a campaign is about: how many there are, the cheapest, the dearest, some of each so many.

Only goods sold by the piece are counted; what is weighed has no pieces. Lines are never taken apart into pieces: a
run is so many equal pieces of one line, so 500,000 pieces cost no more than 500 lines.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from math import lcm
from typing import Literal

from loyalty.scene import Scene


def count(scene: Scene) -> int:
    """How many pieces take part."""
    return sum(scene.part_milli(place) // 1000 for place in pieces_of(scene))


def taken(scene: Scene, on: Literal["cheapest", "dearest"], pieces: int) -> dict[int, int]:
    """place -> quantity, of so many pieces, cheapest or dearest first; equal prices in canonical order."""
    left, part = pieces, dict.fromkeys(scene.selected, 0)
    for place in in_price_order(scene, pieces_of(scene), dearest=on == "dearest"):
        some = min(left, scene.part_milli(place) // 1000)
        part[place] = some * 1000
        left -= some
    return part


def cheapest_of_all(scene: Scene, take: int, free: int, most_times: int = 0) -> dict[int, int]:
    """place -> quantity, of the cheapest `free` pieces for each `take` that take part.

    Where pieces are over, it is the cheapest that do not take part; and no more groups of `take` are made than
    together bring the most (nor more than `most_times`; 0: any number). So a piece more never brings less.
    """
    places = in_price_order(scene, pieces_of(scene), dearest=True)
    most = _times(count(scene), take, most_times)
    times = _most_worth(scene, places, take, free, most) if most else 0
    first, last = times * (take - free), times * take
    return _marked(scene, places, lambda end: min(max(end, first), last) - first)


def cheapest_of_each(scene: Scene, take: int, free: int, most_times: int = 0) -> dict[int, int]:
    """place -> quantity, of the cheapest `free` of each `take` pieces, put into groups from the dearest on."""
    places = in_price_order(scene, pieces_of(scene), dearest=True)
    last = take * _times(count(scene), take, most_times)

    def before(end: int) -> int:
        groups, rest = divmod(min(end, last), take)
        return groups * free + max(0, rest - (take - free))

    return _marked(scene, places, before)


def pieces_of(scene: Scene) -> list[int]:
    """The selected places sold by the piece."""
    return [place for place in scene.selected if scene.lines[place].product.unit == "piece"]


def in_price_order(scene: Scene, places: Iterable[int], *, dearest: bool) -> list[int]:
    """Places by the running price of a piece."""
    prices = _unit_prices(scene, tuple(places))
    return sorted(prices, key=lambda place: (-prices[place] if dearest else prices[place], place))


def _unit_prices(scene: Scene, places: Sequence[int]) -> dict[int, int]:
    """place -> the running price of one unit, times a number common to all of them, so that it is exact and whole."""
    scale = lcm(*(scene.lines[place].qty_milli for place in places))
    return {place: scene.running_minor[place] * (scale // scene.lines[place].qty_milli) for place in places}


def _times(pieces: int, take: int, most_times: int) -> int:
    return min(pieces // take, most_times) if most_times else pieces // take


def _marked(scene: Scene, places: Sequence[int], before: Callable[[int], int]) -> dict[int, int]:
    """place -> quantity of the marked pieces, where `before` says how many of the first so many are marked."""
    part, seen = dict.fromkeys(scene.selected, 0), 0
    for place in places:
        end = seen + scene.part_milli(place) // 1000
        part[place] = (before(end) - before(seen)) * 1000
        seen = end
    return part


def _most_worth(scene: Scene, places: Sequence[int], take: int, free: int, most: int) -> int:
    """How many groups make the cheapest `free` of each worth the most together; of equal worth, the most groups.

    While the last pieces that take part are of one run, each group more adds as much, and those that are paid for take
    away less and less: the worth is convex, and greatest at an end. So only the turns from run to run are tried.
    """
    counts = [scene.part_milli(place) // 1000 for place in places]
    prices = list(_unit_prices(scene, places).values())
    ends = list(accumulate(counts))
    worths = list(accumulate((n * price for n, price in zip(counts, prices, strict=True)), initial=0))

    def worth_of_first(pieces: int) -> int:
        run = bisect_left(ends, pieces)
        return worths[run] + (pieces - (ends[run] - counts[run])) * prices[run]

    turns = {times for end in ends for times in (end // take, end // take + 1)}
    tried = [times for times in {0, most, *turns} if times <= most]
    return max(tried, key=lambda times: (worth_of_first(times * take) - worth_of_first(times * (take - free)), times))
