"""What one can ask the journal, each a function of a read-only connection."""

from collections.abc import Iterable
from itertools import islice

import msgspec

from loyalty.api import Position
from loyalty.events import ReturnCompleted, SaleCompleted, ShiftTotals, decode_body, decode_envelope
from loyalty.feed import Applied, BalanceRow, IdentRow
from loyalty.receipt import Receipt
from terminal.offline_queue.journal_base import read_base
from terminal.offline_queue.journal_file import check_event, hash_before, place_of, state_value, tip
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection


class Prepared(msgspec.Struct, frozen=True):
    """A sale begun: what is needed to finish or undo it."""

    sale_id: str
    raw: bytes
    at_ms: int


class Shift(msgspec.Struct, frozen=True):
    """A shift as it stands; `closed_at_ms` None while it is open."""

    shift_id: str
    shift_no: int
    store: str
    cashier: str
    opened_at_ms: int
    totals: ShiftTotals
    closed_at_ms: int | None = None


class Pending(msgspec.Struct, frozen=True):
    """Events the head office has not stored; `oldest_at_ms` is None when there are none."""

    count: int
    oldest_at_ms: int | None = None


class Held(msgspec.Struct, frozen=True):
    """An account's balance as the head office said it at `as_of_ms` (0: never), with own events up to `applied`."""

    balance: BalanceRow
    applied: Applied = Applied()
    as_of_ms: int = 0


class Known(msgspec.Struct, frozen=True):
    """A member found: the balance as the head office said it at `as_of_ms` (0: never), including own events up to
    `applied`."""

    ident: IdentRow
    balance: BalanceRow
    applied: Applied = Applied()
    as_of_ms: int = 0
    before: tuple[tuple[str, Applied], ...] = ()
    """The accounts that moved to this one: the balance includes own events of each up to its place."""

    @property
    def accounts(self) -> tuple[tuple[str, Applied], ...]:
        """Every account whose own events count, each with its place, the oldest first."""
        return (*self.before, (self.ident.account_id, self.applied))


RECEIPT_TYPES = ("sale_completed", "return_completed")
NOWHERE = Position(1, 0, "")
RECEIPT_NO = "receipt_no"
_totals = msgspec.json.Decoder(ShiftTotals)
_ident = msgspec.json.Decoder(IdentRow)
_position = msgspec.json.Decoder(Position)


def prepared(connection: Connection) -> tuple[Prepared, ...]:
    rows = connection.execute("SELECT sale_id, raw, at_ms FROM prepared ORDER BY at_ms, sale_id")
    return tuple(Prepared(*row) for row in rows)


def last_place(connection: Connection) -> int:
    """Where the last event stands; 0 before the first."""
    (place,) = connection.execute("SELECT ifnull(max(place), 0) FROM event").fetchone()
    return int(place)


def last_before(connection: Connection, epoch: int, seq: int) -> Position:
    """The event before the one at that place, or the last that is here no more."""
    query = "SELECT epoch, seq, hash FROM event WHERE place < ? ORDER BY place DESC LIMIT 1"
    row = connection.execute(query, (place_of(epoch, seq),)).fetchone()
    return Position(row[0], row[1], row[2].hex()) if row else read_base(connection).last


def receipts_at(connection: Connection, places: Iterable[int]) -> list[Receipt]:
    """The receipts that stand there. Raises StoreFault where there is none."""
    query = "SELECT raw FROM event WHERE place = ?"
    rows = [connection.execute(query, (place,)).fetchone() for place in places]
    return [receipt_of(row[0] if row else b"") for row in rows]


def recent_receipts(connection: Connection, limit: int) -> tuple[Receipt, ...]:
    """Read from the end of the chain, so it costs the events passed over, not the journal's length."""
    rows = connection.execute("SELECT type, raw FROM event ORDER BY place DESC")
    receipts = (receipt_of(raw) for kind, raw in rows if kind in RECEIPT_TYPES)
    return tuple(islice(receipts, limit))


def shift_receipts(connection: Connection, shift_id: str, limit: int) -> tuple[Receipt, ...]:
    """The last receipts since a shift was opened, newest first; of a shift nobody knows, none."""
    row = connection.execute("SELECT opened_place FROM shift WHERE shift_id = ?", (shift_id,)).fetchone()
    query = "SELECT type, raw FROM event WHERE place > ? ORDER BY place DESC"
    rows = connection.execute(query, row) if row else ()
    return tuple(islice((receipt_of(raw) for kind, raw in rows if kind in RECEIPT_TYPES), limit))


def last_receipt_no(connection: Connection) -> int:
    """The counter of the last receipt's number, or what was passed over since; 0 before the first."""
    last = recent_receipts(connection, 1)
    return max(running_no(last[0]) if last else 0, passed_receipt_no(connection))


def passed_receipt_no(connection: Connection) -> int:
    """The counter that no receipt's number may be below or at, whatever receipts are here."""
    return int(state_value(connection, RECEIPT_NO, "0"))


def running_no(receipt: Receipt) -> int:
    """The counter in a receipt's number."""
    return counter_of(receipt.number)


def counter_of(number: str) -> int:
    """42 of `T1-000042`, and 0 of a number that is not one of a till's own."""
    counter = number.rpartition("-")[2]
    return int(counter) if counter.isdecimal() else 0


def open_shift(connection: Connection) -> Shift | None:
    row = connection.execute(
        "SELECT shift_id, shift_no, store, cashier, opened_at_ms, opened_place FROM shift WHERE closed_at_ms IS NULL"
    ).fetchone()
    return Shift(row[0], row[1], row[2], row[3], row[4], _counted(connection, row[5])) if row else None


def open_shift_id(connection: Connection) -> str:
    """Empty where no shift is open."""
    row = connection.execute("SELECT shift_id FROM shift WHERE closed_at_ms IS NULL").fetchone()
    return str(row[0]) if row else ""


def _counted(connection: Connection, since_place: int) -> ShiftTotals:
    """The totals after the last receipt of a shift, looked for from the end of the chain."""
    query = "SELECT totals FROM event WHERE place > ? AND totals IS NOT NULL ORDER BY place DESC LIMIT 1"
    row = connection.execute(query, (since_place,)).fetchone()
    return _totals.decode(row[0]) if row else ShiftTotals()


def next_shift_no(connection: Connection) -> int:
    (last,) = connection.execute("SELECT ifnull(max(shift_no), 0) FROM shift").fetchone()
    return int(last) + 1


def enrolled(connection: Connection, column: str, value: str) -> Known | None:
    row = connection.execute(f"SELECT ident FROM enrolled WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        return None
    ident = _ident.decode(row[0])
    return Known(ident, BalanceRow(ident.account_id))


def acked(connection: Connection) -> Position:
    return _place(connection, "acked")


def safe(connection: Connection) -> Position:
    return _place(connection, "safe")


def pending(connection: Connection) -> Pending:
    at = acked(connection)
    epoch, last, _ = tip(connection)
    after = (place_of(at.epoch, at.seq),)
    if epoch == at.epoch:  # without gaps, so that the screen need not wait until all are counted
        count = last - at.seq
    else:
        (count,) = connection.execute("SELECT count(*) FROM event WHERE place > ?", after).fetchone()
    if not count:
        return Pending(0)
    query = "SELECT at_ms FROM event WHERE place > ? ORDER BY place LIMIT 1"
    (oldest,) = connection.execute(query, after).fetchone()
    return Pending(count, oldest)


def verify(connection: Connection, terminal: str) -> int:
    (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise store_fault("store.damaged", file="journal.db")
    held = 0
    for epoch, first, last in connection.execute(
        "SELECT epoch, min(seq), max(seq) FROM event GROUP BY epoch"
    ).fetchall():
        previous = hash_before(connection, epoch, first)
        for seq in range(first, last + 1):
            previous = check_event(connection, terminal, epoch, seq, previous)
            held += 1
    return held


def _place(connection: Connection, name: str) -> Position:
    text = state_value(connection, name)
    return _position.decode(text) if text else NOWHERE


def receipt_of(raw: bytes) -> Receipt:
    """The receipt in the bytes of its event. Raises StoreFault where there is none."""
    try:
        body = decode_body(decode_envelope(raw))
    except msgspec.MsgspecError as error:
        raise store_fault("store.damaged", file="journal.db") from error
    if not isinstance(body, SaleCompleted | ReturnCompleted):
        raise store_fault("store.damaged", file="journal.db")
    return body.receipt
