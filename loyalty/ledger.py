"""Points as double entry: every entry moves points between a member's account and one account of the programme.

The programme's accounts are kept per bucket, so the books balance in each bucket at every commit (invariant I10).
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from loyalty.receipt import Receipt

Contra = Literal[
    "issued", "redeemed", "issued_back", "redeemed_back", "opening", "expired", "loaded", "paid", "loaded_back",
    "paid_back", "clearing", "referral",
]  # fmt: skip
"""The programme's side: points issued for a purchase, points spent, each taken back by a return, balances brought
from another system, and points that ran out. Points taken for what a campaign gives are points spent. Four are of gift
cards: money put on them, money they paid, each taken back. `clearing`: on the way from one account to another, gone
from the one and perhaps not at the other yet. `referral`: points for who invited a member."""
MAIN_WALLET = "main"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """`points` added to (or, negative, taken from) the account; the contra account moves the other way."""

    event_id: str
    entry_no: int
    account_id: str
    wallet: str
    contra: Contra
    points: int
    at_ms: int


def receipt_entries(receipt: Receipt, event_id: str) -> tuple[Entry, ...]:
    """The entries one receipt makes, at most two for each wallet; none without a member. A return mirrors its sale."""
    if receipt.account_id is None:
        return ()
    spent, earned = spent_points(receipt), earned_points(receipt)
    moves: list[tuple[Contra, str, int]]
    if receipt.kind == "sale":
        moves = [("redeemed", wallet, -points) for wallet, points in spent.items()]
        moves += [("issued", wallet, points) for wallet, points in earned.items()]
    else:
        moves = [("redeemed_back", wallet, points) for wallet, points in spent.items()]
        moves += [("issued_back", wallet, -points) for wallet, points in earned.items()]
    return tuple(
        Entry(event_id, number, receipt.account_id, wallet, contra, points, receipt.moment.at_ms)
        for number, (contra, wallet, points) in enumerate(moves, start=1)
    )


def earned_points(receipt: Receipt) -> dict[str, int]:
    """wallet -> points earned, of all wallets that earned any: the main one first, the others by name."""
    return _in_order({MAIN_WALLET: receipt.earned_points}, receipt.wallets)


def spent_points(receipt: Receipt) -> dict[str, int]:
    """wallet -> points spent and points taken for what campaigns gave; in the same order."""
    redeemed = dict(receipt.redeemed_wallets) or {MAIN_WALLET: receipt.redeemed_points}
    return _in_order(redeemed, receipt.costs)


def _in_order(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    if not other and len(one) == 1:
        return {wallet: points for wallet, points in one.items() if points}
    wallets = sorted({*one, *other}, key=lambda wallet: (wallet != MAIN_WALLET, wallet))
    sums = {wallet: one.get(wallet, 0) + other.get(wallet, 0) for wallet in wallets}
    return {wallet: points for wallet, points in sums.items() if points}


def balance(entries: Iterable[Entry], wallet: str = MAIN_WALLET) -> int:
    return sum(entry.points for entry in entries if entry.wallet == wallet)
