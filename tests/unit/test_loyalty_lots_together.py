"""Lots that come together: two members become one, and too many lots are folded for the member's good."""

import pytest

from loyalty.points.folding import MAX_LOTS, fold
from loyalty.points.lots import MAX_TAKEN_OVER, earn, give_back, owe, spend, take_back, take_over
from loyalty.points.purse import Figures, Purse, figures
from loyalty.points.terms import Lot
from loyalty.points.workdays import days_after
from tests.support.lots import IDLE, TODAY, lot, points, purse


def test_two_members_become_one_with_the_lots_of_both_and_debts_settled():
    mine = purse(lot("a", 10), lot("b", 4, "2026-06-30"), active_date="2026-02-01")
    other = earn(owe(Purse(active_date="2026-03-05"), "main", 6, TODAY), lot("star", 2, wallet="stars"), TODAY)
    merged = take_over(mine, other, "acc-2", TODAY)
    assert (points(merged), merged.owed_points) == ({"a": 8, "star": 2}, {})
    assert (merged.active_date, merged.taken_over) == ("2026-03-05", ("acc-2",))


def test_a_debt_on_either_side_is_settled_by_the_other():
    rich, owing = purse(lot("a", 10)), Purse(owed_points={"main": 4})
    assert points(take_over(rich, owing, "x", TODAY)) == points(take_over(owing, rich, "y", TODAY)) == {"a": 6}
    both = take_over(owing, owing, "x", TODAY)
    assert both.owed_points == {"main": 8}


def test_taking_over_the_same_account_again_changes_nothing():
    owing = Purse(owed_points={"main": 4})
    merged = take_over(purse(lot("a", 10)), owing, "acc-2", TODAY)
    assert take_over(merged, owing, "acc-2", TODAY) == merged
    third = take_over(Purse(taken_over=("acc-0",)), merged, "acc-1", TODAY)
    assert third.taken_over == ("acc-0", "acc-1", "acc-2")
    assert take_over(third, owing, "acc-2", TODAY) == third


def test_a_lot_known_on_both_sides_counts_once_as_the_account_has_it():
    left = spend(purse(lot("a", 10)), "main", 3, TODAY).purse
    assert points(take_over(left, purse(lot("a", 10), lot("b", 1)), "x", TODAY)) == {"a": 7, "b": 1}


def test_points_one_member_let_lapse_are_not_brought_back_by_the_other_s_purchase():
    busy = purse(lot("busy", 1, idle_days=30, earned="2026-04-01"), active_date="2026-04-01")
    merged = take_over(busy, IDLE, "idle", "2026-04-02")
    assert figures(merged, "main", "2026-04-02") == Figures(1, 0, 15, 0)
    assert take_over(IDLE, busy, "busy", "2026-04-02").lots == merged.lots


def test_so_many_accounts_are_taken_over_and_no_more():
    some = Purse(taken_over=tuple(f"acc-{number:02}" for number in range(MAX_TAKEN_OVER - 1)))
    full = take_over(some, Purse(), "last", TODAY)
    assert len(full.taken_over) == MAX_TAKEN_OVER
    assert take_over(full, Purse(), "acc-00", TODAY) == full
    with pytest.raises(ValueError, match="accounts"):
        take_over(full, Purse(), "one-more", TODAY)


# The limit


def days(count: int, each: int = 1, first: str = "2026-04-01") -> list[Lot]:
    """Lots that end on so many days, one after another."""
    return [lot(f"d{number:03}", each, days_after(first, number)) for number in range(count)]


def test_as_many_lots_as_allowed_are_kept_as_they_are():
    assert len(purse(*days(MAX_LOTS)).lots) == MAX_LOTS


def test_one_lot_too_many_is_folded_with_its_neighbour_for_the_member_s_good():
    lots = days(MAX_LOTS + 1, each=9)
    lots[100] = lot("d100", 2, lots[100].expires_date)
    folded = purse(*lots)
    assert len(folded.lots) == MAX_LOTS
    assert points(folded)["d101"] == 11  # 2 points x 1 day gained; any other would gain 9
    assert "d100" not in points(folded)
    assert figures(folded, "main", TODAY) == Figures(9 * MAX_LOTS + 2, 0, 0, 0)


def test_lots_with_equal_ends_fold_first():
    folded = purse(*days(MAX_LOTS - 1), lot("x", 500, "2027-12-31"), lot("y", 600, "2027-12-31"))
    assert len(folded.lots) == MAX_LOTS
    assert points(folded)["y"] == 1100


def test_expired_lots_fold_before_living_ones_and_stay_expired():
    expired = [lot(f"old{number}", 3, days_after("2026-01-01", number)) for number in range(3)]
    living = days(MAX_LOTS - 1)
    folded = purse(*expired, *living)
    assert points(folded) == {"old2": 9} | points(living)
    assert figures(folded, "main", TODAY) == Figures(MAX_LOTS - 1, 0, 9, 0)


def test_neighbours_are_of_one_wallet_and_one_rule_of_idleness():
    apart = [
        lot("a", 1, "2026-06-30"),
        lot("b", 1, "2026-06-30", wallet="stars"),
        lot("c", 1, "2026-06-30", idle_days=30),
        lot("d", 1, "2026-03-01"),
    ]
    assert set(fold(apart, TODAY, limit=1)) == set(apart)


def test_folded_lots_have_the_earlier_start_and_the_later_end():
    waiting, ready = lot("a", 1, "2026-06-30", "2026-04-01"), lot("b", 2, "2026-05-31", earned="2026-02-02")
    assert fold([waiting, ready], TODAY, limit=1) == (lot("a", 3, "2026-06-30", earned="2026-02-02"),)


def test_the_fold_gives_away_the_fewest_points_times_days():
    lots = [lot("a", 11, "2026-04-01"), lot("b", 3, "2026-04-03"), lot("c", 1, "2026-04-10"), lot("d", 1)]
    # 11 points x 2 days are 22, 3 points x 7 days are 21, and the last has no end at all.
    assert points(fold(lots, TODAY, limit=3)) == {"a": 11, "c": 4, "d": 1}
    # Then 11 points x 9 days, or one point without an end.
    assert points(fold(lots, TODAY, limit=2)) == {"c": 15, "d": 1}
    assert points(fold(lots, TODAY, limit=1)) == {"d": 16}


def test_days_a_point_comes_sooner_count_as_well():
    lots = [lot("a", 2, "2026-06-30", "2026-05-01"), lot("b", 3, "2026-07-05"), lot("c", 3, "2026-07-25")]
    # a and b: 2 points x 5 days later and x 120 days sooner; b and c: 3 points x 20 days.
    assert points(fold(lots, TODAY, limit=2)) == {"a": 2, "c": 6}


def test_points_given_back_to_a_lot_that_was_folded_are_points_all_the_same():
    lots = days(MAX_LOTS, each=9)
    spent = spend(purse(*lots), "main", 5, TODAY)
    more = earn(spent.purse, lot("new", 9, "2028-01-01"), TODAY)
    assert "d000" not in points(more)  # the smallest, folded into its neighbour
    back = give_back(more, spent.taken, TODAY)
    assert figures(back, "main", TODAY) == Figures(9 * MAX_LOTS + 9, 0, 0, 0)
    assert len(back.lots) == MAX_LOTS


def test_a_purchase_whose_lot_was_folded_takes_back_the_points_there():
    two = [lot("a", 30, "2026-03-31"), lot("b", 20, "2026-03-31")]
    folded = Purse(lots=(*fold(two, TODAY, limit=1), lot("other", 50)))
    done = take_back(folded, two[0], "2026-04-15", "debt")
    assert points(done.taken) == {"b": 30}
