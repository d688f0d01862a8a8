"""What any fiscal register can do for us; one file per protocol implements it, `once.py` makes it exactly once.

Three errors say what is certain: `NotIssued` (there is no document), `InDoubt` (there may be one: ask), `NoAnswer` (it
does not answer, and nothing was sent that could have made one).
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import msgspec

from loyalty.sentences import Sentence
from terminal.fiscal.document import FiscalDocument
from terminal.fiscal.tags import Field

ShiftState = Literal["closed", "open", "over_24h"]
Paper = Literal["there", "none", "waits"]
"""`waits`: a document is made and not on paper yet; with paper in, `finish_print` prints it."""


class State(msgspec.Struct, frozen=True):
    """How the register stands; `serial` is of its fiscal memory, `last_document` the number of the last there."""

    serial: str
    last_document: int
    shift: ShiftState
    paper: Paper
    receipt_open: bool = False
    local_time: str = ""
    """Of its last document."""
    cover_open: bool = False


class Unsent(msgspec.Struct, frozen=True):
    """What the operator of fiscal data has not had yet; `since` is the local time of the first, empty if not told."""

    count: int = 0
    since: str = ""


class Issued(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document of the fiscal memory: number, sign, local time of the register (ISO, to the minute)."""

    document: int
    sign: int
    local_time: str = ""


class NoAnswer(Exception):
    """The register does not answer; `said` is what else is known of it, `hint` what to do."""

    def __init__(self, said: Sentence | None = None, hint: Sentence | None = None) -> None:
        super().__init__(said.code if said else "silent")
        self.said = said
        self.hint = hint


class InDoubt(Exception):
    """It was told to make a document, and what came of it is not known."""


class NotIssued(Exception):
    """It has made no document: `said` is why, `hint` what to do."""

    def __init__(self, said: Sentence, hint: Sentence | None = None) -> None:
        super().__init__(said.code)
        self.said = said
        self.hint = hint


class FiscalPort(Protocol):
    """Every method may raise NoAnswer."""

    def state(self) -> State: ...

    def open_shift(self, cashier: str) -> None:
        """Raises NotIssued."""

    def close_shift(self, cashier: str) -> None:
        """The Z report; of a closed shift it does nothing. Raises NotIssued."""

    def x_report(self) -> None:
        """Raises NotIssued."""

    def issue(self, document: FiscalDocument) -> Issued:
        """Make the document, whole. Raises NotIssued, InDoubt."""

    def find(self, document: FiscalDocument, after: int) -> Issued | None:
        """The document in the memory after number `after`; None where it certainly is not there and never will be."""

    def cancel_open(self) -> None:
        """Give up a receipt that is open and not closed; none is nothing to do."""

    def finish_print(self) -> None:
        """Go on with what waits for paper. Raises NotIssued."""

    def close(self) -> None: ...


@runtime_checkable
class Inspected(Protocol):
    """A register that tells more of itself than selling needs. Every method may raise NoAnswer."""

    def clock(self) -> str:
        """Its own clock, ISO local time to the minute; empty where it does not say."""

    def unsent(self) -> Unsent: ...

    def set_clock(self, local_time: str) -> None:
        """By an ISO local time, to the minute; only while its shift is closed. Raises NotIssued."""


@runtime_checkable
class Remembering(Protocol):
    """A register whose memory gives its documents whole. May raise NoAnswer."""

    def document(self, number: int) -> tuple[Field, ...] | None:
        """By its tags; None where there is none."""
