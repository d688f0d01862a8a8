"""The tables of a terminal's cache.db, so that the head office can make one ready: a snapshot is such a file.

Each stream has one table of one shape, keyed by the row's key; `body` is the row's JSON as it came, NULL for a
tombstone. `card` and `phone` find a member by what was scanned. Ids are 16 bytes, hashes too.
"""

from loyalty.feed import STREAMS, IdentRow, Stream

CACHE_VERSION = 2
"""PRAGMA user_version of a cache file; another version is dropped and fetched anew."""

_STREAM_TABLE = """CREATE TABLE {stream} (
    key BLOB PRIMARY KEY, bucket INTEGER NOT NULL, change_seq INTEGER NOT NULL, h INTEGER NOT NULL, body BLOB
) WITHOUT ROWID"""

DDL: tuple[str, ...] = (
    *(_STREAM_TABLE.format(stream=stream) for stream in STREAMS),
    "CREATE TABLE card (card TEXT PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE phone (phone BLOB PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE cursor (
        stream TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, checksum INTEGER NOT NULL,
        applied_epoch INTEGER NOT NULL DEFAULT 0, applied_seq INTEGER NOT NULL DEFAULT 0,
        as_of_ms INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (stream, bucket)
    ) WITHOUT ROWID""",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {CACHE_VERSION}",
)
"""`meta` holds `gen` (the head office's generation) and `as_of_ms` (when heads were last compared)."""


def key_bytes(stream: Stream, key: str) -> bytes:
    """Ids of members, accounts and coupons as 16 bytes, other keys as their text."""
    return bytes.fromhex(key) if stream in ("ident", "bal", "spent") else key.encode()


def finders(row: IdentRow) -> tuple[list[tuple[str, bytes]], list[tuple[bytes, bytes]]]:
    """The (card, member) and (phone, member) entries of one identity row."""
    member = bytes.fromhex(row.member_id)
    phones = [(bytes.fromhex(phone), member) for phone in (row.phone_hash, *row.more_phones) if phone]
    return [(card, member) for card in row.cards], phones
