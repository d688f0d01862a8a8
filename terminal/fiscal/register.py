"""What a fiscal register is to a sale: a receipt goes in whole, and one of three answers comes back.

`NoRegister` is for a shop whose fiscal till stands beside this one: it confirms at once and prints nothing.
"""

from typing import Protocol

import msgspec

from loyalty.receipt import Receipt
from loyalty.sentences import Sentence


class Registered(msgspec.Struct, frozen=True):
    """The register has the receipt; `fiscal_number` is its document number, empty without a register."""

    fiscal_number: str = ""


class Refused(msgspec.Struct, frozen=True):
    """The register certainly does not have it: nothing was printed, the sale may be tried again."""

    said: Sentence
    hint: Sentence | None = None


class Unknown(msgspec.Struct, frozen=True):
    """It cannot be said whether the register has it: it must be asked before anything is sent again."""

    said: Sentence
    hint: Sentence | None = None


Answer = Registered | Refused | Unknown


class Register(Protocol):
    """`key` names the receipt for ever: the same key again never makes a second document."""

    def register(self, receipt: Receipt, key: str) -> Answer: ...


class NoRegister:
    def register(self, receipt: Receipt, key: str) -> Answer:
        return Registered()
