"""The lines that our payment protocol speaks: one JSON object each way and line, every reply to the request it names.

A request: `{"do": "sale", "no": 7, "reference": "...", "amount_minor": 12345}`. What it may `do`: `status`, `sale`,
`refund` (with the `rrn` of the payment, where one is known), `void`, `ask`, `cancel`, `totals` (with `settle`), `read`.

A reply: `{"no": 7, "state": "working", "step": "card"}`. The `state` is `ready` (of `status`, with `terminal`),
`working` (ask again), `approved` (`code`, `rrn`, `card`), `declined` (`why`), `voided`, `none` (it knows no such
reference, and takes none of that name after this), `read` (`card`), `totals`, or `refused` (`why`).

Nothing is done twice: a reference that is known is answered with what became of it, whatever it is asked to do again.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from devices.payment.model import Approval, BankCard, DayTotals, Text

MOST_BYTES = 4096
"""A line that is longer is dropped."""
Do = Literal["status", "sale", "refund", "void", "ask", "cancel", "totals", "read"]
State = Literal["ready", "working", "approved", "declined", "voided", "none", "read", "totals", "refused"]


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    do: Do
    no: int
    reference: Text = ""
    amount_minor: int = 0
    rrn: Text = ""
    settle: bool = False


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    no: int
    state: State
    step: Literal["", "card", "pin", "bank"] = ""
    terminal: Text = ""
    code: Text = ""
    rrn: Text = ""
    card: BankCard = BankCard()
    totals: DayTotals = DayTotals()
    why: Text = ""

    @property
    def approval(self) -> Approval:
        return Approval(self.code, self.rrn, self.card)


_requests = msgspec.json.Decoder(Request)
_replies = msgspec.json.Decoder(Reply)


def line_of(message: Request | Reply) -> bytes:
    return msgspec.json.encode(message) + b"\n"


class Lines:
    """Collects bytes, however they come, to whole lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, raw: bytes) -> list[bytes]:
        *whole, self._rest = (self._rest + raw).split(b"\n")
        self._rest = self._rest[: MOST_BYTES + 1]
        return [line for line in whole if 0 < len(line) <= MOST_BYTES]


def request_of(line: bytes) -> Request | None:
    """None: no request."""
    try:
        return _requests.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def reply_of(line: bytes) -> Reply | None:
    """None: no reply."""
    try:
        return _replies.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
