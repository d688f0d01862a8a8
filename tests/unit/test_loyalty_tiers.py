"""Statuses: what reaches one, how long it holds, the way to the next, and what counts."""

import pytest
from msgspec.structs import replace

from loyalty.quote import quote
from loyalty.statuses.progress import Counted, Grant, Progress, SeasonFigures
from loyalty.statuses.season import OPEN
from loyalty.statuses.tiers import Figures, count_receipt, done_in, next_step, status_id_on, status_on
from tests.support.loyalty_samples import STATUSES, SUNDAY, basket, line, programme, receipt

CLUB = programme()
"""novice; fan from 5,000.00 and 2 visits; legend from 10,000.00 and 5 visits. Seasons from June to May."""
ANY = programme(status_criteria="any")
TODAY = "2026-11-22"


def figures(spend_minor=0, visits=0, season="2026/27", **more) -> SeasonFigures:
    """Each visit a week after the one before, from 2 August 2026."""
    return SeasonFigures(season, spend_minor, days=(20_667, *[7] * (visits - 1)) if visits else (), **more)


def done(*of: SeasonFigures, grants: tuple[Grant, ...] = ()) -> Progress:
    return Progress(of, grants)


class TestReached:
    @pytest.mark.parametrize(
        ("spend", "visits", "by_all", "by_any"),
        [
            (0, 0, "novice", "novice"),
            (499_999, 2, "novice", "fan"),
            (500_000, 1, "novice", "fan"),
            (500_000, 2, "fan", "fan"),
            (5_000_000, 4, "fan", "legend"),
            (0, 5, "novice", "legend"),
            (1_000_000, 5, "legend", "legend"),
            (-100, 1, "novice", "novice"),
        ],
    )
    def test_a_status_takes_all_criteria_or_any_one_as_the_programme_says(self, spend, visits, by_all, by_any):
        assert status_id_on(CLUB, done(figures(spend, visits)), TODAY) == by_all
        assert status_id_on(ANY, done(figures(spend, visits)), TODAY) == by_any

    @pytest.mark.parametrize(
        ("receipts", "points", "status"), [(2, 300, "novice"), (3, 299, "novice"), (3, 300, "fan"), (9, 9_999, "fan")]
    )
    def test_receipts_and_points_are_criteria_too(self, receipts, points, status):
        rules = programme(statuses=(STATUSES[0], replace(STATUSES[1], spend_minor=0, visits=0, receipts=3, points=300)))
        found = status_id_on(rules, done(figures(receipts=receipts, earned_points={"main": points})), TODAY)
        assert found == status

    def test_a_return_counts_or_not_as_the_programme_says(self):
        back = done(figures(600_000, 2, returned_minor=100_001))
        assert status_id_on(CLUB, back, TODAY) == "novice"
        assert status_id_on(programme(status_on_return="keep"), back, TODAY) == "fan"

    def test_what_points_are_taken_back_counts_or_not_as_the_programme_says(self):
        progress = done(figures(900, 1, earned_points={"main": 50}, returned_minor=300, returned_points={"main": 20}))
        assert done_in(CLUB, progress, 1) == Figures(600, 1, 0, 30)
        assert done_in(programme(status_on_return="keep"), progress, 1) == Figures(900, 1, 0, 50)

    def test_points_may_be_those_of_another_wallet(self):
        ladder = (STATUSES[0], replace(STATUSES[1], spend_minor=0, visits=0, points=300))
        progress = done(figures(earned_points={"main": 999, "stars": 310}, returned_points={"stars": 10}))
        stars = programme(statuses=ladder, status_wallet="stars")
        assert done_in(stars, progress, 1).points == 300
        assert [status_id_on(rules, progress, TODAY) for rules in (stars, programme(statuses=ladder))] == ["fan", "fan"]
        less = done(figures(earned_points={"main": 999, "stars": 309}, returned_points={"stars": 10}))
        assert status_id_on(stars, less, TODAY) == "novice"

    def test_a_programme_without_statuses_has_none(self):
        assert status_on(programme(statuses=()), done(figures(5_000_000, 9)), TODAY) is None
        assert status_id_on(programme(statuses=()), Progress(), TODAY) == ""
        assert next_step(programme(statuses=()), Progress(), TODAY) is None


class TestHeld:
    @pytest.mark.parametrize(
        ("on_date", "status"),
        [("2026-06-01", "fan"), ("2027-05-31", "fan"), ("2027-06-01", "fan"), ("2028-05-31", "fan"),
         ("2028-06-01", "novice"), ("2026-05-31", "novice")],
    )  # fmt: skip
    def test_a_status_holds_to_the_end_of_the_season_after_the_one_it_was_reached_in(self, on_date, status):
        assert status_id_on(CLUB, done(figures(500_000, 2)), on_date) == status

    def test_it_is_raised_within_the_next_season_confirmed_by_reaching_it_again_and_else_lost(self):
        last, more, again = figures(500_000, 2, "2025/26"), figures(1_000_000, 5), figures(500_000, 2)
        assert status_id_on(CLUB, done(last), TODAY) == "fan"
        assert status_id_on(CLUB, done(last, more), TODAY) == "legend"
        assert status_id_on(CLUB, done(last, again), "2027-06-01") == "fan"
        assert status_id_on(CLUB, done(last), "2027-06-01") == "novice"

    def test_it_falls_to_what_was_reached_in_the_season_it_was_not_confirmed_in(self):
        progress = done(figures(1_000_000, 5, "2025/26"), figures(500_000, 2))
        assert [status_id_on(CLUB, progress, day) for day in (TODAY, "2027-06-01")] == ["legend", "fan"]

    def test_after_the_last_season_named_what_was_reached_in_it_still_holds(self):
        assert status_id_on(CLUB, done(figures(500_000, 2, "2027/28")), "2029-01-01") == "fan"
        assert status_id_on(CLUB, done(figures(500_000, 2, "2026/27")), "2029-01-01") == "novice"

    def test_a_season_without_dates_never_ends(self):
        rules = programme(seasons=OPEN)
        assert status_id_on(rules, done(figures(500_000, 2, "")), "2999-12-31") == "fan"

    @pytest.mark.parametrize(
        ("grant", "on_date", "status"),
        [
            (Grant("fan", "2026-11-22"), "2026-11-21", "novice"),
            (Grant("fan", "2026-11-22"), "2026-11-22", "fan"),
            (Grant("fan", "2026-11-22"), "2028-05-31", "fan"),
            (Grant("fan", "2026-11-22"), "2028-06-01", "novice"),
            (Grant("fan", "2026-11-22", "2026-12-31"), "2026-12-31", "fan"),
            (Grant("fan", "2026-11-22", "2026-12-31"), "2027-01-01", "novice"),
            (Grant("gone", "2026-11-22"), "2026-11-22", "novice"),
            (Grant("fan"), "2026-05-31", "fan"),
            (Grant("fan"), "2026-06-01", "novice"),
        ],
    )
    def test_a_status_given_holds_to_its_date_or_as_one_reached_that_day(self, grant, on_date, status):
        assert status_id_on(CLUB, done(grants=(grant,)), on_date) == status

    def test_of_what_was_reached_and_what_was_given_the_higher_holds(self):
        given = (Grant("legend", "2026-11-22", "2026-12-31"), Grant("fan", "2026-11-22"))
        assert status_id_on(CLUB, done(figures(500_000, 2), grants=given), TODAY) == "legend"
        assert status_id_on(CLUB, done(figures(500_000, 2), grants=given), "2027-01-01") == "fan"


class TestNext:
    def test_the_way_to_the_next_status_is_as_long_as_the_slowest_criterion(self):
        step = next_step(CLUB, done(figures(400_000, 1)), TODAY)
        assert step is not None
        assert (step.status.id, step.missing, step.done_bp) == ("fan", Figures(100_000, 1), 5000)

    def test_where_any_criterion_is_enough_it_is_as_short_as_the_fastest(self):
        step = next_step(ANY, done(figures(400_000, 1)), TODAY)
        assert step is not None
        assert (step.missing, step.by_any, step.done_bp) == (Figures(100_000, 1), True, 8000)

    def test_a_criterion_already_met_misses_nothing(self):
        step = next_step(CLUB, done(figures(2_000_000, 4)), TODAY)
        assert step is not None
        assert (step.missing, step.done_bp) == (Figures(0, 1), 8000)

    def test_a_status_kept_from_last_season_begins_anew(self):
        step = next_step(CLUB, done(figures(700_000, 3, "2025/26")), TODAY)
        assert step is not None
        assert (step.status.id, step.missing, step.done_bp) == ("legend", Figures(1_000_000, 5), 0)

    def test_a_debt_of_spending_is_no_less_than_nothing_done(self):
        step = next_step(CLUB, done(figures(1, 1, returned_minor=100_001)), TODAY)
        assert step is not None
        assert (step.missing, step.done_bp) == (Figures(600_000, 1), 0)

    def test_a_criterion_that_is_not_asked_for_does_not_count(self):
        by_money = programme(statuses=(STATUSES[0], replace(STATUSES[1], visits=0)))
        step = next_step(by_money, done(figures(250_000)), TODAY)
        assert step is not None
        assert (step.missing, step.done_bp) == (Figures(250_000), 5000)

    @pytest.mark.parametrize("on_date", ["2025-05-31", "2028-06-01"])
    def test_there_is_no_step_outside_all_seasons(self, on_date):
        assert next_step(CLUB, Progress(), on_date) is None

    def test_there_is_no_step_above_the_top(self):
        assert next_step(CLUB, done(figures(1_000_000, 5)), TODAY) is None


class TestCounted:
    def test_a_sale_adds_what_was_paid_a_receipt_and_its_points_on_its_day(self):
        of = basket(line(1, 10_000))
        sale = replace(receipt(quote(of, CLUB, SUNDAY), of), earned_points=7, wallets={"stars": 2})
        assert count_receipt(sale) == Counted("2026-11-22", 10_000, 0, 1, {"stars": 2, "main": 7})

    def test_a_return_counts_on_the_day_of_its_sale_or_on_its_own_where_that_is_not_known(self):
        of = basket(line(1, 10_000))
        back = replace(receipt(quote(of, CLUB, SUNDAY), of), kind="return", earned_points=7)
        assert count_receipt(back, "2026-05-31") == Counted("2026-05-31", 0, 10_000, 0, {}, {"main": 7})
        assert count_receipt(back).day == "2026-11-22"
