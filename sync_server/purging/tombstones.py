"""Rows of the feed that have long been gone: forgotten, and the bucket's low-water mark raised in the same transaction.

No row says when it went. Each run notes how far a bucket with tombstones has counted; a tombstone numbered no higher
than a note of 90 days ago was there by then. A till that has read past it has had it; one that has not is below the
mark, and fetches the bucket afresh. A tombstone counts nothing in the checksum, so nobody else notices.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, select

from loyalty.feed import STREAMS, Stream
from sync_server.heads import Place
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import BUCKET_HEAD, FEED, TOMBSTONE_NOTE
from sync_server.store import Store, Tx

UNIT_ROWS = 500
"""At most so many in one transaction."""


def purge_tombstones(store: Store, now_ms: int, before_ms: int, dry_run: bool = False) -> int:
    """Forget the tombstones that were there at `before_ms`; how many. With `dry_run` none goes and nothing is noted."""
    with store.read() as tx:
        old = _noted(tx, TOMBSTONE_NOTE.c.at_ms <= before_ms)
        if dry_run:
            return sum(_count(tx, *place, up_to) for place, up_to in old.items())
    gone = sum(_drop_all(store, *place, up_to) for place, up_to in old.items())
    for bucket, streams in _to_note(store).items():
        store.write(partial(_note, bucket=bucket, streams=streams, now_ms=now_ms), bucket)
    for bucket in sorted({bucket for bucket, _ in old}):
        store.write(partial(_forget, bucket=bucket, before_ms=before_ms), bucket)
    return gone


def _noted(tx: Tx, chosen: ColumnElement[bool]) -> dict[Place, int]:
    """How far each place has been noted to have counted, by the notes chosen."""
    place = (TOMBSTONE_NOTE.c.bucket, TOMBSTONE_NOTE.c.stream)
    query = select(*place, func.max(TOMBSTONE_NOTE.c.seq).label("seq")).where(chosen).group_by(*place)
    return {(row.bucket, row.stream): row.seq for row in tx.execute(query.order_by(*place))}


def _dead(bucket: int, stream: Stream, up_to: int) -> ColumnElement[bool]:
    table = FEED[stream]
    return (table.c.bucket == bucket) & (table.c.change_seq <= up_to) & table.c.body.is_(None)


def _count(tx: Tx, bucket: int, stream: Stream, up_to: int) -> int:
    query = select(func.count()).select_from(FEED[stream]).where(_dead(bucket, stream, up_to))
    return int(tx.execute(query).scalar_one())


def _drop_all(store: Store, bucket: int, stream: Stream, up_to: int) -> int:
    gone = 0
    while True:
        dropped = store.write(partial(_drop, bucket=bucket, stream=stream, up_to=up_to), bucket)
        gone += dropped
        if dropped < UNIT_ROWS:
            return gone


def _drop(tx: Tx, bucket: int, stream: Stream, up_to: int) -> int:
    """The oldest of them. A row that has come back to life meanwhile is none of them any more."""
    table = FEED[stream]
    oldest = select(table.c.change_seq).where(_dead(bucket, stream, up_to)).order_by(table.c.change_seq)
    seqs = tx.execute(oldest.limit(UNIT_ROWS)).scalars().all()
    if not seqs:
        return 0
    dropped = tx.execute(table.delete().where(_dead(bucket, stream, seqs[-1]))).rowcount
    here: dict[str, Any] = {"bucket": bucket, "stream": stream}
    place = (BUCKET_HEAD.c.bucket == bucket) & (BUCKET_HEAD.c.stream == stream)
    held = select(BUCKET_HEAD.c.low_water).where(place).with_for_update()
    low_water = max(tx.execute(held).scalar_one(), seqs[-1])
    update_rows(tx, BUCKET_HEAD, ("bucket", "stream"), [{**here, "low_water": low_water}])
    return int(dropped)


def _to_note(store: Store) -> dict[int, list[Stream]]:
    """The buckets with tombstones younger than their last note, and of which streams."""
    found: dict[int, list[Stream]] = {}
    with store.read() as tx:
        noted = _noted(tx, TOMBSTONE_NOTE.c.seq > 0)
        for stream in STREAMS:
            table = FEED[stream]
            query = select(table.c.bucket, func.max(table.c.change_seq).label("seq")).where(table.c.body.is_(None))
            for row in tx.execute(query.group_by(table.c.bucket)):
                if row.seq > noted.get((row.bucket, stream), 0):
                    found.setdefault(row.bucket, []).append(stream)
    return dict(sorted(found.items()))


def _note(tx: Tx, bucket: int, streams: Sequence[Stream], now_ms: int) -> None:
    """What has been numbered so far is seen by whoever reads this bucket's counter."""
    places = [(bucket, stream) for stream in streams]
    heads = select_by(tx, BUCKET_HEAD, ("stream", "seq"), ("bucket", "stream"), places)
    rows = [{"bucket": bucket, "stream": head.stream, "at_ms": now_ms, "seq": head.seq} for head in heads]
    insert_rows(tx, TOMBSTONE_NOTE, rows)


def _forget(tx: Tx, bucket: int, before_ms: int) -> None:
    """Notes that have done their work."""
    old = (TOMBSTONE_NOTE.c.bucket == bucket) & (TOMBSTONE_NOTE.c.at_ms <= before_ms)
    tx.execute(TOMBSTONE_NOTE.delete().where(old))
