"""Returns into the books: each against its sale, and never beyond the points the sale has.

A return that comes before its sale waits; the sale's arrival books it in the same transaction. A return of more than
was sold is flagged, not refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Row, select

from loyalty.events import canonical
from loyalty.ledger import MAIN_WALLET, Contra, Entry, receipt_entries
from loyalty.quoting.uses import uses_given_back
from loyalty.receipt import Receipt
from loyalty.returns import returnable
from loyalty.statuses.tiers import count_receipt
from loyalty.told_clock import moved_receipt
from sync_server.accounts import Moves, count_coupons
from sync_server.arrivals import Arrived, arrive_again, receipt_of
from sync_server.flags import FlagKind, flag
from sync_server.given_back import Returned
from sync_server.purses import Booked
from sync_server.rows import add_rows, select_by, update_rows
from sync_server.schema import EVENT, RECEIPT, RETURNED, WAITING
from sync_server.store import Tx

Flags = list[dict[str, Any]]
States = list[dict[str, Any]]
_BACK: dict[Contra, Contra] = {"issued": "issued_back", "redeemed": "redeemed_back"}
_SALE = (
    "bucket",
    "receipt_id",
    "number",
    "account_id",
    "kind",
    "at_ms",
    "local_date",
    "total_minor",
    "event_id",
    "returned_minor",
    "returned_points",
    "raw",
)
Points = dict[Contra, dict[str, int]]
"""contra of a return -> wallet -> points it took back or gave back, over 0."""
_points = msgspec.json.Decoder(Points)
_receipt = msgspec.json.Decoder(Receipt)


@dataclass
class _Sale:
    """A sale that is being returned from, with what has been returned so far."""

    row: Row[Any]
    minor: int
    points: Points
    before: Counter[int]
    """line_no -> qty_milli returned before this transaction."""
    added: Counter[int]

    @cached_property
    def printed(self) -> Receipt:
        return _receipt.decode(self.row.raw)

    @cached_property
    def receipt(self) -> Receipt:
        """At the time it counts for."""
        shift_ms = self.row.at_ms - self.printed.moment.at_ms
        return moved_receipt(self.printed, shift_ms) if shift_ms else self.printed

    @property
    def back(self) -> Counter[int]:
        """line_no -> qty_milli returned so far."""
        return self.before + self.added

    @cached_property
    def sold(self) -> dict[int, int]:
        sold: Counter[int] = Counter()
        for line in self.receipt.lines:
            sold[line.line_no] += line.qty_milli
        return sold

    @cached_property
    def had(self) -> dict[tuple[Contra, str], int]:
        """What there was to take back and to give back, by contra of a return and wallet."""
        entries = receipt_entries(self.receipt, self.row.event_id)
        return {(_BACK[entry.contra], entry.wallet): abs(entry.points) for entry in entries}

    def cut(self, entry: Entry) -> Entry:
        """A return's entry, no more of it than the sale has left; takes it off the sale."""
        sign = -1 if entry.contra == "issued_back" else 1
        taken = self.points.setdefault(entry.contra, {})
        before = taken.get(entry.wallet, 0)
        points = min(sign * entry.points, self.had.get((entry.contra, entry.wallet), 0) - before)
        taken[entry.wallet] = before + points
        return replace(entry, points=sign * points)


def book_returns(tx: Tx, new: Sequence[Arrived], flags: Flags, states: States, moves: Moves) -> list[Returned]:
    """Book the returns whose sale is there, of these new receipts and of those that waited; those, each with its sale.

    `states` gets the events that begin or cease to wait.
    """
    waiting = _waiting_for(tx, [event for event in new if receipt_of(event).kind == "sale"])
    returns = [event for event in new if receipt_of(event).kind == "return"]
    if not returns and not waiting:
        return []
    booked = []
    sales = _sales(tx, [*returns, *waiting])
    for event in sorted([*waiting, *returns], key=lambda found: (receipt_of(found).moment.at_ms, found.event_id)):
        ref = _reference(receipt_of(event))
        sale = sales.get((event.bucket, ref))
        if sale is not None:
            _move_back(event, sale, moves, flags)
            booked.append(Returned(event, receipt_of(event), sale.row.bucket, sale.printed))
            if event in waiting:
                states.append(_state(event, "applied", "", None))
        elif ref:
            states.append(_state(event, "waiting", ref, event.raw))
        else:
            flags.append(flag(event, "return_no_sale", f"return {receipt_of(event).number} names no sale"))
    _keep_returned(tx, {id(sale): sale for sale in sales.values()}.values())
    return booked


def _waiting_for(tx: Tx, sales: Sequence[Arrived]) -> list[Arrived]:
    """The returns that came before these sales. Few wait, so they are asked for rather than each sale for its own."""
    waiting = _waiting_in(tx, {event.bucket for event in sales})
    if not waiting:
        return []
    wanted = [
        (event.bucket, ref)
        for event in sales
        for ref in (receipt_of(event).receipt_id, "#" + receipt_of(event).number)
        if (event.bucket, ref) in waiting
    ]
    names = ("bucket", "terminal", "epoch", "seq", "at_ms", "received_ms", "raw")
    found = select_by(tx, EVENT, names, ("bucket", "waits_for"), wanted)
    return [arrive_again(row) for row in found]


def _waiting_in(tx: Tx, buckets: Iterable[int]) -> set[tuple[int, str]]:
    """(bucket, what an event there waits for)."""
    query = select(EVENT.c.bucket, EVENT.c.waits_for).where(EVENT.c.bucket.in_(sorted(buckets)), WAITING)
    return {(row.bucket, row.waits_for) for row in tx.execute(query)}


def _move_back(event: Arrived, sale: _Sale, moves: Moves, flags: Flags) -> None:
    """What a return does, as far as its sale has it."""
    before = sale.back
    receipt, entries = _within(event, receipt_of(event), sale, flags)
    if receipt.account_id is None:
        return
    account = (event.bucket, receipt.account_id)
    for entry in entries:
        day, cause = receipt.moment.local_date, sale.row.event_id
        moves.entries.append(Booked(event.bucket, entry, day, receipt.receipt_id, None, cause))
    moves.counted.append((account, count_receipt(receipt, sale.row.local_date)))
    if receipt.account_id == sale.row.account_id:
        moves.uses[account] += uses_given_back(sale.receipt, before, sale.back)
        if returnable(sale.receipt, before) and not returnable(sale.receipt, sale.back):
            count_coupons(sale.receipt, moves, account, -1)


def _reference(receipt: Receipt) -> str:
    """What a return waits for: the sale's id, else `#` and its number; nothing where it names neither."""
    if receipt.original_id:
        return receipt.original_id
    return "#" + receipt.original_number if receipt.original_number else ""


def _state(event: Arrived, state: str, waits_for: str, raw: bytes | None) -> dict[str, Any]:
    return {"bucket": event.bucket, "event_id": event.event_id, "state": state, "waits_for": waits_for, "raw": raw}


def _sales(tx: Tx, returns: Sequence[Arrived]) -> dict[tuple[int, str], _Sale]:
    """The sales these returns name, held until the commit; found by id and by number."""
    refs = {(event.bucket, _reference(receipt_of(event))) for event in returns}
    by_id = [key for key in refs if key[1] and not key[1].startswith("#")]
    by_number = [(bucket, ref[1:]) for bucket, ref in refs if ref.startswith("#")]
    rows = [
        *select_by(tx, RECEIPT, _SALE, ("bucket", "receipt_id"), by_id, lock=True),
        *select_by(tx, RECEIPT, _SALE, ("bucket", "number"), by_number, lock=True),
    ]
    found = {
        (row.bucket, row.receipt_id): _Sale(
            row, row.returned_minor, _points.decode(row.returned_points), Counter(), Counter()
        )
        for row in rows
        if row.kind == "sale"
    }
    for row in select_by(
        tx, RETURNED, ("bucket", "receipt_id", "line_no", "qty_milli"), ("bucket", "receipt_id"), found
    ):
        found[row.bucket, row.receipt_id].before[row.line_no] = row.qty_milli
    return found | {(bucket, "#" + sale.row.number): sale for (bucket, _), sale in found.items()}


def _within(event: Arrived, receipt: Receipt, sale: _Sale, flags: Flags) -> tuple[Receipt, list[Entry]]:
    """The return with its figures cut to what the sale has left, and its entries; takes them off the sale."""
    left_minor = max(0, sale.row.total_minor - sale.minor)
    sale.minor += receipt.total_minor
    for line in receipt.lines:
        sale.added[line.line_no] += line.qty_milli
    lines = sale.back
    if sale.minor > sale.row.total_minor or any(
        lines[line.line_no] > sale.sold.get(line.line_no, 0) for line in receipt.lines
    ):
        flags.append(_returned(event, "return_excess", sale))
    same = (receipt.account_id or "") == sale.row.account_id
    if not same:
        flags.append(_returned(event, "return_other_account", sale))
        return replace(receipt, earned_points=0, wallets={}, total_minor=0), []
    printed = receipt_entries(receipt, event.event_id)
    entries = [sale.cut(entry) for entry in printed]
    if entries != list(printed):
        flags.append(_returned(event, "points_excess", sale))
    earned = {entry.wallet: -entry.points for entry in entries if entry.contra == "issued_back"}
    within = replace(
        receipt,
        earned_points=earned.pop(MAIN_WALLET, 0),
        wallets=earned,
        total_minor=min(receipt.total_minor, left_minor),
    )
    return within, [entry for entry in entries if entry.points]


def _returned(event: Arrived, kind: FlagKind, sale: _Sale) -> dict[str, Any]:
    return flag(event, kind, f"return {receipt_of(event).number} of sale {sale.row.number}")


def _keep_returned(tx: Tx, sales: Iterable[_Sale]) -> None:
    totals, lines = [], []
    for sale in sales:
        key = {"bucket": sale.row.bucket, "receipt_id": sale.row.receipt_id}
        totals.append({**key, "returned_minor": sale.minor, "returned_points": canonical(sale.points).decode()})
        lines += [{**key, "line_no": line_no, "qty_milli": qty} for line_no, qty in sorted(sale.added.items())]
    update_rows(tx, RECEIPT, ("bucket", "receipt_id"), totals)
    add_rows(tx, RETURNED, ("bucket", "receipt_id", "line_no"), lines)
