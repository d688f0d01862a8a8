"""Recurrence against another reading of RFC 5545: dateutil's."""

from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from loyalty.documents.recurrence_text import read_rule
from loyalty.recurrence import occurs_on

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SPAN_DAYS = 1500
starts = st.dates(date(2019, 1, 1), date(2029, 12, 31))


def joined(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(of, min_size=1, max_size=3, unique=True).map(",".join)


@st.composite
def rules(draw) -> tuple[str, date]:
    """A rule without an end, and its start.

    What dateutil cannot do is left out: bare weekdays mixed with such that have an ordinal (it asks for both at once),
    and ordinals over 5 in a month (it stops with an error).
    """
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts, weekday = [f"FREQ={frequency}"], st.sampled_from(WEEKDAYS)
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    months = draw(st.booleans())
    if months:
        parts.append("BYMONTH=" + draw(joined(st.integers(1, 12).map(str))))
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + draw(joined(st.one_of(st.integers(1, 31), st.integers(-31, -1)).map(str))))
    by_day = draw(st.sampled_from(["no", "bare", "nth"]))
    if by_day == "nth" and frequency in ("MONTHLY", "YEARLY"):
        most = 5 if months or frequency == "MONTHLY" else 53
        nth = st.one_of(st.integers(1, most), st.integers(-most, -1))
        parts.append("BYDAY=" + draw(joined(st.builds("{}{}".format, nth, weekday))))
    elif by_day != "no":
        parts.append("BYDAY=" + draw(joined(weekday)))
    return ";".join(parts), draw(starts)


@given(rules(), st.one_of(st.none(), st.integers(0, SPAN_DAYS)), st.integers(1, 20))
def test_every_day_of_some_years_is_judged_as_dateutil_does(made, until_days, count):
    text, start = made
    span = [start + timedelta(day) for day in range(SPAN_DAYS + 1)]
    midnight = datetime.combine(start, datetime.min.time())
    days = [each.date() for each in rrulestr(f"{text};UNTIL={span[-1]:%Y%m%d}", dtstart=midnight)]
    if until_days is None:
        ends = {"": days, f";COUNT={count}": days[:count]}
    else:
        ends = {f";UNTIL={span[until_days]:%Y%m%d}": [day for day in days if day <= span[until_days]]}
    for end, expected in ends.items():
        rule, mistakes = read_rule(text + end, start.isoformat())
        if mistakes:
            (code,) = (what.code for what, _ in mistakes)
            assert code == "rule.far" or (code == "rule.never" and not expected)
        else:
            assert [day for day in span if occurs_on(rule, day.isoformat())] == expected
