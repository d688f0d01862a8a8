"""The tables of a terminal's cache.db, so that the head office can make one ready: a snapshot is such a file.

Each stream has one table of one shape, keyed by the row's key; `body` is the row's JSON as it came, NULL for a
tombstone. `card`, `phone` and `bank_card` find a member by what was scanned, said or read. Ids are 16 bytes, and so
are hashes.
"""

from typing import NamedTuple

from loyalty.feed import STREAMS, IdentRow, Stream

CACHE_VERSION = 3
"""PRAGMA user_version of a cache file; another version is dropped and fetched anew."""

_STREAM_TABLE = """CREATE TABLE {stream} (
    key BLOB PRIMARY KEY, bucket INTEGER NOT NULL, change_seq INTEGER NOT NULL, h INTEGER NOT NULL, body BLOB
) WITHOUT ROWID"""

DDL: tuple[str, ...] = (
    *(_STREAM_TABLE.format(stream=stream) for stream in STREAMS),
    "CREATE TABLE card (card TEXT PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE phone (phone BLOB PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE bank_card (token BLOB PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
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


class Finders(NamedTuple):
    """What leads to members, table by table: (what is looked for, the member's key)."""

    card: list[tuple[str, bytes]]
    phone: list[tuple[bytes, bytes]]
    bank_card: list[tuple[bytes, bytes]]


def finders(row: IdentRow) -> Finders:
    """What one identity row is found by."""
    member = bytes.fromhex(row.member_id)
    phones = [(bytes.fromhex(phone), member) for phone in (row.phone_hash, *row.more_phones) if phone]
    tokens = [(bytes.fromhex(token), member) for token in row.bank_cards]
    return Finders([(card, member) for card in row.cards], phones, tokens)
