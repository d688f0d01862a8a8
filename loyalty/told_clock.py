"""What a till says of its clock with each segment, and what the head office makes of the time an event is told for.

A till's wall clock may be years off, stand still or jump. Three moments are known for certain: an event was recorded
after the head office's time that the till had last heard before it, and before it came in at the head office; and where
the till's clock has run evenly since it began, by how much it is off. So a time that cannot be is put right.
"""

from datetime import date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.points.terms import Lot
from loyalty.receipt import Receipt

LEEWAY_MS = 300_000
"""Clocks that are off by no more than this are nobody's concern: as far as a signature's time may be off."""
_EPOCH = datetime.fromisoformat("1970-01-01")
_QUARTER_MIN = 15
"""Time zones lie whole quarters of an hour apart."""
_FARTHEST_MIN = 14 * 60
_LAST_MS = 253_402_214_400_000
"""The last day of the year 9999, which no calendar here goes beyond."""


class ToldClock(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of all events in one segment: each was recorded after `heard_ms` of the head office's time (0: not known), and by
    a clock that was `off_ms` behind that time (below 0: ahead; 0: not known, or too little to matter)."""

    heard_ms: int = 0
    off_ms: int = 0


UNTOLD = ToldClock()


def put_right(told_ms: int, received_ms: int, clock: ToldClock) -> int:
    """When an event was recorded that is told for `told_ms`: as it was told, unless that cannot be.

    Where the till has heard a later time than the head office's clock says now, that clock has gone back meanwhile, and
    tells only until when the event can have been.
    """
    at_ms = told_ms + (clock.off_ms if abs(clock.off_ms) > LEEWAY_MS else 0)
    last_ms = max(clock.heard_ms, received_ms)
    if at_ms > last_ms + LEEWAY_MS:
        return last_ms
    is_before = at_ms < clock.heard_ms - LEEWAY_MS and clock.heard_ms <= received_ms
    return clock.heard_ms if is_before else at_ms


def moved_receipt(receipt: Receipt, by_ms: int) -> Receipt:
    """The receipt at another time; its lots' dates move by as many days as its own."""
    moment = moved_moment(receipt.moment, by_ms)
    days = _days_between(receipt.moment.local_date, moment.local_date)
    return replace(receipt, moment=moment, lots=tuple(_moved_lot(lot, days) for lot in receipt.lots))


def moved_moment(moment: Moment, by_ms: int) -> Moment:
    """Another instant, as the same wall in the store shows it."""
    at_ms = min(max(0, moment.at_ms + by_ms), _LAST_MS)
    local = _EPOCH + timedelta(seconds=at_ms // 1000, minutes=_zone_min(moment))
    return Moment(at_ms, local.date().isoformat(), local.hour * 60 + local.minute, local.weekday())


def moved_day(day: str, by_ms: int) -> str:
    """A date so much later, to the nearest day; what is no date stays as it is."""
    return _later(day, round(by_ms / 86_400_000))


def _zone_min(moment: Moment) -> int:
    """How far the store's wall is from UTC; 0 where the two times of the moment have nothing to do with one another."""
    try:
        shown = datetime.fromisoformat(moment.local_date) + timedelta(minutes=moment.local_minute)
        instant = _EPOCH + timedelta(seconds=moment.at_ms // 1000)
    except (ValueError, OverflowError):
        return 0
    off = round((shown - instant).total_seconds() / 60 / _QUARTER_MIN) * _QUARTER_MIN
    return off if abs(off) <= _FARTHEST_MIN else 0


def _days_between(first: str, last: str) -> int:
    try:
        return (date.fromisoformat(last) - date.fromisoformat(first)).days
    except ValueError:
        return 0


def _moved_lot(lot: Lot, days: int) -> Lot:
    return replace(
        lot,
        earned_date=_later(lot.earned_date, days),
        usable_from_date=_later(lot.usable_from_date, days),
        expires_date=_later(lot.expires_date, days),
    )


def _later(day: str, days: int) -> str:
    """So many days later; no date, and none that a calendar has, stays as it is."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return day
