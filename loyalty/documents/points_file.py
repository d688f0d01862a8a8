"""When points can be spent, in a programme document: `[points]`, `terms` of a wallet, and `[workdays]`."""

import re
from datetime import date
from typing import Literal

from loyalty.conditions.weekdays import DAYS
from loyalty.documents.section import Section
from loyalty.points.terms import MAX_TERM_DAYS, MAX_TERM_MONTHS, LotTerms
from loyalty.points.workdays import MAX_WORKDAYS, Workdays
from loyalty.sentences import sentence

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_HOLIDAY = re.compile(rf"({_DAY.pattern})|({_MONTH_DAY.pattern})")
_FROM: tuple[Literal["earned", "usable"], ...] = ("earned", "usable")

SENTENCES = {
    "points_file.week": ("все дни недели выходные", "every day of the week is off"),
    "points_file.week.mend": ("оставьте хотя бы один рабочий", "leave a working day"),
    "points_file.no_day": ("такого дня нет: {day}", "there is no such day: {day}"),
    "points_file.no_day.mend": ("пишите так: 2026-01-09 или 01-07", "write it as 2026-01-09 or 01-07"),
}


def read_terms(part: Section | None) -> LotTerms:
    """The terms of one wallet's points."""
    if part is None:
        return LotTerms()
    terms = LotTerms(
        pending_days=part.whole("pending_days", 0, MAX_TERM_DAYS, 0),
        pending_workdays=part.whole("pending_workdays", 0, MAX_WORKDAYS, 0),
        expire_days=part.whole("expire_days", 0, MAX_TERM_DAYS, 0),
        expire_months=part.whole("expire_months", 0, MAX_TERM_MONTHS, 0),
        expire_from=part.choice("expire_from", _FROM, "earned"),
        expire_month_day=part.form("expire_month_day", _MONTH_DAY, "08-31", ""),
        expire_date=part.date("expire_date"),
        idle_days=part.whole("idle_days", 0, MAX_TERM_DAYS, 0),
    )
    if terms.expire_month_day:
        _check_day(part, "expire_month_day", terms.expire_month_day)
    part.finish()
    return terms


def read_workdays(part: Section | None) -> Workdays:
    """The calendar that working days are counted by."""
    if part is None:
        return Workdays()
    weekend = part.choices("weekend", DAYS) if part.has("weekend") else ("sat", "sun")
    if len(set(weekend)) == len(DAYS):
        part.note("weekend", sentence("points_file.week"), sentence("points_file.week.mend"))
    calendar = Workdays(
        tuple(sorted({DAYS.index(day) + 1 for day in weekend})),
        _days(part, "holidays", _HOLIDAY, "2026-01-09, 01-07"),
        _days(part, "working", _DAY, "2026-11-01"),
    )
    part.finish()
    return calendar


def _days(part: Section, key: str, form: re.Pattern[str], want: str) -> tuple[str, ...]:
    days = part.texts(key, form, want)
    for place, day in enumerate(days, start=1):
        if form.fullmatch(day):
            _check_day(part, f"{key}[{place}]", day)
    return days


def _check_day(part: Section, key: str, day: str) -> None:
    """29 February is a day of some years."""
    try:
        date.fromisoformat(day if len(day) == 10 else f"2024-{day}")
    except ValueError:
        part.note(key, sentence("points_file.no_day", day=day), sentence("points_file.no_day.mend"))
