"""Whether a receipt's figures add up; what is wrong is said, never mended."""

from loyalty.receipt import Receipt

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
    if (
        receipt.payments
        and sum(paid.amount_minor for paid in receipt.payments) - receipt.change_minor != receipt.total_minor
    ):
        return f"payments less change are not {receipt.total_minor}"
    return _negative(receipt)


def _negative(receipt: Receipt) -> str:
    figures = (*(getattr(receipt, name) for name in _SUMMED), *(line.qty_milli for line in receipt.lines))
    return "a figure is below zero" if any(figure < 0 for figure in figures) else ""
