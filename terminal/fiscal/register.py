"""What a fiscal register is to a sale: a receipt goes in whole, and one of three answers comes back.

`NoRegister` is for a shop whose fiscal till stands beside this one: it confirms at once and prints nothing.
"""

from typing import Protocol, runtime_checkable

import msgspec

from loyalty.receipt import Receipt
from loyalty.sentences import Sentence, sentence
from terminal.fiscal.document import FiscalDocument
from terminal.fiscal.drawer import CashMove
from terminal.fiscal.standing import Seen, Way


class Registered(msgspec.Struct, frozen=True):
    """The register has the receipt; `fiscal_number` is its document number, empty without a register."""

    fiscal_number: str = ""


class Refused(msgspec.Struct, frozen=True):
    """The register certainly does not have it: nothing was printed, the sale may be tried again."""

    said: Sentence
    hint: Sentence | None = None


class Unknown(msgspec.Struct, frozen=True):
    """It cannot be said whether the register has it: it must be asked before anything is sent again.

    `told` is what the register itself says, `sent_to` the serial number of the fiscal memory the receipt went to.
    """

    said: Sentence
    hint: Sentence | None = None
    told: Sentence | None = None
    sent_to: str = ""


Answer = Registered | Refused | Unknown


class Recalled(msgspec.Struct, frozen=True):
    """A receipt that was sent before, and what is known of it now."""

    receipt: Receipt
    answer: Registered | Unknown


class Corrected(msgspec.Struct, frozen=True):
    """A correction receipt that is issued: the document of this number, in the memory of this serial number. It is
    recorded by the event `event_id`, at that time."""

    document: FiscalDocument
    fiscal_number: str
    serial: str
    event_id: str
    at_ms: int


class InQuestion(msgspec.Struct, frozen=True):
    """A correction receipt of which nobody can say whether it was issued, and why."""

    document: FiscalDocument
    unknown: Unknown


class Register(Protocol):
    """`key` names the receipt for ever: the same key again never makes a second document."""

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        """`buyer`: where the customer wants it sent, a phone or an e-mail; it is kept nowhere."""

    def recall(self, key: str) -> Recalled | None:
        """What became of a receipt that may have been sent; None: there certainly is no document of it."""

    def state_seen(self, key: str, document: int | None, by: str) -> None:
        """The manager `by` name has seen the tape: it has this document of the receipt, or (None) it has none."""

    def look(self, now: str) -> Seen | None:
        """How it stands; `now` is our local time (ISO). None: there is none."""

    def put_right(self, way: Way, now: str, by: str) -> Refused | None:
        """What the till itself can do about a trouble; the manager `by` name takes another memory for ours."""

    def move_cash(self, move: CashMove) -> Answer:
        """Cash into the drawer or out of it; the same key again is never a second one."""

    def cash_left(self, ask: bool) -> tuple[CashMove, ...]:
        """What the register has done and the till has not recorded; with `ask` it is asked of what is in doubt."""

    def cash_recorded(self, key: str) -> None: ...

    def correct(self, document: FiscalDocument, event_id: str, at_ms: int) -> Answer:
        """A correction receipt; the same key again is never a second one. The till records it by that event."""

    def corrected(self, key: str) -> Corrected | None:
        """The correction of this key, where it is issued."""

    def corrections_left(self) -> tuple[Corrected, ...]:
        """What the register has issued and the till has not recorded."""

    def correction_recorded(self, key: str) -> None: ...

    def in_question(self) -> InQuestion | None:
        """The correction in doubt, as it was when the register was asked last. Asks nothing."""

    def ask_open(self, key: str = "") -> Unknown | Refused | None:
        """Settle what was sent and never answered. Where the register cannot say: Unknown of the document of `key`,
        Refused of any other."""

    def print_copy(self, number: int | None) -> Refused | None:
        """Of a fiscal document, None for the last."""

    def x_report(self) -> Refused | None: ...

    def close_shift(self, cashier: str) -> Refused | None:
        """The register's Z report; of a shift that is closed already it is done."""

    def close(self) -> None: ...


@runtime_checkable
class Coded(Protocol):
    """A register whose documents have a QR code for our own slips too."""

    def code_of(self, key: str) -> str:
        """What the code of the receipt's document says; empty where there is none. Raises StoreFault."""


class NoRegister:
    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        return Registered()

    def recall(self, key: str) -> Recalled | None:
        return None

    def state_seen(self, key: str, document: int | None, by: str) -> None:
        """Nothing is ever in doubt."""

    def look(self, now: str) -> Seen | None:
        return None

    def put_right(self, way: Way, now: str, by: str) -> Refused | None:
        return None

    def move_cash(self, move: CashMove) -> Answer:
        return Registered()

    def cash_left(self, ask: bool) -> tuple[CashMove, ...]:
        return ()

    def cash_recorded(self, key: str) -> None:
        """Nothing waits."""

    def correct(self, document: FiscalDocument, event_id: str, at_ms: int) -> Answer:
        return Refused(sentence("register.none"))

    def corrected(self, key: str) -> Corrected | None:
        return None

    def corrections_left(self) -> tuple[Corrected, ...]:
        return ()

    def correction_recorded(self, key: str) -> None:
        """Nothing waits."""

    def in_question(self) -> InQuestion | None:
        return None

    def ask_open(self, key: str = "") -> Unknown | Refused | None:
        return None

    def print_copy(self, number: int | None) -> Refused | None:
        return Refused(sentence("register.none"))

    def x_report(self) -> Refused | None:
        return None

    def close_shift(self, cashier: str) -> Refused | None:
        return None

    def close(self) -> None:
        """Nothing is open."""
