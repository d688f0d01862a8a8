"""A receipt as a register is told of it: lines that multiply, a total that is paid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.gift_card import GiftCard
from loyalty.receipt import Payment, Receipt, ReceiptLine
from terminal.fiscal.document import FiscalLine, fiscal_document, split
from tests.support.fiscal_receipts import SALE

PIECES = ReceiptLine(1, "4600000000015", "Чай", "piece", "20", 3000, 4000, 12_000, 2_000, 0, 0, 10_000, 0)
WEIGHED = ReceiptLine(1, "2100123004560", "Сыр", "kg", "10", 357, 10_000, 3_570, 0, 0, 0, 3_570, 0)


def lines_of(line: ReceiptLine, amount_minor: int) -> list[tuple[int, int, int]]:
    return [(each.price_minor, each.qty_milli, each.amount_minor) for each in split(line, amount_minor)]


def sale(*lines: ReceiptLine, **changes: object) -> Receipt:
    total = sum(line.total_minor for line in lines)
    changes = {"payments": (Payment("cash", total),), **changes}
    return replace(SALE, lines=lines, total_minor=total, change_minor=0, **changes)


def test_three_for_a_hundred_are_two_at_33_33_and_one_at_33_34() -> None:
    assert lines_of(PIECES, 100_00) == [(33_33, 2000, 66_66), (33_34, 1000, 33_34)]


def test_what_divides_stays_one_line() -> None:
    assert lines_of(PIECES, 99_00) == [(33_00, 3000, 99_00)]


def test_fewer_kopecks_than_pieces_leave_some_at_nothing_and_none_below_it() -> None:
    assert lines_of(PIECES, 2) == [(0, 1000, 0), (1, 2000, 2)]


def test_weighed_goods_have_a_price_that_gives_their_amount_within_a_kopeck() -> None:
    assert lines_of(WEIGHED, 35_70) == [(100_00, 357, 35_70)]
    assert lines_of(WEIGHED, 35_71) == [(100_03, 357, 35_71)]


def test_weighed_goods_without_a_discount_have_the_price_of_the_shelf() -> None:
    """357 g at 799.90 are 285.5643, so 285.56, which 799.89 comes nearer to."""
    cheese = replace(WEIGHED, price_minor=799_90, base_minor=285_56)
    assert lines_of(cheese, 285_56) == [(799_90, 357, 285_56)]
    assert lines_of(cheese, 285_55) == [(799_86, 357, 285_55)]
    assert lines_of(replace(cheese, base_minor=285_70), 285_70) == [(800_28, 357, 285_70)]


def test_heavy_goods_whose_price_would_not_do_are_one_piece_that_says_its_weight() -> None:
    heavy = replace(WEIGHED, qty_milli=7_001)
    assert list(split(heavy, 100_01)) == [FiscalLine("Сыр 7,001 кг", 100_01, 1000, 100_01, "10")]


def test_points_lower_the_price_and_pay_nothing() -> None:
    made = fiscal_document(SALE)
    assert [(line.price_minor, line.qty_milli, line.amount_minor) for line in made.lines] == [
        (1_250_00, 2000, 2_500_00),
        (800_00, 456, 364_80),
    ]
    assert (made.total_minor, made.paid_minor) == (2_864_80, {"electronic": 2_000_00, "cash": 900_00})


def test_points_as_counter_provision_leave_the_price_and_pay() -> None:
    made = fiscal_document(SALE, "counter_provision")
    assert [line.amount_minor for line in made.lines] == [2_700_00, 364_80]
    assert made.paid_minor == {"electronic": 2_000_00, "cash": 900_00, "counter_provision": 200_00}
    assert made.total_minor == 3_064_80


def test_a_receipt_paid_with_points_alone_has_a_total_of_nothing() -> None:
    made = fiscal_document(sale(replace(PIECES, redeemed_minor=10_000, total_minor=0), payments=()))
    assert (made.total_minor, made.paid_minor) == (0, {"counter_provision": 0})
    assert [line.amount_minor for line in made.lines] == [0]


def test_a_gift_card_is_sold_as_an_advance_and_pays_as_one_given_before() -> None:
    card = GiftCard("7" * 32, "1234")
    line = replace(PIECES, qty_milli=1000, total_minor=500_00, vat="none", gift_card=card)
    made = fiscal_document(sale(line))
    assert [(each.method, each.subject) for each in made.lines] == [("advance", "payment")]
    paid = fiscal_document(sale(PIECES, payments=(Payment("gift_card", 60_00, card), Payment("cash", 40_00))))
    assert paid.paid_minor == {"advance": 60_00, "cash": 40_00}
    assert [(each.method, each.subject) for each in paid.lines] == [("full", "goods")] * 2


def test_what_a_return_keeps_back_is_taken_off_its_lines() -> None:
    lines = (PIECES, replace(WEIGHED, line_no=2, total_minor=30_00))
    back = replace(sale(*lines), kind="return", total_minor=117_00, short_minor=13_00, original_number="T1-1")
    made = fiscal_document(replace(back, payments=(Payment("cash", 104_00),)))
    assert (made.kind, made.original_number, made.total_minor) == ("return", "T1-1", 104_00)
    assert sum(line.amount_minor for line in made.lines) == 104_00
    assert sum(line.amount_minor for line in made.lines if line.name == "Чай") == 80_00


@given(
    amount=st.integers(0, 10_000_000),
    qty_milli=st.one_of(st.integers(1, 999).map(lambda n: n * 1000), st.integers(1, 99_999)),
)
def test_every_line_multiplies_and_they_sum_to_the_amount(amount: int, qty_milli: int) -> None:
    made = list(split(replace(PIECES, qty_milli=qty_milli), amount))
    assert sum(line.amount_minor for line in made) == amount
    for line in made:
        exact = line.price_minor * line.qty_milli
        within = 1000 if qty_milli % 1000 else 0
        assert abs(exact - line.amount_minor * 1000) <= within
        assert line.price_minor >= 0
    assert len(made) <= 2


@pytest.mark.parametrize("points_as", ["discount", "counter_provision"])
def test_the_same_receipt_is_the_same_document(points_as) -> None:
    assert fiscal_document(SALE, points_as) == fiscal_document(SALE, points_as)
    assert fiscal_document(SALE, points_as).key == SALE.receipt_id
