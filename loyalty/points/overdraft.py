"""What of a debt was overdrawn by spending, out of an account's entries in whatever order they came.

An account owes points for two reasons: they were spent where they were not there, which the programme bears until the
member has earned them; or a return took back what was spent by then. What comes in pays for the first kind first.
"""

from collections.abc import Iterable

import msgspec

from loyalty.feed import BalanceRow
from loyalty.gift_card import GIFT_WALLET


class Moved(msgspec.Struct, frozen=True, order=True):
    """Points that moved in one wallet, by time and then by what moved them; `returned`: a return took them back."""

    at_ms: int
    cause: str
    place: int
    points: int
    returned: bool = False


def owed_points(row: BalanceRow) -> dict[str, int]:
    """wallet -> what the account owes, whatever for; wallets that owe nothing are left out."""
    if row.purse is not None:
        return {wallet: points for wallet, points in row.purse.owed_points.items() if wallet != GIFT_WALLET}
    return {wallet: -points for wallet, points in row.wallets.items() if points < 0 and wallet != GIFT_WALLET}


def overdrawn_points(owed_points: int, moves: Iterable[Moved]) -> int:
    """How much of what is owed was overdrawn by spending."""
    available = overdrawn = by_return = 0
    for move in sorted(moves):
        if move.points >= 0:
            repaid = min(overdrawn, move.points)
            settled = min(by_return, move.points - repaid)
            overdrawn, by_return = overdrawn - repaid, by_return - settled
            available += move.points - repaid - settled
            continue
        taken = min(available, -move.points)
        short, available = -move.points - taken, available - taken
        if move.returned:
            by_return += short
        else:
            overdrawn += short
    return max(0, owed_points - by_return)
