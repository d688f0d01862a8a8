"""What ATOL's web server is told and tells: a fiscal document as its task, and its results as ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from loyalty.catalogue import Vat
from terminal.fiscal.atol_link import Outcome
from terminal.fiscal.document import FiscalDocument, FiscalLine, Means, Method, Subject
from terminal.fiscal.port import Issued, ShiftState

Taxation = Literal["osn", "usnIncome", "usnIncomeOutcome", "esn", "patent"]
Task = dict[str, Any]
VAT: dict[Vat, str] = {
    "20": "vat20", "10": "vat10", "0": "vat0", "none": "none", "5": "vat5", "7": "vat7", "22": "vat22",
}  # fmt: skip
METHOD: dict[Method, str] = {"full": "fullPayment", "advance": "advance"}
SUBJECT: dict[Subject, str] = {"goods": "commodity", "payment": "payment"}
MEANS: dict[Means, str] = {
    "cash": "cash", "electronic": "electronically", "advance": "prepaid", "counter_provision": "other",
}  # fmt: skip
SHIFT: dict[str, ShiftState] = {"closed": "closed", "opened": "open", "expired": "over_24h"}
OPERATION = {"sale": 1, "return": 2}
NAMES = UUID("6b1c6f7e-0f0b-4d0c-9a55-2b6a1c1f6f10")
"""What our uuids are made under, for all time: another one would make a receipt sent before unknown."""


class FnInfo(msgspec.Struct, frozen=True):
    serial: str


class FnStatus(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_document_number: int


class OfdStatus(msgspec.Struct, frozen=True, rename="camel"):
    not_sent_count: int


class ShiftStatus(msgspec.Struct, frozen=True):
    """`state`, which some versions call `status`."""

    state: str = ""
    status: str = ""

    def shift(self) -> ShiftState | None:
        return SHIFT.get(self.state or self.status)


class DeviceStatus(msgspec.Struct, frozen=True, rename="camel"):
    paper_present: bool = True
    current_date_time: str = ""


class _FiscalParams(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_document_number: int
    fiscal_document_sign: str
    fiscal_document_date_time: str = ""


class _Made(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_params: _FiscalParams


class FnDocument(msgspec.Struct, frozen=True, rename={"kind": "fiscalDocumentType", "operation": "1054",
                                                      "total": "1020", "sign": "1077", "at": "1012"}):  # fmt: skip
    """A document of the memory by its tags; money in roubles."""

    kind: str
    operation: int = 0
    total: Decimal = Decimal(0)
    sign: int | str = 0
    at: str = ""

    def is_of(self, document: FiscalDocument) -> bool:
        found = (self.kind, self.operation, self.total)
        return found == ("receipt", OPERATION[document.kind], _money(document.total_minor))


def uuid_of(key: str, attempt: int) -> str:
    """The task of a receipt, for ever the same; a later `attempt` is for one that certainly failed."""
    return str(uuid5(NAMES, f"{key}/{attempt}"))


def receipt_task(document: FiscalDocument, taxation: Taxation) -> Task:
    return {
        "type": "sell" if document.kind == "sale" else "sellReturn",
        "taxationType": taxation,
        "electronically": False,
        "ignoreNonFiscalPrintErrors": False,
        **operator(document.cashier),
        "items": [_position(line) for line in document.lines],
        "payments": [{"type": MEANS[means], "sum": _money(minor)} for means, minor in document.paid_minor.items()],
        "total": _money(document.total_minor),
    }


def operator(cashier: str) -> Task:
    return {"operator": {"name": cashier}} if cashier else {}


def _position(line: FiscalLine) -> Task:
    return {
        "type": "position",
        "name": line.name,
        "price": _money(line.price_minor),
        "quantity": Decimal(line.qty_milli).scaleb(-3),
        "amount": _money(line.amount_minor),
        "paymentMethod": METHOD[line.method],
        "paymentObject": SUBJECT[line.subject],
        "tax": {"type": VAT[line.vat]},
    }


def _money(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


def issued_of(outcome: Outcome) -> Issued | None:
    """The document a task has made; None where its result names none."""
    try:
        made = msgspec.convert(outcome.result, _Made).fiscal_params
        return Issued(
            made.fiscal_document_number, int(made.fiscal_document_sign), minute(made.fiscal_document_date_time)
        )
    except (msgspec.ValidationError, ValueError):
        return None


def minute(at: str) -> str:
    """A moment as servers write it, with a blank or a T, as ISO to the minute."""
    return at[:16].replace(" ", "T")
