"""A fiscal document as the commands of a Shtrih-M register: those up to the last, and the one that makes it."""

from __future__ import annotations

from collections.abc import Iterator

from devices.shtrih import commands as k
from devices.shtrih import correction as old
from devices.shtrih import tagged
from loyalty.sentences import sentence
from terminal.fiscal.correction import tax_minor, unix_s
from terminal.fiscal.document import OURS, Correction, FiscalDocument, FiscalLine, Form, Means
from terminal.fiscal.port import Issued, NotIssued
from terminal.fiscal.tags import BY_ORDER, MEASURE, METHOD, OPERATION, SUBJECT, FiscalVat, piece_code, written

VAT: dict[FiscalVat, int] = {
    "20": 0x01, "10": 0x02, "0": 0x04, "none": 0x08, "20/120": 0x10, "10/110": 0x20, "5": 0x81, "7": 0x82,
    "5/105": 0x84, "7/107": 0x88, "22": 0xCB, "22/122": 0xCC,
}  # fmt: skip
"""The register's own codes, not those of tag 1199."""
PLACE: dict[Means, int] = {"cash": 1, "electronic": 2, "advance": 14, "counter_provision": 16}
OLD_PLACE: dict[Means, int] = {"cash": 0, "electronic": 1, "advance": 2, "counter_provision": 4}
OLD_TAX: dict[FiscalVat, int] = {"20": 0, "10": 1, "0": 2, "none": 3, "20/120": 4, "10/110": 5}
"""Places in the command of a correction with FFD 1.05, which knows of no other rates."""


def before_closing(document: FiscalDocument, form: Form) -> Iterator[bytes]:
    """The commands of a document, in their order, up to the one that makes it."""
    is_return, correction = document.kind == "return", document.correction
    if correction is not None and form.ffd == "1.05":
        yield old.begin_correction()
        yield from cashier_tags(document.cashier, form)
        yield from _basis(correction)
        return
    yield k.open_receipt(is_return, correction is not None)
    yield from cashier_tags(document.cashier, form)
    ours = (("extra_name", OURS), ("extra_value", document.named))
    yield tagged.receipt_tag(written("extra", ours))
    for name, value in (("place", form.place), ("buyer", document.buyer)):
        if value:
            yield tagged.receipt_tag(written(name, value))
    if correction is not None:
        yield tagged.receipt_tag(written("correction_kind", BY_ORDER["order" if correction.order else "own"]))
        yield from _basis(correction)
        if correction.wrong_sign:
            yield tagged.receipt_tag(written("additional", correction.wrong_sign))
    for line in document.lines:
        yield _item(line, is_return, form)
        yield from _of_line(line, form)


def closing(document: FiscalDocument, form: Form, tax_system: int) -> bytes:
    """The command that makes the document. Raises NotIssued where the register has no place for what it says."""
    if document.correction is None or form.ffd == "1.2":
        paid = {PLACE[means]: minor for means, minor in document.paid_minor.items()}
        return k.close_receipt(paid, tax_system)
    taxes: dict[int, int] = {}
    for line in document.lines:
        if line.vat not in OLD_TAX:
            raise NotIssued(sentence("fiscal.no_correction_vat", vat=line.vat))
        place = OLD_TAX[line.vat]
        taxes[place] = taxes.get(place, 0) + tax_minor(line)
    paid = {OLD_PLACE[means]: minor for means, minor in document.paid_minor.items()}
    is_ordered, operation = bool(document.correction.order), OPERATION[document.kind]
    return old.build_correction(is_ordered, operation, document.total_minor, paid, taxes, tax_system)


def issued(data: bytes, document: FiscalDocument, form: Form) -> Issued:
    """What that command has made. Raises BadAnswer."""
    if document.correction is not None and form.ffd == "1.05":
        return Issued(*old.read_built(data))
    closed = k.read_closed(data)
    return Issued(closed.document, closed.sign, closed.local_time)


def cashier_tags(name: str, form: Form) -> Iterator[bytes]:
    if name:
        yield tagged.receipt_tag(written("cashier", name))
    if name in form.cashier_inn:
        yield tagged.receipt_tag(written("cashier_inn", form.cashier_inn[name]))


def _basis(correction: Correction) -> Iterator[bytes]:
    """What tag 1174 is made of; the register makes it."""
    yield tagged.receipt_tag(written("basis_date", unix_s(correction.date)))
    if correction.order:
        yield tagged.receipt_tag(written("basis_number", correction.order))


def _item(line: FiscalLine, is_return: bool, form: Form) -> bytes:
    money = (line.qty_milli, line.price_minor, line.amount_minor)
    subject = SUBJECT[line.subject if form.ffd == "1.2" or not line.mark else "goods"]
    return k.item(is_return, *money, VAT[line.vat], METHOD[line.method], subject, line.name)


def _of_line(line: FiscalLine, form: Form) -> Iterator[bytes]:
    """What follows a line."""
    if form.ffd == "1.2":
        yield tagged.line_tag(written("measure", MEASURE[line.measure]))
        if line.mark:
            yield tagged.bind_mark(line.mark.encode("ascii", "replace"))
    elif line.mark:
        yield tagged.line_tag(written("product_code_105", piece_code(line.mark)))
