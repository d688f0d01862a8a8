"""Working days: weekends, holidays and moved days as data, and the day so many working days on.

The rules have no calendar of their own: holidays are decreed from year to year, so a programme gives them. All dates
are ISO texts of the store's calendar.
"""

from datetime import date

import msgspec

MAX_WORKDAYS = 366
"""The most working days points may wait."""
MAX_SPAN_DAYS = 3660
"""How far a day is looked for: beyond it, the calendar leaves too few working days to wait for."""


class Workdays(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which days are worked. A day named in `working` is; else one in `holidays` is not; else the weekday decides.

    `weekend` holds weekdays, 1 Monday to 7 Sunday. A holiday is one day (`2026-01-09`) or the same day each year
    (`01-01`); `working` holds single days worked though they fall on a weekend or a holiday, as Russia moves them
    (Labour Code, article 112, and a decree each autumn).
    """

    weekend: tuple[int, ...] = (6, 7)
    holidays: tuple[str, ...] = ()
    working: tuple[str, ...] = ()


MONDAY_TO_FRIDAY = Workdays()


def is_workday(calendar: Workdays, day: str) -> bool:
    if day in calendar.working:
        return True
    if day in calendar.holidays or day[5:] in calendar.holidays:
        return False
    return date.fromisoformat(day).isoweekday() not in calendar.weekend


def workday_after(calendar: Workdays, day: str, count: int) -> str:
    """The `count`-th working day after a day, which itself is not counted; 0 is the day itself.

    Raises ValueError for a count that is negative or over MAX_WORKDAYS, and for a calendar with too few working days
    within MAX_SPAN_DAYS (of a checked programme neither comes up).
    """
    if not 0 <= count <= MAX_WORKDAYS:
        raise ValueError(f"from 0 to {MAX_WORKDAYS} working days, not {count}")
    found, left, end = day, count, days_after(day, MAX_SPAN_DAYS)
    while left and found < end:
        found = days_after(found, 1)
        left -= is_workday(calendar, found)
    if left:
        raise ValueError(f"the calendar has too few working days after {day}")
    return found


def days_after(day: str, days: int) -> str:
    """The date so many days on; what lies beyond the year 9999 is its last day, as a clock gone wrong may ask."""
    return date.fromordinal(min(date.fromisoformat(day).toordinal() + days, date.max.toordinal())).isoformat()
