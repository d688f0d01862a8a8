"""What a receipt keeps of a bank card that paid it, or that money went back to: what stands on the terminal's slip.

Never the number of a card: its last digits, and what the bank calls the payment by.
"""

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=64)]
TAIL_DIGITS = 4
"""Of a card's number, what may be kept and shown."""


class BankSlip(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`reference` is the till's own name of the operation; `code` the authorisation code, `rrn` the bank's reference
    number, which a refund names."""

    reference: Text
    code: Text = ""
    rrn: Text = ""
    tail: Annotated[str, msgspec.Meta(max_length=TAIL_DIGITS)] = ""
    scheme: Text = ""

    @property
    def masked(self) -> str:
        return masked_tail(self.tail)


def masked_tail(tail: str) -> str:
    """What a person knows a card by; empty where its last digits are not known."""
    return f"··{tail}" if tail else ""
