"""Where the customer asks to have the receipt sent: a phone or an e-mail, told to the fiscal register with it.

It is of this sale or return alone: no journal and no event has it.
"""

import re

from msgspec.structs import replace

from loyalty.codes import parse_phone
from terminal.session import commands as c
from terminal.session.parts import Step, refused, told
from terminal.session.state import State, Surroundings

MOST_ADDRESS = 64
"""Of tag 1008."""
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


def send_receipt(state: State, command: c.SendReceipt, around: Surroundings) -> Step:
    """Nothing typed: it is sent nowhere."""
    if not around.is_fiscal:
        return refused(state, "register.none")
    text = command.address.strip()
    if not text:
        return told(replace(state, buyer=""), "info", "send.nowhere"), ()
    address = address_of(text)
    if address is None:
        return refused(state, "send.address")
    return told(replace(state, buyer=address), "ok", "send.to", address=address), ()


def address_of(text: str) -> str | None:
    """An e-mail as it is, a phone in full (E.164); None of what is neither."""
    address = text if _EMAIL.fullmatch(text) else parse_phone(text)
    return address if address is not None and len(address) <= MOST_ADDRESS else None
