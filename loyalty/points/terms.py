"""A lot of points, and the terms that date it: from when its points can be spent, and until when.

A lot is points of one wallet with one origin and one set of dates. Its id comes from what made it, so every till and
the head office name the same lot alike. All dates are ISO texts of the store's calendar; the day it is comes in.
"""

from calendar import isleap, monthrange
from datetime import date
from typing import Literal

import msgspec

from loyalty.points.workdays import MONDAY_TO_FRIDAY, Workdays, days_after, workday_after

MAX_TERM_DAYS = 3660
MAX_TERM_MONTHS = 120
NEVER = "9999-99-99"
"""Later than any date: how a lot without an end compares."""


class Lot(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Points of one origin; a piece of a lot is a lot with the same id and fewer points.

    Both dates are days on which the points can be spent: the first ("" at once) and the last ("" never runs out).
    `idle_days` lets the lot run out that many days after the account's last purchase (0: it does not matter), or after
    `earned_date` where that is later.
    """

    lot_id: str
    wallet: str
    points: int
    earned_date: str
    usable_from_date: str = ""
    expires_date: str = ""
    idle_days: int = 0

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise ValueError(f"a lot of {self.points} points")


class LotTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a programme says of the points it gives. Of several ends the earliest counts; none is never.

    0 or "" leaves a term out. Days are counted from the day after earning, months to the same day of the month.
    """

    pending_days: int = 0
    """They can be spent that many days later,"""
    pending_workdays: int = 0
    """and no earlier than so many working days later."""
    expire_days: int = 0
    expire_months: int = 0
    expire_from: Literal["earned", "usable"] = "earned"
    """The day both are counted from: a long wait need not shorten the time to spend."""
    expire_month_day: str = ""
    """The next such day of a year, `08-31`: the end of a season that is the same each year."""
    expire_date: str = ""
    """One day for all: the end of this season."""
    idle_days: int = 0
    """Points run out so many days after the account's last purchase."""


def lot_id(cause_id: str, number: int = 1) -> str:
    """The id of the `number`-th lot made by a receipt or an event."""
    return f"{cause_id}#{number}"


def lot_for(
    terms: LotTerms, lot_id: str, wallet: str, points: int, today: str, workdays: Workdays = MONDAY_TO_FRIDAY
) -> Lot:
    """The lot that `points` (over 0) earned today make.

    It can be spent for a day at least: an end before the first usable day is moved to that day.
    """
    usable = usable_from(terms, today, workdays)
    ends = _ends(terms, today, usable)
    expires = max(min(ends), usable) if ends else ""
    return Lot(lot_id, wallet, points, today, usable if usable > today else "", expires, terms.idle_days)


def usable_from(terms: LotTerms, today: str, workdays: Workdays) -> str:
    """The first day on which points earned today can be spent."""
    return max(days_after(today, terms.pending_days), workday_after(workdays, today, terms.pending_workdays))


def _ends(terms: LotTerms, today: str, usable: str) -> list[str]:
    start = today if terms.expire_from == "earned" else usable
    ends = [terms.expire_date] if terms.expire_date else []
    if terms.expire_days:
        ends.append(days_after(start, terms.expire_days))
    if terms.expire_months:
        ends.append(months_after(start, terms.expire_months))
    if terms.expire_month_day:
        ends.append(next_month_day(usable, terms.expire_month_day))
    return ends


def months_after(day: str, months: int) -> str:
    """The same day so many months on, or the last of a month that has no such day."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if year > date.max.year:
        return date.max.isoformat()
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def next_month_day(day: str, month_day: str) -> str:
    """The first date with this month and day (`08-31`) from a day on, itself included; 02-29 is 02-28 in other years.

    Raises ValueError for what is no day of a leap year.
    """
    date.fromisoformat(f"2028-{month_day}")
    year = int(day[:4])
    this_year = _in_year(year, month_day)
    return this_year if this_year >= day or year == date.max.year else _in_year(year + 1, month_day)


def _in_year(year: int, month_day: str) -> str:
    return f"{year:04d}-{'02-28' if month_day == '02-29' and not isleap(year) else month_day}"
