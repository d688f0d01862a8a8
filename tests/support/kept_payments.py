"""Operations of a payment terminal as its book keeps them."""

from __future__ import annotations

from pathlib import Path

from devices.payment.model import Approval, Operation
from terminal.charges import Fate, Kept
from terminal.payment_book import PaymentBook

TERMINAL = "VT000001"


def kept(number: int, fate: Fate = "done", kind: str = "sale", amount_minor: int = 100_00) -> Kept:
    operation = Operation(f"{number:032x}", kind, amount_minor, approval=Approval(f"{number:06d}"))  # type: ignore[arg-type]
    return Kept(operation, 1_700_000_000_000 + number, TERMINAL, fate)


def opened(folder: Path, *rows: Kept) -> PaymentBook:
    book = PaymentBook(folder)
    for row in rows:
        book.keep(row)
    return book
