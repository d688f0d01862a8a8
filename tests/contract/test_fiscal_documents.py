"""Documents as the memories of virtual registers have them: each rule of prices, payments, rates and returns."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from msgspec.structs import replace

from loyalty.catalogue import Vat
from loyalty.gift_card import GiftCard
from loyalty.receipt import Payment, Receipt, ReceiptLine
from loyalty.returns import return_receipt
from terminal.fiscal.document import Form
from terminal.fiscal.tags import FiscalVat, find
from tests.support.fiscal_made import by_atol, by_shtrih, lines_of, paid_of
from tests.support.fiscal_receipts import MOMENT, RETURN, SALE

TEA = ReceiptLine(1, "4600000000015", "Чай", "piece", "20", 3000, 4000, 120_00, 20_00, 0, 0, 100_00, 0)
CARD = GiftCard("7" * 32, "1234")
GIFT_CARD = ReceiptLine(
    1, "4600000000992", "Карта", "piece", "none", 1000, 500_00, 500_00, 0, 0, 0, 500_00, 0, gift_card=CARD
)  # fmt: skip


def sale(*lines: ReceiptLine, **changes: object) -> Receipt:
    """A sale of these lines, paid in cash to the kopeck, without points."""
    total = sum(line.total_minor for line in lines)
    same = {"discount_minor": 0, "redeemed_minor": 0, "redeemed_points": 0, "base_minor": total, "change_minor": 0}
    payments = (Payment("cash", total),) if total else ()
    return replace(SALE, **{**same, "lines": lines, "total_minor": total, "payments": payments, **changes})


def test_a_whole_document_of_a_shtrih_register() -> None:
    document = by_shtrih(SALE)
    assert lines_of(document) == [
        "Шарф клубный 2000 x 125000 = 250000, vat 20, full, goods, piece",
        "Сыр 456 x 80000 = 36480, vat 10, full, goods, kg",
    ]
    assert [each for each in document if each[0] not in ("item", "sign")] == [
        ("memory", "9999078900001234"), ("document", 2), ("time", "2026-11-22T12:00"), ("shift", 1), ("receipt", 1),
        ("operation", "sale"), ("tax_system", 1), ("ffd", "1.2"), ("cashier", "Анна"),
        ("extra", (("extra_name", "Kopilka"), ("extra_value", f"T1-17 {'aa' * 16}"))),
        ("total", 286_480), ("paid_cash", 86_480), ("paid_advance", 0), ("paid_credit", 0),
        ("paid_counter_provision", 0), ("paid_electronic", 200_000),
    ]  # fmt: skip


def test_three_for_a_hundred_are_two_lines_whose_price_times_quantity_is_their_amount() -> None:
    assert lines_of(by_shtrih(sale(TEA))) == [
        "Чай 2000 x 3333 = 6666, vat 20, full, goods, piece",
        "Чай 1000 x 3334 = 3334, vat 20, full, goods, piece",
    ]
    told = [(item["price"], item["quantity"], item["amount"]) for item in by_atol(sale(TEA))["items"][:-1]]
    assert told == [
        (Decimal("33.33"), Decimal(2), Decimal("66.66")),
        (Decimal("33.34"), Decimal(1), Decimal("33.34")),
    ]


def test_discounts_and_points_lower_the_price_and_there_is_no_line_for_them() -> None:
    half = replace(TEA, qty_milli=2000, base_minor=80_00, discount_minor=10_00, redeemed_minor=30_00,
                   redeemed_points=30, total_minor=40_00)  # fmt: skip
    document = by_shtrih(sale(half))
    assert lines_of(document) == ["Чай 2000 x 2000 = 4000, vat 20, full, goods, piece"]
    assert (find(document, "total"), paid_of(document)) == (40_00, {"cash": 40_00})


def test_where_the_accountant_chooses_so_points_pay_as_counter_provision_and_the_price_stays() -> None:
    half = replace(TEA, qty_milli=2000, base_minor=80_00, discount_minor=10_00, redeemed_minor=30_00,
                   redeemed_points=30, total_minor=40_00)  # fmt: skip
    document = by_shtrih(sale(half), "counter_provision")
    assert lines_of(document) == ["Чай 2000 x 3500 = 7000, vat 20, full, goods, piece"]
    assert (find(document, "total"), paid_of(document)) == (70_00, {"cash": 40_00, "counter_provision": 30_00})
    payments = by_atol(sale(half), "counter_provision")["payments"]
    assert payments == [{"type": "cash", "sum": Decimal(40)}, {"type": "other", "sum": Decimal(30)}]


def test_a_receipt_of_points_alone_is_settled_by_a_counter_provision_of_nothing() -> None:
    all_of_it = replace(TEA, qty_milli=1000, redeemed_minor=100_00, total_minor=0)
    document = by_shtrih(sale(all_of_it))
    assert lines_of(document) == ["Чай 1000 x 0 = 0, vat 20, full, goods, piece"]
    assert (find(document, "total"), paid_of(document)) == (0, {})
    assert by_atol(sale(all_of_it))["payments"] == [{"type": "other", "sum": Decimal(0)}]
    paid = by_shtrih(sale(all_of_it), "counter_provision")
    assert (find(paid, "total"), paid_of(paid)) == (100_00, {"counter_provision": 100_00})


@pytest.mark.parametrize("vat", get_args(Vat))
def test_every_rate_of_goods_stands_in_the_document(vat: Vat) -> None:
    (line,) = lines_of(by_shtrih(sale(replace(TEA, qty_milli=1000, vat=vat))))
    assert line == f"Чай 1000 x 10000 = 10000, vat {vat}, full, goods, piece"
    names = {"none": "none", "0": "vat0", "5": "vat5", "7": "vat7", "10": "vat10", "20": "vat20", "22": "vat22"}
    assert by_atol(sale(replace(TEA, vat=vat)))["items"][0]["tax"] == {"type": names[vat]}


@pytest.mark.parametrize(
    ("rate", "atol"),
    [
        ("none", "none"), ("5/105", "vat105"), ("7/107", "vat107"), ("10/110", "vat110"), ("20/120", "vat120"),
        ("22/122", "vat122"),
    ],
)  # fmt: skip
def test_a_gift_card_is_sold_as_an_advance_at_the_rate_the_accountant_chooses(rate: FiscalVat, atol: str) -> None:
    document = by_shtrih(sale(GIFT_CARD), advance_vat=rate)
    assert lines_of(document) == [f"Карта 1000 x 50000 = 50000, vat {rate}, advance, payment, piece"]
    assert paid_of(document) == {"cash": 500_00}
    (card, _) = by_atol(sale(GIFT_CARD), advance_vat=rate)["items"]
    assert (card["paymentMethod"], card["paymentObject"], card["tax"]) == ("advance", "payment", {"type": atol})


def test_what_a_gift_card_pays_is_an_advance_that_is_offset_and_the_goods_are_paid_in_full() -> None:
    paid = sale(TEA, payments=(Payment("gift_card", 60_00, CARD), Payment("card", 40_00)))
    document = by_shtrih(paid)
    assert paid_of(document) == {"advance": 60_00, "electronic": 40_00}
    assert all(line.endswith("full, goods, piece") for line in lines_of(document))
    assert by_atol(paid)["payments"] == [
        {"type": "prepaid", "sum": Decimal(60)}, {"type": "electronically", "sum": Decimal(40)},
    ]  # fmt: skip


def test_returns_are_at_the_price_paid_and_come_to_the_kopeck_to_what_was_paid() -> None:
    """Three for 100.00 with 10.00 of it in points: one comes back, then the other two."""
    sold = sale(replace(TEA, redeemed_minor=10_00, redeemed_points=10, total_minor=90_01))
    first = return_receipt(sold, {}, {1: 1000}, **again("f1"))
    second = return_receipt(sold, {1: 1000}, {1: 2000}, **again("f2"))
    documents = [by_shtrih(first), by_shtrih(second)]
    assert [find(document, "operation") for document in documents] == ["return", "return"]
    assert sum(int(str(find(document, "total"))) for document in documents) == 90_01
    assert lines_of(documents[0]) == ["Чай 1000 x 3000 = 3000, vat 20, full, goods, piece"]
    assert lines_of(documents[1]) == [
        "Чай 1000 x 3000 = 3000, vat 20, full, goods, piece", "Чай 1000 x 3001 = 3001, vat 20, full, goods, piece",
    ]  # fmt: skip
    assert by_atol(first)["type"] == "sellReturn"


def again(receipt_id: str) -> dict:
    return {
        "receipt_id": receipt_id * 16, "number": "T1-18", "store": "s1", "terminal": "t1", "cashier": "Анна",
        "shift_id": "bb" * 16, "moment": MOMENT,
    }  # fmt: skip


def test_a_return_pays_out_as_it_was_paid() -> None:
    document = by_shtrih(RETURN)
    assert (find(document, "operation"), paid_of(document)) == ("return", {"cash": 286_480})


def test_the_cashier_s_tax_number_goes_along_where_it_is_known() -> None:
    form = Form(cashier_inn={"Анна": "123456789012"})
    assert find(by_shtrih(SALE, form=form), "cashier_inn") == "123456789012"
    assert by_atol(SALE, form=form)["operator"] == {"name": "Анна", "vatin": "123456789012"}
    other = replace(SALE, cashier="Ольга")
    assert find(by_shtrih(other, form=form), "cashier_inn") is None
    assert by_atol(other, form=form)["operator"] == {"name": "Ольга"}


def test_a_register_of_ffd_1_05_is_told_nothing_that_1_05_does_not_have() -> None:
    document = by_shtrih(SALE, form=Form("1.05"))
    items = [value for name, value in document if name == "item" and isinstance(value, tuple)]
    assert [find(item, "measure") for item in items] == [None, None]
    task = by_atol(SALE, form=Form("1.05"))
    assert [item.get("measurementUnit") for item in task["items"]] == [None, None, None]
    assert [item.get("measurementUnit") for item in by_atol(SALE)["items"]] == ["piece", "kilogram", None]


def marked(raw: str) -> ReceiptLine:
    return replace(TEA, qty_milli=1000, total_minor=99_99, mark=raw)


def test_a_marked_piece_has_its_subject_its_price_and_its_code_byte_for_byte() -> None:
    raw = "0104600000000015215!aB(x)*+d\x1d91EE06\x1d92aB+/=9"
    document = by_shtrih(sale(marked(raw)))
    assert lines_of(document) == ["Чай 1000 x 9999 = 9999, vat 20, full, marked_goods, piece"]
    assert find(document, "item", "product_code", "gs1_code") == "0104600000000015215!aB(x)*+d"
    task = by_atol(sale(marked(raw)))
    assert (task["items"][0]["paymentObject"], task["validateMarkingCodes"]) == ("commodityWithMarking", True)
    assert task["items"][0]["imcParams"] == {
        "imcType": "auto", "imc": "MDEwNDYwMDAwMDAwMDAxNTIxNSFhQih4KSorZB05MUVFMDYdOTJhQisvPTk=",
        "itemEstimatedStatus": "itemPieceSold", "imcModeProcessing": 0,
    }  # fmt: skip
    back = replace(RETURN, lines=(marked(raw),), total_minor=99_99, payments=(Payment("cash", 99_99),))
    assert by_atol(back)["items"][0]["imcParams"]["itemEstimatedStatus"] == "itemPieceReturn"


def test_with_ffd_1_05_a_marked_piece_is_goods_with_the_code_of_that_version() -> None:
    raw = "010460000000001521abc\x1d93Zx1="
    document = by_shtrih(sale(marked(raw)), form=Form("1.05"))
    assert find(document, "item", "subject") == "goods"
    assert find(document, "item", "product_code_105") == bytes.fromhex("444d 042f055db00f") + b"abc"
    item = by_atol(sale(marked(raw)), form=Form("1.05"))["items"][0]
    assert item["paymentObject"] == "commodity"
    assert item["markingCode"] == {"type": "other", "mark": "MDEwNDYwMDAwMDAwMDAxNTIxYWJjHTkzWngxPQ=="}
