"""Points to be taken back that are gone: owed, kept from the refund, or left, as the programme says."""

import pytest
from msgspec.structs import replace

from loyalty.explain import TEMPLATES
from loyalty.gift_card import gift_card
from loyalty.ledger import receipt_entries
from loyalty.points.purse import Purse
from loyalty.points.shown import plain_purse
from loyalty.points.terms import Lot, lot_id
from loyalty.programme import Label, Programme, Redeem, Returns, Wallet
from loyalty.quote import quote
from loyalty.receipt import Payment, Receipt
from loyalty.returning.parts import given_back
from loyalty.returns import return_receipt, returned_said
from loyalty.rewards import PointsFixed
from loyalty.sentences import say
from sync_server.sums import wrong_sums
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme, receipt

STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"), 250)


def rules(shortfall, *campaigns, **more) -> Programme:
    return programme(*campaigns, returns=Returns(shortfall=shortfall), wallets=(STARS,), **more)


def sold(of: Programme, **more) -> Receipt:
    """Two scarves at 100.00 to a fan: 20 points."""
    bought = basket(line(1), line(2), member=member("fan"), **more)
    return receipt(quote(bought, of, SUNDAY), bought)


def has(**wallets: int) -> Purse:
    return plain_purse(wallets, "2026-11-22")


def back(sale: Receipt, of: Programme | None, purse: Purse | None, parts=(), wanted=None, **more) -> Receipt:
    made = return_receipt(
        sale, {}, wanted or {1: 1000, 2: 1000}, receipt_id=f"r{len(parts)}", number="T2-9", store="s2", terminal="t2",
        cashier="Олег", shift_id="s", moment=SUNDAY, parts=[given_back(part) for part in parts], programme=of,
        purse=purse, **more,
    )  # fmt: skip
    assert wrong_sums(made) == ""
    return made


def points_taken(made: Receipt) -> dict[str, int]:
    return {entry.wallet: -entry.points for entry in receipt_entries(made, "e") if entry.contra == "issued_back"}


def test_what_is_kept_is_kept_from_the_cash_first():
    of = rules("refund")
    paid = replace(sold(of), payments=(Payment("card", 190_00), Payment("cash", 10_00)))
    # 15 points are missing, at 1.00 each: the 10.00 in cash, and 5.00 of what goes to the card.
    assert back(paid, of, has(main=5), payment="as_paid").payments == (Payment("card", 185_00),)


@pytest.mark.parametrize(
    ("shortfall", "taken", "missing", "kept_minor"),
    [("debt", 20, {}, 0), ("refund", 5, {"main": 15}, 15_00), ("balance", 5, {"main": 15}, 0)],
)
def test_of_twenty_points_earned_five_are_left(shortfall, taken, missing, kept_minor):
    of = rules(shortfall)
    made = back(sold(of), of, has(main=5))
    assert (made.earned_points, made.short_points, made.short_minor) == (taken, missing, kept_minor)
    assert (made.total_minor, made.settled_minor) == (200_00, 200_00 - kept_minor)
    assert made.payments == (Payment("cash", 200_00 - kept_minor),)
    assert points_taken(made) == {"main": taken}


def test_the_reason_is_said_in_both_languages():
    made = [back(sold(of), of, has(main=5)) for of in (rules("refund"), rules("balance"))]
    said = [next(iter(returned_said(each))) for each in made]
    assert all(fits(each) for each in said)
    assert [say(each, "en", TEMPLATES) for each in said] == [
        "The account is 15 points short: 15.00 is kept for them",
        "The account is 15 points short: they are not taken",
    ]
    assert say(said[0], "ru", TEMPLATES) == "На счёте не хватает 15 баллов: за них удержано 15,00"


@pytest.mark.parametrize("shortfall", ["refund", "balance"])
def test_enough_points_are_taken_and_nothing_is_said(shortfall):
    of = rules(shortfall)
    made = back(sold(of), of, has(main=20))
    assert (made.earned_points, made.short_points, [*returned_said(made)]) == (20, {}, [])


@pytest.mark.parametrize("shortfall", ["refund", "balance"])
def test_where_nobody_knows_the_account_or_the_rules_it_owes_them(shortfall):
    of = rules(shortfall)
    assert back(sold(of), of, None).earned_points == 20
    assert back(sold(of), None, has(main=5)).earned_points == 20


def test_an_account_in_debt_has_nothing_to_take():
    of = rules("balance")
    made = back(sold(of), of, has(main=-30))
    assert (made.earned_points, made.short_points) == (0, {"main": 20})


def test_what_the_refund_cannot_pay_for_is_owed():
    # 20 points and 250 more for a sale of 200.00, all of them gone: 200.00 pay for 200 points, 70 are owed.
    of = rules("refund", campaign(PointsFixed(250)))
    made = back(sold(of), of, has())
    assert (made.short_points, made.short_minor, made.earned_points) == ({"main": 200}, 200_00, 70)
    assert (made.payments, made.settled_minor) == ((), 0)


def test_points_spent_on_the_sale_come_back_before_those_earned_are_taken():
    # 50 of the points paid: 150.00 earn 15. Back come 50, so 15 are there, though the account has none.
    of = rules("refund", redeem=Redeem(max_share_bp=10_000))
    sale = sold(of, redeem_points=50)
    made = back(sale, of, has())
    assert (sale.earned_points, made.earned_points, made.redeemed_points, made.short_minor) == (15, 15, 50, 0)


def test_parts_settle_what_was_missing_once():
    of = rules("refund")
    sale = sold(of)
    first = back(sale, of, has(main=4), wanted={1: 1000})
    last = back(sale, of, has(), [first], wanted={2: 1000})
    assert [(each.earned_points, each.short_minor) for each in (first, last)] == [(4, 6_00), (0, 10_00)]
    assert first.total_minor + last.total_minor == sale.total_minor


def test_other_wallets_go_by_their_own_worth():
    # 3 stars at 2.50 are gone, and 20 points: 20.00 + 7.50.
    of = rules("refund", campaign(PointsFixed(3, "stars")))
    made = back(sold(of), of, has())
    assert (made.short_points, made.short_minor, made.wallets) == ({"main": 20, "stars": 3}, 27_50, {})


def test_stars_without_a_worth_are_owed():
    of = replace(rules("refund", campaign(PointsFixed(3, "stars"))), wallets=(replace(STARS, worth_minor=0),))
    made = back(sold(of), of, has(main=20))
    assert (made.short_points, made.wallets) == ({}, {"stars": 3})


def test_the_lot_of_the_sale_itself_is_there_though_it_has_run_out():
    of = rules("balance")
    sale = sold(of)
    lot = Lot(lot_id(sale.receipt_id, 1), "main", 20, "2026-11-01", expires_date="2026-11-10")
    made = back(replace(sale, lots=(lot,)), of, Purse((lot,)))
    assert (made.earned_points, made.short_points) == (20, {})


def test_a_part_of_a_point_s_worth_is_rounded_down():
    # Three points are worth 1.00: 10 % of 200.00 are 60 points. 59 of them are gone: 19.6666.
    of = rules("refund", redeem=Redeem(step_points=3), point_scale=3)
    made = back(sold(of), of, has(main=1))
    assert (made.earned_points, made.short_points, made.short_minor) == (1, {"main": 59}, 19_66)


def test_money_of_gift_cards_is_not_kept_for_points():
    of = rules("refund")
    paid = (Payment("gift_card", 195_00, gift_card("2601234567890")), Payment("cash", 5_00))
    made = back(replace(sold(of), payments=paid), of, has())
    assert (made.short_points, made.short_minor, made.earned_points) == ({"main": 5}, 5_00, 15)
    assert made.payments == (Payment("gift_card", 195_00, gift_card("2601234567890")),)
