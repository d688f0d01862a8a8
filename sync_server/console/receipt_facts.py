"""One receipt with everything the books know of it: its event as received, its entries, its returns."""

from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Row, select

from loyalty.events import BUCKETS
from loyalty.receipt import Receipt
from sync_server.receipt_reports import ListedReceipt, receipt_lines, receipt_list
from sync_server.reports import FlagLine, flag_lines
from sync_server.schema import EVENT, FLAG, LEDGER, RECEIPT, RETURNED, TERMINAL, tshard_of
from sync_server.segment_events import segment_with
from sync_server.store import Store, Tx
from sync_server.stored_segments import events_in

MAX_RETURNS = 100


class EntryLine(msgspec.Struct, frozen=True):
    """One entry of the ledger that the receipt made."""

    contra: str
    points: int
    at_ms: int


class Came(msgspec.Struct, frozen=True):
    """How the receipt came: the event's place in its terminal's chain, and its bytes as the terminal wrote them.

    `counted_ms` is when the receipt counts for, other than the till said where its clock was wrong. `raw` is empty
    where the segment is not kept any more; `same`: the bytes have the digest noted when they came.
    """

    event_id: str
    terminal: str
    terminal_no: int
    epoch: int
    seq: int
    counted_ms: int
    received_ms: int
    state: str
    raw: bytes
    same: bool


class ReceiptFacts(msgspec.Struct, frozen=True):
    receipt: Receipt
    returned_milli: dict[int, int]
    returned_minor: int
    flags: tuple[FlagLine, ...]
    entries: tuple[EntryLine, ...]
    returns: tuple[ListedReceipt, ...]
    came: Came


def read_receipt(store: Store, receipt_id: str) -> ReceiptFacts | None:
    """Each bucket is asked by its key, so that no table is read whole."""
    of_till = (RECEIPT.c.raw, RECEIPT.c.event_id, RECEIPT.c.account_id)
    columns = (RECEIPT.c.bucket, RECEIPT.c.at_ms, RECEIPT.c.returned_minor, *of_till)
    known = RECEIPT.c.bucket.in_(range(BUCKETS)) & (RECEIPT.c.receipt_id == receipt_id)
    with store.read() as tx:
        row = tx.execute(select(*columns).where(known)).first()
        if row is None:
            return None
        mine = (RETURNED.c.bucket == row.bucket) & (RETURNED.c.receipt_id == receipt_id)
        returned = tx.execute(select(RETURNED.c.line_no, RETURNED.c.qty_milli).where(mine)).all()
        flags = FLAG.select().where(FLAG.c.bucket == row.bucket, FLAG.c.event_id == row.event_id)
        returns = receipt_list().where(RECEIPT.c.bucket == row.bucket, RECEIPT.c.original_id == receipt_id)
        return ReceiptFacts(
            receipt=msgspec.json.decode(row.raw, type=Receipt),
            returned_milli={line.line_no: line.qty_milli for line in returned},
            returned_minor=row.returned_minor,
            flags=flag_lines(tx, flags),
            entries=_entries(tx, row),
            returns=receipt_lines(tx, returns.limit(MAX_RETURNS)),
            came=_came(tx, row),
        )


def _entries(tx: Tx, row: Row[Any]) -> tuple[EntryLine, ...]:
    made = (
        (LEDGER.c.bucket == row.bucket) & (LEDGER.c.account_id == row.account_id) & (LEDGER.c.event_id == row.event_id)
    )
    found = tx.execute(select(LEDGER.c.contra, LEDGER.c.points, LEDGER.c.at_ms).where(made).order_by(LEDGER.c.entry_no))
    return tuple(EntryLine(entry.contra, entry.points, entry.at_ms) for entry in found)


def _came(tx: Tx, row: Row[Any]) -> Came:
    event = tx.execute(EVENT.select().where(EVENT.c.bucket == row.bucket, EVENT.c.event_id == row.event_id)).one()
    here = (TERMINAL.c.tshard == tshard_of(event.terminal)) & (TERMINAL.c.terminal == event.terminal)
    number = tx.execute(select(TERMINAL.c.terminal_no).where(here)).scalar() or 0
    raw = event_bytes(tx, event.terminal, event.epoch, event.seq)
    return Came(
        event_id=event.event_id,
        terminal=event.terminal,
        terminal_no=number,
        epoch=event.epoch,
        seq=event.seq,
        counted_ms=row.at_ms,
        received_ms=event.received_ms,
        state=event.state,
        raw=raw,
        same=blake2b(raw, digest_size=16).digest() == bytes(event.digest),
    )


def event_bytes(tx: Tx, terminal: str, epoch: int, seq: int) -> bytes:
    """One event verbatim, out of the signed segment it came in; empty where that is gone."""
    row = segment_with(tx, terminal, epoch, seq)
    if row is None:
        return b""
    raws = events_in(row)
    return raws[seq - int(row.first_seq)]
