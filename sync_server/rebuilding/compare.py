"""What "the same" means: table by table, which rows and which of their columns must agree byte for byte.

Not compared is what only tells when and in what pieces something arrived: a row's number in the feed, an event's place
and time of arrival (so neither which of two chains it is booked under that came by both), flags, which receipt had a
coupon before, and in how many entries points moved between accounts, were written off or came back (their sums are).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Table, func, select

from loyalty.programme import Programme
from sync_server.coupon_ends import over_coupons
from sync_server.schema import (
    COUPON_USE,
    EVENT,
    FEED,
    LEDGER,
    MOVED,
    PROGRAMME_TOTAL,
    RECEIPT,
    RETURNED,
    TAKEN,
    WRITTEN_OFF,
)  # fmt: skip
from sync_server.store import Tx

IN_PIECES = ("clearing", "expired", "issued_back", "redeemed_back")
"""Entries whose sums are compared: of points that moved, ran out, or came back from one sale."""
BOOKS = (EVENT, RECEIPT, RETURNED, LEDGER, PROGRAMME_TOTAL, WRITTEN_OFF, MOVED, TAKEN, COUPON_USE)
TABLES = (*BOOKS, FEED["bal"], FEED["spent"])
"""What is worked out. The last two are what tills get."""
Rows = dict[tuple[Any, ...], bytes]
"""Key -> a hash of what must agree."""
Reader = Callable[[Tx, int], Rows]


class Difference(msgspec.Struct, frozen=True):
    """One row that is not the same; `kind`: missing (worked out, not there), extra (there, not worked out), other."""

    table: str
    bucket: int
    key: tuple[Any, ...]
    kind: str


def differences(live: Tx, made: Tx, bucket: int, programme: Programme | None, today: str) -> Iterator[Difference]:
    """How one bucket in use differs from the one worked out."""
    over = over_coupons(live, bucket, programme, today) | over_coupons(made, bucket, programme, today)
    readers: dict[str, Reader] = {**READERS, "feed_spent": partial(_spent, over=over)}
    for name, read in readers.items():
        ours, theirs = read(live, bucket), read(made, bucket)
        for key in sorted({*ours, *theirs}, key=str):
            if ours.get(key) != theirs.get(key):
                kind = "other" if key in ours and key in theirs else "extra" if key in ours else "missing"
                yield Difference(name, bucket, key, kind)


def _rows(tx: Tx, bucket: int, table: Table, keys: tuple[str, ...], values: tuple[str, ...]) -> Rows:
    columns = [table.c[name] for name in (*keys, *values)]
    found: Rows = {}
    for row in tx.execute(select(*columns).where(table.c.bucket == bucket)):
        figures = row._mapping
        found[tuple(figures[name] for name in keys)] = _hash(*(figures[name] for name in values))
    return found


def _hash(*values: object) -> bytes:
    plain = [bytes(each) if isinstance(each, bytes | memoryview) else each for each in values]
    return blake2b(repr(plain).encode(), digest_size=16).digest()


def _of(table: Table, keys: tuple[str, ...], *values: str) -> Reader:
    return partial(_rows, table=table, keys=keys, values=values)


def _nonzero(tx: Tx, bucket: int, table: Table, keys: tuple[str, ...], value: str) -> Rows:
    """Sums of which one that is 0 is as good as none."""
    columns = [table.c[name] for name in keys]
    query = select(*columns, func.sum(table.c[value]).label("total")).where(table.c.bucket == bucket)
    rows = tx.execute(query.group_by(*columns))
    return {tuple(row)[:-1]: _hash(int(row.total)) for row in rows if row.total}


def _entries(tx: Tx, bucket: int) -> Rows:
    keys = ("account_id", "event_id", "entry_no")
    values = ("wallet", "contra", "points", "at_ms", "receipt_id", "date", "lot", "cause_id")
    columns = [LEDGER.c[name] for name in (*keys, *values)]
    mine = (LEDGER.c.bucket == bucket) & LEDGER.c.contra.not_in(IN_PIECES)
    return {tuple(row)[:3]: _hash(*tuple(row)[3:]) for row in tx.execute(select(*columns).where(mine))}


def _pieces(tx: Tx, bucket: int) -> Rows:
    names = ("account_id", "cause_id", "wallet", "contra")
    columns = [LEDGER.c[name] for name in names]
    mine = (LEDGER.c.bucket == bucket) & LEDGER.c.contra.in_(IN_PIECES)
    query = select(*columns, func.sum(LEDGER.c.points).label("total")).where(mine).group_by(*columns)
    return {tuple(row)[:-1]: _hash(int(row.total)) for row in tx.execute(query) if row.total}


_APART = ("bucket", "receipt_id", "returned_points", "terminal")
_RECEIPT = tuple(column.name for column in RECEIPT.c if column.name not in _APART)


def _receipts(tx: Tx, bucket: int) -> Rows:
    """With what has come back of them; points that are 0 are as good as none. A till's receipt is of the chain its
    event is booked under."""
    columns = [RECEIPT.c[name] for name in ("receipt_id", "returned_points", *_RECEIPT)]
    same = (EVENT.c.bucket == RECEIPT.c.bucket) & (EVENT.c.event_id == RECEIPT.c.event_id)
    query = select(*columns, RECEIPT.c.terminal, EVENT.c.terminal.label("chain")).outerjoin_from(RECEIPT, EVENT, same)
    return {
        (row.receipt_id,): _hash(
            _without_zeros(msgspec.json.decode(row.returned_points)),
            row.terminal == (row.chain or row.terminal),
            *(row._mapping[name] for name in _RECEIPT),
        )
        for row in tx.execute(query.where(RECEIPT.c.bucket == bucket))
    }


def _without_zeros(points: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    return sorted((contra, wallet, each) for contra, of in points.items() for wallet, each in of.items() if each)


def _balances(tx: Tx, bucket: int) -> Rows:
    table = FEED["bal"]
    columns = (table.c.key, table.c.body, table.c.points, table.c.gift_minor, table.c.purse_ms)
    rows = tx.execute(select(*columns).where(table.c.bucket == bucket, table.c.body.is_not(None)))
    return {(row.key,): _hash(*tuple(row)[1:]) for row in rows}


def _spent(tx: Tx, bucket: int, over: set[str]) -> Rows:
    """Of coupons that could still be presented."""
    table = FEED["spent"]
    rows = tx.execute(select(table.c.key, table.c.body).where(table.c.bucket == bucket, table.c.body.is_not(None)))
    return {(row.key,): _hash(row.body) for row in rows if row.key not in over}


READERS: dict[str, Reader] = {
    "event": _of(EVENT, ("event_id",), "type", "at_ms", "digest", "state", "waits_for", "raw"),
    "receipt": _receipts,
    "returned": partial(_nonzero, table=RETURNED, keys=("receipt_id", "line_no"), value="qty_milli"),
    "ledger": _entries,
    "ledger (sums)": _pieces,
    "programme_total": partial(_nonzero, table=PROGRAMME_TOTAL, keys=("wallet", "contra"), value="points"),
    "written_off": partial(_nonzero, table=WRITTEN_OFF, keys=("account_id", "wallet"), value="points"),
    "moved": _of(MOVED, ("account_id",), "to_account", "at_ms", "date", "change_id"),
    "taken": _of(TAKEN, ("account_id", "from_account"), "at_ms", "date", "facts", "purse"),
    "coupon_use": _of(COUPON_USE, ("coupon_id", "receipt_id"), "number", "series", "expires", "at_ms", "back"),
    "feed_bal": _balances,
}
