"""Whether a receipt's figures add up; what is wrong is said, never mended."""

from collections import Counter
from collections.abc import Iterable, Mapping

from loyalty.ledger import earned_points
from loyalty.points.terms import MAX_TERM_DAYS, Lot
from loyalty.receipt import Receipt
from loyalty.statuses.season import day_number

_SUMMED = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")


def wrong_sums(receipt: Receipt) -> str:
    """The first figure that disagrees, or nothing.

    Each total is the sum of its lines; total = base - discount - redeemed; payments less change are the total.
    """
    for name in _SUMMED:
        lines = sum(getattr(line, name) for line in receipt.lines)
        if lines != getattr(receipt, name):
            return f"{name} is {getattr(receipt, name)}, the lines sum to {lines}"
    if any(line.total_minor != line.base_minor - line.discount_minor - line.redeemed_minor for line in receipt.lines):
        return "a line's total is not its base less its discount and redeemed points"
    why = _wrong_points(receipt)
    if why:
        return why
    if (
        receipt.payments
        and sum(paid.amount_minor for paid in receipt.payments) - receipt.change_minor
        != receipt.total_minor - receipt.short_minor
    ):
        return f"payments less change are not {receipt.total_minor - receipt.short_minor}"
    return _negative(receipt)


def wrong_lot(receipt: Receipt, lot: Lot) -> str:
    """What is wrong with a lot of a sale, or nothing. One that is wrong dates no points."""
    days = (lot.earned_date, lot.usable_from_date or lot.earned_date, lot.expires_date or lot.earned_date)
    if any(day_number(day) is None for day in days) or not 0 <= lot.idle_days <= MAX_TERM_DAYS:
        return f"lot {lot.lot_id} has a date that is none"
    if not lot.lot_id.startswith(f"{receipt.receipt_id}#") or "@" in lot.lot_id:
        return f"lot {lot.lot_id} is none of this receipt"
    of_wallet = sum(each.points for each in receipt.lots if each.wallet == lot.wallet)
    if lot.points != of_wallet or lot.points > earned_points(receipt).get(lot.wallet, 0):
        return f"wallet {lot.wallet} has other lots than it earned points"
    return ""


def _wrong_points(receipt: Receipt) -> str:
    """Wallets beside the main one: what lines earned and took, what was spent of each, and the lots."""
    if _all(line.wallets for line in receipt.lines) != Counter(receipt.wallets):
        return "the lines earn other points than the receipt, of a wallet beside the main one"
    if not _all(line.costs for line in receipt.lines) <= Counter(receipt.costs):
        return "the lines cost more points than the receipt"
    if receipt.redeemed_wallets and sum(points for _, points in receipt.redeemed_wallets) != receipt.redeemed_points:
        return f"redeemed_points is {receipt.redeemed_points}, the wallets sum to something else"
    if receipt.kind == "sale":
        return next(filter(None, (wrong_lot(receipt, lot) for lot in receipt.lots)), "")
    return ""


def _all(points: Iterable[Mapping[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in points:
        found.update(each)
    return found


def _negative(receipt: Receipt) -> str:
    figures = (
        *(getattr(receipt, name) for name in _SUMMED),
        *(line.qty_milli for line in receipt.lines),
        *receipt.wallets.values(),
        *receipt.costs.values(),
        *(points for _, points in receipt.redeemed_wallets),
        *receipt.short_points.values(),
        receipt.short_minor,
    )
    return "a figure is below zero" if any(figure < 0 for figure in figures) else ""
