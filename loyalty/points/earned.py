"""The lots a receipt makes: points that wait or run out, dated on the day they are earned.

They stand on the receipt, so that whoever books it needs no programme to know the dates.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET, earned_points, spent_points
from loyalty.points.terms import Lot, LotTerms, lot_for, lot_id
from loyalty.programme import Programme
from loyalty.receipt import Receipt

PLAIN = LotTerms()


def with_lots(receipt: Receipt, programme: Programme) -> Receipt:
    """A sale with the lots of the points it earns: one for each wallet whose points have terms."""
    if receipt.account_id is None or not programme.has_lots:
        return receipt
    today = receipt.moment.local_date
    lots = tuple(
        lot_for(terms, lot_id(receipt.receipt_id, number), wallet, points, today, programme.workdays)
        for number, (wallet, points) in enumerate(earned_points(receipt).items(), start=1)
        if points > 0 and (terms := programme.lot_terms(wallet)) != PLAIN
    )
    return replace(receipt, lots=lots) if lots else receipt


def lots_back(sale: Receipt, earned: Mapping[str, int]) -> tuple[Lot, ...]:
    """The parts of a sale's lots that a return takes back; `earned` is what it takes back of each wallet."""
    parts = ((lot, min(lot.points, earned.get(lot.wallet, 0))) for lot in sale.lots)
    return tuple(replace(lot, points=points) for lot, points in parts if points > 0)


def pending(lot: Lot, receipt: Receipt) -> bool:
    """Whether its points cannot be spent on the day of the receipt."""
    return lot.usable_from_date > receipt.moment.local_date


def balance_after(receipt: Receipt) -> int | None:
    """What can be spent of the main wallet once the receipt is done; None where nobody knew the balance before."""
    if receipt.balance_before_points is None:
        return None
    waiting = any(lot.wallet == MAIN_WALLET and pending(lot, receipt) for lot in receipt.lots)
    earned = 0 if waiting else earned_points(receipt).get(MAIN_WALLET, 0)
    moved = earned - spent_points(receipt).get(MAIN_WALLET, 0)
    return receipt.balance_before_points + (moved if receipt.kind == "sale" else -moved)
