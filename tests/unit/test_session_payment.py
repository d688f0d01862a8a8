"""Payment, completion and returns in the session."""

import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.quote import Standing
from loyalty.receipt import Payment
from loyalty.sentences import sentence
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, PROGRAMME, TEA, Counter


def sold(*commands: c.Command) -> Counter:
    return Counter().opened().do(c.Scan(CARD), c.Scan(TEA.code), c.Scan(CUP.code), *commands)


def test_exact_cash_completes_the_sale() -> None:
    till = sold(c.Pay(), c.Tender("cash"))
    assert till.state.mode == "done"
    assert till.state.receipt is not None
    assert till.state.receipt.total_minor == 550_50
    assert till.state.basket.lines == ()
    assert till.state.undo == ()


def test_more_cash_gives_change() -> None:
    till = sold(c.Pay(), c.Tender("cash", 1000_00))
    assert till.state.receipt is not None
    assert till.state.receipt.change_minor == 449_50
    assert till.said == "done.sale"


def test_card_and_cash_may_be_mixed() -> None:
    till = sold(c.Pay(), c.Tender("card", 500_00))
    assert (till.state.mode, till.state.due_minor) == ("pay", 50_50)
    till.do(c.Tender("cash", 100_00))
    assert till.state.receipt is not None
    assert till.state.receipt.change_minor == 49_50


def test_a_card_never_pays_more_than_is_due() -> None:
    till = sold(c.Pay(), c.Tender("card", 550_51))
    assert (till.said, till.state.tenders) == ("pay.card_over", ())


def test_nothing_and_less_than_nothing_are_no_payment() -> None:
    assert sold(c.Pay(), c.Tender("cash", 0)).said == "pay.amount"
    assert sold(c.Pay(), c.Tender("cash", -5)).said == "pay.amount"


def test_a_code_typed_into_cash_is_refused() -> None:
    assert sold(c.Pay(), c.Tender("cash", 4600000000017)).said == "pay.cash_over"


def test_an_empty_receipt_cannot_be_paid() -> None:
    assert Counter().opened().do(c.Pay()).said == "sale.empty"


def test_escape_from_payment_names_the_money_to_give_back() -> None:
    till = sold(c.Pay(), c.Tender("cash", 100_00), c.Back())
    assert (till.state.mode, till.said, len(till.state.basket.lines)) == ("sale", "pay.returned_cash", 2)


def test_money_taken_in_cash_and_from_the_card_goes_back_the_way_it_came() -> None:
    mixed = sold(c.Pay(), c.Tender("cash", 10_00), c.Tender("card", 3_00), c.Tender("cash", 5_00), c.Back())
    assert mixed.state.notice is not None
    assert mixed.state.notice.said == sentence("pay.returned_mixed", cash_minor=15_00, card_minor=3_00)
    card = sold(c.Pay(), c.Tender("card", 7_00), c.Back())
    assert card.state.notice is not None
    assert card.state.notice.said == sentence("pay.returned_card", card_minor=7_00)


def test_a_sale_that_could_not_be_recorded_stays_on_the_screen() -> None:
    till = sold(c.Pay())
    till.fails = c.Failed(sentence("store.full"))
    till.do(c.Tender("cash"))
    assert (till.state.mode, till.said, till.state.tenders) == ("pay", "store.full", ())
    till.fails = None
    assert till.do(c.Tender("cash")).state.mode == "done"
    assert len(till.receipts) == 1


def test_any_scan_after_a_receipt_begins_the_next_one() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.Scan(TEA.code))
    assert (till.state.mode, len(till.state.basket.lines), till.state.receipt) == ("sale", 1, None)
    assert till.state.basket.member is None


def test_points_are_spent_up_to_half_the_receipt_and_can_be_taken_back() -> None:
    till = sold(c.SpendPoints())
    assert till.state.quote is not None
    assert till.state.quote.redeemed_points == 200
    till.do(c.SpendPoints(0))
    assert till.state.quote is not None
    assert till.state.quote.redeemed_points == 0


def test_points_over_the_limit_are_refused_with_the_limit() -> None:
    till = sold(c.SpendPoints(201))
    assert (till.said, till.state.basket.redeem_points) == ("points.less", 0)


def test_offline_the_programme_s_cap_holds() -> None:
    till = Counter().opened()
    till.standing = Standing(online=False)
    till.do(c.Scan(CARD), c.Scan(TEA.code), c.Scan(CUP.code), c.SpendPoints())
    assert till.state.quote is not None
    assert till.state.quote.redeemed_points == 30


def test_points_without_a_member_are_refused() -> None:
    assert Counter().opened().do(c.Scan(TEA.code), c.SpendPoints()).said == "member.none"


def test_a_partial_return_gives_back_what_was_paid_and_takes_back_points() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("t1-000001"))
    assert till.state.mode == "return"
    till.do(c.SetReturn(1))
    assert till.state.returning is not None
    assert till.state.returning.preview is not None
    assert till.state.returning.preview.total_minor == 100_00
    till.do(c.ConfirmReturn("cash"))
    assert (till.state.mode, till.said) == ("done", "done.return")
    assert till.state.receipt is not None
    assert till.state.receipt.earned_points == till.receipts["T1-000001"].lines[0].earned_points


def paid_back(till: Counter) -> list[tuple[str, int]]:
    assert till.state.receipt is not None
    return [(payment.kind, payment.amount_minor) for payment in till.state.receipt.payments]


def test_what_the_card_paid_goes_back_to_it_and_the_rest_in_cash() -> None:
    till = sold(c.Pay(), c.Tender("card", 500_00), c.Tender("cash", 100_00))
    till.do(c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("card"))
    assert (till.said, paid_back(till)) == ("done.return_both", [("card", 500_00), ("cash", 50_50)])
    assert till.state.shift is not None
    totals = till.state.shift.totals
    assert (totals.cash_minor, totals.returned_cash_minor) == (50_50, 50_50)
    assert (totals.card_minor, totals.returned_card_minor) == (500_00, 500_00)


def test_money_a_card_paid_is_paid_out_in_cash_only_to_whoever_is_sure() -> None:
    till = sold(c.Pay(), c.Tender("card", 500_00), c.Tender("cash"))
    till.do(c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert (till.state.mode, till.said) == ("return", "return.not_cash")
    assert till.state.notice is not None
    assert (till.state.notice.level, dict(till.state.notice.said.args)) == ("warn", {"card_minor": 500_00})
    till.do(c.ConfirmReturn("cash", sure=True))
    assert (till.said, paid_back(till)) == ("done.return", [("cash", 550_50)])


def test_cash_goes_back_to_a_card_only_for_whoever_is_sure() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("card"))
    assert (till.state.mode, till.said) == ("return", "return.not_card")
    till.do(c.ConfirmReturn("card", sure=True))
    assert (till.said, paid_back(till)) == ("done.return_to_card", [("card", 550_50)])


def test_the_same_goods_cannot_come_back_twice() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert till.do(c.BeginReturn("T1-000001")).said == "return.all_back"


def test_more_than_was_bought_cannot_come_back() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.SetReturn(1, 2000))
    assert till.said == "return.left"


def test_a_return_of_nothing_is_refused_and_escape_leaves_it() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.ConfirmReturn("cash"))
    assert (till.state.mode, till.said) == ("return", "return.nothing")
    assert till.do(c.Back()).state.mode == "sale"


def test_a_return_is_not_itself_returned() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert till.do(c.BeginReturn("T1-000002")).said == "return.of_return"


def test_a_return_waits_for_the_basket_to_be_finished() -> None:
    assert sold(c.BeginReturn("T1-000001")).said == "return.finish_first"


@pytest.mark.parametrize("typed", ["T1-000001", "t1-1", "1", " 000001 ", "KR:T1-000001"])
def test_a_receipt_number_may_be_typed_short(typed: str) -> None:
    assert sold(c.Pay(), c.Tender("cash"), c.BeginReturn(typed)).state.mode == "return"


def test_an_unknown_receipt_number_gets_a_sentence() -> None:
    assert Counter().opened().do(c.BeginReturn("T7-000009")).said == "receipt.unknown"


def test_a_shift_with_goods_on_the_receipt_is_not_closed() -> None:
    assert sold(c.CloseShift()).said == "shift.basket"


def test_x_and_z_reports_are_shown_and_z_closes_the_shift() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.XReport())
    assert till.state.slip == ("X",)
    till.do(c.Back(), c.CloseShift())
    assert (till.state.mode, till.state.slip, till.state.shift) == ("closed", ("Z",), None)


def test_shift_totals_follow_the_receipts() -> None:
    till = sold(c.Pay(), c.Tender("cash"), c.BeginReturn("T1-000001"), c.SetReturn(1), c.ConfirmReturn("cash"))
    assert till.state.shift is not None
    totals = till.state.shift.totals
    assert (totals.sales, totals.returns, totals.cash_minor, totals.returned_cash_minor) == (1, 1, 550_50, 100_00)


def test_trouble_beside_the_sale_is_said_in_every_mode_and_takes_no_money_back() -> None:
    till = sold(c.Pay(), c.Tender("cash", 100_00))
    tenders = till.state.tenders
    till.do(c.Notify("error", sentence("scan.unreadable", size=5), sentence("scan.unreadable.hint")))
    assert till.state.tenders == tenders
    assert till.said == "scan.unreadable"
    assert till.sounds[-1] == "error"
    closed = Counter().do(c.Notify("warn", sentence("scan.gone", port="/dev/ttyUSB0")))
    assert closed.said == "scan.gone"


# -- campaigns for one kind of payment

BY_CARD = """
[[campaign]]
id = "card"
name = { ru = "Картой дешевле", en = "Cheaper by card" }
conditions = [{ type = "payment", kinds = ["card"] }]
reward = { type = "amount", amount_minor = 50_50, per = "receipt" }
"""


def by_card(*commands: c.Command) -> Counter:
    rules = parse_programme(PROGRAMME + BY_CARD)
    return Counter(rules).opened().do(c.Scan(TEA.code), c.Scan(CUP.code), c.Pay(), *commands)


def test_another_total_by_card_is_told_before_any_money_is_counted() -> None:
    till = by_card(c.Tender("card"))
    # 550.50 - 50.50
    assert (till.state.mode, till.said, till.state.tenders, till.state.due_minor) == (
        "pay", "pay.total_card", (), 500_00,
    )  # fmt: skip
    till.do(c.Tender("card"))
    receipt = till.state.receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.payments) == (500_00, (Payment("card", 500_00),))


def test_what_each_kind_comes_to_is_known_before_anyone_asks() -> None:
    assert by_card().state.totals == {"cash": 550_50, "card": 500_00}
    assert sold(c.Pay()).state.totals == {}


def test_cash_where_only_the_card_is_cheaper_completes_at_once() -> None:
    till = by_card(c.Tender("cash"))
    assert till.state.receipt is not None
    assert till.state.receipt.total_minor == 550_50


def test_a_second_kind_of_money_is_quoted_anew_before_it_is_counted() -> None:
    till = by_card(c.Tender("card"), c.Tender("card", 300_00))
    assert till.state.due_minor == 200_00
    till.do(c.Tender("cash"))
    # the price by card does not hold for a receipt paid in part in cash: 550.50 - 300.00
    assert (till.said, len(till.state.tenders), till.state.due_minor) == ("pay.total_mixed", 1, 250_50)
    till.do(c.Tender("cash", 300_00))
    receipt = till.state.receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.change_minor) == (550_50, 49_50)


def test_the_rest_may_still_be_paid_alike_after_a_second_kind_was_tried() -> None:
    till = by_card(c.Tender("card"), c.Tender("card", 300_00), c.Tender("cash"), c.Tender("card"))
    assert (till.said, till.state.due_minor) == ("pay.total_card", 200_00)
    till.do(c.Tender("card"))
    assert till.state.receipt is not None
    assert till.state.receipt.total_minor == 500_00


def test_escape_from_payment_forgets_the_kind() -> None:
    till = by_card(c.Tender("card"), c.Back())
    assert till.state.basket.payment == ""
    assert till.state.quote is not None
    assert till.state.quote.total_minor == 550_50


def test_a_receipt_that_a_kind_of_payment_makes_free_is_told_and_then_completes_without_money() -> None:
    rules = parse_programme(PROGRAMME + BY_CARD.replace("50_50", "600_00"))
    till = Counter(rules).opened().do(c.Scan(TEA.code), c.Pay(), c.Tender("card"))
    assert (till.said, till.state.due_minor, till.state.mode) == ("pay.total_card", 0, "pay")
    till.do(c.Tender("card"))
    receipt = till.state.receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.payments) == (0, ())


def test_a_second_kind_that_would_make_the_receipt_cheaper_than_what_was_given_is_refused() -> None:
    # By cash 150 points win over 100.00 off; in part by card they do not hold, and 100.00 off does.
    rules = """
[[group]]
id = "one"
mode = "best"
[[campaign]]
id = "points"
name = { ru = "Баллы за наличные", en = "Points for cash" }
group = "one"
conditions = [{ type = "payment", kinds = ["cash"] }]
reward = { type = "points_fixed", reward_points = 150 }
[[campaign]]
id = "off"
name = { ru = "Скидка", en = "Off" }
group = "one"
reward = { type = "amount", amount_minor = 100_00, per = "receipt" }
"""
    till = Counter(parse_programme(PROGRAMME + rules)).opened()
    till.do(c.Scan(CARD), c.Scan(CUP.code), c.Pay(), c.Tender("cash"), c.Tender("cash", 400_00))
    assert (till.state.total_minor, till.state.due_minor) == (450_50, 50_50)
    till.do(c.Tender("card"))
    assert (till.said, till.state.due_minor, len(till.state.tenders)) == ("pay.other_kind", 50_50, 1)
    till.do(c.Tender("cash"))
    assert till.state.receipt is not None
    assert till.state.receipt.total_minor == 450_50


def test_a_gift_nobody_has_chosen_is_said_at_payment() -> None:
    gift = """
[[campaign]]
id = "welcome"
name = { ru = "Подарок", en = "Welcome" }
reward = { type = "gift", options = [{ code = "1", name = { ru = "З", en = "B" } }, { code = "2", name = { ru = "М", en = "M" } }] }
"""  # noqa: E501
    till = Counter(parse_programme(PROGRAMME + gift)).opened().do(c.Scan(TEA.code), c.Pay())
    assert (till.said, till.state.mode) == ("offer.unchosen", "pay")
    till.do(c.Back(), c.Choose("welcome", "1"), c.Pay())
    assert till.said != "offer.unchosen"
