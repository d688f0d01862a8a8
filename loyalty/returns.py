"""Returns: what may still be returned of a receipt, and the receipt of a return.

Each figure of a line is given back by cumulative proportion: after any quantity returned, the sum given back depends
on that quantity alone. So any sequence of partial returns comes to the original, to the kopeck and to the point.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.errors import BadInput
from loyalty.gift_pay import refunds
from loyalty.ledger import MAIN_WALLET
from loyalty.money import divide
from loyalty.points.earned import lots_back
from loyalty.receipt import MoneyKind, Receipt, ReceiptLine
from loyalty.sentences import sentence

SENTENCES = {
    "return.not_sale": ("Чек {number} — это возврат: вернуть можно покупку", "Receipt {number} is a return itself"),
    "return.nothing": ("Не выбрано, что вернуть", "Nothing is chosen to return"),
    "return.no_line": ("В чеке {number} нет позиции {line_no}", "Receipt {number} has no line {line_no}"),
    "return.quantity": ("Количество к возврату должно быть больше нуля", "The quantity to return must be over zero"),
    "return.too_much": (
        "«{name}»: вернуть можно не больше {left_milli}",
        "“{name}”: at most {left_milli} can be returned",
    ),
    "return.all_returned": ("«{name}» уже возвращён", "“{name}” has been returned already"),
    "return.piece": ("«{name}» продаётся целыми штуками", "“{name}” is sold in whole pieces"),
}


def returnable(receipt: Receipt, returned_milli: Mapping[int, int]) -> dict[int, int]:
    """line_no -> thousandths still to be returned, without lines that have nothing left; of a return, nothing."""
    if receipt.kind != "sale":
        return {}
    left = {line.line_no: line.qty_milli - returned_milli.get(line.line_no, 0) for line in receipt.lines}
    return {line_no: qty_milli for line_no, qty_milli in left.items() if qty_milli > 0}


def return_receipt(
    original: Receipt,
    returned_milli: Mapping[int, int],
    wanted: Mapping[int, int],
    *,
    receipt_id: str,
    number: str,
    store: str,
    terminal: str,
    cashier: str,
    shift_id: str,
    moment: Moment,
    payment: MoneyKind = "cash",
    balance_before_points: int | None = None,
    offline: bool = False,
) -> Receipt:
    """The receipt of a return: line_no -> thousandths wanted, after those returned before. Raises BadInput.

    Amounts are positive and go the other way; lines keep their numbers in the original. What gift cards paid goes back
    to them, the rest as `payment`.
    """
    _check(original, returned_milli, wanted)
    lines = tuple(
        _part(line, returned_milli.get(line.line_no, 0), wanted[line.line_no])
        for line in original.lines
        if line.line_no in wanted
    )
    total_minor = sum(line.total_minor for line in lines)
    wallets, sums = _all_points(line.wallets for line in lines), _sums(lines)
    return replace(
        original,
        receipt_id=receipt_id,
        number=number,
        kind="return",
        store=store,
        terminal=terminal,
        cashier=cashier,
        shift_id=shift_id,
        moment=moment,
        lines=lines,
        payments=refunds(original, _goods_back(original, returned_milli), _goods(lines), total_minor, payment),
        change_minor=0,
        balance_before_points=balance_before_points,
        offline=offline,
        channel="till",
        asked=(),
        choices={},
        coupons=(),
        spent=(),
        wallets=wallets,
        costs=_all_points(line.costs for line in lines),
        issues=(),
        issued=(),
        messages=(),
        asked_points=0,
        campaigns=(),
        original_id=original.receipt_id,
        original_number=original.number,
        redeemed_wallets=_spent_back(original, returned_milli, sums["redeemed_points"]),
        lots=lots_back(original, {MAIN_WALLET: sums["earned_points"], **wallets}),
        **sums,
    )


def _goods(lines: Iterable[ReceiptLine]) -> int:
    """What lines come to, without those of gift cards."""
    return sum(line.total_minor for line in lines if line.gift_card is None)


def _goods_back(original: Receipt, returned_milli: Mapping[int, int]) -> int:
    """What has gone back of them before."""
    parts = ((line, returned_milli.get(line.line_no, 0)) for line in original.lines if line.gift_card is None)
    return sum(_given_back(line, qty_milli).total_minor for line, qty_milli in parts)


def _spent_back(original: Receipt, returned_milli: Mapping[int, int], points: int) -> tuple[tuple[str, int], ...]:
    """Points spent come back to the wallet that was spent last, then to the one before it."""
    before = sum(_given_back(line, returned_milli.get(line.line_no, 0)).redeemed_points for line in original.lines)
    parts = []
    for wallet, spent in original.redeemed_wallets[::-1]:
        skipped = min(before, spent)
        part = min(points, spent - skipped)
        before, points = before - skipped, points - part
        if part:
            parts.append((wallet, part))
    return tuple(parts)


def _check(original: Receipt, returned_milli: Mapping[int, int], wanted: Mapping[int, int]) -> None:
    if original.kind != "sale":
        raise BadInput(sentence("return.not_sale", number=original.number))
    if not wanted:
        raise BadInput(sentence("return.nothing"))
    lines = {line.line_no: line for line in original.lines}
    for line_no, qty_milli in wanted.items():
        line = lines.get(line_no)
        if line is None:
            raise BadInput(sentence("return.no_line", number=original.number, line_no=line_no))
        if qty_milli <= 0:
            raise BadInput(sentence("return.quantity"))
        left_milli = line.qty_milli - returned_milli.get(line_no, 0)
        if left_milli <= 0:
            raise BadInput(sentence("return.all_returned", name=line.name))
        if qty_milli > left_milli:
            raise BadInput(sentence("return.too_much", name=line.name, left_milli=left_milli))
        if line.unit == "piece" and qty_milli % 1000 and qty_milli != left_milli:
            raise BadInput(sentence("return.piece", name=line.name))


class _Figures(msgspec.Struct, frozen=True):
    """What is given back of one line once so much of it has been returned; total = base - discount - redeemed."""

    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int


def _part(line: ReceiptLine, before_milli: int, qty_milli: int) -> ReceiptLine:
    """The line of a return: what is given back after it, less what was before."""
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


def _all_points(lines: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for wallet, points in chain.from_iterable(each.items() for each in lines):
        found[wallet] = found.get(wallet, 0) + points
    return found


def _sums(lines: Sequence[ReceiptLine]) -> dict[str, int]:
    return {name: sum(getattr(line, name) for line in lines) for name in _Figures.__struct_fields__}
