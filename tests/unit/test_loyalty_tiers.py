"""Statuses: both criteria together, the way to the next, and what counts."""

import pytest
from msgspec.structs import replace

from loyalty.member import Progress
from loyalty.quote import quote
from loyalty.tiers import next_step, progress_after, raised_status, status_for
from tests.support.loyalty_samples import STATUSES, SUNDAY, basket, line, programme, receipt

CLUB = programme()
"""novice; fan from 5,000.00 and 2 visits; legend from 10,000.00 and 5 visits."""


def season(spend_minor, visits, name="2026/27") -> Progress:
    return Progress(name, spend_minor, visits)


@pytest.mark.parametrize(
    ("spend", "visits", "status"),
    [
        (0, 0, "novice"),
        (499_999, 2, "novice"),
        (500_000, 1, "novice"),
        (500_000, 2, "fan"),
        (5_000_000, 4, "fan"),
        (1_000_000, 5, "legend"),
        (-100, 9, "novice"),
    ],
)
def test_a_status_needs_both_criteria(spend, visits, status):
    assert status_for(CLUB, season(spend, visits)).id == status


def test_figures_of_another_season_do_not_count():
    assert status_for(CLUB, season(5_000_000, 9, "2025/26")).id == "novice"
    step = next_step(CLUB, "novice", season(5_000_000, 9, "2025/26"))
    assert step is not None
    assert (step.missing_spend_minor, step.done_bp) == (500_000, 0)


def test_a_status_held_is_not_lost_at_the_till():
    assert raised_status(CLUB, "fan", season(0, 0)).id == "fan"
    assert raised_status(CLUB, "fan", season(1_000_000, 5)).id == "legend"
    assert raised_status(CLUB, "gone", season(500_000, 2)).id == "fan"


def test_the_way_to_the_next_status_is_as_long_as_the_slower_criterion():
    step = next_step(CLUB, "novice", season(400_000, 1))
    assert step is not None
    assert (step.status.id, step.missing_spend_minor, step.missing_visits, step.done_bp) == ("fan", 100_000, 1, 5000)


def test_a_criterion_already_met_misses_nothing():
    step = next_step(CLUB, "fan", season(2_000_000, 4))
    assert step is not None
    assert (step.missing_spend_minor, step.missing_visits, step.done_bp) == (0, 1, 8000)


def test_a_debt_of_spending_is_no_less_than_nothing_done():
    step = next_step(CLUB, "novice", season(-100_000, 1))
    assert step is not None
    assert (step.missing_spend_minor, step.done_bp) == (600_000, 0)


def test_a_criterion_that_is_not_asked_for_does_not_count():
    by_money = programme(statuses=(STATUSES[0], replace(STATUSES[1], visits=0)))
    step = next_step(by_money, "novice", season(250_000, 0))
    assert step is not None
    assert (step.missing_visits, step.done_bp) == (0, 5000)


def test_there_is_no_step_above_the_top_or_without_statuses():
    assert next_step(CLUB, "legend", season(0, 0)) is None
    assert next_step(programme(statuses=()), "", Progress()) is None


def test_a_sale_adds_what_was_paid_and_a_visit():
    of = basket(line(1, 10_000))
    sale = receipt(quote(of, CLUB, SUNDAY), of)
    assert progress_after(season(5, 1), sale, "2026/27") == season(10_005, 2)
    assert progress_after(season(5, 1, "2025/26"), sale, "2026/27") == season(10_000, 1)


def test_a_return_takes_money_off_and_leaves_the_visit():
    of = basket(line(1, 10_000))
    back = replace(receipt(quote(of, CLUB, SUNDAY), of), kind="return")
    assert progress_after(season(15_000, 3), back, "2026/27") == season(5_000, 3)
