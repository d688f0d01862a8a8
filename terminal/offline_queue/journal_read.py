"""What one can ask the journal, each a function of a read-only connection."""

from itertools import islice

import msgspec

from loyalty.api import Position
from loyalty.events import ReturnCompleted, SaleCompleted, ShiftTotals, decode_body, decode_envelope
from loyalty.feed import Applied, BalanceRow, IdentRow
from loyalty.points.shown import OwnPoints
from loyalty.points.terms import Lot
from loyalty.quoting.uses import Use
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, given_back
from loyalty.statuses.progress import Counted
from terminal.offline_queue.journal_file import check_event, hash_before, state_value, tip
from terminal.offline_queue.journal_uses import own_coupon_uses, own_uses
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


class Overlay(msgspec.Struct, frozen=True):
    """What own events add to a balance: points by event and wallet, in order; progress by wallet, summed by the day of
    the sale."""

    points: tuple[OwnPoints, ...] = ()
    counted: tuple[Counted, ...] = ()
    uses: tuple[Use, ...] = ()
    """What was had of campaigns with limits, summed by campaign and day of the sale."""
    coupon_uses: dict[str, int] = {}
    """series -> coupons used, of those that allow a member so many."""

    @property
    def wallets(self) -> dict[str, int]:
        """wallet -> the sum of it."""
        sums: dict[str, int] = {}
        for each in self.points:
            sums[each.wallet] = sums.get(each.wallet, 0) + each.earned - each.spent
        return sums

    def __add__(self, other: "Overlay") -> "Overlay":
        """Both together: what a till sold to an account, and before it to one that has moved there."""
        series = {*self.coupon_uses, *other.coupon_uses}
        return Overlay(
            self.points + other.points,
            self.counted + other.counted,
            self.uses + other.uses,
            {each: self.coupon_uses.get(each, 0) + other.coupon_uses.get(each, 0) for each in sorted(series)},
        )


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


_RECEIPT_TYPES = ("sale_completed", "return_completed")
_SUMS = ", ".join(f"sum({name})" for name in Counted.__struct_fields__[1:])
NOWHERE = Position(1, 0, "")
_POINTS = "wallet, date, spent, earned_points - returned_points, lot, receipts"
_lot = msgspec.json.Decoder(Lot)
_totals = msgspec.json.Decoder(ShiftTotals)
_ident = msgspec.json.Decoder(IdentRow)
_position = msgspec.json.Decoder(Position)


def prepared(connection: Connection) -> tuple[Prepared, ...]:
    rows = connection.execute("SELECT sale_id, raw, at_ms FROM prepared ORDER BY at_ms, sale_id")
    return tuple(Prepared(*row) for row in rows)


def receipt(connection: Connection, number: str) -> Receipt | None:
    query = "SELECT e.raw FROM numbered n JOIN event e ON e.epoch = n.epoch AND e.seq = n.seq WHERE n.number = ?"
    row = connection.execute(query, (number,)).fetchone()
    return receipt_of(row[0]) if row else None


def recent_receipts(connection: Connection, limit: int) -> tuple[Receipt, ...]:
    """Read from the end of the chain, so it costs the events passed over, not the journal's length."""
    rows = connection.execute("SELECT type, raw FROM event ORDER BY epoch DESC, seq DESC")
    receipts = (receipt_of(raw) for kind, raw in rows if kind in _RECEIPT_TYPES)
    return tuple(islice(receipts, limit))


def last_receipt_no(connection: Connection) -> int:
    """The counter of the last receipt's number; 0 before the first."""
    last = recent_receipts(connection, 1)
    return running_no(last[0]) if last else 0


def running_no(receipt: Receipt) -> int:
    """The counter in a receipt's number: 42 of `T1-000042`, and 0 where the number is not one of a till's own."""
    counter = receipt.number.rpartition("-")[2]
    return int(counter) if counter.isdecimal() else 0


def returned_milli(connection: Connection, receipt_id: str) -> dict[int, int]:
    returned: dict[int, int] = {}
    for part in returns_of(connection, receipt_id):
        for line_no, qty_milli in part.lines.items():
            returned[line_no] = returned.get(line_no, 0) + qty_milli
    return returned


def returns_of(connection: Connection, receipt_id: str) -> tuple[GivenBack, ...]:
    query = "SELECT e.raw FROM returned r JOIN event e ON e.epoch = r.epoch AND e.seq = r.seq WHERE r.original_id = ?"
    return tuple(given_back(receipt_of(raw)) for (raw,) in connection.execute(query, (receipt_id,)))


def open_shift(connection: Connection) -> Shift | None:
    row = connection.execute(
        "SELECT shift_id, shift_no, store, cashier, opened_at_ms, totals FROM shift WHERE closed_at_ms IS NULL"
    ).fetchone()
    return Shift(row[0], row[1], row[2], row[3], row[4], _totals.decode(row[5])) if row else None


def next_shift_no(connection: Connection) -> int:
    (last,) = connection.execute("SELECT ifnull(max(shift_no), 0) FROM shift").fetchone()
    return int(last) + 1


def overlay(connection: Connection, account_id: str, applied: Applied) -> Overlay:
    own = " FROM effect WHERE account_id = ? AND (epoch, seq) > (?, ?) "
    since = (account_id, applied.epoch, applied.seq)
    rows = connection.execute(f"SELECT {_POINTS} {own} ORDER BY epoch, seq, receipts DESC, wallet", since).fetchall()
    points = tuple(
        OwnPoints(wallet, date, spent, earned, _lot.decode(lot) if lot else None, receipts > 0)
        for wallet, date, spent, earned, lot, receipts in rows
    )
    by_wallet = f"SELECT wallet, day, {_SUMS} {own} GROUP BY wallet, day ORDER BY day, wallet"
    counted = tuple(_counted(*row) for row in connection.execute(by_wallet, since))
    uses = own_uses(connection, account_id, applied)
    return Overlay(points, counted, uses, own_coupon_uses(connection, account_id, applied))


def _counted(wallet: str, day: str, sold: int, back: int, receipts: int, earned: int, returned: int) -> Counted:
    return Counted(
        day, sold, back, receipts, {wallet: earned} if earned else {}, {wallet: returned} if returned else {}
    )


def enrolled(connection: Connection, column: str, value: str) -> Known | None:
    row = connection.execute(f"SELECT ident FROM enrolled WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        return None
    ident = _ident.decode(row[0])
    return Known(ident, BalanceRow(ident.account_id))


def coupon_receipts(connection: Connection, coupon_id: str) -> dict[str, bool]:
    rows = connection.execute("SELECT number, back FROM coupon_spent WHERE id = ?", (coupon_id,)).fetchall()
    return {number: bool(back) for number, back in rows}


def acked(connection: Connection) -> Position:
    return _place(connection, "acked")


def safe(connection: Connection) -> Position:
    return _place(connection, "safe")


def pending(connection: Connection) -> Pending:
    at = acked(connection)
    epoch, last, _ = tip(connection)
    after = " FROM event WHERE (epoch, seq) > (?, ?)"
    if epoch == at.epoch:  # without gaps, so that the screen need not wait until all are counted
        count = last - at.seq
    else:
        (count,) = connection.execute("SELECT count(*)" + after, (at.epoch, at.seq)).fetchone()
    if not count:
        return Pending(0)
    (oldest,) = connection.execute(f"SELECT at_ms{after} ORDER BY epoch, seq LIMIT 1", (at.epoch, at.seq)).fetchone()
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
