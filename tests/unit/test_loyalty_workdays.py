"""Working days: Russia's calendar as data, counted day by day."""

from datetime import date, timedelta

import pytest

from loyalty.points.workdays import MAX_SPAN_DAYS, MAX_WORKDAYS, Workdays, days_after, is_workday, workday_after

PUBLIC_HOLIDAYS = (*(f"01-0{day}" for day in range(1, 9)), "02-23", "03-08", "05-01", "05-09", "06-12", "11-04")
RUSSIA = Workdays(
    holidays=(
        *PUBLIC_HOLIDAYS,
        *("2024-04-29", "2024-04-30", "2024-05-10", "2024-12-30", "2024-12-31"),
        *("2025-05-02", "2025-05-08", "2025-06-13", "2025-11-03", "2025-12-31"),
        *("2026-01-09", "2026-03-09", "2026-05-11", "2026-12-31"),
    ),
    working=("2024-04-27", "2024-11-02", "2024-12-28", "2025-11-01"),
)
"""Article 112 of the Labour Code, and the days off moved by the decrees for 2024, 2025 and 2026."""


def days_of(year: int) -> list[str]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range(366))
    return [day.isoformat() for day in days if day.year == year]


@pytest.mark.parametrize(("year", "published"), [(2024, 248), (2025, 247), (2026, 247)])
def test_russia_s_year_has_as_many_working_days_as_was_published(year, published):
    assert sum(is_workday(RUSSIA, day) for day in days_of(year)) == published


@pytest.mark.parametrize(
    ("month", "published"), [("2025-01", 17), ("2025-07", 23), ("2025-10", 23), ("2026-01", 15), ("2026-07", 23)]
)
def test_so_has_its_month(month, published):
    assert sum(is_workday(RUSSIA, day) for day in days_of(int(month[:4])) if day.startswith(month)) == published


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-04-26", True),  # a Friday
        ("2024-04-27", True),  # a Saturday worked for the Monday after it
        ("2024-04-28", False),  # a Sunday
        ("2024-04-29", False),  # the Monday given for it
        ("2027-05-01", False),  # a holiday of every year
        ("2026-05-02", False),  # a Saturday
        ("2026-01-12", True),  # the first Monday after the holidays
    ],
)
def test_a_moved_day_goes_before_a_holiday_and_a_holiday_before_the_weekday(day, worked):
    assert is_workday(RUSSIA, day) is worked


def test_a_holiday_named_among_the_working_days_is_worked():
    assert is_workday(Workdays(holidays=("05-09",), working=("2030-05-09",)), "2030-05-09")
    assert not is_workday(Workdays(holidays=("05-09",), working=("2030-05-09",)), "2031-05-09")


def test_a_weekend_may_be_any_days():
    friday_and_saturday = Workdays(weekend=(5, 6))
    assert not is_workday(friday_and_saturday, "2026-11-20")  # a Friday
    assert is_workday(friday_and_saturday, "2026-11-22")  # a Sunday


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        ("2026-11-20", 0, "2026-11-20"),  # a Friday, at once
        ("2026-11-20", 1, "2026-11-23"),  # over the weekend
        ("2026-11-21", 1, "2026-11-23"),  # a Saturday is not counted itself
        ("2026-11-23", 5, "2026-11-30"),  # a whole week
        ("2025-12-29", 3, "2026-01-13"),  # the 30th, then the 12th and the 13th of January
        ("2024-04-26", 2, "2024-05-02"),  # the Saturday worked, then nothing until after the 1st of May
    ],
)
def test_so_many_working_days_on_is_counted_over_what_is_not_worked(day, count, then):
    assert workday_after(RUSSIA, day, count) == then


def test_at_most_so_many_working_days_are_counted():
    assert workday_after(Workdays(weekend=()), "2025-01-01", MAX_WORKDAYS) == "2026-01-02"
    for count in (-1, MAX_WORKDAYS + 1):
        with pytest.raises(ValueError, match="working days"):
            workday_after(RUSSIA, "2025-01-01", count)


def test_a_working_day_is_looked_for_only_so_far():
    last, beyond = days_after("2025-01-01", MAX_SPAN_DAYS), days_after("2025-01-01", MAX_SPAN_DAYS + 1)
    never = tuple(range(1, 8))
    assert workday_after(Workdays(weekend=never, working=(last,)), "2025-01-01", 1) == last
    with pytest.raises(ValueError, match="too few"):
        workday_after(Workdays(weekend=never, working=(beyond,)), "2025-01-01", 1)


def test_days_are_counted_over_months_and_leap_days_and_end_with_the_calendar():
    assert days_after("2028-02-28", 2) == "2028-03-01"
    assert days_after("2026-12-31", 1) == "2027-01-01"
    assert days_after("9999-12-30", 5) == "9999-12-31"
