"""What a till shows of points: the head office's word, its own events over it, and what only a date changes."""

from __future__ import annotations

from loyalty.explain import TEMPLATES
from loyalty.feed import BalanceRow
from loyalty.member import Due
from loyalty.points.purse import Purse
from loyalty.points.shown import MAX_DUES, OwnPoints, Shown, points_said, shown_points
from loyalty.points.terms import Lot
from loyalty.sentences import say
from tests.support.loyalty_samples import programme

TODAY = "2026-11-22"
SOON, NEXT = "2026-12-05", "2026-12-31"


def row(*lots: Lot, owed=None, wallets=None) -> BalanceRow:
    sums: dict[str, int] = {}
    for lot in lots:
        sums[lot.wallet] = sums.get(lot.wallet, 0) + lot.points
    return BalanceRow("a", sums if wallets is None else wallets, purse=Purse(lots, owed or {}))


def lot(name: str, points: int, usable="", expires="", wallet="main") -> Lot:
    return Lot(name, wallet, points, "2026-11-01", usable, expires)


def test_without_dates_it_is_the_sum():
    own = [OwnPoints("main", TODAY, 30, 5, bought=True), OwnPoints("stars", TODAY, 0, -2)]
    assert shown_points(BalanceRow("a", {"main": 20}), own, TODAY) == Shown({"main": -5, "stars": -2})


def test_what_waits_and_what_has_run_out_cannot_be_spent():
    held = row(lot("r1#1", 120, SOON), lot("r2#1", 50, expires=NEXT), lot("r3#1", 7, expires="2026-11-21"))
    assert shown_points(held, (), TODAY) == Shown({"main": 50}, (Due("main", SOON, 120),), (Due("main", NEXT, 50),))
    assert shown_points(held, (), SOON) == Shown({"main": 170}, (), (Due("main", NEXT, 50),))
    assert shown_points(held, (), "2027-01-01") == Shown({"main": 120})


def test_own_points_that_wait_are_to_come_and_a_return_takes_them_back():
    earned = lot("r9#1", 40, SOON)
    sale = OwnPoints("main", TODAY, 10, 40, earned, bought=True)
    assert shown_points(BalanceRow("a", {"main": 20}), [sale], TODAY) == Shown({"main": 10}, (Due("main", SOON, 40),))
    undone = OwnPoints("main", TODAY, -10, -40, earned)
    assert shown_points(BalanceRow("a", {"main": 20}), [sale, undone], TODAY) == Shown({"main": 20})


def test_what_is_spent_here_is_what_would_run_out_first():
    held = row(lot("r1#1", 50, expires=NEXT), lot("r2#1", 100))
    spent = shown_points(held, [OwnPoints("main", TODAY, 30, 0, bought=True)], TODAY)
    assert spent == Shown({"main": 120}, (), (Due("main", NEXT, 20),))


def test_more_spent_than_there_was_is_owed():
    held = row(lot("r1#1", 50, expires=NEXT))
    assert shown_points(held, [OwnPoints("main", TODAY, 80, 0, bought=True)], TODAY) == Shown({"main": -30})
    assert shown_points(row(owed={"main": 30}, wallets={"main": -30}), (), TODAY) == Shown({"main": -30})


def test_idle_points_live_on_by_a_purchase_made_here():
    idle = Lot("r1#1", "main", 50, "2026-11-01", idle_days=30)
    assert shown_points(row(idle), (), "2026-12-02").wallets == {"main": 0}
    visit = OwnPoints("main", TODAY, 0, 0, bought=True)
    assert shown_points(row(idle), [visit], "2026-12-02") == Shown({"main": 50}, (), (Due("main", "2026-12-22", 50),))


def test_so_many_dates_of_a_wallet_are_told():
    dates = [f"2026-12-{day:02d}" for day in range(1, MAX_DUES + 2)]
    held = row(*(lot(f"r{day}#1", 5, day) for day in dates), lot("r#2", 1, "2026-12-01", wallet="stars"))
    assert [due.date for due in shown_points(held, (), TODAY).pending] == [*dates[:MAX_DUES], "2026-12-01"]


def test_it_is_said_in_words():
    shown = Shown({"main": 1, "stars": 2}, (Due("main", SOON, 120),), (Due("main", NEXT, 50),))
    said = points_said(programme(), shown)
    assert [say(each, "ru", TEMPLATES) for each in said] == [
        "Можно потратить: 1 балл", "Можно потратить: 2 балла", "+120 баллов с 05.12.2026",
        "сгорят 31.12.2026: 50 баллов",
    ]  # fmt: skip
    assert [say(each, "en", TEMPLATES) for each in points_said(programme(), shown, with_main=False)] == [
        "Can be spent: 2 points", "+120 points from 5 Dec 2026", "to be spent by 31 Dec 2026: 50 points",
    ]  # fmt: skip
