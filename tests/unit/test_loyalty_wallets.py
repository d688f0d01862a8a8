"""Points of several wallets on a receipt: what is spent of which, what an offer took, and how all of it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from loyalty.ledger import Entry, receipt_entries
from loyalty.points.earned import balance_after, with_lots
from loyalty.points.terms import Lot, LotTerms
from loyalty.points.workdays import Workdays
from loyalty.programme import Cost, Label, Programme, Redeem, Wallet
from loyalty.quote import quote
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt
from loyalty.rewards import Gift, PointsFixed
from loyalty.rewards.gift import Option
from tests.support.loyalty_samples import basket, campaign, line, member, moment, programme, receipt

BONUS = Wallet("bonus", Label("Бонусы", "Bonus"), Label("бонус|бонуса|бонусов", "bonus|bonuses"))
STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"))
BADGE = Option("991", "Значок", "Badge")
LATER = moment("2026-12-01")


def rules(**more) -> Programme:
    """3 % in main points; 5 stars a receipt; a badge for ten stars; bonuses are spent before points."""
    stars = replace(campaign(PointsFixed(5, "stars"), id="stars"))
    badge = replace(campaign(Gift((BADGE,)), id="badge"), cost=Cost(10, "stars"), asked=True)
    redeem = Redeem(offline_max_points=300, wallets=("bonus", "main"))
    return programme(stars, badge, wallets=(BONUS, STARS), redeem=redeem, **more)


def sold(rule: Programme | None = None, **more) -> Receipt:
    """Two scarves at 100.00, 100 points down: 60 bonuses and 40 points; 15 stars had, 10 go for a badge."""
    whose = member(balance_points=500, wallets={"bonus": 60, "stars": 15})
    of = basket(line(1, 10_000, 2000), member=whose, redeem_points=100, asked=("badge",), **more)
    rule = rule or rules()
    return with_lots(receipt(quote(of, rule, LATER), of), rule)


def back(of: Receipt, wanted: dict[int, int], returned: dict[int, int] | None = None) -> Receipt:
    place: dict[str, Any] = {
        "receipt_id": "cc" * 16,
        "number": "T2-9",
        "store": "s2",
        "terminal": "t2",
        "cashier": "Олег",
    }
    return return_receipt(of, returned or {}, wanted, **place, shift_id="dd" * 16, moment=LATER)


def moved(*receipts: Receipt) -> dict[tuple[str, str], int]:
    """(wallet, contra) -> points, of all receipts."""
    sums: dict[tuple[str, str], int] = {}
    for number, each in enumerate(receipts):
        for entry in receipt_entries(each, f"e{number}"):
            sums[entry.wallet, entry.contra] = sums.get((entry.wallet, entry.contra), 0) + entry.points
    return sums


def test_a_sale_makes_entries_for_every_wallet():
    sale = sold()
    assert sale.redeemed_wallets == (("bonus", 60), ("main", 40))
    assert (sale.redeemed_points, sale.wallets, sale.costs) == (100, {"stars": 5}, {"stars": 10})
    account = "02" * 16
    at_ms = sale.moment.at_ms
    assert receipt_entries(sale, "e") == (
        Entry("e", 1, account, "main", "redeemed", -40, at_ms),
        Entry("e", 2, account, "bonus", "redeemed", -60, at_ms),
        Entry("e", 3, account, "stars", "redeemed", -10, at_ms),
        Entry("e", 4, account, "main", "issued", 3, at_ms),  # 3 % of 100.00
        Entry("e", 5, account, "stars", "issued", 5, at_ms),
    )


def test_points_all_of_the_main_wallet_are_not_named():
    of = basket(line(1, 10_000), member=member(), redeem_points=20)
    assert receipt(quote(of, programme(), LATER), of).redeemed_wallets == ()


def test_the_cost_of_a_gift_is_its_line_s():
    assert [each.costs for each in sold().lines] == [{}, {"stars": 10}]


def test_a_gift_brought_back_brings_its_points_back():
    gone = back(sold(), {2: 1000})
    assert (gone.costs, gone.redeemed_points, gone.wallets) == ({"stars": 10}, 0, {})
    assert moved(gone) == {("stars", "redeemed_back"): 10}


def test_points_come_back_to_the_wallet_that_was_spent_last():
    sale = sold()
    first = back(sale, {1: 1000})
    second = back(sale, {1: 1000}, {1: 1000})
    # half of 100 points each: 40 main ones first, then bonuses
    assert first.redeemed_wallets == (("main", 40), ("bonus", 10))
    assert second.redeemed_wallets == (("bonus", 50),)
    assert (first.wallets, second.wallets) == ({"stars": 3}, {"stars": 2})


def test_everything_returned_leaves_every_wallet_as_it_was():
    sale = sold()
    parts = (back(sale, {1: 1000}), back(sale, {1: 1000, 2: 1000}, {1: 1000}))
    left: dict[str, int] = {}
    for (wallet, _), points in moved(sale, *parts).items():
        left[wallet] = left.get(wallet, 0) + points
    assert left == {"main": 0, "bonus": 0, "stars": 0}


def test_a_sale_keeps_the_lots_of_wallets_with_terms():
    wait = LotTerms(pending_workdays=3, expire_month_day="08-31")
    stars = replace(STARS, terms=LotTerms(expire_days=30))
    sale = sold(replace(rules(), points=wait, wallets=(BONUS, stars), workdays=Workdays(holidays=("2026-11-24",))))
    assert sale.lots == (
        # of the days after Sunday the 22nd, the 23rd, the 25th and the 26th are worked
        Lot(f"{sale.receipt_id}#1", "main", 3, "2026-11-22", "2026-11-26", "2027-08-31"),
        Lot(f"{sale.receipt_id}#2", "stars", 5, "2026-11-22", "", "2026-12-22"),
    )


@pytest.mark.parametrize("whose", [None, "blocked"])
def test_without_terms_or_points_there_are_no_lots(whose):
    of = basket(line(1, 10_000), member=member(blocked=True) if whose else None)
    made = receipt(quote(of, rules(), LATER), of)
    assert with_lots(made, replace(rules(), points=LotTerms(expire_days=1))).lots == ()
    assert sold().lots == ()


def test_a_return_says_which_lots_it_takes_back():
    sale = sold(replace(rules(), points=LotTerms(expire_days=30)))
    (lot,) = sale.lots
    first, second = back(sale, {1: 1000}), back(sale, {1: 1000}, {1: 1000})
    assert first.lots == (replace(lot, points=2),)  # 1.5 of 3, half up
    assert second.lots == (replace(lot, points=1),)
    assert back(sale, {2: 1000}).lots == ()


def test_the_balance_after_a_sale_is_what_can_be_spent():
    assert balance_after(sold()) == 500 - 40 + 3
    waiting = replace(rules(), points=LotTerms(pending_days=14))
    assert balance_after(sold(waiting)) == 500 - 40
    assert balance_after(replace(sold(), balance_before_points=None)) is None
