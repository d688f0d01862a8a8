"""What is asked of a payment terminal and what it answers; which errors leave a doubt.

`DeviceError`: nothing was done. `Declined`: the terminal or the bank said no. `Unproven` (devices.errors): it was told,
and what came of it is not known: it is asked by our own reference before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from devices.errors import DeviceError

Kind = Literal["sale", "refund"]
Step = Literal["", "card", "pin", "bank", "code", "code_again", "void", "outcome"]
"""What is waited for: the customer's card or PIN, the bank; or the cashier, who types the code of a slip (`code`, and
`code_again` where it was none), says that it was taken back (`void`) or what became of it (`outcome`)."""
Progress = Callable[[Step], None]
Text = Annotated[str, msgspec.Meta(max_length=64)]


class BankCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card as the terminal names it: the last digits, the scheme, and a token, the same for the same card and of no
    use to anybody else; never its number."""

    tail: Annotated[str, msgspec.Meta(max_length=4)] = ""
    scheme: Text = ""
    token: Text = ""


class Approval(msgspec.Struct, frozen=True, omit_defaults=True):
    """The bank has agreed: authorisation code, reference number of the retrieval (RRN), the card."""

    code: Text = ""
    rrn: Text = ""
    card: BankCard = BankCard()


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money to be taken from a card or given back, under a reference of ours that names it for ever.

    `rrn` is that of the payment a refund is of, empty where it is of none known; `approval` what the bank said, once
    it is known: a void shows it to the cashier.
    """

    reference: str
    kind: Kind
    amount_minor: int
    rrn: str = ""
    approval: Approval | None = None


class Voided(msgspec.Struct, frozen=True):
    """It was approved, and has been taken back since."""


Known = Approval | Voided | None
"""What a terminal knows of an operation; None: it has not done it and never will."""


class DayTotals(msgspec.Struct, frozen=True):
    """What a terminal has taken and given back since it was last settled; what was voided does not count."""

    sales: int = 0
    sales_minor: int = 0
    refunds: int = 0
    refunds_minor: int = 0


class Declined(DeviceError):
    """The terminal, the bank or the customer said no: no money has moved."""
