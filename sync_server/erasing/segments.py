"""Events of erased members as they are stored: redacted in the books, last in the segments they came in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from loyalty.events import ReturnCompleted, SaleCompleted, canonical
from sync_server.arrivals import Arrived
from sync_server.erasing.redact import member_in, redacted
from sync_server.erasing.trail import Spot
from sync_server.schema import EVENT, RECEIPT, SEGMENT, TERMINAL_CURSOR, tshard_of
from sync_server.segment_events import arrived_of
from sync_server.store import Shard, Store, Tx
from sync_server.stored_segments import events_in, rewritten

SPOTS_AT_ONCE = 100


def redact_spots(store: Store, spots: Iterable[Spot], ids: Collection[str]) -> None:
    """Redact the events of these members in the segments that hold these spots. Of a terminal that has had more than
    one epoch every segment is looked at: an event may have come again in a later one."""
    terminals: defaultdict[str, list[Spot]] = defaultdict(list)
    for spot in sorted(set(spots)):
        terminals[spot.terminal].append(spot)
    for terminal, mine in terminals.items():
        for key in _segments(store, terminal, mine):
            with store.read() as tx:
                row = tx.execute(select(SEGMENT).where(_is(key))).one()
            _redact(store, row, ids)


_Key = tuple[int, str, int, int]


def _segments(store: Store, terminal: str, spots: list[Spot]) -> list[_Key]:
    columns = (SEGMENT.c.tshard, SEGMENT.c.terminal, SEGMENT.c.epoch, SEGMENT.c.first_seq)
    mine = (SEGMENT.c.tshard == tshard_of(terminal)) & (SEGMENT.c.terminal == terminal)
    here = (TERMINAL_CURSOR.c.tshard == tshard_of(terminal)) & (TERMINAL_CURSOR.c.terminal == terminal)
    found: set[_Key] = set()
    with store.read() as tx:
        epoch = tx.execute(select(TERMINAL_CURSOR.c.epoch).where(here)).scalar() or 1
        for holds in [mine] if epoch > 1 else (mine & each for each in _holding(spots)):
            rows = tx.execute(select(*columns).where(holds))
            found |= {(row.tshard, row.terminal, row.epoch, row.first_seq) for row in rows}
    return sorted(found)


def _holding(spots: list[Spot]) -> Iterator[ColumnElement[bool]]:
    for at in range(0, len(spots), SPOTS_AT_ONCE):
        yield or_(
            *(
                (SEGMENT.c.epoch == spot.epoch) & (SEGMENT.c.first_seq <= spot.seq) & (SEGMENT.c.last_seq >= spot.seq)
                for spot in spots[at : at + SPOTS_AT_ONCE]
            )
        )


def _redact(store: Store, row: Row[Any], ids: Collection[str]) -> None:
    """The segment comes last: cut short before, it is found with what is personal still in it, and done again."""
    changed: dict[int, bytes] = {}
    for seq, raw in enumerate(events_in(row), row.first_seq):
        without = redacted(raw) if member_in(raw) in ids else raw
        if without != raw:
            changed[seq] = without
            (event,) = arrived_of(row, [(seq, without)])
            digest = blake2b(raw, digest_size=16).digest()
            store.write(partial(_rewrite, event=event, digest=digest), event.bucket)
    if changed:
        key = (row.tshard, row.terminal, row.epoch, row.first_seq)
        change = update(SEGMENT).where(_is(key)).values(rewritten(row, changed))
        store.write(lambda tx: tx.execute(change), Shard("tshard", row.tshard))


def _rewrite(tx: Tx, event: Arrived, digest: bytes) -> None:
    """What was made of an event: its digest, its bytes where they are kept, its receipt."""
    mine = (EVENT.c.bucket == event.bucket) & (EVENT.c.event_id == event.event_id) & (EVENT.c.digest == digest)
    tx.execute(update(EVENT).where(mine, EVENT.c.raw.is_not(None)).values(raw=event.raw))
    tx.execute(update(EVENT).where(mine).values(digest=event.digest))
    if isinstance(event.body, SaleCompleted | ReturnCompleted):
        receipt = event.body.receipt
        here = (RECEIPT.c.bucket == event.bucket) & (RECEIPT.c.receipt_id == receipt.receipt_id)
        tx.execute(
            update(RECEIPT).where(here, RECEIPT.c.event_id == event.event_id).values(raw=canonical(receipt))
        )  # fmt: skip


def _is(key: _Key) -> ColumnElement[bool]:
    tshard, terminal, epoch, first_seq = key
    mine = (SEGMENT.c.tshard == tshard) & (SEGMENT.c.terminal == terminal)
    return mine & (SEGMENT.c.epoch == epoch) & (SEGMENT.c.first_seq == first_seq)
