"""What virtual devices have done, a line each: documents of a fiscal register, operations of a payment terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalty.money import money_text

if TYPE_CHECKING:
    from devices.virtual.atol_memory import AtolDocument
    from devices.virtual.payment import Done
    from devices.virtual.shtrih_memory import Document

KINDS = {
    2: ("смена открыта", "shift opened"),
    3: ("чек", "receipt"),
    5: ("смена закрыта", "shift closed"),
    31: ("чек коррекции", "correction receipt"),
}
RETURNS = {
    3: ("чек возврата", "return"),
    31: ("чек коррекции возврата", "correction receipt of a return"),
}
DOINGS = {"sale": ("оплата", "sale"), "refund": ("возврат", "refund"), "read": ("карта", "card")}
ENDS = {
    "approved": ("одобрено, код {code}", "approved, code {code}"),
    "declined": ("отказ: {why}", "declined: {why}"),
    "voided": ("отменено", "voided"),
    "read": ("прочитана", "read"),
}


def document_said(document: Document | AtolDocument, ru: bool) -> str:
    kind = KINDS[document.kind][0 if ru else 1]
    if document.operation == 2:
        kind = RETURNS[document.kind][0 if ru else 1]
    total = f" {money_text(document.total_minor, 'ru' if ru else 'en')}" if document.operation else ""
    return f"{'ФД' if ru else 'FD'} {document.number}: {kind}{total}"


def payment_said(done: Done, ru: bool) -> str:
    """Of what has come to an end; empty of what has not."""
    if done.state not in ENDS or done.do not in DOINGS:
        return ""
    at = 0 if ru else 1
    amount = f" {money_text(done.amount_minor, 'ru' if ru else 'en')}" if done.amount_minor else ""
    return f"{DOINGS[done.do][at]}{amount}: {ENDS[done.state][at].format(code=done.code, why=done.why)}"
