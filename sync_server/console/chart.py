"""The chart of a day's takings by hour as data for the page's script; the script draws it with plotly."""

import msgspec

from sync_server.console.day_report import DayReport
from sync_server.console.tongue import Tongue
from sync_server.reports import HourTotals

DAY_HOURS = (9, 21)
"""Shown at least, so that a morning's chart does not jump about as the day goes on."""


class Series(msgspec.Struct, frozen=True):
    """One day: takings by hour in roubles, for the axis, and the same written out."""

    name: str
    values: tuple[float, ...]
    texts: tuple[str, ...]


class HoursChart(msgspec.Struct, frozen=True):
    """`separators` as plotly takes them: the decimal mark, then the one between thousands."""

    hours: tuple[str, ...]
    day: Series
    before: Series
    suffix: str
    separators: str

    def as_json(self) -> str:
        return msgspec.json.encode(self).decode()


def hours_chart(report: DayReport, tongue: Tongue) -> HoursChart:
    hours = shown_hours(report)
    return HoursChart(
        hours=tuple(f"{hour:02d}" for hour in hours),
        day=_series(tongue.day(report.local_date), report.hours, hours, tongue),
        before=_series(tongue.day(report.before_date), report.before_hours, hours, tongue),
        suffix="\u00a0₽",
        separators=",\u00a0" if tongue.lang == "ru" else ".,",
    )


def shown_hours(report: DayReport) -> range:
    found = [totals.hour for totals in (*report.hours, *report.before_hours)]
    return range(min([DAY_HOURS[0], *found]), max([DAY_HOURS[1], *found]) + 1)


def takings_by_hour(hours: tuple[HourTotals, ...]) -> dict[int, int]:
    """hour -> sold less returned, in minor units."""
    return {totals.hour: totals.sold_minor - totals.returned_minor for totals in hours}


def _series(name: str, totals: tuple[HourTotals, ...], hours: range, tongue: Tongue) -> Series:
    found = takings_by_hour(totals)
    minor = [found.get(hour, 0) for hour in hours]
    return Series(name, tuple(each / 100 for each in minor), tuple(map(tongue.money, minor)))
