"""The limit on lots: where an account has more, neighbours are made one, never to the member's harm.

Lots with equal dates fold first, for nothing is lost by it, and so do lots that have run out; after them those where
the member gains the fewest points x days: two neighbours by their end get the later end and the earlier start. What
can be spent is never folded with what has run out, nor one wallet with another.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from msgspec.structs import replace

from loyalty.points.terms import NEVER, Lot

MAX_LOTS = 256
"""Lots of one account: those of two hundred purchase days and more, in a row of at most about 50 KB."""
FOREVER_DAYS = 10**7
"""How far off the end of a lot without an end counts."""


def fold(lots: Iterable[Lot], today: str, limit: int = MAX_LOTS) -> tuple[Lot, ...]:
    """At most `limit` lots with the same points in each wallet, as long as neighbours can be folded.

    Lots that run out by idleness have been dated already where they had run out.
    """
    kept = sorted(lots, key=lambda lot: (lot.wallet, lot.idle_days, lot.expires_date or NEVER, _start(lot), lot.lot_id))
    while len(kept) > limit:
        gains = [(gain, place) for place, pair in enumerate(pairwise(kept)) if (gain := _gain(*pair, today)) >= 0]
        if not gains:
            break
        _, place = min(gains)
        kept[place : place + 2] = [_folded(kept[place], kept[place + 1])]
    return tuple(kept)


def _gain(first: Lot, second: Lot, today: str) -> int:
    """Points x days the member gains where these two become one; -1 where they may not."""
    run_out = [bool(lot.expires_date) and lot.expires_date < today for lot in (first, second)]
    if (first.wallet, first.idle_days) != (second.wallet, second.idle_days) or run_out[0] != run_out[1]:
        return -1
    if run_out[0]:
        return 0
    later = _day(second.expires_date) - _day(first.expires_date)
    start = min(_start(first), _start(second))
    sooner = [lot.points * (_day(_start(lot)) - _day(start)) for lot in (first, second)]
    return first.points * later + sum(sooner)


def _folded(first: Lot, second: Lot) -> Lot:
    """One lot with the points of both: the second's id and end, the earlier start, the later day of earning."""
    return replace(
        second,
        points=first.points + second.points,
        earned_date=max(first.earned_date, second.earned_date),
        usable_from_date=min(first.usable_from_date, second.usable_from_date),
    )


def _start(lot: Lot) -> str:
    return lot.usable_from_date or lot.earned_date


def _day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal() if iso else FOREVER_DAYS
