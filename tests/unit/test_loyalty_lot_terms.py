"""Terms of points: from when they can be spent, and until when."""

import pytest

from loyalty.points.terms import Lot, LotTerms, lot_for, lot_id, months_after, next_month_day
from loyalty.points.workdays import Workdays

FRIDAY = "2026-11-20"


def dates(terms: LotTerms, today: str = FRIDAY, workdays: Workdays | None = None) -> tuple[str, str]:
    lot = lot_for(terms, "s1#1", "main", 10, today, *([workdays] if workdays else []))
    return lot.usable_from_date, lot.expires_date


def test_without_terms_points_are_there_at_once_and_for_good():
    assert lot_for(LotTerms(), "s1#1", "main", 10, FRIDAY) == Lot("s1#1", "main", 10, FRIDAY, "", "", 0)


def test_a_lot_carries_its_wallet_points_and_days_of_idleness():
    assert lot_for(LotTerms(idle_days=180), "s1#2", "stars", 7, FRIDAY) == Lot("s1#2", "stars", 7, FRIDAY, "", "", 180)


@pytest.mark.parametrize(
    ("terms", "usable_from"),
    [
        (LotTerms(pending_days=1), "2026-11-21"),
        (LotTerms(pending_days=14), "2026-12-04"),
        (LotTerms(pending_workdays=1), "2026-11-23"),
        (LotTerms(pending_workdays=5), "2026-11-27"),
        (LotTerms(pending_days=2, pending_workdays=5), "2026-11-27"),  # the later of the two
        (LotTerms(pending_days=8, pending_workdays=5), "2026-11-28"),
    ],
)
def test_points_wait_for_days_and_for_working_days(terms, usable_from):
    assert dates(terms) == (usable_from, "")


def test_the_calendar_of_the_programme_counts_the_working_days():
    closed_monday = Workdays(holidays=("2026-11-23",))
    assert dates(LotTerms(pending_workdays=1), workdays=closed_monday) == ("2026-11-24", "")


@pytest.mark.parametrize(
    ("terms", "expires"),
    [
        (LotTerms(expire_days=30), "2026-12-20"),
        (LotTerms(expire_months=3), "2027-02-20"),
        (LotTerms(expire_month_day="12-31"), "2026-12-31"),
        (LotTerms(expire_month_day="08-31"), "2027-08-31"),
        (LotTerms(expire_month_day="11-20"), "2026-11-20"),  # its last day is today
        (LotTerms(expire_date="2027-05-31"), "2027-05-31"),
        (LotTerms(expire_days=365, expire_date="2027-05-31"), "2027-05-31"),  # the earlier of two
        (LotTerms(expire_days=30, expire_months=3, expire_month_day="12-31"), "2026-12-20"),
    ],
)
def test_points_run_out_by_days_months_a_day_of_the_year_or_of_the_season(terms, expires):
    assert dates(terms) == ("", expires)


def test_the_time_to_spend_may_be_counted_from_the_first_usable_day():
    assert dates(LotTerms(pending_days=14, expire_days=30)) == ("2026-12-04", "2026-12-20")
    assert dates(LotTerms(pending_days=14, expire_days=30, expire_from="usable")) == ("2026-12-04", "2027-01-03")
    assert dates(LotTerms(pending_days=14, expire_months=1, expire_from="usable")) == ("2026-12-04", "2027-01-04")


def test_points_can_be_spent_for_a_day_at_least():
    assert dates(LotTerms(pending_days=14, expire_days=7)) == ("2026-12-04", "2026-12-04")
    assert dates(LotTerms(pending_days=14, expire_date="2026-11-30")) == ("2026-12-04", "2026-12-04")
    assert dates(LotTerms(expire_date="2026-05-31")) == ("", FRIDAY)  # earned by rules of a season that is over


def test_a_day_of_the_year_that_passes_while_points_wait_is_the_next_year_s():
    assert dates(LotTerms(pending_days=14, expire_month_day="11-30")) == ("2026-12-04", "2027-11-30")


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-08-31", 120, "2036-08-31"),
        ("9999-12-01", 1, "9999-12-31"),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(day, months, then):
    assert months_after(day, months) == then


@pytest.mark.parametrize(
    ("day", "month_day", "then"),
    [
        ("2026-08-31", "08-31", "2026-08-31"),
        ("2026-09-01", "08-31", "2027-08-31"),
        ("2027-01-01", "02-29", "2027-02-28"),
        ("2027-03-01", "02-29", "2028-02-29"),
        ("9999-12-31", "08-31", "9999-08-31"),
    ],
)
def test_a_day_of_the_year_is_the_next_one_there_is(day, month_day, then):
    assert next_month_day(day, month_day) == then


@pytest.mark.parametrize("month_day", ["02-30", "13-01", "8-31", ""])
def test_what_is_no_day_of_a_year_is_refused(month_day):
    with pytest.raises(ValueError):
        next_month_day(FRIDAY, month_day)


def test_a_clock_gone_wrong_makes_a_lot_all_the_same():
    assert dates(LotTerms(expire_days=3660, expire_month_day="08-31"), "9999-12-30") == ("", "9999-12-30")


@pytest.mark.parametrize("points", [0, -1])
def test_a_lot_has_points(points):
    with pytest.raises(ValueError, match="points"):
        Lot("s1#1", "main", points, FRIDAY)


def test_the_id_of_a_lot_comes_from_what_made_it():
    assert (lot_id("0199a1"), lot_id("0199a1", 2)) == ("0199a1#1", "0199a1#2")
