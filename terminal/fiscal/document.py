"""What a fiscal register is told of a receipt: lines whose price times quantity is their amount, and how it is paid.

Discounts and points spent lower the price: there is never a negative line, nor one for a discount (letter of the tax
service ED-3-20/6387@ of 26.09.2017). Where the accountant chooses so, points pay instead, as counter-provision (tag
1217), and the price stays. A receipt paid with points alone has a total of nothing, settled by a counter-provision of
nothing (letter AB-4-20/6093 of 30.04.2021).
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from loyalty.catalogue import Unit
from loyalty.money import divide, quantity_text, share
from loyalty.receipt import Receipt, ReceiptLine
from terminal.fiscal.tags import Ffd, FiscalVat, Method, Subject

PointsAs = Literal["discount", "counter_provision"]
Means = Literal["cash", "electronic", "advance", "counter_provision"]
"""Tags 1031, 1081, 1215 and 1217; a gift card pays as an advance given before."""


class Form(msgspec.Struct, frozen=True):
    """In what form a register has its documents: the version of the format it is registered with, the cashiers' tax
    numbers (INN) by their names, and the place of settlement (tag 1187), empty where it is the one registered."""

    ffd: Ffd = "1.2"
    cashier_inn: dict[str, str] = {}
    place: str = ""


OURS = "Kopilka"
"""The name of the requisite that says which of our receipts a document is (tags 1084, 1085, 1086)."""


class FiscalLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: `price_minor` x `qty_milli` is `amount_minor`, to the kopeck for pieces, within one for weights."""

    name: str
    price_minor: int
    qty_milli: int
    amount_minor: int
    vat: FiscalVat
    method: Method = "full"
    subject: Subject = "goods"
    measure: Unit = "piece"
    mark: str = ""
    """The code of marking of the piece, as it was read."""


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a correction receipt is based on: the ISO `date` of the settlement it corrects, and the number of the tax
    service's order, empty where nobody has ordered it (tags 1173, 1178, 1179). `wrong_sign`: the fiscal sign of the
    document it puts right, digits; empty where the settlement had none (tag 1192)."""

    date: str
    order: str = ""
    wrong_sign: str = ""


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
    correction: Correction | None = None
    """None: an ordinary receipt."""
    buyer: str = ""
    """The phone or e-mail the customer has asked to have the receipt sent to (tag 1008). It is told to the register
    and kept nowhere."""

    @property
    def named(self) -> str:
        """What it says of itself under `OURS`: the receipt's number, for people, and its id."""
        return f"{self.number} {self.key}"

    def is_named(self, name: object, value: object) -> bool:
        """Whether a document with this requisite may be ours: it says so, or nothing of us."""
        return name != OURS or (isinstance(value, str) and value.endswith(self.key))


def fiscal_document(
    receipt: Receipt, points_as: PointsAs = "discount", advance_vat: FiscalVat = "none", buyer: str = ""
) -> FiscalDocument:
    """`key` is the receipt's id: the same receipt is the same document, whenever it is made.

    `advance_vat` is what an advance is taxed with, as a gift card is: the accountant chooses.
    """
    amounts = _amounts(receipt, points_as)
    pairs = zip(receipt.lines, amounts, strict=True)
    paid = _paid(receipt)
    by_points = sum(line.redeemed_minor for line in receipt.lines) if points_as == "counter_provision" else 0
    if by_points or not paid:
        paid["counter_provision"] = by_points
    return FiscalDocument(
        key=receipt.receipt_id,
        kind=receipt.kind,
        number=receipt.number,
        cashier=receipt.cashier,
        lines=tuple(each for line, amount in pairs for each in split(line, amount, advance_vat)),
        paid_minor=paid,
        total_minor=sum(amounts),
        original_number=receipt.original_number or "",
        buyer=buyer,
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


def split(line: ReceiptLine, amount_minor: int, advance_vat: FiscalVat = "none") -> Iterator[FiscalLine]:
    """A line of the receipt as one or two of the register's: three for 100.00 are two at 33.33 and one at 33.34."""
    if line.gift_card is not None:
        yield FiscalLine(line.name, amount_minor, 1000, amount_minor, advance_vat, "advance", "payment")
        return
    if line.mark:
        yield FiscalLine(line.name, amount_minor, 1000, amount_minor, line.vat, subject="marked_goods", mark=line.mark)
        return
    pieces, part = divmod(line.qty_milli, 1000)
    if part:
        yield _weighed(line, amount_minor)
        return
    price_minor, dearer = divmod(amount_minor, pieces)
    for each_minor, count in ((price_minor, pieces - dearer), (price_minor + 1, dearer)):
        if count:
            yield FiscalLine(line.name, each_minor, count * 1000, each_minor * count, line.vat, measure=line.unit)


def _weighed(line: ReceiptLine, amount_minor: int) -> FiscalLine:
    """At a price for the kilogram that gives the amount within a kopeck, else as one piece that says its weight. With
    nothing taken off it is the price on the shelf, though another may come nearer."""
    nearest_minor = divide(amount_minor * 1000, line.qty_milli)
    for price_minor in (line.price_minor if amount_minor == line.base_minor else nearest_minor, nearest_minor):
        if abs(price_minor * line.qty_milli - amount_minor * 1000) <= 1000:
            return FiscalLine(line.name, price_minor, line.qty_milli, amount_minor, line.vat, measure=line.unit)
    name = f"{line.name} {quantity_text(line.qty_milli)} кг"
    return FiscalLine(name, amount_minor, 1000, amount_minor, line.vat)
