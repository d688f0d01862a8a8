"""Points that run out when nobody buys."""

import pytest

from loyalty.points.lots import give_back, spend, visit
from loyalty.points.purse import Figures, Purse, figures
from tests.support.lots import IDLE, TODAY, lot, points, purse


def test_grace_outlives_idleness():
    back = give_back(Purse(active_date="2026-01-01"), (lot("a", 5, idle_days=30),), TODAY, 10)
    assert figures(back, "main", "2026-03-20") == Figures(5, 0, 0, 0)
    assert figures(back, "main", "2026-03-21") == Figures(0, 0, 5, 0)


@pytest.mark.parametrize(
    ("today", "usable", "expired"),
    [("2026-03-20", 15, 0), ("2026-03-21", 10, 5), ("2026-03-31", 10, 5), ("2026-04-01", 0, 15)],
)
def test_points_run_out_so_many_days_after_the_last_purchase(today, usable, expired):
    assert figures(IDLE, "main", today) == Figures(usable, 0, expired, 0)


def test_a_purchase_in_time_keeps_points_alive_but_not_over_their_own_end():
    kept = visit(IDLE, "2026-03-31")
    assert figures(kept, "main", "2026-04-30") == Figures(10, 0, 5, 0)
    assert figures(kept, "main", "2026-05-01") == Figures(0, 0, 15, 0)


def test_a_purchase_too_late_brings_no_points_back():
    late = visit(IDLE, "2026-04-01")
    assert figures(late, "main", "2026-04-01") == Figures(0, 0, 15, 0)
    assert points(late) == {"a@2026-03-31": 10, "b@2026-03-20": 5}
    assert late.active_date == "2026-04-01"


def test_points_that_idleness_ends_sooner_are_spent_sooner():
    mixed = purse(lot("dated", 1, "2026-04-15"), lot("idle", 1, idle_days=30), active_date="2026-03-01")
    assert list(points(spend(mixed, "main", 2, TODAY).taken)) == ["idle", "dated"]
    assert list(points(spend(visit(mixed, "2026-03-20"), "main", 2, "2026-03-20").taken)) == ["dated", "idle"]


def test_of_points_that_idleness_ends_together_those_with_an_end_of_their_own_go_first():
    mixed = purse(lot("a", 1, idle_days=30), lot("b", 1, "2026-12-31", idle_days=30), active_date="2026-03-01")
    assert list(points(spend(mixed, "main", 2, TODAY).taken)) == ["b", "a"]


def test_points_earned_without_a_purchase_count_from_their_own_day():
    gift = purse(lot("gift", 3, earned="2026-03-10", idle_days=30), active_date="2026-01-01")
    assert figures(gift, "main", "2026-04-09") == Figures(3, 0, 0, 0)
    assert figures(gift, "main", "2026-04-10") == Figures(0, 0, 3, 0)


def test_a_purchase_told_late_does_not_set_the_last_one_back():
    assert visit(IDLE, "2026-02-01").active_date == "2026-03-01"


def test_points_spent_before_the_account_fell_idle_come_back_alive():
    spent = spend(IDLE, "main", 9, "2026-03-10")
    late = visit(spent.purse, "2026-04-10")
    back = give_back(late, spent.taken, "2026-04-10")
    assert points(back) == {"a@2026-03-31": 6, "a": 4, "b": 5}
    assert figures(back, "main", "2026-04-10") == Figures(4, 0, 11, 0)
