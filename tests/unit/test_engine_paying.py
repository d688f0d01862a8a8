"""A till with a payment terminal: a card is charged once for a receipt that is recorded, and otherwise not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.model import Health
from devices.payment.manual import ManualTerminal
from devices.payment.model import Approval, Operation
from devices.payment.terminal import TRIES
from devices.protocols import PaymentTerminal
from devices.shtrih.commands import Command
from devices.virtual.payment import VirtualTerminal
from devices.virtual.shtrih import VirtualShtrih
from loyalty.receipt import Receipt
from loyalty.sentences import say, sentence
from terminal.charges import Kept
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.register import Answer, NoRegister, Recalled, Refused, Registered, Unknown
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from terminal.paying_said import refusal
from terminal.payment_book import PaymentBook
from terminal.session import State
from terminal.session import commands as c
from terminal.words import TEMPLATES
from tests.support.counter import CARD, TEA
from tests.support.fiscal import MemoryWire
from tests.support.payments import INFO, line_terminal
from tests.support.small_till import SOON_S, Rig, begin_return, make_till, opened_rig
from tests.unit.test_fiscal_slip import SALE

TEA_MINOR = 100_00


@pytest.fixture
def bank() -> VirtualTerminal:
    return VirtualTerminal()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


class InTheDark(NoRegister):
    """A register that never answers."""

    def register(self, receipt: Receipt, key: str) -> Answer:
        return Unknown(sentence("fiscal.doubt", number=receipt.number))

    def recall(self, key: str) -> Recalled | None:
        return Recalled(SALE, Unknown(sentence("fiscal.doubt", number=SALE.number)))


class Paper(NoRegister):
    """A register out of paper until `roll` is put in."""

    def __init__(self) -> None:
        self.roll = False

    def register(self, receipt: Receipt, key: str) -> Answer:
        if not self.roll:
            return Refused(sentence("fiscal.no_paper"), sentence("fiscal.no_paper.hint"))
        return Registered("7")


def at_payment(rig: Rig) -> None:
    for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay()):
        rig.engine.dispatch(command)


def said(state: State) -> str:
    return state.notice.said.code if state.notice else ""


def kept(folder: Path) -> list[Kept]:
    """What the book holds once the till has ended."""
    book = PaymentBook(folder)
    try:
        return list(book.with_fate("asked", "approved", "undoing", "done", "undone"))
    finally:
        book.close()


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


def test_power_that_goes_amid_a_sale_is_a_doubt_and_asking_again_ends_it_with_one_charge(folder, bank) -> None:
    bank.cut_after(220)
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.stage == "doubt")
        assert bank.charged() == [("sale", TEA_MINOR)]
        bank.power_on()
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert [each.fate for each in kept(folder)] == ["done"]


def test_a_doubt_left_for_cash_is_undone_by_the_next_start(folder, bank) -> None:
    bank.cut_after(220)
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.stage == "doubt")
        rig.engine.dispatch(c.Back())
        rig.until(lambda state: said(state) == "payment.unsettled")
        assert rig.engine.dispatch(c.Tender("cash")).state.mode == "done"
    assert [each.fate for each in kept(folder)] == ["undoing"]
    bank.power_on()
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.until(lambda state: said(state) == "payment.undone")
    assert (bank.charged(), [each.fate for each in kept(folder)]) == ([], ["undone"])


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


@contextmanager
def with_shtrih(folder: Path, wire: MemoryWire, terminal: PaymentTerminal) -> Iterator[Rig]:
    register = FiscalRegister(Shtrih(wire), FiscalBook(folder))
    with opened_rig(folder, register, terminal=terminal) as rig:
        yield rig
    register.close()


@pytest.mark.parametrize("issued", [True, False])
def test_what_paid_a_receipt_in_doubt_waits_for_its_end(folder, bank, issued) -> None:
    """The register's cable is out amid the receipt; the cashier puts it aside, and sells on once it is plugged in."""
    wire = MemoryWire(VirtualShtrih())
    wire.pull_after = Command.CLOSE_RECEIPT
    if not issued:
        wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "fiscal.doubt")
        rig.engine.dispatch(c.PutAside())
        assert bank.charged() == [("sale", TEA_MINOR)]
        wire.out = False
        rig.engine.dispatch(c.AskRegister())
        if not issued:
            rig.until(lambda state: said(state) == "payment.undone")
        receipts = rig.store.journal.recent_receipts()
    assert len(receipts) == issued
    assert bank.charged() == [("sale", TEA_MINOR)] * issued
    assert [each.fate for each in kept(folder)] == ["done" if issued else "undone"]


def test_a_till_killed_with_a_receipt_in_doubt_asks_both_and_loses_neither(folder, bank) -> None:
    wire = MemoryWire(VirtualShtrih())
    wire.pull_after = Command.CLOSE_RECEIPT
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "fiscal.doubt")
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        assert said(rig.engine.view().state) == "fiscal.doubt"
        assert bank.charged() == [("sale", TEA_MINOR)]
        wire.out = False
        rig.engine.dispatch(c.AskRegister())
        assert len(rig.store.journal.recent_receipts()) == 1
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert [each.fate for each in kept(folder)] == ["done"]


def test_a_till_killed_between_the_card_and_the_receipt_gives_the_money_back(folder, bank) -> None:
    book = PaymentBook(folder)
    operation = Operation("ab" * 16, "sale", TEA_MINOR)
    line_terminal(bank).authorize_sales(operation, lambda step: None)
    book.keep(Kept(operation, 0, "VT000001"))
    book.close()
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.until(lambda state: said(state) == "payment.undone")
    assert bank.charged() == []


def test_a_till_killed_after_the_receipt_leaves_the_money_where_it_is(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
    (done,) = kept(folder)
    book = PaymentBook(folder)
    book.keep(Kept(done.operation, done.at_ms, done.terminal, "approved"))
    book.close()
    with opened_rig(folder, terminal=line_terminal(bank)):
        pass
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert kept(folder) == [done]


def test_while_an_older_receipt_is_in_doubt_no_card_is_charged(folder, bank) -> None:
    with opened_rig(folder, InTheDark(), terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.dispatch(c.Tender("cash"))
        rig.engine.dispatch(c.Tender("card"))
        assert said(rig.engine.view().state) == "fiscal.doubt"
        assert rig.engine.view().state.charge is None
    assert (bank.charged(), kept(folder)) == ([], [])


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


# -- the end of the day


def closed_after_a_sale(rig: Rig) -> None:
    at_payment(rig)
    rig.engine.post(c.Tender("card"))
    rig.until(lambda state: state.mode == "done")
    rig.engine.dispatch(c.CloseShift())


def args(state: State) -> dict[str, object]:
    return dict(state.notice.said.args) if state.notice else {}


def test_a_shift_that_is_closed_settles_the_terminal_which_agrees_with_the_receipts(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_agrees")
        assert (state.mode, args(state)) == ("closed", {"own_minor": TEA_MINOR})
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_agrees" and state.mode == "closed")
        assert args(state) == {"own_minor": TEA_MINOR}


def test_what_the_terminal_has_taken_without_a_receipt_is_a_difference_told_in_figures(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        line_terminal(bank).authorize_sales(Operation("past the till", "sale", 30_00), lambda step: None)
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_differs")
        assert args(state) == {
            "told_minor": 130_00, "told": 2, "own_minor": 100_00, "own": 1, "difference_minor": 30_00,
        }  # fmt: skip


def test_a_terminal_that_is_silent_at_the_end_of_the_day_is_compared_at_the_next(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
        bank.on = False
        assert rig.engine.dispatch(c.CloseShift()).state.mode == "closed"
        rig.until(lambda state: said(state) == "payment.no_totals")
        bank.power_on()
        closed_after_a_sale(rig)
        assert args(rig.until(lambda state: said(state) == "payment.day_agrees")) == {"own_minor": 2 * TEA_MINOR}


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_day_whose_settlement_was_lost_is_counted_once_and_whole(folder, bank, loss) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        for _ in range(TRIES):
            bank.lose("totals", loss)
        closed_after_a_sale(rig)
        rig.until(lambda state: said(state) == "payment.no_totals")
        closed_after_a_sale(rig)
        assert args(rig.until(lambda state: said(state) == "payment.day_agrees")) == {"own_minor": 2 * TEA_MINOR}


# -- a terminal worked by hand


def by_hand() -> ManualTerminal:
    terminal = ManualTerminal(INFO)
    assert terminal.check_health() is Health.CLOSED
    terminal.open(lambda event: None)
    return terminal


def test_the_code_of_the_bank_slip_is_typed_and_the_till_waits_for_no_device(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
        rig.engine.dispatch(c.EnterSlip("код"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code_again")
        rig.engine.dispatch(c.EnterSlip("123456"))
        receipt = rig.until(lambda state: state.mode == "done").receipt
        assert receipt is not None
        assert receipt.payments[0].bank is not None
        assert receipt.payments[0].bank.code == "123456"
    assert [(each.fate, each.operation.approval) for each in kept(folder)] == [("done", Approval("123456"))]


def test_a_till_stopped_before_the_code_was_typed_asks_what_became_of_it(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
    assert [each.fate for each in kept(folder)] == ["asked"]
    with opened_rig(folder, terminal=by_hand()) as rig:
        state = rig.until(lambda state: state.charge is not None and state.charge.step == "outcome")
        assert (state.charge is not None and state.charge.amount_minor, len(state.basket.lines)) == (TEA_MINOR, 1)
        rig.engine.dispatch(c.EnterSlip("123456"))
        state = rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        assert state.charge is not None
        assert state.charge.code == "123456"
        rig.engine.dispatch(c.EnterSlip(""))
        rig.until(lambda state: said(state) == "payment.undone" and state.charge is None)
    assert [each.fate for each in kept(folder)] == ["undone"]


def test_a_void_that_is_put_off_stays_on_the_list_and_is_asked_for_by_the_next_card(folder) -> None:
    with opened_rig(folder, Paper(), terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
        rig.engine.dispatch(c.EnterSlip("123456"))
        rig.until(lambda state: said(state) == "fiscal.no_paper")
        rig.engine.dispatch(c.Back())
        rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        rig.engine.dispatch(c.CancelCharge())
        rig.until(lambda state: said(state) == "payment.unsettled_by_hand" and state.charge is None)
        rig.engine.dispatch(c.Pay())
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        rig.engine.dispatch(c.EnterSlip(""))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
    assert sorted(each.fate for each in kept(folder)) == ["asked", "undone"]


def test_of_a_terminal_worked_by_hand_the_receipts_are_told_for_its_own_report(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        for _ in range(2):
            at_payment(rig)
            rig.engine.post(c.Tender("card"))
            rig.until(lambda state: state.charge is not None and state.charge.step == "code")
            rig.engine.dispatch(c.EnterSlip("123456"))
            rig.until(lambda state: state.mode == "done")
            rig.engine.dispatch(c.CloseShift())
            state = rig.until(lambda state: said(state) == "payment.day_by_hand" and state.mode == "closed")
            assert args(state) == {"own_minor": TEA_MINOR}


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
        assert state.basket.member.card == CARD
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
