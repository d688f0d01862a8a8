"""The tables of journal.db: small, precious, and written with synchronous=FULL.

`event` is the chain; everything else either waits (prepared, personal, segment), counts (shift, state) or is an index
that the events could rebuild (effect, named, numbered, returned, enrolled, coupon_spent, campaign_use, coupon_use,
campaign_given) or the head office's word (campaign_share). What a sale changes lies on few pages: each is summed and
written whole while the customer waits.
"""

import sqlite3
from pathlib import Path

from loyalty.chain import ZERO_HASH, event_hash
from terminal.offline_queue import journal_shares, journal_uses
from terminal.offline_queue.disk import put_in_place
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, fault_of

FILE = "journal.db"
VERSION = 6

DDL: tuple[str, ...] = (
    """CREATE TABLE event (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,
        account_id TEXT, bucket INTEGER NOT NULL, at_ms INTEGER NOT NULL, hash BLOB NOT NULL, raw BLOB NOT NULL,
        PRIMARY KEY (epoch, seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE effect (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, bucket INTEGER NOT NULL, account_id TEXT NOT NULL,
        wallet TEXT NOT NULL, spent INTEGER NOT NULL, lot BLOB, date TEXT NOT NULL,
        day TEXT NOT NULL, sold_minor INTEGER NOT NULL,
        returned_minor INTEGER NOT NULL, receipts INTEGER NOT NULL, earned_points INTEGER NOT NULL,
        returned_points INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq, wallet)
    ) WITHOUT ROWID""",
    "CREATE TABLE prepared (sale_id TEXT NOT NULL, raw BLOB NOT NULL, at_ms INTEGER NOT NULL)",
    """CREATE TABLE named (
        id TEXT NOT NULL, kind TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, kind)
    ) WITHOUT ROWID""",
    "CREATE TABLE numbered (number TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE returned (
        original_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (original_id, epoch, seq)
    ) WITHOUT ROWID""",
    """CREATE TABLE personal (
        event_id TEXT PRIMARY KEY, raw BLOB, sent INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "CREATE INDEX personal_waiting ON personal (event_id) WHERE sent = 0",
    """CREATE TABLE enrolled (
        member_id TEXT PRIMARY KEY, card TEXT NOT NULL, phone_hash TEXT NOT NULL, ident BLOB NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX enrolled_card ON enrolled (card)",
    "CREATE INDEX enrolled_phone ON enrolled (phone_hash)",
    """CREATE TABLE segment (
        epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, bytes BLOB NOT NULL,
        state TEXT NOT NULL DEFAULT 'closed', PRIMARY KEY (epoch, first_seq)
    )""",
    """CREATE TABLE shift (
        shift_id TEXT PRIMARY KEY, shift_no INTEGER NOT NULL, store TEXT NOT NULL, cashier TEXT NOT NULL,
        opened_at_ms INTEGER NOT NULL, totals BLOB NOT NULL, closed_at_ms INTEGER
    ) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX shift_one_open ON shift (ifnull(closed_at_ms, 0)) WHERE closed_at_ms IS NULL",
    """CREATE TABLE coupon_spent (
        id TEXT NOT NULL, receipt_id TEXT NOT NULL, number TEXT NOT NULL, back INTEGER NOT NULL,
        PRIMARY KEY (id, receipt_id)
    ) WITHOUT ROWID""",
    journal_uses.TABLE,
    journal_uses.COUPON_TABLE,
    *journal_shares.TABLES,
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {VERSION}",
)
"""`named` finds an event by its own id (kind `event`) or its receipt's (`receipt`): ids of the same moment lie side by
side. `numbered` finds it by its receipt's number. `effect` has a row for each wallet: the points spent, below 0 where a
return gives them back; the lot of those that wait or run out; and what counts for the progress: money and receipts in
that of the main one, points in each. `date` is the receipt's, `day` that of its sale. `prepared` is at most 64 rows and
needs no index. `coupon_spent` has the coupons that may be used once, with the receipt that used each; `back` 1: all of
it has come back, so that the head office's older word about that receipt is known to be out of date."""


NAMED = " FROM named n JOIN event e ON e.epoch = n.epoch AND e.seq = n.seq WHERE n.id = ? AND n.kind = ?"
"""The end of a query for an event by an id and its kind."""


def create(path: Path, state: dict[str, str]) -> None:
    """A new journal with its first `state`, there as a whole or not at all. Raises StoreFault where one exists."""
    if path.exists():
        raise store_fault("journal.exists", folder=str(path.parent))
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(fresh, isolation_level=None)
        try:
            _fill(connection, state)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise fault_of(error, path.name) from error
    fresh.chmod(0o600)
    put_in_place(fresh, path)


def _fill(connection: Connection, state: dict[str, str]) -> None:
    set_pragmas(connection)
    connection.execute("BEGIN IMMEDIATE")
    for statement in DDL:
        connection.execute(statement)
    connection.executemany("INSERT INTO state VALUES (?, ?)", state.items())
    connection.execute("COMMIT")


def set_pragmas(connection: Connection) -> None:
    """Settings of a connection that writes; personal data are overwritten when deleted."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA cache_size=-2048")


def check(connection: Connection, terminal: str) -> None:
    """That the file is a journal of this version and terminal and its last event is whole. Raises StoreFault."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise store_fault("journal.version", version=version)
    owner = state_value(connection, "terminal")
    if owner != terminal:
        raise store_fault("journal.other_terminal", terminal=owner)
    epoch, seq, _ = tip(connection)
    if seq:
        check_event(connection, terminal, epoch, seq, hash_before(connection, epoch, seq))


def check_event(connection: Connection, terminal: str, epoch: int, seq: int, previous: bytes) -> bytes:
    """The hash of one event, when it follows from `previous` and its bytes (I3). Raises StoreFault."""
    row = connection.execute("SELECT raw, hash FROM event WHERE epoch = ? AND seq = ?", (epoch, seq)).fetchone()
    sound = row is not None and isinstance(row[0], bytes) and isinstance(row[1], bytes)
    if not sound or event_hash(previous, terminal, epoch, seq, row[0]) != row[1]:
        raise store_fault("journal.chain", epoch=epoch, seq=seq)
    return bytes(row[1])


def tip(connection: Connection) -> tuple[int, int, bytes]:
    """The place of the last event and its hash; before the first event of an epoch: seq 0 and what it will follow."""
    epoch, seq, digest = connection.execute(
        "SELECT CAST(s.value AS INTEGER), e.seq, e.hash FROM state s LEFT JOIN event e ON e.epoch = s.value"
        " WHERE s.name = 'epoch' ORDER BY e.seq DESC LIMIT 1"
    ).fetchone()
    return (epoch, seq, bytes(digest)) if seq else (epoch, 0, hash_before(connection, epoch, 1))


def hash_before(connection: Connection, epoch: int, seq: int) -> bytes:
    """What event `seq` follows: the event before it, or what the epoch began with."""
    if seq == 1:
        return bytes.fromhex(state_value(connection, f"before:{epoch}", ZERO_HASH.hex()))
    row = connection.execute("SELECT hash FROM event WHERE epoch = ? AND seq = ?", (epoch, seq - 1)).fetchone()
    if row is None:
        raise store_fault("journal.chain", epoch=epoch, seq=seq - 1)
    return bytes(row[0])


def state_value(connection: Connection, name: str, default: str = "") -> str:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def set_state(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )
