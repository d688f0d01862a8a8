"""Whether a receipt's figures add up; what is wrong is said, never mended."""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter

from loyalty.ledger import earned_points
from loyalty.points.terms import MAX_TERM_DAYS, Lot
from loyalty.receipt import Receipt
from loyalty.statuses.season import day_number

_SUMMED = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")
_figure = {name: attrgetter(name) for name in _SUMMED}
_figures = attrgetter(*_SUMMED, "short_minor")
_qty_milli = attrgetter("qty_milli")


def wrong_sums(receipt: Receipt) -> str:
    """The first figure that disagrees, or nothing.

    Each total is the sum of its lines; total = base - discount - redeemed; payments less change are the total.
    """
    for name, figure in _figure.items():
        lines = sum(map(figure, receipt.lines))
        if lines != figure(receipt):
            return f"{name} is {figure(receipt)}, the lines sum to {lines}"
    for line in receipt.lines:
        if line.total_minor != line.base_minor - line.discount_minor - line.redeemed_minor:
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
    wallets = [line.wallets for line in receipt.lines if line.wallets]
    if (wallets or receipt.wallets) and _all(wallets) != Counter(receipt.wallets):
        return "the lines earn other points than the receipt, of a wallet beside the main one"
    costs = [line.costs for line in receipt.lines if line.costs]
    if (costs or receipt.costs) and not _all(costs) <= Counter(receipt.costs):
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
        *_figures(receipt),
        *map(_qty_milli, receipt.lines),
        *receipt.wallets.values(),
        *receipt.costs.values(),
        *(points for _, points in receipt.redeemed_wallets),
        *receipt.short_points.values(),
    )
    return "a figure is below zero" if min(figures) < 0 else ""
