"""Lots of points: spent soonest-ending first, returned to where they came from, owed where they are gone."""

import pytest

from loyalty.points.lots import earn, give_back, owe, part_of, spend, spend_wallets, take_back, write_off
from loyalty.points.purse import Dated, Figures, Purse, ending, figures, maturing
from tests.support.lots import IDLE, TODAY, lot, points, purse

LIVING = purse(
    lot("never", 40),
    lot("june", 30, "2026-06-30"),
    lot("april", 20, "2026-04-30"),
    lot("gone", 7, "2026-03-09"),
    lot("soon", 50, "2026-04-01", "2026-03-20"),
    lot("star", 9, wallet="stars"),
)
"""On the 10th of March: 90 points to spend, 50 to come, 7 gone the day before; nine stars."""


def test_the_figures_of_a_day_tell_usable_pending_and_expired_points():
    assert figures(LIVING, "main", TODAY) == Figures(90, 50, 7, 0)
    assert figures(LIVING, "stars", TODAY) == Figures(9, 0, 0, 0)
    assert figures(LIVING, "stamps", TODAY) == Figures(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("today", "usable", "pending", "expired"),
    [
        ("2026-03-09", 97, 50, 0),  # the last day of the seven
        ("2026-03-19", 90, 50, 7),
        ("2026-03-20", 140, 0, 7),  # the first day of the fifty
        ("2026-04-01", 140, 0, 7),
        ("2026-04-02", 90, 0, 57),
        ("2026-05-01", 70, 0, 77),
        ("2027-01-01", 40, 0, 107),
    ],
)
def test_points_come_and_go_with_the_day(today, usable, pending, expired):
    assert figures(LIVING, "main", today) == Figures(usable, pending, expired, 0)


def test_what_runs_out_next_and_what_comes_next_stand_first():
    assert ending(LIVING, "main", TODAY) == (
        Dated("2026-04-01", 50),
        Dated("2026-04-30", 20),
        Dated("2026-06-30", 30),
    )
    assert maturing(LIVING, "main", TODAY) == (Dated("2026-03-20", 50),)
    assert ending(LIVING, "stars", TODAY) == maturing(LIVING, "stars", TODAY) == ()


def test_lots_of_one_day_are_told_as_one_sum():
    two = purse(lot("a", 5, "2026-04-01"), lot("b", 6, "2026-04-01"))
    assert ending(two, "main", TODAY) == (Dated("2026-04-01", 11),)


# Spending


def test_points_that_run_out_first_are_spent_first_and_those_without_an_end_last():
    spent = spend(LIVING, "main", 60, TODAY)
    assert list(points(spent.taken).items()) == [("april", 20), ("june", 30), ("never", 10)]
    assert points(spent.purse) == {"gone": 7, "soon": 50, "never": 30, "star": 9}
    assert spent.short_points == 0


def test_of_lots_with_one_end_the_earliest_earned_goes_first_then_the_lower_id():
    same = purse(
        lot("c", 1, "2026-06-30", earned="2026-01-02"),
        lot("b", 1, "2026-06-30", earned="2026-01-01"),
        lot("a", 1, "2026-06-30", earned="2026-01-02"),
    )
    assert list(points(spend(same, "main", 3, TODAY).taken)) == ["b", "a", "c"]


def test_only_what_is_there_is_spent_and_the_rest_is_told():
    spent = spend(LIVING, "main", 100, TODAY)
    assert sum(points(spent.taken).values()) == 90
    assert spent.short_points == 10
    assert points(spent.purse) == {"gone": 7, "soon": 50, "star": 9}


def test_spending_nothing_changes_nothing():
    assert spend(LIVING, "main", 0, TODAY) == (nothing := spend(LIVING, "stamps", 0, TODAY))
    assert (nothing.purse, nothing.taken) == (LIVING, ())


def test_points_below_nothing_are_neither_spent_nor_owed():
    with pytest.raises(ValueError, match="to spend"):
        spend(LIVING, "main", -1, TODAY)
    with pytest.raises(ValueError, match="to owe"):
        owe(LIVING, "main", -1, TODAY)


def test_wallets_are_spent_in_the_order_given():
    spent = spend_wallets(LIVING, ("stars", "main"), 12, TODAY)
    assert list(points(spent.taken).items()) == [("star", 9), ("april", 3)]
    assert spend_wallets(LIVING, ("main", "stars"), 12, TODAY).taken == spend(LIVING, "main", 12, TODAY).taken
    assert spend_wallets(LIVING, ("stars", "main"), 100, TODAY).short_points == 1


# Points spent come back


def test_points_spent_and_given_back_are_where_they_were():
    spent = spend(LIVING, "main", 75, TODAY)
    assert give_back(spent.purse, spent.taken, TODAY) == LIVING


def test_a_part_given_back_leaves_what_a_smaller_sale_would_have_taken():
    spent = spend(LIVING, "main", 60, TODAY)
    part = part_of(spent.taken, 0, 25)
    assert points(part) == {"never": 10, "june": 15}
    assert give_back(spent.purse, part, TODAY) == spend(LIVING, "main", 35, TODAY).purse


def test_parts_given_back_in_any_steps_come_to_the_whole():
    taken = (lot("a", 30), lot("b", 20))
    assert [points(part_of(taken, before, step)) for before, step in ((0, 15), (15, 10), (25, 0), (25, 25))] == [
        {"b": 15},
        {"b": 5, "a": 5},
        {},
        {"a": 25},
    ]
    assert part_of(taken, 50, 10) == ()


def test_points_of_a_lot_that_has_expired_since_come_back_expired():
    spent = spend(LIVING, "main", 20, TODAY)
    back = give_back(spent.purse, spent.taken, "2026-05-01")
    assert back == LIVING
    assert figures(back, "main", "2026-05-01") == Figures(70, 0, 77, 0)


def test_days_of_grace_give_expired_points_a_new_end_and_others_a_later_one():
    spent = spend(LIVING, "main", 60, TODAY)
    back = give_back(spent.purse, spent.taken, "2026-06-20", grace_days=14)
    assert {each.lot_id: (each.points, each.expires_date) for each in back.lots if each.lot_id != "star"} == {
        "gone": (7, "2026-03-09"),
        "soon": (50, "2026-04-01"),
        "april@2026-07-04": (20, "2026-07-04"),
        "june@2026-07-04": (30, "2026-07-04"),
        "never": (40, ""),
    }


def test_points_that_end_later_than_the_grace_keep_their_end():
    spent = spend(LIVING, "main", 20, TODAY)
    assert give_back(spent.purse, spent.taken, TODAY, grace_days=51) == LIVING  # the 30th of April is 51 days off
    assert "april@2026-05-01" in points(give_back(spent.purse, spent.taken, TODAY, grace_days=52))


def test_points_with_a_new_end_that_are_spent_again_keep_one_name():
    spent = spend(give_back(Purse(), (lot("a", 5, "2026-01-31"),), TODAY, 10), "main", 5, TODAY)
    assert points(spent.taken) == {"a@2026-03-20": 5}
    assert points(give_back(spent.purse, spent.taken, "2026-03-15", 10)) == {"a@2026-03-25": 5}


# Points earned are taken back


def test_points_earned_go_out_of_the_lot_of_their_sale_first():
    done = take_back(LIVING, lot("june", 12, "2026-06-30"), TODAY, "debt")
    assert points(done.taken) == {"june": 12}
    assert points(done.purse)["june"] == 18
    assert (done.owed_points, done.refund_points, done.forgiven_points) == (0, 0, 0)


def test_points_that_wait_or_have_expired_are_taken_back_out_of_their_own_lot():
    assert points(take_back(LIVING, lot("soon", 50), TODAY, "debt").taken) == {"soon": 50}
    assert points(take_back(LIVING, lot("gone", 7), TODAY, "debt").taken) == {"gone": 7}


def test_points_spent_are_taken_back_out_of_the_other_lots_of_the_wallet():
    spent = spend(LIVING, "main", 20, TODAY).purse
    done = take_back(spent, lot("april", 20, "2026-04-30"), TODAY, "debt")
    assert points(done.taken) == {"soon": 20}  # the first to end of those that live
    assert points(done.purse) == {"gone": 7, "soon": 30, "june": 30, "never": 40, "star": 9}


@pytest.mark.parametrize(
    ("shortfall", "figures_told", "owed"),
    [("debt", (25, 0, 0), {"main": 25}), ("refund", (0, 25, 0), {}), ("balance", (0, 0, 25), {})],
)
def test_points_that_are_gone_are_owed_or_lower_the_refund_or_are_forgiven(shortfall, figures_told, owed):
    left = spend(purse(lot("a", 30), lot("b", 10), lot("star", 9, wallet="stars")), "main", 35, TODAY).purse
    done = take_back(left, lot("a", 30), TODAY, shortfall)
    assert points(done.taken) == {"b": 5}
    assert (done.owed_points, done.refund_points, done.forgiven_points) == figures_told
    assert (points(done.purse), done.purse.owed_points) == ({"star": 9}, owed)


def test_a_part_of_a_sale_takes_back_a_part_of_its_lots():
    earned = (lot("s#1", 30, "2026-06-30"), lot("s#2", 10, "2026-04-30"))
    left = purse(*earned)
    for before, step in ((0, 15), (15, 20), (35, 5)):
        for piece in part_of(earned, before, step):
            left = take_back(left, piece, TODAY, "debt").purse
    assert left == Purse()


def test_expired_points_of_a_returned_purchase_are_not_taken_twice():
    earned = purse(lot("a", 30, "2026-03-31"), lot("b", 40))
    left = spend(earned, "main", 10, TODAY).purse
    done = take_back(left, lot("a", 30, "2026-03-31"), "2026-04-01", "debt")
    assert points(done.taken) == {"a": 20, "b": 10}


# Debts


def test_a_debt_is_settled_by_what_is_there_and_then_by_what_comes():
    owing = owe(purse(lot("a", 5), lot("b", 4, usable_from="2026-04-01")), "main", 20, TODAY)
    assert (points(owing), owing.owed_points) == ({}, {"main": 11})
    owing = earn(owing, lot("c", 8), TODAY)
    assert (points(owing), owing.owed_points) == ({}, {"main": 3})
    owing = earn(owing, lot("d", 8), TODAY)
    assert (points(owing), owing.owed_points) == ({"d": 5}, {})


def test_a_debt_of_one_wallet_takes_nothing_of_another():
    owing = earn(Purse(owed_points={"main": 5}), lot("star", 9, wallet="stars"), TODAY)
    assert (points(owing), owing.owed_points) == ({"star": 9}, {"main": 5})


def test_expired_points_settle_no_debt():
    owing = owe(purse(lot("a", 5, "2026-03-09")), "main", 4, TODAY)
    assert (points(owing), owing.owed_points) == ({"a": 5}, {"main": 4})


def test_points_given_back_settle_a_debt():
    owing = give_back(Purse(owed_points={"main": 5}), (lot("a", 8),), TODAY)
    assert (points(owing), owing.owed_points) == ({"a": 3}, {})


def test_a_purchase_that_settled_a_debt_and_is_returned_leaves_the_debt():
    settled = earn(Purse(owed_points={"main": 5}), lot("a", 8), TODAY)
    assert take_back(settled, lot("a", 8), TODAY, "debt").purse == Purse(owed_points={"main": 5})


def test_lots_that_ended_before_a_day_are_written_off():
    gone = write_off(LIVING, "2026-04-30")
    assert points(gone.lots) == {"gone": 7, "soon": 50}
    assert points(gone.purse) == {"april": 20, "june": 30, "never": 40, "star": 9}
    assert points(write_off(IDLE, "2026-04-01").lots) == {"a": 10, "b": 5}
    assert write_off(LIVING, "2026-03-09").lots == ()
