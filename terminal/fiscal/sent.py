"""A document on its way to the register, and the journal that keeps where each stands."""

from __future__ import annotations

from typing import Protocol

import msgspec

from loyalty.receipt import Receipt
from terminal.fiscal.cash import CashJournal
from terminal.fiscal.document import FiscalDocument
from terminal.fiscal.port import Issued


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document on its way: to which memory, after which of its documents, and the receipt it is for. A correction is
    for none; it has the id and the time of the event that will record it."""

    document: FiscalDocument
    receipt: Receipt | None
    serial: str
    last_document: int
    issued: Issued | None = None
    event_id: str = ""
    at_ms: int = 0


class FiscalJournal(CashJournal, Protocol):
    """Where SENT and ISSUED are kept; each method is durable when it returns. Raises StoreFault."""

    def sent_of(self, key: str) -> Sent | None: ...

    def open_sent(self) -> tuple[Sent, ...]:
        """Those without an answer, oldest first."""

    def keep_sent(self, sent: Sent) -> None: ...

    def keep_issued(self, key: str, issued: Issued) -> None: ...

    def corrections_left(self) -> tuple[Sent, ...]:
        """Corrections that are issued and not recorded by the till, oldest first."""

    def correction_recorded(self, key: str) -> None: ...

    def drop_sent(self, key: str) -> None:
        """Nothing was issued: it may be sent again."""

    def memory(self) -> str:
        """The serial number of the fiscal memory this till works with; empty before its first document."""
        ...

    def keep_memory(self, serial: str, by: str) -> None:
        """From now on it works with this one; `by` is who has said so, empty for the first."""

    def close(self) -> None: ...
