"""A member's card shown when the receipt is already being paid."""

import pytest

from loyalty.codes import card_number
from loyalty.documents.programme_file import parse_programme
from terminal.session import commands as c
from tests.support.counter import ANNA, BLOCKED, CARD, CUP, PROGRAMME, TEA, Counter

STRANGER = card_number("299", 77)
MEMBERS_BY_CARD = """
[[campaign]]
id = "card"
name = { ru = "Своим картой дешевле", en = "Cheaper by card for members" }
conditions = [{ type = "who" }, { type = "payment", kinds = ["card"] }]
reward = { type = "amount", amount_minor = 50_50, per = "receipt" }
"""


def paying() -> Counter:
    return Counter().opened().do(c.Scan(TEA.code), c.Scan(CUP.code), c.Pay())


def test_a_card_scanned_before_any_money_counts_for_the_receipt_and_payment_goes_on() -> None:
    till = paying().do(c.Scan(CARD))
    assert (till.state.mode, till.said) == ("pay", "member.found")
    till.do(c.Tender("cash"))
    receipt = till.state.receipt
    assert receipt is not None
    assert (receipt.member_id, receipt.total_minor) == (ANNA.member_id, 550_50)
    assert receipt.earned_points == 27  # 5 % of 550.50, whole points


def test_what_each_kind_of_money_comes_to_is_told_anew_with_the_member() -> None:
    rules = parse_programme(PROGRAMME + MEMBERS_BY_CARD)
    till = Counter(rules).opened().do(c.Scan(TEA.code), c.Scan(CUP.code), c.Pay())
    assert till.state.totals == {}
    assert till.do(c.Scan(CARD)).state.totals == {"cash": 550_50, "card": 500_00}


def test_once_money_is_taken_the_receipt_stays_as_it_was_told() -> None:
    till = paying().do(c.Tender("card", 100_00), c.Scan(CARD))
    assert (till.said, till.state.basket.member) == ("not_now.pay", None)
    assert len(till.state.tenders) == 1


def test_a_gift_card_in_hand_is_put_away_since_it_would_pay_another_sum() -> None:
    till = paying()
    till.gift_cards[card_number("298", 1)] = 100_00
    till.do(c.Scan(card_number("298", 1)))
    assert till.state.gift_card is not None
    assert till.do(c.Scan(CARD)).state.gift_card is None


@pytest.mark.parametrize(("card", "said"), [(STRANGER, "member.unknown"), (BLOCKED, "member.blocked")])
def test_a_card_that_is_of_no_use_is_said_and_is_no_failure_of_the_payment(card: str, said: str) -> None:
    till = paying().do(c.Scan(card))
    assert (till.said, till.state.mode, till.state.failure) == (said, "pay", None)
    assert till.do(c.Tender("cash")).state.mode == "done"


def test_goods_scanned_while_paying_are_still_refused() -> None:
    till = paying().do(c.Scan(TEA.code))
    assert (till.said, len(till.state.basket.lines)) == ("not_now.pay", 2)
