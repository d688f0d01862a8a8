"""How rows from the head office get into cache.db: upserts, finders, checksum and cursor, all in one transaction."""

from collections.abc import Iterable

import msgspec

from loyalty.cache_file import finders, key_bytes
from loyalty.feed import Applied, FeedRow, IdentRow, Stream, checksum_add, row_hash
from terminal.offline_queue import cache_words
from terminal.offline_queue.writer import Connection


class Cursor(msgspec.Struct, frozen=True):
    """Where one bucket of the cache stands; seq 0 is a bucket never fetched, or dropped."""

    stream: Stream
    bucket: int
    seq: int = 0
    checksum: int = 0
    applied: Applied = Applied()
    as_of_ms: int = 0


_ident = msgspec.json.Decoder(IdentRow)


def install(connection: Connection, rows: Iterable[FeedRow], to: Cursor, afresh: bool = False) -> bool:
    """Put the rows of a drained delta in and move the cursor to `to`; False, and the bucket dropped, when the
    checksum kept here does not come to the head office's. `afresh`: the rows are all there are."""
    if afresh:
        drop(connection, to.stream, to.bucket)
    at = cursor(connection, to.stream, to.bucket)
    checksum = at.checksum if at else 0
    newest: dict[str, FeedRow] = {}
    for row in rows:
        if row.key not in newest or newest[row.key].change_seq <= row.change_seq:
            newest[row.key] = row
    for row in newest.values():
        checksum = _put(connection, to, row, checksum)
    if checksum != to.checksum:
        drop(connection, to.stream, to.bucket)
        return False
    connection.execute(
        "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)",
        (to.stream, to.bucket, to.seq, checksum, to.applied.epoch, to.applied.seq, to.as_of_ms),
    )
    return True


def drop(connection: Connection, stream: Stream, bucket: int) -> None:
    """Forget one bucket as a whole: the next fetch begins at 0."""
    for key, body in connection.execute(f"SELECT key, body FROM {stream} WHERE bucket = ?", (bucket,)).fetchall():
        _unfind(connection, stream, key, body)
    connection.execute(f"DELETE FROM {stream} WHERE bucket = ?", (bucket,))
    connection.execute("DELETE FROM cursor WHERE stream = ? AND bucket = ?", (stream, bucket))


def cursor(connection: Connection, stream: Stream, bucket: int) -> Cursor | None:
    row = connection.execute(
        "SELECT seq, checksum, applied_epoch, applied_seq, as_of_ms FROM cursor WHERE stream = ? AND bucket = ?",
        (stream, bucket),
    ).fetchone()
    return Cursor(stream, bucket, row[0], row[1], Applied(row[2], row[3]), row[4]) if row else None


def _put(connection: Connection, to: Cursor, row: FeedRow, checksum: int) -> int:
    key, body = key_bytes(to.stream, row.key), row.live
    old = connection.execute(f"SELECT h, body FROM {to.stream} WHERE key = ?", (key,)).fetchone()
    if old is not None:
        checksum = checksum_add(checksum, removed=old[0])
        _unfind(connection, to.stream, key, old[1])
    digest = row_hash(to.stream, row.key, row.change_seq, body)
    connection.execute(
        f"INSERT OR REPLACE INTO {to.stream} VALUES (?, ?, ?, ?, ?)", (key, to.bucket, row.change_seq, digest, body)
    )
    if body is not None:
        _find(connection, to.stream, row.key, body)
    return checksum_add(checksum, added=digest)


def _find(connection: Connection, stream: Stream, key: str, body: bytes) -> None:
    if stream == "ident":
        for table, found in finders(_ident.decode(body))._asdict().items():
            connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", found)
    elif stream == "goods":
        cache_words.add(connection, key, body)


def _unfind(connection: Connection, stream: Stream, key: bytes, body: bytes | None) -> None:
    """Take out what found the row, but not what finds another member by now."""
    if body is None:
        return
    if stream == "ident":
        found = finders(_ident.decode(body))
        connection.executemany("DELETE FROM card WHERE card = ? AND member = ?", found.card)
        connection.executemany("DELETE FROM phone WHERE phone = ? AND member = ?", found.phone)
        connection.executemany("DELETE FROM bank_card WHERE token = ? AND member = ?", found.bank_card)
    elif stream == "goods":
        cache_words.remove(connection, key.decode())
