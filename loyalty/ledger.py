"""Points as double entry: every entry moves points between a member's account and one account of the programme.

The programme's accounts are kept per bucket, so the books balance in each bucket at every commit (invariant I10).
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from loyalty.receipt import Receipt

Contra = Literal["issued", "redeemed", "issued_back", "redeemed_back", "opening"]
"""The programme's side: points issued for a purchase, points spent, each taken back by a return, and balances brought
from another system."""
MAIN_WALLET = "main"


class Entry(msgspec.Struct, frozen=True):
    """`points` added to (or, negative, taken from) the account; the contra account moves the other way."""

    event_id: str
    entry_no: int
    account_id: str
    wallet: str
    contra: Contra
    points: int
    at_ms: int


def receipt_entries(receipt: Receipt, event_id: str) -> tuple[Entry, ...]:
    """The entries one receipt makes; none without a member. A return mirrors its sale."""
    if receipt.account_id is None:
        return ()
    sign = 1 if receipt.kind == "sale" else -1
    moves: tuple[tuple[Contra, int], ...] = (
        ("redeemed" if sign == 1 else "redeemed_back", -sign * receipt.redeemed_points),
        ("issued" if sign == 1 else "issued_back", sign * receipt.earned_points),
    )
    return tuple(
        Entry(event_id, number, receipt.account_id, MAIN_WALLET, contra, points, receipt.moment.at_ms)
        for number, (contra, points) in enumerate((m for m in moves if m[1]), start=1)
    )


def balance(entries: Iterable[Entry]) -> int:
    return sum(entry.points for entry in entries)
