"""What was paid for a part of a line: the price of the goods returned, the points spent on them and earned by them.

Each figure is given back by cumulative proportion: after any quantity returned, the sum given back depends on that
quantity alone. So any sequence of partial returns comes to the original, to the kopeck and to the point.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET
from loyalty.money import divide
from loyalty.receipt import Receipt, ReceiptLine


class Sums(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lines come to; points earned by wallet, the main one too, and points taken for what campaigns gave."""

    total_minor: int = 0
    redeemed_minor: int = 0
    redeemed_points: int = 0
    earned: dict[str, int] = {}
    costs: dict[str, int] = {}

    def __add__(self, other: "Sums") -> "Sums":
        return _joined(self, other, 1)

    def __sub__(self, other: "Sums") -> "Sums":
        return _joined(self, other, -1)


class GivenBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one return gave back: `receipt_id` is the return's, `lines` are line_no -> thousandths."""

    receipt_id: str
    lines: dict[int, int]
    sums: Sums
    card_minor: int = 0
    """What of the money went back to bank cards."""


def given_back(back: Receipt) -> GivenBack:
    """A return, as far as later ones need it; points that were not there to be taken back are settled too."""
    lines: dict[int, int] = {}
    for line in back.lines:
        lines[line.line_no] = lines.get(line.line_no, 0) + line.qty_milli
    card_minor = sum(paid.amount_minor for paid in back.payments if paid.kind == "card")
    return GivenBack(back.receipt_id, lines, sums_of(back.lines) + Sums(earned=back.short_points), card_minor)


def sums_of(lines: Iterable[ReceiptLine]) -> Sums:
    """What lines come to together, without those of gift cards: their money is none of the programme's."""
    found = Sums()
    for line in lines:
        if line.gift_card is not None:
            continue
        earned = {MAIN_WALLET: line.earned_points} if line.earned_points else {}
        found += Sums(line.total_minor, line.redeemed_minor, line.redeemed_points, earned | line.wallets, line.costs)
    return found


def paid_for(sale: Receipt, milli: Mapping[int, int]) -> tuple[ReceiptLine, ...]:
    """The first so many thousandths of each line (line_no -> thousandths) as lines of their own."""
    return tuple(part_of_line(line, 0, milli[line.line_no]) for line in sale.lines if milli.get(line.line_no, 0) > 0)


def part_of_line(line: ReceiptLine, before_milli: int, qty_milli: int) -> ReceiptLine:
    """The part of a line that follows the part before it: what is given back after it, less what was before."""
    before, after = _given_back(line, before_milli), _given_back(line, before_milli + qty_milli)
    return replace(
        line,
        qty_milli=qty_milli,
        base_minor=after.base_minor - before.base_minor,
        discount_minor=after.discount_minor - before.discount_minor,
        redeemed_minor=after.redeemed_minor - before.redeemed_minor,
        redeemed_points=after.redeemed_points - before.redeemed_points,
        total_minor=after.total_minor - before.total_minor,
        earned_points=after.earned_points - before.earned_points,
        applied=(),
        wallets=_points_part(line.wallets, before_milli, qty_milli, line.qty_milli),
        costs=_points_part(line.costs, before_milli, qty_milli, line.qty_milli),
    )


class _Figures(msgspec.Struct, frozen=True):
    """What is given back of one line once so much of it has been returned; total = base - discount - redeemed."""

    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int


def _given_back(line: ReceiptLine, qty_milli: int) -> _Figures:
    """Rounded so that no part is ever negative and the parts fit together.

    The base follows the quantity; of the base, the money paid takes its share; of what is left, the points spent.
    Each step is a share that never falls as the base grows, and neither does its rest.
    """
    base = divide(line.base_minor * qty_milli, line.qty_milli)
    total = _share(line.total_minor, base, line.base_minor)
    redeemed = _share(line.redeemed_minor, base - total, line.base_minor - line.total_minor)
    return _Figures(
        base_minor=base,
        discount_minor=base - total - redeemed,
        redeemed_minor=redeemed,
        redeemed_points=divide(line.redeemed_points * qty_milli, line.qty_milli),
        total_minor=total,
        earned_points=divide(line.earned_points * qty_milli, line.qty_milli),
    )


def _share(figure: int, part: int, whole: int) -> int:
    return divide(figure * part, whole) if whole else 0


def _points_part(points: Mapping[str, int], before_milli: int, qty_milli: int, whole_milli: int) -> dict[str, int]:
    """wallet -> points of this part of a line, after the part returned before."""
    parts = {
        wallet: divide(whole * (before_milli + qty_milli), whole_milli) - divide(whole * before_milli, whole_milli)
        for wallet, whole in points.items()
    }
    return {wallet: part for wallet, part in parts.items() if part}


def _joined(one: Sums, other: Sums, sign: int) -> Sums:
    return Sums(
        one.total_minor + sign * other.total_minor,
        one.redeemed_minor + sign * other.redeemed_minor,
        one.redeemed_points + sign * other.redeemed_points,
        _by_wallet(one.earned, other.earned, sign),
        _by_wallet(one.costs, other.costs, sign),
    )


def _by_wallet(one: Mapping[str, int], other: Mapping[str, int], sign: int) -> dict[str, int]:
    sums = {wallet: one.get(wallet, 0) + sign * other.get(wallet, 0) for wallet in {**one, **other}}
    return {wallet: points for wallet, points in sums.items() if points}
