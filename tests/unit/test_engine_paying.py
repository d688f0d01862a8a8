"""A till with a payment terminal: a card is charged once for a receipt that is recorded, and otherwise not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from devices.virtual.payment import VirtualTerminal
from loyalty.sentences import say
from terminal.paying_said import refusal
from terminal.session import commands as c
from terminal.words import TEMPLATES
from tests.support.counter import CARD, TEA
from tests.support.paying_till import TEA_MINOR, Paper, args, at_payment, by_hand, kept
from tests.support.payments import line_terminal
from tests.support.small_till import SOON_S, begin_return, make_till, opened_rig, said


@pytest.fixture
def bank() -> VirtualTerminal:
    return VirtualTerminal()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def test_a_card_sale_is_one_charge_and_one_receipt_with_the_slip_of_the_bank(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        receipt = rig.until(lambda state: state.mode == "done").receipt
        assert receipt is not None
        paid = receipt.payments[0].bank
        assert paid is not None
        assert (paid.code, paid.rrn, paid.tail, paid.scheme) == ("000001", "000000000001", "1234", "MIR")
        assert rig.store.journal.recent_receipts() == (receipt,)
        slip = [" ".join(line.split()) for line in rig.slips[-1]]
        assert slip[slip.index("Card 100.00") :][1:3] == ["MIR ··1234 code 000001", "RRN 000000000001"]
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert [(each.fate, each.receipt, each.reference) for each in kept(folder)] == [
        ("done", receipt.number, paid.reference)
    ]


def test_while_the_customer_is_waited_for_the_till_answers_and_esc_ends_it(folder, bank) -> None:
    bank.slow = 10_000
    goes_on = threading.Event()
    with opened_rig(folder, terminal=line_terminal(bank, lambda seconds: goes_on.wait(SOON_S))) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "card")
        rig.engine.dispatch(c.Back())
        goes_on.set()
        state = rig.until(lambda state: state.charge is None)
        assert (state.mode, said(state)) == ("pay", "payment.cancelled")
    assert (bank.charged(), kept(folder)) == ([], [])


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("declined", "Банк отказал"),
        ("no_money", "Банк отказал: на карте мало денег"),
        ("power", "Терминал выключался: оплата не прошла"),
        ("E-51", "Банк отказал: E-51"),
    ],
)
def test_why_a_bank_says_no_is_told_in_the_cashier_s_language_where_the_word_is_ours(why: str, text: str) -> None:
    told, hint = refusal(why)
    assert (say(told, "ru", TEMPLATES), hint and hint.code) == (text, "payment.declined.hint")


def test_a_card_that_is_declined_is_told_and_cash_pays(folder, bank) -> None:
    bank.decline = "no money"
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        assert said(rig.until(lambda state: said(state) == "payment.declined")) == "payment.declined"
        assert rig.engine.dispatch(c.Tender("cash")).state.mode == "done"
    assert bank.charged() == []


def test_a_terminal_that_is_silent_is_told_before_anything_is_sent(folder, bank) -> None:
    bank.on = False
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "payment.silent")
    assert kept(folder) == []


def test_a_register_without_paper_keeps_the_card_and_the_receipt_is_tried_again(folder, bank) -> None:
    register = Paper()
    with opened_rig(folder, register, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        state = rig.until(lambda state: said(state) == "fiscal.no_paper")
        assert (state.mode, state.due_minor) == ("pay", 0)
        register.roll = True
        assert rig.engine.dispatch(c.Tender("card")).state.mode == "done"
    assert bank.charged() == [("sale", TEA_MINOR)]


def test_a_register_without_paper_and_esc_give_the_money_back(folder, bank) -> None:
    with opened_rig(folder, Paper(), terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "fiscal.no_paper")
        rig.engine.dispatch(c.Back())
        state = rig.until(lambda state: said(state) == "payment.undone")
        assert [line.product.code for line in state.basket.lines] == [TEA.code]
        assert rig.store.journal.recent_receipts() == ()
    assert (bank.charged(), [each.fate for each in kept(folder)]) == ([], ["undone"])


def test_a_return_goes_back_to_the_card_and_its_receipt_names_it(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        sale = rig.until(lambda state: state.mode == "done").receipt
        assert sale is not None
        begin_return(rig.engine, sale.number)
        rig.engine.dispatch(c.ReturnAll())
        rig.engine.post(c.ConfirmReturn("card"))
        back = rig.until(lambda state: state.receipt is not None and state.receipt.kind == "return").receipt
        assert back is not None
        assert back.payments[0].bank is not None
        assert back.payments[0].bank.code == "000002"
        assert (said(rig.engine.view().state), args(rig.engine.view().state)) == (
            "done.return_card", {"number": back.number, "amount_minor": TEA_MINOR},
        )  # fmt: skip
    assert bank.charged() == [("sale", TEA_MINOR), ("refund", TEA_MINOR)]
    assert [each.operation.rrn for each in kept(folder)] == ["", "000000000001"]


def test_a_return_the_register_refuses_takes_the_refund_back(folder, bank) -> None:
    register = Paper()
    register.roll = True
    with opened_rig(folder, register, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        sale = rig.until(lambda state: state.mode == "done").receipt
        assert sale is not None
        begin_return(rig.engine, sale.number)
        rig.engine.dispatch(c.ReturnAll())
        register.roll = False
        rig.engine.post(c.ConfirmReturn("card"))
        assert rig.until(lambda state: said(state) == "payment.undone").mode == "return"
    assert bank.charged() == [("sale", TEA_MINOR)]


# -- members by their bank cards


def test_a_bank_card_registered_once_brings_the_member_at_the_next_sale_and_is_recorded_as_a_hash(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        for command in (c.OpenShift("Ольга"), c.Scan(CARD)):
            rig.engine.dispatch(command)
        rig.engine.post(c.RegisterBankCard())
        rig.until(lambda state: said(state) == "bank_card.registered")
        rig.engine.dispatch(c.VoidReceipt())
    assert bank.card.token.encode() not in b"".join(each.read_bytes() for each in folder.glob("*.db*"))
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.engine.dispatch(c.Scan(TEA.code))
        rig.engine.post(c.ReadBankCard())
        state = rig.until(lambda state: state.basket.member is not None)
        assert state.basket.member is not None
        assert (state.basket.member.card, state.basket.member.bank_cards) == (CARD, 1)
        rig.engine.post(c.RegisterBankCard())
        rig.until(lambda state: said(state) == "bank_card.already")
        assert args(rig.engine.dispatch(c.ForgetBankCards()).state) == {"count": 1}
        rig.engine.dispatch(c.ForgetMember())
        rig.engine.post(c.ReadBankCard())
        rig.until(lambda state: said(state) == "bank_card.unknown")
    assert bank.charged() == []


def test_a_terminal_that_reads_no_card_says_why(folder, bank) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        rig.engine.dispatch(c.OpenShift("Ольга"))
        rig.engine.post(c.ReadBankCard())
        rig.until(lambda state: said(state) == "bank_card.no_terminal")
    bank.on = False
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.engine.post(c.ReadBankCard())
        rig.until(lambda state: said(state) == "payment.silent")
