"""The tables of journal.db: small, precious, and written with synchronous=FULL.

`event` is the chain, from the `base` on; everything else waits (prepared, personal, enrolled, segment), counts (shift,
state) or is what the head office said (campaign_share). What follows from events stands apart, in journal-index.db:
what a sale changes here is summed and written while the customer waits, so it is little and lies on few pages.
"""

import sqlite3
from pathlib import Path

from loyalty.chain import ZERO_HASH, event_hash
from terminal.offline_queue import file_steps, journal_base, journal_shares
from terminal.offline_queue.disk import put_in_place
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, fault_of

FILE = "journal.db"
VERSION = 8
EPOCH_AT = 40
"""A place in the chain is one number, epoch and seq: events lie in their order, and a new one at the end."""

DDL: tuple[str, ...] = (
    f"""CREATE TABLE event (
        place INTEGER PRIMARY KEY, event_id TEXT NOT NULL, type TEXT NOT NULL, account_id TEXT, at_ms INTEGER NOT NULL,
        hash BLOB NOT NULL, receipt_id TEXT, number TEXT, totals BLOB, beside BLOB, raw BLOB NOT NULL,
        epoch INTEGER AS (place >> {EPOCH_AT}), seq INTEGER AS (place & {(1 << EPOCH_AT) - 1})
    )""",
    "CREATE TABLE prepared (sale_id TEXT NOT NULL, raw BLOB NOT NULL, at_ms INTEGER NOT NULL)",
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
        opened_at_ms INTEGER NOT NULL, opened_place INTEGER NOT NULL, totals BLOB, closed_at_ms INTEGER
    ) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX shift_one_open ON shift (ifnull(closed_at_ms, 0)) WHERE closed_at_ms IS NULL",
    journal_shares.TABLE,
    journal_base.TABLE,
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {VERSION}",
)
"""Of a receipt, `event.totals` are the shift's after it, and `beside` what stands nowhere in its bytes and is this
till's own: the chain does not hold it. `shift.totals` are those it was closed with. No index keeps names of events from
coming twice: see journal_names. `prepared` is at most 64 rows and needs none:
see journal_prepared."""


def create(path: Path, state: dict[str, str]) -> None:
    """A new journal with its first `state`, there as a whole or not at all. Raises StoreFault where one exists."""
    if path.exists():
        raise store_fault("journal.exists", folder=str(path.parent))
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(fresh, isolation_level=None)
        try:
            fill(connection, state)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise fault_of(error, path.name) from error
    fresh.chmod(0o600)
    put_in_place(fresh, path)


def fill(connection: Connection, state: dict[str, str]) -> None:
    """The tables of a new journal, empty but for its `state`."""
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


def bring_up(connection: Connection, terminal: str) -> None:
    """A journal of an earlier version becomes one of this version. Raises StoreFault for one of another terminal, or of
    a version no steps lead from."""
    version = file_steps.version_of(connection)
    if not file_steps.can_reach(version, VERSION, file_steps.JOURNAL_STEPS):
        raise store_fault("journal.version", version=version)
    _check_owner(connection, terminal)
    file_steps.bring_up(connection, VERSION, file_steps.JOURNAL_STEPS)


def check(connection: Connection, terminal: str) -> None:
    """That the file is a journal of this version and terminal and its last event is whole. Raises StoreFault."""
    version = file_steps.version_of(connection)
    if version != VERSION:
        raise store_fault("journal.version", version=version)
    _check_owner(connection, terminal)
    epoch, seq, _ = tip(connection)
    if seq:
        check_event(connection, terminal, epoch, seq, hash_before(connection, epoch, seq))


def _check_owner(connection: Connection, terminal: str) -> None:
    owner = state_value(connection, "terminal")
    if owner != terminal:
        raise store_fault("journal.other_terminal", terminal=owner)


def check_event(connection: Connection, terminal: str, epoch: int, seq: int, previous: bytes) -> bytes:
    """The hash of one event, when it follows from `previous` and its bytes (I3). Raises StoreFault."""
    row = connection.execute("SELECT raw, hash FROM event WHERE place = ?", (place_of(epoch, seq),)).fetchone()
    sound = row is not None and isinstance(row[0], bytes) and isinstance(row[1], bytes)
    if not sound or event_hash(previous, terminal, epoch, seq, row[0]) != row[1]:
        raise store_fault("journal.chain", epoch=epoch, seq=seq)
    return bytes(row[1])


def place_of(epoch: int, seq: int) -> int:
    """Where the event stands: later ones stand higher."""
    return epoch << EPOCH_AT | seq


def tip(connection: Connection) -> tuple[int, int, bytes]:
    """The place of the last event and its hash; before the first event of an epoch: seq 0 and what it will follow."""
    epoch, seq, digest = connection.execute(
        f"SELECT CAST(s.value AS INTEGER), e.seq, e.hash FROM state s LEFT JOIN event e"
        f" ON e.place > CAST(s.value AS INTEGER) << {EPOCH_AT} WHERE s.name = 'epoch' ORDER BY e.place DESC LIMIT 1"
    ).fetchone()
    return (epoch, seq, bytes(digest)) if seq else (epoch, 0, hash_before(connection, epoch, 1))


def hash_before(connection: Connection, epoch: int, seq: int) -> bytes:
    """What event `seq` follows: the event before it, or what the epoch began with."""
    if seq == 1:
        return bytes.fromhex(state_value(connection, f"before:{epoch}", ZERO_HASH.hex()))
    digest = hash_at(connection, place_of(epoch, seq - 1)) or hash_of_gone(connection, epoch, seq - 1)
    if digest is None:
        raise store_fault("journal.chain", epoch=epoch, seq=seq - 1)
    return digest


def hash_at(connection: Connection, place: int) -> bytes | None:
    """The hash of the event that stands there."""
    row = connection.execute("SELECT hash FROM event WHERE place = ?", (place,)).fetchone()
    return bytes(row[0]) if row else None


def hash_of_gone(connection: Connection, epoch: int, seq: int) -> bytes | None:
    """The hash of the last event that is here no more, where it is that one."""
    last = journal_base.read_base(connection).last
    return bytes.fromhex(last.hash) if (last.epoch, last.seq) == (epoch, seq) else None


def state_value(connection: Connection, name: str, default: str = "") -> str:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def set_state(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )
