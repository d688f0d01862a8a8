"""Bank cards in the session: asked at the terminal first, counted once approved, given back where no receipt is."""

from __future__ import annotations

from itertools import count

import pytest
from msgspec.structs import replace

from loyalty.bank_card import BankSlip
from loyalty.receipt import Payment
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.state import Charge
from tests.support.counter import CUP, TEA, Counter

DOWN = c.Failed(sentence("fiscal.no_paper"), sentence("fiscal.no_paper.hint"))


class Watched(Counter):
    """Keeps the returns that were recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[c.CommitReturn] = []

    def _answer(self, effect: c.Effect) -> c.Command | None:
        if isinstance(effect, c.CommitReturn):
            self.commits.append(effect)
        return super()._answer(effect)


@pytest.fixture
def till() -> Watched:
    """Tea for 100.00 is on the receipt, and a payment terminal is connected."""
    made = Watched()
    made.charge_refs = (f"ref {number}" for number in count(1))
    made.opened().do(c.Scan(TEA.code))
    return made


def reference(till: Counter) -> str:
    assert till.state.charge is not None
    return till.state.charge.reference


def slip(till: Counter, tail: str = "1234") -> BankSlip:
    return BankSlip(reference(till), "000001", "000000000001", tail, "MIR")


def paid_by_card(till: Counter, amount_minor: int | None = None) -> BankSlip:
    till.do(c.Pay(), c.Tender("card", amount_minor))
    bank = slip(till)
    till.do(c.CardCharged(bank))
    return bank


def still_at_work(till: Counter) -> bool:
    return till.state.charge is not None


def released(till: Counter) -> list[tuple[str, ...]]:
    return [each.references for each in till.bank if isinstance(each, c.ReleaseCards)]


def test_a_card_counts_only_once_the_terminal_has_charged_it(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    charge = till.state.charge
    assert charge == Charge(reference(till), "sale", 100_00)
    assert till.bank == [c.ChargeCard(charge.reference, "sale", 100_00)]
    assert (till.state.tenders, till.receipts) == ((), {})
    till.do(c.ChargeAsks(charge.reference, "sale", 100_00, "pin"))
    assert till.state.charge == replace(charge, step="pin")
    till.do(c.CardCharged(slip(till)))
    assert till.state.receipt is not None
    assert till.state.receipt.payments == (Payment("card", 100_00, bank=slip_of_receipt(charge.reference)),)
    assert (still_at_work(till), released(till)) == (False, [])


def slip_of_receipt(of: str) -> BankSlip:
    return BankSlip(of, "000001", "000000000001", "1234", "MIR")


def test_without_a_terminal_a_card_counts_at_once() -> None:
    till = Counter().opened().do(c.Scan(TEA.code), c.Pay(), c.Tender("card"))
    assert till.state.receipt is not None
    assert (till.state.receipt.payments, till.bank) == ((Payment("card", 100_00),), [])


def test_a_part_by_card_leaves_the_rest_to_pay(till: Counter) -> None:
    bank = paid_by_card(till, 40_00)
    assert (till.state.mode, till.state.due_minor, till.said) == ("pay", 60_00, "pay.left")
    till.do(c.Tender("cash"))
    assert till.state.receipt is not None
    assert till.state.receipt.payments == (Payment("card", 40_00, bank=bank), Payment("cash", 60_00))


@pytest.mark.parametrize(
    "command", [c.Tender("cash"), c.Tender("card"), c.Scan(CUP.code), c.Type("5"), c.ConfirmPhone()]
)
def test_while_the_terminal_works_the_receipt_stays_as_it_is(till: Counter, command: c.Command) -> None:
    till.do(c.Pay(), c.Tender("card"), command)
    assert till.said == "charge.under_way"
    assert (len(till.bank), till.state.tenders, len(till.state.basket.lines)) == (1, (), 1)


def test_what_the_bank_declines_leaves_the_receipt_to_be_paid_otherwise(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    till.do(c.ChargeRefused(reference(till), sentence("payment.declined", why="no_money")))
    assert (till.state.mode, till.state.charge, till.said) == ("pay", None, "payment.declined")
    till.do(c.Tender("cash"))
    assert till.state.receipt is not None
    assert till.state.receipt.payments == (Payment("cash", 100_00),)


def test_esc_stops_the_terminal_and_the_receipt_is_paid_otherwise(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    of = reference(till)
    till.do(c.Back())
    assert till.bank[-1] == c.CancelCard(of)
    assert till.state.charge is not None
    assert (till.state.mode, till.state.charge.stage) == ("pay", "stopping")
    till.do(c.ChargeRefused(of, sentence("payment.cancelled")))
    assert (till.state.mode, still_at_work(till)) == ("pay", False)


def test_a_card_charged_after_esc_goes_back(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    bank = slip(till)
    till.do(c.Back(), c.CardCharged(bank))
    assert (released(till), till.said) == ([(bank.reference,)], "charge.too_late")
    assert (till.state.mode, till.state.tenders, till.receipts) == ("pay", (), {})


def test_a_doubt_is_asked_about_under_the_same_reference_and_nothing_else_is_paid(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    of = reference(till)
    till.do(c.ChargeInDoubt(of))
    assert till.said == "charge.doubt"
    till.do(c.Tender("cash"))
    assert (till.said, till.state.tenders) == ("charge.doubt", ())
    till.do(c.Tender("card"))
    assert till.bank[-1] == c.ChargeCard(of, "sale", 100_00, again=True)
    till.do(c.CardCharged(slip(till)))
    assert till.state.receipt is not None
    assert [each.reference for each in till.bank if isinstance(each, c.ChargeCard)] == [of, of]


def test_a_doubt_that_is_left_is_undone_and_the_receipt_paid_in_cash(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    of = reference(till)
    till.do(c.ChargeInDoubt(of), c.Back())
    assert (released(till), till.said, till.state.mode) == ([(of,)], "charge.left", "pay")
    till.do(c.Tender("cash"))
    assert till.state.receipt is not None


def test_esc_that_ends_in_doubt_is_left_at_once(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    of = reference(till)
    till.do(c.Back(), c.ChargeInDoubt(of))
    assert (till.state.charge, released(till)) == (None, [(of,)])


def test_a_receipt_that_is_refused_keeps_the_card_and_is_tried_again_without_charging(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    bank = slip(till)
    till.fails = DOWN
    till.do(c.CardCharged(bank))
    assert (till.state.mode, till.said, till.state.due_minor) == ("pay", "fiscal.no_paper", 0)
    assert released(till) == []
    till.fails = None
    till.do(c.Tender("card"))
    assert till.state.receipt is not None
    assert till.state.receipt.payments == (Payment("card", 100_00, bank=bank),)
    assert len([each for each in till.bank if isinstance(each, c.ChargeCard)]) == 1


def test_a_receipt_that_is_refused_and_left_gives_the_card_its_money_back(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    bank = slip(till)
    till.fails = DOWN
    till.do(c.CardCharged(bank))
    till.fails = None
    till.do(c.Back())
    assert (till.state.mode, till.said, released(till)) == ("sale", "charge.taking_back", [(bank.reference,)])
    assert [line.product.code for line in till.state.basket.lines] == [TEA.code]


def test_cash_beside_the_card_is_named_when_the_payment_is_left(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("cash", 30_00), c.Tender("card"))
    bank = slip(till)
    till.fails = DOWN
    till.do(c.CardCharged(bank))
    till.fails = None
    till.do(c.Back())
    assert till.state.notice is not None
    assert (till.said, till.state.notice.said.args["cash_minor"]) == ("pay.returned_cash", 30_00)
    assert released(till) == [(bank.reference,)]


def test_a_receipt_put_aside_in_doubt_releases_its_card(till: Counter) -> None:
    till.do(c.Pay(), c.Tender("card"))
    bank = slip(till)
    till.fails = DOWN
    till.do(c.CardCharged(bank), c.PutAside())
    assert (till.state.mode, released(till)) == ("sale", [(bank.reference,)])


def test_a_charge_of_a_receipt_that_is_gone_goes_back(till: Counter) -> None:
    till.do(c.CardCharged(BankSlip("of long ago")))
    assert released(till) == [("of long ago",)]


def sold(till: Counter) -> str:
    paid_by_card(till)
    assert till.state.receipt is not None
    return till.state.receipt.number


def test_a_return_gives_the_money_back_to_the_card_before_it_is_recorded(till: Watched) -> None:
    number = sold(till)
    till.do(c.BeginReturn(number), c.ReturnAll(), c.ConfirmReturn("card"))
    of = reference(till)
    assert till.bank[-1] == c.ChargeCard(of, "refund", 100_00, "000000000001")
    assert till.state.mode == "return"
    till.do(c.CardCharged(slip(till)))
    assert (till.state.mode, till.said) == ("done", "done.return_to_card")
    assert till.commits[-1].bank == slip_of_receipt(of)
    assert till.commits[-1].bank_minor == 100_00


def test_a_return_that_is_refused_takes_the_money_again(till: Counter) -> None:
    number = sold(till)
    till.do(c.BeginReturn(number), c.ReturnAll(), c.ConfirmReturn("card"))
    bank = slip(till)
    till.fails = DOWN
    till.do(c.CardCharged(bank))
    assert (till.state.mode, till.said, released(till)) == ("return", "fiscal.no_paper", [(bank.reference,)])
    assert till.state.tenders == ()


def test_a_return_in_cash_asks_no_terminal(till: Counter) -> None:
    number = sold(till)
    before = len(till.bank)
    till.do(c.BeginReturn(number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert (till.state.mode, till.said, len(till.bank)) == ("return", "return.not_cash", before)
    till.do(c.ConfirmReturn("cash", sure=True))
    assert (till.state.mode, len(till.bank)) == ("done", before)


def test_of_a_receipt_paid_in_part_by_card_the_terminal_gives_back_that_part(till: Watched) -> None:
    till.do(c.Pay(), c.Tender("cash", 40_00), c.Tender("card"))
    till.do(c.CardCharged(slip(till)))
    assert till.state.receipt is not None
    till.do(c.BeginReturn(till.state.receipt.number), c.ReturnAll(), c.ConfirmReturn("card"))
    assert till.bank[-1] == c.ChargeCard(reference(till), "refund", 60_00, "000000000001")
    till.do(c.CardCharged(slip(till)))
    assert (till.state.mode, till.commits[-1].kind, till.commits[-1].bank_minor) == ("done", "as_paid", 60_00)


def test_cash_given_back_to_a_card_goes_through_the_terminal_as_a_whole(till: Watched) -> None:
    till.do(c.Pay(), c.Tender("cash"))
    assert till.state.receipt is not None
    till.do(c.BeginReturn(till.state.receipt.number), c.ReturnAll(), c.ConfirmReturn("card", sure=True))
    assert till.bank[-1] == c.ChargeCard(reference(till), "refund", 100_00)
    till.do(c.CardCharged(slip(till)))
    assert (till.state.mode, till.commits[-1].kind, till.commits[-1].bank_minor) == ("done", "card", 100_00)


def test_a_question_about_another_sale_stands_through_the_next_one(till: Counter) -> None:
    asked = c.ChargeAsks("old", "undo", 50_00, "void", "123456")
    till.do(asked, c.Pay(), c.Tender("cash"), c.Scan(CUP.code))
    assert till.state.charge == Charge("old", "undo", 50_00, "void", code="123456")
    assert [line.product.code for line in till.state.basket.lines] == [CUP.code]
    till.do(c.EnterSlip(""))
    assert till.bank[-1] == c.AnswerTerminal("")
    till.do(c.ChargeEnded("old"))
    assert till.state.charge is None


def test_a_question_about_another_sale_can_be_put_off(till: Counter) -> None:
    till.do(c.ChargeAsks("old", "undo", 50_00, "void", "123456"), c.CancelCharge())
    assert till.bank[-1] == c.CancelCard("old")
    till.do(c.ChargeEnded("old"))
    assert till.state.charge is None


def test_nothing_is_cancelled_or_entered_where_nothing_is_asked(till: Counter) -> None:
    assert till.do(c.CancelCharge()).said == "charge.none"
    assert till.do(c.EnterSlip("1")).said == "charge.none"
    assert till.bank == []
