"""What a return gives back: the price paid for the goods returned, less what the rest costs more without them.

A return settles everything returned so far: what earlier ones held back is paid out as soon as the rest allows it, at
the latest with the last of the goods. So whatever the order, the parts come to the original.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.errors import BadInput
from loyalty.ledger import MAIN_WALLET
from loyalty.money import divide, share, share_capped
from loyalty.programme import Programme
from loyalty.receipt import Applied, Receipt, ReceiptLine, ReturnRule
from loyalty.returning.kept import Kept, kept_of
from loyalty.returning.parts import GivenBack, Sums, paid_for, part_of_line, sums_of


class Before(msgspec.Struct, frozen=True):
    """What has come back of a sale already.

    `milli` is line_no -> thousandths, `given` what was given back for them, `owed` what was paid for them and has not
    been given back (below 0: more was). `card_minor` is what went back to bank cards; so may have all that only
    quantities tell of and no gift card got, which get theirs first.
    """

    milli: dict[int, int]
    given: Sums
    owed: Sums
    card_minor: int


class Settled(msgspec.Struct, frozen=True):
    """The lines of a return. `withheld_minor` is what was paid for the goods and is not given back for them (below 0:
    what was withheld before comes on top), `why` says which campaigns give less on the rest."""

    lines: tuple[ReceiptLine, ...]
    rule: ReturnRule
    withheld_minor: int = 0
    why: tuple[Applied, ...] = ()


def before_of(sale: Receipt, returned_milli: Mapping[int, int], parts: Iterable[GivenBack]) -> Before:
    """What has come back, by the returns that are known and by quantities alone; for what only those tell, what was
    paid for it counts as given back. Of one return told twice, the first counts."""
    milli: dict[int, int] = {}
    given, card_minor = Sums(), 0
    for part in {part.receipt_id: part for part in [*parts][::-1]}.values():
        given, card_minor = given + part.sums, card_minor + part.card_minor
        for line_no, qty_milli in part.lines.items():
            milli[line_no] = milli.get(line_no, 0) + qty_milli
    owed = sums_of(paid_for(sale, milli)) - given
    milli = {no: max(milli.get(no, 0), returned_milli.get(no, 0)) for no in {**milli, **returned_milli}}
    in_all = sums_of(paid_for(sale, milli)) - owed
    gift_minor = sum(paid.amount_minor for paid in sale.payments if paid.kind == "gift_card")
    money_minor = max(0, in_all.total_minor - gift_minor)
    untold_minor = min(in_all.total_minor - given.total_minor, max(0, money_minor - card_minor))
    return Before(milli, in_all, owed, card_minor + untold_minor)


def settle(sale: Receipt, before: Before, wanted: Mapping[int, int], programme: Programme | None) -> Settled:
    """The lines that come back (line_no -> thousandths) with what is given for them; `programme`: the version the sale
    was made by, None where it is not at hand."""
    paid = tuple(
        part_of_line(line, before.milli.get(line.line_no, 0), wanted[line.line_no])
        for line in sale.lines
        if line.line_no in wanted
    )
    left = sums_of(sale.lines) - before.given
    due = _within(sums_of(paid) + before.owed, left)
    after_milli = {no: before.milli.get(no, 0) + wanted.get(no, 0) for no in {**before.milli, **wanted}}
    rule, kept = _judged(sale, programme, before, due, after_milli)
    goods = [line for line in paid if line.gift_card is None]
    money = _money(due, kept.more_minor, sum(line.base_minor for line in goods))
    points = _within(Sums(earned=_more(due.earned, kept.earned), costs=_more(due.costs, kept.costs)), left)
    lines = {line.line_no: line for line in _spread(goods, replace(money, earned=points.earned, costs=points.costs))}
    first = sums_of(paid)
    withheld_minor = first.total_minor + first.redeemed_minor - money.total_minor - money.redeemed_minor
    back = tuple(lines.get(line.line_no, line) for line in paid)
    return Settled(back, rule, withheld_minor, kept.why if withheld_minor > 0 else ())


def _judged(
    sale: Receipt, programme: Programme | None, before: Before, due: Sums, after_milli: Mapping[int, int]
) -> tuple[ReturnRule, Kept]:
    """By which rule the return goes, and what the rest is by itself.

    Points pay for the rest as far as they were not given back, and how many are depends on what the rest costs: it is
    worked out with those that come back if nothing is withheld, then once more with those that do.
    """
    if programme is None:
        return "unknown", Kept()
    if programme.returns.rule == "paid":
        return "paid", Kept()
    spent = sale.redeemed_points - before.given.redeemed_points
    try:
        kept = kept_of(sale, programme, after_milli, spent - due.redeemed_points)
        money = _money(due, kept.more_minor, due.total_minor + due.redeemed_minor)
        if money.redeemed_points != due.redeemed_points:
            kept = kept_of(sale, programme, after_milli, spent - money.redeemed_points)
    except BadInput:
        return "unknown", Kept()
    return "kept", kept


def _within(sums: Sums, left: Sums) -> Sums:
    """Nothing below zero, and nothing above what is left of the sale."""
    return Sums(
        max(0, min(sums.total_minor, left.total_minor)),
        max(0, min(sums.redeemed_minor, left.redeemed_minor)),
        max(0, min(sums.redeemed_points, left.redeemed_points)),
        {wallet: max(0, min(points, left.earned.get(wallet, 0))) for wallet, points in sums.earned.items()},
        {wallet: max(0, min(points, left.costs.get(wallet, 0))) for wallet, points in sums.costs.items()},
    )


def _more(points: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {wallet: points.get(wallet, 0) + more.get(wallet, 0) for wallet in {**points, **more}}


def _money(due: Sums, withhold_minor: int, room_minor: int) -> Sums:
    """What is given back in money and in points spent: withheld from the money first, and within the goods' price."""
    total_minor = max(0, due.total_minor - withhold_minor)
    redeemed_minor = max(0, due.redeemed_minor - max(0, withhold_minor - due.total_minor))
    redeemed_minor = min(redeemed_minor, room_minor)
    total_minor = min(total_minor, room_minor - redeemed_minor)
    points = due.redeemed_points
    if redeemed_minor != due.redeemed_minor:
        points = divide(points * redeemed_minor, due.redeemed_minor)
    return Sums(total_minor, redeemed_minor, points)


def with_earned(lines: Sequence[ReceiptLine], earned: Mapping[str, int]) -> tuple[ReceiptLine, ...]:
    """The lines with other points taken back: wallet -> points, shared over those that had some."""
    goods = [line for line in lines if line.gift_card is None]
    by_line = _earned_by(goods, earned)
    found = {line.line_no: replace(line, **by_line[place]) for place, line in enumerate(goods)}
    return tuple(found.get(line.line_no, line) for line in lines)


def _earned_by(lines: Sequence[ReceiptLine], earned: Mapping[str, int]) -> list[dict[str, Any]]:
    """For each line the fields that hold its points."""
    parts = {wallet: _shared(points, [_earned(line, wallet) for line in lines]) for wallet, points in earned.items()}
    return [
        {
            "earned_points": parts[MAIN_WALLET][place] if MAIN_WALLET in parts else 0,
            "wallets": {wallet: of[place] for wallet, of in parts.items() if of[place] and wallet != MAIN_WALLET},
        }
        for place in range(len(lines))
    ]


def _spread(paid: Sequence[ReceiptLine], sums: Sums) -> tuple[ReceiptLine, ...]:
    """The sums on the lines: each its own part, as far as that goes."""
    base = [line.base_minor for line in paid]
    redeemed = _fitted(sums.redeemed_minor, [line.redeemed_minor for line in paid], base)
    rooms = [room - minor for room, minor in zip(base, redeemed, strict=True)]
    total = _fitted(sums.total_minor, [line.total_minor for line in paid], rooms)
    points = _shared(sums.redeemed_points, [line.redeemed_points for line in paid])
    earned = _earned_by(paid, sums.earned)
    costs = {
        wallet: _shared(count, [line.costs.get(wallet, 0) for line in paid]) for wallet, count in sums.costs.items()
    }
    return tuple(
        replace(
            line,
            discount_minor=base[place] - redeemed[place] - total[place],
            redeemed_minor=redeemed[place],
            redeemed_points=points[place],
            total_minor=total[place],
            costs={wallet: of[place] for wallet, of in costs.items() if of[place]},
            **earned[place],
        )
        for place, line in enumerate(paid)
    )


def _earned(line: ReceiptLine, wallet: str) -> int:
    return line.earned_points if wallet == MAIN_WALLET else line.wallets.get(wallet, 0)


def _fitted(total: int, own: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """A sum over lines: each its own part, and what is more where there is room."""
    own = [min(part, room) for part, room in zip(own, rooms, strict=True)]
    more = total - sum(own)
    if more <= 0:
        return _shared(total, own)
    left = [room - part for part, room in zip(own, rooms, strict=True)]
    return [part + extra for part, extra in zip(own, share_capped(more, left, left), strict=True)]


def _shared(total: int, own: Sequence[int]) -> list[int]:
    if total == sum(own):
        return [*own]
    return share(total, own if any(own) else [1] * len(own))
