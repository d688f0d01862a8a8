"""Bank cards on receipts: what of an operation a receipt keeps, and which operations a receipt names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from loyalty.bank_card import BankSlip
from loyalty.errors import NotNow
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence

if TYPE_CHECKING:
    from devices.payment.model import Approval


def slip_of(reference: str, approval: Approval) -> BankSlip:
    return BankSlip(reference, approval.code, approval.rrn, approval.card.tail, approval.card.scheme)


def references(payments: Iterable[Payment]) -> tuple[str, ...]:
    return tuple(each.bank.reference for each in payments if each.bank is not None)


def with_bank(draft: Receipt, bank: BankSlip | None, bank_minor: int) -> Receipt:
    """A return with what the terminal has given back. Raises NotNow where that is not what the return comes to now."""
    if bank is None:
        return draft
    if sum(each.amount_minor for each in draft.payments if each.kind == "card") != bank_minor:
        raise NotNow(sentence("payment.other_amount"), sentence("payment.other_amount.hint"))
    payments = (replace(each, bank=bank) if each.kind == "card" else each for each in draft.payments)
    return replace(draft, payments=tuple(payments))
