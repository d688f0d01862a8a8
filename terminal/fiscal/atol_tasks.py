"""What ATOL's web server is told and tells: a fiscal document as its task, and its results as ours."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from loyalty.catalogue import Unit
from terminal.fiscal.atol_link import Outcome
from terminal.fiscal.document import OURS, FiscalDocument, FiscalLine, Form, Means
from terminal.fiscal.port import Issued, ShiftState
from terminal.fiscal.tags import OPERATION, TAGS, FiscalVat, Method, Subject

Taxation = Literal["osn", "usnIncome", "usnIncomeOutcome", "esn", "patent"]
Task = dict[str, Any]
VAT: dict[FiscalVat, str] = {
    "20": "vat20", "10": "vat10", "0": "vat0", "none": "none", "20/120": "vat120", "10/110": "vat110", "5": "vat5",
    "7": "vat7", "5/105": "vat105", "7/107": "vat107", "22": "vat22", "22/122": "vat122",
}  # fmt: skip
METHOD: dict[Method, str] = {"full": "fullPayment", "advance": "advance"}
SUBJECT: dict[Subject, str] = {"goods": "commodity", "payment": "payment", "marked_goods": "commodityWithMarking"}
MEASURE: dict[Unit, str] = {"piece": "piece", "kg": "kilogram"}
MEANS: dict[Means, str] = {
    "cash": "cash", "electronic": "electronically", "advance": "prepaid", "counter_provision": "other",
}  # fmt: skip
SHIFT: dict[str, ShiftState] = {"closed": "closed", "opened": "open", "expired": "over_24h"}
NAMES = UUID("6b1c6f7e-0f0b-4d0c-9a55-2b6a1c1f6f10")
"""What our uuids are made under, for all time: another one would make a receipt sent before unknown."""


class FnInfo(msgspec.Struct, frozen=True):
    serial: str


class FnStatus(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_document_number: int


class OfdStatus(msgspec.Struct, frozen=True, rename="camel"):
    not_sent_count: int
    since: str = msgspec.field(default="", name="notSentFirstDocDateTime")


class ShiftStatus(msgspec.Struct, frozen=True):
    """`state`, which some versions call `status`."""

    state: str = ""
    status: str = ""

    def shift(self) -> ShiftState | None:
        return SHIFT.get(self.state or self.status)


class DeviceStatus(msgspec.Struct, frozen=True, rename="camel"):
    paper_present: bool = True
    current_date_time: str = ""
    cover_opened: bool = False


class _FiscalParams(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_document_number: int
    fiscal_document_sign: str
    fiscal_document_date_time: str = ""


class _Made(msgspec.Struct, frozen=True, rename="camel"):
    fiscal_params: _FiscalParams


def _numbers(names: dict[str, str]) -> dict[str, str]:
    """Tags stand under their numbers."""
    return {ours: str(TAGS[tag].number) for ours, tag in names.items()}


class FnDocument(
    msgspec.Struct,
    frozen=True,
    rename={"kind": "fiscalDocumentType"}
    | _numbers({"operation": "operation", "total": "total", "sign": "sign", "at": "time", "extra": "extra"}),
):
    """A document of the memory by its tags; money in roubles."""

    kind: str
    operation: int = 0
    total: Decimal = Decimal(0)
    sign: int | str = 0
    at: str = ""
    extra: Any = None

    def is_of(self, document: FiscalDocument) -> bool:
        """By the receipt's id in it, where it has one; else by kind and sum alone."""
        found = (self.kind, self.operation, self.total)
        kind = "receiptCorrection" if document.correction else "receipt"
        if found != (kind, OPERATION[document.kind], _money(document.total_minor)):
            return False
        named = self.extra if isinstance(self.extra, dict) else {}
        name, value = (named.get(str(TAGS[tag].number)) for tag in ("extra_name", "extra_value"))
        return document.is_named(name, value)


def uuid_of(key: str, attempt: int) -> str:
    """The task of a receipt, for ever the same; a later `attempt` is for one that certainly failed."""
    return str(uuid5(NAMES, f"{key}/{attempt}"))


def receipt_task(document: FiscalDocument, taxation: Taxation, form: Form) -> Task:
    ours = {"type": "userAttribute", "name": OURS, "value": document.named, "print": False}
    return {
        "type": "sell" if document.kind == "sale" else "sellReturn",
        "taxationType": taxation,
        "electronically": False,
        "ignoreNonFiscalPrintErrors": False,
        **operator(document.cashier, form),
        **({"paymentsPlace": form.place} if form.place else {}),
        **({"clientInfo": {"emailOrPhone": document.buyer}} if document.buyer else {}),
        "items": [*(_position(line, document.kind, form) for line in document.lines), ours],
        "payments": [{"type": MEANS[means], "sum": _money(minor)} for means, minor in document.paid_minor.items()],
        "total": _money(document.total_minor),
        **({"validateMarkingCodes": True} if form.ffd == "1.2" and any(line.mark for line in document.lines) else {}),
    }


def operator(cashier: str, form: Form) -> Task:
    if not cashier:
        return {}
    inn = form.cashier_inn.get(cashier)
    return {"operator": {"name": cashier, "vatin": inn} if inn else {"name": cashier}}


def _position(line: FiscalLine, kind: Literal["sale", "return"], form: Form) -> Task:
    return {
        "type": "position",
        "name": line.name,
        "price": _money(line.price_minor),
        "quantity": Decimal(line.qty_milli).scaleb(-3),
        "amount": _money(line.amount_minor),
        "paymentMethod": METHOD[line.method],
        "paymentObject": SUBJECT[line.subject if form.ffd == "1.2" or not line.mark else "goods"],
        "tax": {"type": VAT[line.vat]},
        **({"measurementUnit": MEASURE[line.measure]} if form.ffd == "1.2" else {}),
        **(_marked(line.mark, kind, form) if line.mark else {}),
    }


def _marked(mark: str, kind: Literal["sale", "return"], form: Form) -> Task:
    """The code of marking as it was read, by the rules of either version of the format."""
    raw = b64encode(mark.encode("ascii", "replace")).decode()
    if form.ffd == "1.05":
        return {"markingCode": {"type": "other", "mark": raw}}
    status = "itemPieceSold" if kind == "sale" else "itemPieceReturn"
    return {"imcParams": {"imcType": "auto", "imc": raw, "itemEstimatedStatus": status, "imcModeProcessing": 0}}


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
