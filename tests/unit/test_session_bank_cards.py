"""Members by their bank cards: read before the receipt is paid, registered and forgotten on request."""

from __future__ import annotations

from itertools import count

import pytest
from msgspec.structs import replace

from loyalty.bank_card import BankSlip
from loyalty.sentences import sentence
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, TEA, Counter

TOKEN = "0f" * 16


@pytest.fixture
def till() -> Counter:
    made = Counter()
    made.charge_refs = (f"ref {number}" for number in count(1))
    return made.opened()


def reference(till: Counter) -> str:
    assert till.state.charge is not None
    return till.state.charge.reference


def read(till: Counter, token: str = TOKEN) -> None:
    till.do(c.BankCardRead(reference(till), token, "1234"))


def paid(till: Counter, token: str = TOKEN) -> None:
    """The receipt, paid with a bank card at the terminal."""
    till.do(c.Pay(), c.Tender("card"))
    till.do(c.CardCharged(BankSlip(reference(till), tail="1234"), token))


def test_a_registered_bank_card_brings_the_member_before_the_receipt_is_paid(till: Counter) -> None:
    till.bank_cards[TOKEN] = CARD
    till.do(c.Scan(TEA.code), c.ReadBankCard())
    assert till.bank == [c.CheckCard(reference(till))]
    read(till)
    member = till.state.basket.member
    assert member is not None
    assert (member.member_id, member.identified_by, till.state.charge) == (ANNA.member_id, "card", None)
    assert till.state.quote is not None


def test_a_bank_card_nobody_registered_is_said_and_leaves_the_receipt_alone(till: Counter) -> None:
    till.do(c.Scan(TEA.code), c.ReadBankCard())
    read(till)
    assert (till.said, till.state.basket.member, till.state.charge) == ("bank_card.unknown", None, None)


def test_registering_is_an_action_of_its_own_for_the_member_on_the_receipt(till: Counter) -> None:
    assert till.do(c.RegisterBankCard()).said == "member.none"
    till.do(c.Scan(CARD), c.RegisterBankCard())
    read(till)
    assert till.said == "bank_card.registered"
    assert till.bank_cards == {TOKEN: CARD}


def test_a_blocked_member_registers_none(till: Counter) -> None:
    till.members[CARD] = replace(ANNA, blocked=True)
    assert till.do(c.Scan(CARD), c.RegisterBankCard()).said == "bank_card.blocked"
    till.do(c.Scan(TEA.code))
    paid(till)
    assert (till.state.paid_card, till.bank_cards) == (None, {})


def test_the_card_that_paid_a_member_s_receipt_is_offered_and_registered_by_one_key(till: Counter) -> None:
    till.do(c.Scan(TEA.code), c.Scan(CARD))
    paid(till)
    notice = till.state.notice
    assert notice is not None
    assert notice.hint is not None
    assert (till.state.mode, notice.said.code, notice.hint.code) == ("done", "done.sale_exact", "bank_card.free.hint")
    assert till.do(c.RegisterBankCard()).said == "bank_card.registered"
    assert (till.bank_cards, till.state.mode) == ({TOKEN: CARD}, "done")
    assert till.do(c.RegisterBankCard()).said == "not_now.done"


def test_a_card_that_is_somebody_s_or_has_paid_nobody_s_receipt_is_not_offered(till: Counter) -> None:
    till.do(c.Scan(TEA.code))
    paid(till)
    assert (till.state.mode, till.state.paid_card) == ("done", None)
    till.bank_cards[TOKEN] = CARD
    till.do(c.Scan(TEA.code), c.Scan(CARD))
    paid(till)
    assert (till.state.mode, till.state.paid_card) == ("done", None)
    del till.bank_cards[TOKEN]
    till.do(c.Scan(TEA.code), c.Scan(CARD))
    paid(till, token="")
    assert (till.state.mode, till.state.paid_card) == ("done", None)


def test_a_card_whose_payment_went_back_is_not_offered_with_the_next_money(till: Counter) -> None:
    till.do(c.Scan(TEA.code), c.Scan(CARD), c.Pay(), c.Tender("card", 10_00))
    till.do(c.CardCharged(BankSlip(reference(till), tail="1234"), TOKEN), c.Back())
    till.do(c.Pay(), c.Tender("cash"))
    assert (till.state.mode, till.state.paid_card) == ("done", None)


def test_the_bank_cards_of_a_member_are_forgotten_on_request(till: Counter) -> None:
    assert till.do(c.ForgetBankCards()).said == "member.none"
    assert till.do(c.Scan(CARD), c.ForgetBankCards()).said == "bank_card.none"
    till.bank_cards[TOKEN] = CARD
    assert till.do(c.ForgetBankCards()).said == "bank_card.forgotten"
    assert till.bank_cards == {}


def test_scans_go_on_while_a_card_is_read(till: Counter) -> None:
    till.do(c.ReadBankCard(), c.Scan(TEA.code))
    assert [line.product.code for line in till.state.basket.lines] == [TEA.code]
    till.do(c.ReadBankCard())
    assert till.said == "charge.under_way"


def test_esc_stops_the_reading(till: Counter) -> None:
    till.do(c.ReadBankCard())
    of = reference(till)
    till.do(c.Back())
    assert till.bank[-1] == c.CancelCard(of)
    till.do(c.ChargeRefused(of, sentence("payment.unread")))
    assert (till.state.charge, till.said) == (None, "payment.unread")


def test_while_a_card_is_read_the_receipt_is_not_paid(till: Counter) -> None:
    till.do(c.Scan(TEA.code), c.ReadBankCard(), c.Pay())
    assert (till.state.mode, till.said) == ("sale", "charge.under_way")
    read(till)
    assert till.do(c.Pay()).state.mode == "pay"


def test_a_card_nobody_waits_for_any_more_is_not_read(till: Counter) -> None:
    number = till.do(c.Scan(TEA.code), c.Pay(), c.Tender("cash")).state.receipt
    assert number is not None
    till.do(c.Back(), c.ReadBankCard())
    of = reference(till)
    till.do(c.BeginReturn(number.number))
    assert (till.state.mode, till.state.charge, till.bank[-1]) == ("return", None, c.CancelCard(of))
    till.do(c.BankCardRead(of, TOKEN, "1234"))
    assert till.state.mode == "return"


def test_a_terminal_that_names_no_card_and_a_till_without_one_say_so(till: Counter) -> None:
    till.do(c.ReadBankCard())
    read(till, token="")
    assert till.said == "bank_card.no_token"
    alone = Counter().opened().do(c.Scan(CARD))
    for command in (c.ReadBankCard(), c.RegisterBankCard(), c.ForgetBankCards()):
        assert alone.do(command).said == "bank_card.no_terminal"
    assert alone.bank == []
