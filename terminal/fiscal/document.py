"""What a fiscal register is told of a receipt: lines whose price times quantity is their amount, and how it is paid.

Discounts and points spent lower the price: there is never a negative line, nor one for a discount (letter of the tax
service ED-3-20/6387@ of 26.09.2017). Where the accountant chooses so, points pay instead, as counter-provision (tag
1217), and the price stays. A receipt paid with points alone has a total of nothing.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from loyalty.catalogue import Vat
from loyalty.money import divide, quantity_text, share
from loyalty.receipt import Receipt, ReceiptLine

PointsAs = Literal["discount", "counter_provision"]
Method = Literal["full", "advance"]
"""How a line is paid (tag 1214): in full with the goods, or before there are any, as a gift card is."""
Subject = Literal["goods", "payment"]
"""What a line is (tag 1212)."""
Means = Literal["cash", "electronic", "advance", "counter_provision"]
"""Tags 1031, 1081, 1215 and 1217; a gift card pays as an advance given before."""


class FiscalLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: `price_minor` x `qty_milli` is `amount_minor`, to the kopeck for pieces, within one for weights."""

    name: str
    price_minor: int
    qty_milli: int
    amount_minor: int
    vat: Vat
    method: Method = "full"
    subject: Subject = "goods"


class FiscalDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """A receipt as the register is to have it; `total_minor` is what the lines come to.

    `paid_minor`: how it is paid, cash as handed over, so of a sale it may be more than the total by the change.
    """

    key: str
    kind: Literal["sale", "return"]
    number: str
    cashier: str
    lines: tuple[FiscalLine, ...]
    paid_minor: dict[Means, int]
    total_minor: int
    original_number: str = ""


def fiscal_document(receipt: Receipt, points_as: PointsAs = "discount") -> FiscalDocument:
    """`key` is the receipt's id: the same receipt is the same document, whenever it is made."""
    amounts = _amounts(receipt, points_as)
    pairs = zip(receipt.lines, amounts, strict=True)
    paid = _paid(receipt)
    by_points = sum(line.redeemed_minor for line in receipt.lines) if points_as == "counter_provision" else 0
    if by_points:
        paid["counter_provision"] = by_points
    return FiscalDocument(
        key=receipt.receipt_id,
        kind=receipt.kind,
        number=receipt.number,
        cashier=receipt.cashier,
        lines=tuple(each for line, amount in pairs for each in split(line, amount)),
        paid_minor=paid,
        total_minor=sum(amounts),
        original_number=receipt.original_number or "",
    )


def _amounts(receipt: Receipt, points_as: PointsAs) -> list[int]:
    """What each line comes to; what a return keeps back is taken off the lines in proportion."""
    of_lines = [line.total_minor for line in receipt.lines]
    if sum(of_lines) != receipt.settled_minor:
        of_lines = share(receipt.settled_minor, of_lines)
    if points_as == "counter_provision":
        return [amount + line.redeemed_minor for line, amount in zip(receipt.lines, of_lines, strict=True)]
    return of_lines


def _paid(receipt: Receipt) -> dict[Means, int]:
    means: dict[str, Means] = {"cash": "cash", "card": "electronic", "gift_card": "advance"}
    paid: dict[Means, int] = {}
    for payment in receipt.payments:
        kind = means[payment.kind]
        paid[kind] = paid.get(kind, 0) + payment.amount_minor
    return paid


def split(line: ReceiptLine, amount_minor: int) -> Iterator[FiscalLine]:
    """A line of the receipt as one or two of the register's: three for 100.00 are two at 33.33 and one at 33.34."""
    pieces, part = divmod(line.qty_milli, 1000)
    if part:
        yield _weighed(line, amount_minor)
        return
    price_minor, dearer = divmod(amount_minor, pieces)
    for each_minor, count in ((price_minor, pieces - dearer), (price_minor + 1, dearer)):
        if count:
            yield _of(line, line.name, each_minor, count * 1000, each_minor * count)


def _weighed(line: ReceiptLine, amount_minor: int) -> FiscalLine:
    """At a price for the kilogram that gives the amount within a kopeck, else as one piece that says its weight."""
    price_minor = divide(amount_minor * 1000, line.qty_milli)
    if abs(price_minor * line.qty_milli - amount_minor * 1000) <= 1000:
        return _of(line, line.name, price_minor, line.qty_milli, amount_minor)
    return _of(line, f"{line.name} {quantity_text(line.qty_milli)} кг", amount_minor, 1000, amount_minor)


def _of(line: ReceiptLine, name: str, price_minor: int, qty_milli: int, amount_minor: int) -> FiscalLine:
    money = (price_minor, qty_milli, amount_minor)
    if line.gift_card is not None:
        return FiscalLine(name, *money, line.vat, "advance", "payment")
    return FiscalLine(name, *money, line.vat)
