"""The sale screen's commands, from the closed shift to a full basket."""

import pytest

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI
from loyalty.codes import gtin_check_digit
from terminal.session import TABLE
from terminal.session import commands as c
from terminal.session.words import SENTENCES
from tests.support.counter import BLOCKED, CARD, CUP, PHONE, SWEETS, TEA, UNPRICED, Counter


def test_a_closed_till_refuses_a_scan_and_says_to_open_a_shift() -> None:
    till = Counter().do(c.Scan(TEA.code))
    assert (till.said, till.state.basket.lines) == ("not_now.closed", ())
    assert till.state.notice is not None
    assert till.state.notice.hint is not None


def test_a_shift_needs_a_cashier_with_a_name() -> None:
    assert Counter().do(c.OpenShift("   ")).said == "shift.cashier"
    assert Counter().do(c.OpenShift("я" * 41)).said == "shift.cashier"
    assert Counter().do(c.OpenShift("я" * 40)).state.mode == "sale"


def test_the_same_goods_scanned_twice_share_a_line() -> None:
    till = Counter().opened().do(c.Scan(TEA.code), c.Scan(CUP.code), c.Scan(TEA.code))
    assert [(line.product.name, line.qty_milli) for line in till.state.basket.lines] == [
        ("Чай", 2000),
        ("Кружка", 1000),
    ]
    assert till.state.quote is not None
    assert till.state.quote.total_minor == 200_00 + 450_50


def test_a_weighed_label_is_a_line_of_its_own_each_time() -> None:
    till = Counter().opened().do(c.Scan("2100123004560"), c.Scan("2100123004560"))
    assert [line.qty_milli for line in till.state.basket.lines] == [456, 456]
    assert till.state.quote is not None
    assert till.state.quote.total_minor == 2 * 319_20


def test_card_first_and_goods_first_give_the_same_quote() -> None:
    first = Counter().opened().do(c.Scan(CARD), c.Scan(TEA.code), c.Scan(CUP.code))
    last = Counter().opened().do(c.Scan(TEA.code), c.Scan(CUP.code), c.Scan(CARD))
    assert first.state.quote == last.state.quote
    assert first.state.quote is not None
    assert first.state.quote.earned_points == 27


def test_three_star_then_a_scan_is_three() -> None:
    till = Counter().opened().do(c.Type("3*"), c.Scan(TEA.code))
    assert till.state.basket.lines[0].qty_milli == 3000
    assert till.do(c.Scan(TEA.code)).state.basket.lines[0].qty_milli == 4000


def test_three_star_code_in_one_line_is_three() -> None:
    assert Counter().opened().do(c.Type(f"3*{TEA.code}")).state.basket.lines[0].qty_milli == 3000


@pytest.mark.parametrize(
    ("said", "grams", "unweighed"),
    [("456*", 456, False), ("2*", 2_000, False), ("0,3*", 300, False), ("60*", 1_000, True)],
)
def test_a_quantity_before_goods_by_weight_is_kilograms_or_grams_and_one_that_may_be_either_is_asked_for(
    said: str, grams: int, unweighed: bool
) -> None:
    line = Counter().opened().do(c.Type(said), c.AddProduct(SWEETS.code)).state.basket.lines[0]
    assert (line.qty_milli, line.unweighed) == (grams, unweighed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0*", "sale.quantity_zero"),
        ("-2*", "sale.quantity_zero"),
        ("1000000000*", "sale.quantity_large"),
        ("1000*", "sale.quantity_large"),
    ],
)
def test_an_impossible_quantity_is_refused_with_a_sentence(typed: str, code: str) -> None:
    till = Counter().opened().do(c.Type(typed))
    assert (till.said, till.state.multiplier_milli) == (code, 0)


@pytest.mark.parametrize(
    ("qty_milli", "code"),
    [
        (0, "sale.quantity_zero"),
        (-1000, "sale.quantity_zero"),
        (10**12, "sale.quantity_large"),
        (1500, "sale.quantity_piece"),
    ],
)
def test_a_line_never_takes_an_impossible_quantity(qty_milli: int, code: str) -> None:
    till = Counter().opened().do(c.Scan(TEA.code))
    line = till.state.basket.lines[0]
    till.do(c.SetQuantity(line.line_id, qty_milli))
    assert (till.said, till.state.basket.lines) == (code, (line,))


def test_the_largest_quantity_is_taken_and_one_more_is_not() -> None:
    till = Counter().opened().do(c.Type("999*"), c.Scan(TEA.code))
    assert till.state.basket.lines[0].qty_milli == 999_000 <= MAX_QTY_MILLI
    assert till.do(c.Scan(TEA.code)).said == "sale.quantity_large"
    assert till.state.basket.lines[0].qty_milli == 999_000


def test_the_basket_takes_its_limit_of_lines_and_no_more() -> None:
    till = Counter().opened().do(*[c.Scan("2100123004560")] * MAX_LINES)
    assert len(till.state.basket.lines) == MAX_LINES
    assert till.do(c.Scan("2100123004560")).said == "sale.too_many_lines"
    assert len(till.state.basket.lines) == MAX_LINES


@pytest.mark.parametrize("text", ["", "   ", "4600000000010", "hello", "9" * 5000, "KPL:299", "+7 12", "\x00"])
def test_a_scan_nobody_understands_changes_only_the_notice(text: str) -> None:
    till = Counter().opened().do(c.Scan(TEA.code))
    before = till.state.basket
    till.do(c.Scan(text))
    assert till.state.basket == before
    assert till.state.notice is not None
    assert till.state.notice.level == "error"
    assert till.sounds[-1] == "error"


def test_an_unknown_barcode_is_kept_for_the_search_key_and_the_basket_goes_on() -> None:
    unknown = "460999999999" + gtin_check_digit("460999999999")
    till = Counter().opened().do(c.Scan(TEA.code), c.Scan(unknown))
    assert (till.said, till.state.unknown_code) == ("product.unknown", unknown)
    till.do(c.Scan(CUP.code))
    assert (len(till.state.basket.lines), till.state.unknown_code) == (2, "")


def test_whoever_goes_on_to_another_code_is_done_with_the_unknown_one() -> None:
    unknown = "460999999999" + gtin_check_digit("460999999999")
    till = Counter().opened().do(c.Scan(unknown), c.Type("9039999999"))
    assert (till.said, till.state.unknown_code) == ("member.unknown", "")
    assert till.do(c.Scan(unknown), c.Scan(CARD)).state.unknown_code == ""


def test_goods_without_a_price_are_not_sold_for_nothing() -> None:
    assert Counter().opened().do(c.Scan(UNPRICED.code)).state.basket.lines == ()


def test_goods_are_found_by_name_and_added() -> None:
    till = Counter().opened().do(c.SearchGoods("кру"))
    assert [product.name for product in till.state.found] == ["Кружка"]
    till.do(c.AddProduct(till.state.found[0].code))
    assert (till.state.basket.lines[0].product, till.state.found) == (CUP, ())


def test_a_void_can_be_undone_and_so_can_everything_before_it() -> None:
    till = Counter().opened().do(c.Scan(TEA.code), c.Scan(CARD), c.Scan(CUP.code))
    full = till.state.basket
    till.do(c.VoidLine(full.lines[0].line_id))
    assert [line.product for line in till.state.basket.lines] == [CUP]
    assert till.do(c.Undo()).state.basket == full
    till.do(c.VoidReceipt())
    assert till.state.quote is None
    assert till.do(c.Undo()).state.basket == full
    till.do(c.Undo(), c.Undo(), c.Undo(), c.Undo())
    assert (till.said, till.state.basket.lines) == ("sale.nothing_to_undo", ())


def test_a_blocked_card_is_named_and_the_sale_goes_on_without_points() -> None:
    till = Counter().opened().do(c.Scan(BLOCKED), c.Scan(TEA.code))
    assert till.state.quote is not None
    assert till.state.quote.earned_points == 0
    assert till.do(c.SpendPoints()).state.basket.redeem_points == 0


@pytest.mark.parametrize("typed", ["8 903 123-45-67", "+7(903)1234567", "9031234567", "89031234567"])
def test_a_phone_in_any_spelling_finds_its_member(typed: str) -> None:
    till = Counter().opened().do(c.Type(typed))
    assert till.state.basket.member is not None
    assert till.state.basket.member.identified_by == "phone"


def test_phone_nonsense_gets_a_sentence_and_no_member() -> None:
    till = Counter().opened().do(c.Type("12345"))
    assert (till.said, till.state.basket.member) == ("code.unknown", None)


def test_escape_keeps_the_basket() -> None:
    till = Counter().opened().do(c.Scan(TEA.code), c.Type("3*"), c.Back())
    assert (len(till.state.basket.lines), till.state.multiplier_milli) == (1, 0)


def test_enrolment_wants_consent_to_processing_and_not_to_advertising() -> None:
    till = Counter().opened().do(c.Enrol("9161112233", "Пётр"))
    assert (till.said, till.state.basket.member) == ("member.needs_consent", None)
    till.do(c.Enrol("9161112233", "Пётр", processing=True))
    assert till.state.basket.member is not None
    assert till.said == "member.enrolled"


def test_enrolment_refuses_a_phone_that_is_none() -> None:
    assert Counter().opened().do(c.Enrol("11", processing=True)).said == "code.phone"


def test_advertising_can_be_withdrawn_at_the_till_and_processing_only_in_writing() -> None:
    till = Counter().opened().do(c.Type(PHONE), c.ChangeConsent("advertising", True))
    assert till.do(c.ChangeConsent("advertising", False)).said == "member.consent_withdrawn"
    assert till.do(c.ChangeConsent("processing", False)).said == "member.processing_kept"


def test_every_mode_answers_every_command_without_an_exception() -> None:
    samples: list[c.Command] = [
        c.Scan(TEA.code), c.Type("1"), c.SetQuantity(99, 1000), c.VoidLine(99), c.VoidReceipt(), c.Undo(),
        c.ForgetMember(), c.SpendPoints(5), c.SearchGoods("x"), c.AddProduct("x"), c.Pay(),
        c.Tender("cash", 1), c.Back(),
        c.BeginReturn("T9-1"), c.SetReturn(9, 1), c.ReturnAll(), c.ConfirmReturn("cash"), c.Enrol("x"),
        c.ChangeConsent("advertising", True), c.OpenShift("x"), c.CloseShift(), c.XReport(), c.Refresh(),
    ]  # fmt: skip
    for mode in TABLE:
        for sample in samples:
            till = _in_mode(mode)
            till.do(sample)
            assert till.state.notice is None or till.state.notice.said.code in SENTENCES or "." in till.said


def _in_mode(mode: str) -> Counter:
    till = Counter()
    if mode == "closed":
        return till
    till.opened().do(c.Scan(TEA.code))
    if mode == "sale":
        return till
    till.do(c.Pay())
    if mode == "pay":
        return till
    till.do(c.Tender("cash"))
    if mode == "done":
        return till
    return till.do(c.BeginReturn("T1-000001"))
