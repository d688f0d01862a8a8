"""Recurrence: days that come again and again, by a rule of RFC 5545 (iCalendar, section 3.3.10) for whole days.

Of the RFC: FREQ of DAILY, WEEKLY, MONTHLY and YEARLY, INTERVAL, BYDAY (with an ordinal in MONTHLY and YEARLY),
BYMONTHDAY, BYMONTH, and UNTIL or COUNT. Weeks begin on Monday. What a rule leaves open it takes from its start; a start
that does not fit the rule is no occurrence. `loyalty.documents.recurrence_text` reads a rule as it is written.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
MAX_STEPS = 20_000
"""So many days, or periods that are left out, are looked at for one question; days on end it is 54 years."""


class Rule(msgspec.Struct, frozen=True):
    """A rule with nothing left open. An empty tuple is no limit; `last` is the last day it may fall on, if any."""

    frequency: Frequency
    start: str
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    """1 to 31, or -1 to -31 from the end of the month."""
    weekdays: tuple[tuple[int, int], ...] = ()
    """(ordinal, weekday from 0, Monday): the second Friday is (2, 4), the last (-1, 4), every one (0, 4)."""
    last: str = ""


def occurs_on(rule: Rule, day: str) -> bool:
    """Whether an ISO date is one of the rule's."""
    return rule.start <= day and (not rule.last or day <= rule.last) and _fits(rule, date.fromisoformat(day))


def next_after(rule: Rule, day: str, within_days: int) -> str:
    """The first of the rule's days in so many days after a day; an empty text if there is none."""
    today, start = date.fromisoformat(day).toordinal(), date.fromisoformat(rule.start).toordinal()
    end = date.fromisoformat(rule.last) if rule.last else date.max
    coming = map(date.fromordinal, range(max(today + 1, start), min(today + within_days, end.toordinal()) + 1))
    return next((each.isoformat() for each in coming if _fits(rule, each)), "")


def occurrences(rule: Rule) -> Iterator[str]:
    """Its days in order, as far as MAX_STEPS steps lead."""
    ordinal, end = date.fromisoformat(rule.start).toordinal(), date.max.toordinal()
    for _ in range(MAX_STEPS):
        if ordinal > end:
            return
        day = date.fromordinal(ordinal)
        if rule.last and day.isoformat() > rule.last:
            return
        if _fits(rule, day):
            yield day.isoformat()
        ordinal += _days_to_leave_out(rule, day) or 1


def _fits(rule: Rule, day: date) -> bool:
    """Whether a day from the start on fits every part of the rule."""
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.month_days or day.day in rule.month_days or _from_the_end(day) in rule.month_days)
        and (not rule.weekdays or any(_is_nth(rule, day, nth, weekday) for nth, weekday in rule.weekdays))
        and not _periods_off(rule, day)
    )


def _is_nth(rule: Rule, day: date, nth: int, weekday: int) -> bool:
    """Whether a day is that weekday of its month, or of its year where the rule is YEARLY and names no month."""
    if day.weekday() != weekday or nth == 0:
        return day.weekday() == weekday
    in_year = rule.frequency == "YEARLY" and not rule.months
    number = day.timetuple().tm_yday if in_year else day.day
    count = 365 + isleap(day.year) if in_year else _days_in_month(day)
    return (number - 1) // 7 + 1 == nth if nth > 0 else (count - number) // 7 + 1 == -nth


def _periods_off(rule: Rule, day: date) -> int:
    """How many periods after one the interval takes a day lies; 0 is in one of them."""
    start = date.fromisoformat(rule.start)
    if rule.frequency == "DAILY":
        gone = day.toordinal() - start.toordinal()
    elif rule.frequency == "WEEKLY":
        gone = (day.toordinal() - 1) // 7 - (start.toordinal() - 1) // 7  # day 1 of year 1 was a Monday
    elif rule.frequency == "MONTHLY":
        gone = (day.year - start.year) * 12 + day.month - start.month
    else:
        gone = day.year - start.year
    return gone % rule.interval


def _days_to_leave_out(rule: Rule, day: date) -> int:
    """How many days on the next period begins, or the next month, where this one is none of the rule's."""
    off = _periods_off(rule, day)
    if off and rule.frequency == "DAILY":
        return rule.interval - off
    if off and rule.frequency == "WEEKLY":
        return (rule.interval - off) * 7 - day.weekday()
    if off and rule.frequency == "YEARLY":
        return 366 + isleap(day.year) - day.timetuple().tm_yday
    if off or (rule.months and day.month not in rule.months):
        return _days_in_month(day) + 1 - day.day
    return 0


def _from_the_end(day: date) -> int:
    """-1 on the last day of a month, -2 on the day before."""
    return day.day - _days_in_month(day) - 1


def _days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]
