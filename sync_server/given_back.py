"""What returns gave back: told to tills for the next return of a receipt, and compared with what its rules give.

A return is a fact and is booked as printed. Where the sale's own programme version comes to another sum, somebody
should look: two tills may not have known of each other's returns, or one had not got the version.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from loyalty.errors import BadInput
from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Programme, Returns
from loyalty.quoting.earning import points_minor
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, Sums, given_back
from loyalty.returns import return_receipt
from sync_server.arrivals import Arrived
from sync_server.flags import flag
from sync_server.rows import select_by
from sync_server.schema import RECEIPT
from sync_server.standing import Version
from sync_server.store import Tx

MAX_PARTS = 500
"""Returns of one receipt that are told."""
_receipt = msgspec.json.Decoder(Receipt)


class Returned(msgspec.Struct, frozen=True):
    """A return that has been booked, with its sale."""

    event: Arrived
    back: Receipt
    bucket: int
    sale: Receipt


def parts_of(tx: Tx, bucket: int, receipt_id: str) -> tuple[GivenBack, ...]:
    """What the returns of one receipt gave back, the oldest first."""
    mine = (RECEIPT.c.bucket == bucket) & (RECEIPT.c.original_id == receipt_id) & (RECEIPT.c.kind == "return")
    query = select(RECEIPT.c.raw).where(mine).order_by(RECEIPT.c.at_ms, RECEIPT.c.event_id).limit(MAX_PARTS)
    return tuple(given_back(_receipt.decode(raw)) for raw in tx.execute(query).scalars())


def differing(tx: Tx, booked: Sequence[Returned], versions: Mapping[Version, Programme]) -> Iterator[dict[str, Any]]:
    """A flag for each return that gave back another sum than its rules give; of sales by the plainest rules, none."""
    judged = [each for each in booked if _rules(each, versions) is not None]
    earlier = _parts(tx, {(each.bucket, each.sale.receipt_id) for each in judged})
    for each in judged:
        programme, name = _rules(each, versions), f"return {each.back.number} of sale {each.sale.number}"
        place = each.back.moment.at_ms, each.event.event_id
        parts = [part for at, part in earlier[each.bucket, each.sale.receipt_id] if at < place]
        expected = _again(each, parts, programme)
        given = given_back(each.back).sums
        if expected is not None and expected != given:
            yield flag(each.event, "return_differs", f"{name}: {_said(given)}; by its rules {_said(expected)}")
        elif not _short_agrees(each.back, programme):
            why = f"{each.back.short_minor} is kept for points that were missing, not as its rules say"
            yield flag(each.event, "return_differs", f"{name}: {why}")


def _rules(each: Returned, versions: Mapping[Version, Programme]) -> Programme | None:
    refs = each.sale.programmes[:1]
    found = next((versions.get((ref.id, ref.version)) for ref in refs), None)
    return found if found is not None and found.returns != Returns() else None


def _short_agrees(back: Receipt, programme: Programme | None) -> bool:
    """Whether points that were missing went by the rule; how many were, the till knew."""
    if programme is None or not back.short_points:
        return back.short_minor == 0
    worth_minor = sum(points_minor(programme, wallet, points) for wallet, points in back.short_points.items())
    return back.short_minor == {"debt": -1, "refund": worth_minor, "balance": 0}[programme.returns.shortfall]


def _parts(
    tx: Tx, sales: Iterable[tuple[int, str]]
) -> Mapping[tuple[int, str], list[tuple[tuple[int, str], GivenBack]]]:
    """(bucket, sale) -> its returns with their places in time."""
    found: defaultdict[tuple[int, str], list[tuple[tuple[int, str], GivenBack]]] = defaultdict(list)
    names = ("bucket", "original_id", "kind", "at_ms", "event_id", "raw")
    for row in select_by(tx, RECEIPT, names, ("bucket", "original_id"), sales):
        if row.kind == "return":
            part = given_back(_receipt.decode(row.raw))
            found[row.bucket, row.original_id].append(((row.at_ms, row.event_id), part))
    return found


def _again(each: Returned, parts: Sequence[GivenBack], programme: Programme | None) -> Sums | None:
    """What the return would have given back; None where it cannot be: more than is left, goods the sale has not."""
    back = each.back
    wanted = given_back(back).lines
    try:
        made = return_receipt(
            each.sale, {}, wanted, receipt_id=back.receipt_id, number=back.number, store=back.store,
            terminal=back.terminal, cashier=back.cashier, shift_id=back.shift_id, moment=back.moment,
            parts=parts, programme=programme,
        )  # fmt: skip
    except BadInput:
        return None
    return given_back(made).sums


def _said(sums: Sums) -> str:
    points = sums.earned.get(MAIN_WALLET, 0)
    return f"{sums.total_minor} and {sums.redeemed_points} points back, {points} points taken"
