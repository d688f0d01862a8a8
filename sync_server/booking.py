"""Receipts into the books: each stored once, sales booked as printed, returns against their sale (booking_returns).

What was printed is honoured: figures that do not add up are flagged, not refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.events import canonical
from loyalty.ledger import receipt_entries, spent_points
from loyalty.programme import Programme
from loyalty.quoting.uses import uses_of
from loyalty.receipt import Receipt
from loyalty.referral import bought_minor
from loyalty.statuses.tiers import count_receipt
from sync_server.accounts import Moves, count_coupons
from sync_server.arrivals import Arrived, printed_receipt, receipt_of
from sync_server.booking_returns import Flags, States, book_returns
from sync_server.escrow import Sold
from sync_server.flags import flag
from sync_server.given_back import differing
from sync_server.hold_settling import capture_of
from sync_server.purses import Booked, bought
from sync_server.rows import insert_new
from sync_server.schema import RECEIPT, part_of
from sync_server.standing import Version
from sync_server.store import Tx
from sync_server.sums import wrong_lot, wrong_sums


def book_receipts(
    tx: Tx,
    events: Sequence[Arrived],
    flags: Flags,
    states: States,
    moves: Moves,
    versions: Mapping[Version, Programme] = {},
) -> None:
    """Store new receipts and say what they move; `states` gets the events that begin or cease to wait.

    `versions` are the programmes that returns are worked out again by, as far as they are known.
    """
    new = _store(tx, events, flags)
    for event in new:
        receipt = receipt_of(event)
        wrong = wrong_sums(receipt)
        if wrong:
            flags.append(flag(event, "sums", wrong))
        if receipt.kind == "sale":
            _move(event, receipt, moves)
    booked = book_returns(tx, new, flags, states, moves)
    flags += differing(tx, booked, versions)


def _move(event: Arrived, receipt: Receipt, moves: Moves) -> None:
    """What a sale does to its account."""
    if receipt.account_id is None:
        return
    account, day = (event.bucket, receipt.account_id), receipt.moment.local_date
    lots = {lot.wallet: lot for lot in receipt.lots if not wrong_lot(receipt, lot)}
    for entry in receipt_entries(receipt, event.event_id):
        lot = lots.get(entry.wallet) if entry.contra == "issued" else None
        moves.entries.append(Booked(event.bucket, entry, day, receipt.receipt_id, lot))
    if receipt.hold_id:
        moves.captures.append((account, capture_of(event, receipt)))
    moves.sold.append(Sold(account, event.terminal, spent_points(receipt), day, (event.epoch, event.seq)))
    moves.visits.append((account, bought(event.event_id, receipt.moment.at_ms, day)))
    moves.counted.append((account, count_receipt(receipt)))
    mine = bought_minor(receipt)
    if mine is not None:
        moves.buy(account, *mine)
    moves.uses[account] += uses_of(receipt)
    count_coupons(receipt, moves, account, 1)


def _store(tx: Tx, events: Sequence[Arrived], flags: Flags) -> list[Arrived]:
    first: dict[tuple[int, str], dict[str, Any]] = {}
    of = [(event, receipt_of(event)) for event in events]
    for event, receipt in of:
        if (event.bucket, receipt.receipt_id) not in first:
            first[event.bucket, receipt.receipt_id] = _row(event, receipt)
    added = insert_new(tx, RECEIPT, [*first.values()], ("bucket", "receipt_id", "event_id"))
    new = []
    for event, receipt in of:
        if (event.bucket, receipt.receipt_id, event.event_id) in added:
            new.append(event)
        else:
            said = f"receipt {receipt.number} came in another event before"
            flags.append(flag(event, "receipt_again", said, raw=True))
    return new


def _row(event: Arrived, receipt: Receipt) -> dict[str, Any]:
    return {
        "bucket": event.bucket, "receipt_id": receipt.receipt_id, "number": receipt.number, "kind": receipt.kind,
        "event_id": event.event_id, "terminal": event.terminal, "store": receipt.store, "cashier": receipt.cashier,
        "at_ms": receipt.moment.at_ms, "local_date": receipt.moment.local_date,
        "local_minute": receipt.moment.local_minute,
        "part": part_of(receipt.moment.at_ms),
        "account_id": receipt.account_id or "", "member_id": receipt.member_id or "",
        "original_id": receipt.original_id or "",
        "offline": int(receipt.offline), "base_minor": receipt.base_minor, "discount_minor": receipt.discount_minor,
        "redeemed_points": receipt.redeemed_points, "earned_points": receipt.earned_points,
        "total_minor": receipt.total_minor,
        "returned_minor": 0, "returned_points": "{}", "raw": canonical(printed_receipt(event)),
    }  # fmt: skip
