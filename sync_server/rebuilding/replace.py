"""Put what was worked out in the place of the books in use, bucket by bucket, and keep what was there aside.

Only buckets that differ are touched, each in one transaction (on SQLite all of them in one). Rows of the feed that
change get new numbers, so that tills fetch them as any change; the feed's own hashes and sums are made right as well.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from loyalty.errors import NotNow
from loyalty.feed import Stream, checksum_add, row_hash
from loyalty.sentences import sentence
from sync_server.heads import Change, put_rows
from sync_server.migrate import migrate
from sync_server.rebuilding.compare import BOOKS
from sync_server.rows import insert_only, insert_rows, select_by, update_rows
from sync_server.schema import BUCKET_HEAD, FEED, TSHARD_HEAD
from sync_server.store import Store, Tx, open_store

PAGE_ROWS = 1000
STREAMS: tuple[Stream, ...] = ("bal", "spent")
Heads = dict[int, int]

SENTENCES = {
    "rebuild.moved_on": (
        "Пока считали, пришли новые события: остановите сервер и повторите",
        "New events came meanwhile: stop the server and try again",
    ),
}


def segment_heads(tx: Tx) -> Heads:
    """How much is stored: it must be the same when the books are replaced as when they were worked out."""
    return {row.tshard: row.next_seq for row in tx.execute(select(TSHARD_HEAD))}


def replace_buckets(store: Store, scratch: Store, buckets: Sequence[int], aside: Path, heads: Heads) -> None:
    """Replace the books of these buckets; `aside`: a new SQLite file that gets what was there. Raises NotNow."""
    kept = open_store(f"sqlite:///{aside}")
    try:
        migrate(kept)
        with scratch.read() as made:
            if store.sqlite:
                store.write(partial(_replace_all, made=made, kept=kept, buckets=buckets, heads=heads), "many")
                return
            for bucket in buckets:
                store.write(partial(_replace_all, made=made, kept=kept, buckets=[bucket], heads=heads), bucket)
    finally:
        kept.close()


def _replace_all(tx: Tx, made: Tx, kept: Store, buckets: Sequence[int], heads: Heads) -> None:
    if segment_heads(tx) != heads:
        raise NotNow(sentence("rebuild.moved_on"))
    for bucket in buckets:
        for table in (*BOOKS, *(FEED[stream] for stream in STREAMS)):
            for rows in _pages(tx, table, bucket):
                kept.write(partial(insert_rows, table=table, rows=rows), bucket)
        for table in BOOKS:
            tx.execute(table.delete().where(table.c.bucket == bucket))
            for rows in _pages(made, table, bucket):
                insert_only(tx, table, rows)
        for stream in STREAMS:
            _mend_feed(tx, bucket, stream)
        put_rows(tx, {stream: _changes(tx, made, bucket, stream) for stream in STREAMS})


def _pages(tx: Tx, table: Table, bucket: int) -> Iterator[list[dict[str, Any]]]:
    """A bucket's rows, so many at a time."""
    found = tx.execute(select(table).where(table.c.bucket == bucket))
    while rows := found.fetchmany(PAGE_ROWS):
        yield [dict(row._mapping) for row in rows]


def _mend_feed(tx: Tx, bucket: int, stream: Stream) -> None:
    """Hashes and checksum that are those of the rows, and a head that is above all of them."""
    table = FEED[stream]
    total, top, wrong = 0, 0, []
    rows = tx.execute(select(table).where(table.c.bucket == bucket)).all()
    for row in rows:
        h = row_hash(stream, row.key, row.change_seq, row.body)
        total, top = checksum_add(total, added=h), max(top, row.change_seq)
        if h != row.h:
            wrong.append({"bucket": bucket, "key": row.key, "h": h})
    update_rows(tx, table, ("bucket", "key"), wrong)
    key = {"bucket": bucket, "stream": stream}
    if rows:
        insert_rows(tx, BUCKET_HEAD, [{**key, "seq": 0, "checksum": 0, "low_water": 0}])
    for head in select_by(tx, BUCKET_HEAD, ("seq",), ("bucket", "stream"), [(bucket, stream)], lock=True):
        update_rows(tx, BUCKET_HEAD, ("bucket", "stream"), [{**key, "seq": max(top, head.seq), "checksum": total}])


def _changes(tx: Tx, made: Tx, bucket: int, stream: Stream) -> list[Change]:
    """What tills must be told: rows that differ, those that are new, and those that are gone."""
    table = FEED[stream]
    more = [column.name for column in table.c if column.name not in ("bucket", "key", "change_seq", "h", "body")]
    old = {row.key: row for row in tx.execute(select(table).where(table.c.bucket == bucket)).all()}
    new = {row.key: row for row in made.execute(select(table).where(table.c.bucket == bucket)).all()}
    changes = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        values = {name: after._mapping[name] if after is not None else 0 for name in more}
        body = after.body if after is not None else None
        same = before is not None and before.body == body and all(before._mapping[n] == values[n] for n in more)
        if not same and (before is not None or body is not None):
            changes.append(Change(bucket, key, body, before.h if before is not None else None, values))
    return changes
