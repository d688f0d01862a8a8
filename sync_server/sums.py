"""Whether a receipt's figures add up; what is wrong is said, never mended."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from loyalty.ledger import earned_points
from loyalty.points.terms import MAX_TERM_DAYS, Lot
from loyalty.receipt import Receipt
from loyalty.statuses.season import day_number

_SUMMED = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")
_figures = attrgetter(*_SUMMED)


def wrong_sums(receipt: Receipt) -> str:
    """The first figure that disagrees, or nothing.

    Each total is the sum of its lines; total = base - discount - redeemed; payments less change are the total.
    """
    base = discount = redeemed = points = total = earned = 0
    balanced, least = True, 0
    for line in receipt.lines:
        line_base, line_discount, line_redeemed, line_total = (
            line.base_minor, line.discount_minor, line.redeemed_minor, line.total_minor,
        )  # fmt: skip
        base += line_base
        discount += line_discount
        redeemed += line_redeemed
        points += line.redeemed_points
        total += line_total
        earned += line.earned_points
        balanced = balanced and line_total == line_base - line_discount - line_redeemed
        least = min(least, line.qty_milli)
    summed, said = (base, discount, redeemed, points, total, earned), _figures(receipt)
    if summed != said:
        name, lines, figure = next(each for each in zip(_SUMMED, summed, said, strict=True) if each[1] != each[2])
        return f"{name} is {figure}, the lines sum to {lines}"
    if not balanced:
        return "a line's total is not its base less its discount and redeemed points"
    why = _wrong_points(receipt)
    if why:
        return why
    due_minor = total - receipt.short_minor
    if receipt.payments and sum([paid.amount_minor for paid in receipt.payments]) - receipt.change_minor != due_minor:
        return f"payments less change are not {due_minor}"
    return "a figure is below zero" if min(least, receipt.short_minor, *said, *_beside(receipt)) < 0 else ""


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


def _beside(receipt: Receipt) -> Iterator[int]:
    """The figures that few receipts have."""
    yield from receipt.wallets.values()
    yield from receipt.costs.values()
    yield from (points for _, points in receipt.redeemed_wallets)
    yield from receipt.short_points.values()
