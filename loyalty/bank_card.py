"""What a receipt keeps of a bank card that paid it, or that money went back to: what stands on the terminal's slip.

Never the number of a card: its last digits, and what the bank calls the payment by.
"""

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=64)]


class BankSlip(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`reference` is the till's own name of the operation; `code` the authorisation code, `rrn` the bank's reference
    number, which a refund names."""

    reference: Text
    code: Text = ""
    rrn: Text = ""
    tail: Annotated[str, msgspec.Meta(max_length=4)] = ""
    scheme: Text = ""

    @property
    def masked(self) -> str:
        return f"··{self.tail}" if self.tail else ""
