"""What the buyer keeps of a sale, sold by itself: how much less comes off it, how many points it earns, and which
campaigns give less on it than their share of the whole."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET
from loyalty.money import divide
from loyalty.programme import Programme
from loyalty.quoted import Quote
from loyalty.receipt import Applied, Receipt, ReceiptLine
from loyalty.returning.again import sold_again
from loyalty.returning.parts import Sums, paid_for, sums_of

_Gave = dict[tuple[str, str], Applied]
"""(campaign id, wallet) -> what it gave."""


class Kept(msgspec.Struct, frozen=True):
    """How what is kept differs, sold by itself, from its share of the sale.

    `more_minor` is how much more it costs, never below 0. `earned` and `costs` are the points, by wallet, that its
    share has earned and cost more than it does by itself (below 0: less).
    """

    more_minor: int = 0
    earned: dict[str, int] = {}
    costs: dict[str, int] = {}
    why: tuple[Applied, ...] = ()
    """What each campaign gives less on it: `discount_minor` or `points`, over 0."""


def kept_of(sale: Receipt, programme: Programme, back_milli: Mapping[int, int], spent_points: int) -> Kept:
    """What is kept once so much is back (line_no -> thousandths) and so many points pay for it. Raises BadInput."""
    bought = tuple(line for line in sale.lines if not line.is_gift and line.gift_card is None)
    kept_milli = {line.line_no: line.qty_milli - back_milli.get(line.line_no, 0) for line in bought}
    if not any(left_milli > 0 for left_milli in kept_milli.values()):
        return Kept()
    back = paid_for(replace(sale, lines=bought), back_milli)
    again = sold_again(sale, programme, kept_milli, spent_points)
    share, alone = sums_of(bought) - sums_of(back), _sums(again)
    discount_minor = sum(line.discount_minor for line in bought) - sum(line.discount_minor for line in back)
    less = share - alone
    return Kept(
        max(0, discount_minor - again.discount_minor),
        less.earned,
        less.costs,
        tuple(_less(_share_of(bought, kept_milli), _gave(again))),
    )


def _sums(again: Quote) -> Sums:
    """The points of a quote, as far as they are its lines'."""
    costs = Sums()
    for line in again.lines:
        costs += Sums(costs=line.costs)
    return Sums(earned={MAIN_WALLET: again.earned_points} | again.wallets, costs=costs.costs)


def _share_of(bought: Sequence[ReceiptLine], kept_milli: Mapping[int, int]) -> _Gave:
    """What campaigns gave at the sale on what is kept, by its share of each line."""
    found: _Gave = {}
    for line in bought:
        for each in line.applied:
            minor, points = (
                figure - divide(figure * (line.qty_milli - kept_milli[line.line_no]), line.qty_milli)
                for figure in (each.discount_minor, each.points)
            )
            _add(found, replace(each, discount_minor=minor, points=points))
    return found


def _gave(again: Quote) -> _Gave:
    found: _Gave = {}
    for line in again.lines:
        for each in line.applied:
            _add(found, each)
    return found


def _add(found: _Gave, more: Applied) -> None:
    key = more.campaign_id, more.wallet
    before = found.get(key)
    minor, points = (before.discount_minor, before.points) if before else (0, 0)
    found[key] = replace(more, discount_minor=minor + more.discount_minor, points=points + more.points)


def _less(share: _Gave, alone: _Gave) -> Iterator[Applied]:
    for key, had in share.items():
        now = alone.get(key)
        minor = max(0, had.discount_minor - (now.discount_minor if now else 0))
        points = max(0, had.points - (now.points if now else 0))
        if minor or points:
            yield replace(had, discount_minor=minor, points=points)
