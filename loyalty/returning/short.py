"""Points to be taken back that are gone: owed, paid for out of the refund, or left, as the programme says.

What a till knows of an account may be old. The receipt says what was taken and what was not, and that is booked.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET
from loyalty.points.lots import earn, take_back
from loyalty.points.purse import Purse
from loyalty.points.shown import plain_lot
from loyalty.programme import Programme
from loyalty.quoting.earning import points_minor
from loyalty.receipt import Receipt


class Short(msgspec.Struct, frozen=True):
    """wallet -> points: those taken back, and those that were not there; `minor` is kept from the refund for them."""

    taken: dict[str, int]
    missing: dict[str, int] = {}
    minor: int = 0


def short_of(
    sale: Receipt,
    earned: Mapping[str, int],
    spent: Mapping[str, int],
    purse: Purse | None,
    programme: Programme | None,
    money_minor: int,
    today: str,
) -> Short:
    """What becomes of points to be taken back (`earned`), where so many come back (`spent`), both by wallet.

    `purse` is what the account has, None where nobody knows: then, and where no more money goes back (`money_minor`)
    or points have no worth, what is missing is owed.
    """
    if programme is None or purse is None or programme.returns.shortfall == "debt":
        return Short(dict(earned))
    gone = _missing(sale, earned, spent, purse, today)
    if programme.returns.shortfall == "balance":
        return Short(_less(earned, gone), gone)
    paid_for: dict[str, int] = {}
    left_minor = money_minor
    for wallet, points in gone.items():
        within = _worth_at_most(programme, wallet, points, left_minor)
        if within:
            paid_for[wallet] = within
            left_minor -= points_minor(programme, wallet, within)
    return Short(_less(earned, paid_for), paid_for, money_minor - left_minor)


def _missing(
    sale: Receipt, earned: Mapping[str, int], spent: Mapping[str, int], purse: Purse, today: str
) -> dict[str, int]:
    """wallet -> points that are not there, once those spent are back; the sale's own lots count though run out."""
    for wallet, points in ((wallet, points) for wallet, points in spent.items() if points):
        purse = earn(purse, plain_lot(wallet, points, today), today)
    lots = {lot.wallet: lot for lot in sale.lots}
    gone: dict[str, int] = {}
    for wallet, points in sorted(earned.items(), key=lambda each: (each[0] != MAIN_WALLET, each[0])):
        if not points:
            continue
        piece = replace(lots.get(wallet) or plain_lot(wallet, points, today), points=points)
        missing = take_back(purse, piece, today, "balance").forgiven_points
        if missing:
            gone[wallet] = missing
    return gone


def _worth_at_most(programme: Programme, wallet: str, points: int, minor: int) -> int:
    """How many of these points a sum of money can pay for; none where they are worth nothing."""
    if wallet == MAIN_WALLET:
        within = min(points, minor * programme.point_scale // programme.redeem.point_value_minor)
    else:
        within = min(points, minor // max(1, points_minor(programme, wallet, 1)))
    return within if points_minor(programme, wallet, within) else 0


def _less(earned: Mapping[str, int], gone: Mapping[str, int]) -> dict[str, int]:
    return {wallet: points - gone.get(wallet, 0) for wallet, points in earned.items()}
