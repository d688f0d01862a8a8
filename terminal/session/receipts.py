"""The receipts of the shift as the cashier looks them up: what a row says, and what is asked, wanted and answered."""

from typing import Literal

import msgspec

from loyalty.receipt import PaymentKind, Receipt
from loyalty.sentences import Lang

MOST_LISTED = 500
"""Rows, the newest first; an older receipt is found by its number."""
Paper = Literal["", "waits", "failed"]
"""What is known of its slip: nothing, that it waits for the printer, or that the printer has given it up."""


class ReceiptRow(msgspec.Struct, frozen=True):
    """`paid`: the kinds of money, in the order they were given; `local_minute` by the store's clock. `fiscal_number` is
    empty where the register has made no document of it."""

    number: str
    kind: Literal["sale", "return"]
    local_minute: int
    total_minor: int
    member_name: str = ""
    paid: tuple[PaymentKind, ...] = ()
    fiscal_number: str = ""
    paper: Paper = ""


class ReceiptList(msgspec.Struct, frozen=True):
    """`more`: there are older ones. `number` and `slip` are of the one that is looked at."""

    rows: tuple[ReceiptRow, ...]
    more: bool = False
    number: str = ""
    slip: tuple[str, ...] = ()


def row_of(receipt: Receipt, paper: Paper = "") -> ReceiptRow:
    kinds = tuple(dict.fromkeys(payment.kind for payment in receipt.payments))
    return ReceiptRow(
        receipt.number, receipt.kind, receipt.moment.local_minute, receipt.settled_minor, receipt.member_name, kinds,
        receipt.fiscal_number, paper,
    )  # fmt: skip


# -- asked by the cashier


class ListReceipts(msgspec.Struct, frozen=True):
    """Those of this shift."""


class LookAtReceipt(msgspec.Struct, frozen=True):
    """One of them, as its slip was printed."""

    number: str


class ReprintReceipt(msgspec.Struct, frozen=True):
    """A copy of it on paper that says it is one; never another fiscal document."""

    number: str


class Speak(msgspec.Struct, frozen=True):
    """Slips and reports in this language from now on, what is on show among them."""

    lang: Lang


# -- wanted of the engine


class FindReceipts(msgspec.Struct, frozen=True):
    """Answered by ReceiptsFound."""

    shift_id: str


class MakeSlip(msgspec.Struct, frozen=True):
    """Answered by SlipMade."""

    number: str


class PrintAgain(msgspec.Struct, frozen=True):
    """Answered by PrintedAgain."""

    number: str


class SpeakOn(msgspec.Struct, frozen=True):
    """Answered by Spoken."""

    lang: Lang


# -- answered


class ReceiptsFound(msgspec.Struct, frozen=True):
    rows: tuple[ReceiptRow, ...]
    more: bool = False


class SlipMade(msgspec.Struct, frozen=True):
    number: str
    slip: tuple[str, ...]


class PrintedAgain(msgspec.Struct, frozen=True):
    """`by`: the register has printed its document once more, or our printer is given a copy."""

    number: str
    by: Literal["register", "printer"]


class Spoken(msgspec.Struct, frozen=True):
    """What was made for the screen last, once more; empty where nothing was."""

    slip: tuple[str, ...]
