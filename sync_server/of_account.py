"""What an account has in the ledger and among the receipts: found part of time by part of time (`part_of`)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table

from loyalty.events import bucket_of
from sync_server.rows import array
from sync_server.store import Tx

Account = tuple[int, str]
"""Its bucket and its id."""


def of_account(tx: Tx, table: Table, account_id: str) -> ColumnElement[bool]:
    """The rows of one account."""
    bucket = bucket_of(account_id)
    mine = (table.c.bucket == bucket) & (table.c.account_id == account_id)
    return mine & table.c.part.in_(_parts(tx, table, bucket))


def select_of_accounts(tx: Tx, table: Table, names: Sequence[str], accounts: Iterable[Account]) -> Sequence[Row[Any]]:
    """Columns `names` of the rows of these accounts, a statement for each bucket.

    Which parts there are is the database's own affair: accounts times parts, sent as keys, would be half a million for
    one transaction of a head office that is five years old.
    """
    found: defaultdict[int, list[str]] = defaultdict(list)
    for bucket, account_id in sorted(set(accounts)):
        found[bucket].append(account_id)
    statement = _select(tx.sqlite, table, tuple(names))
    rows: list[Row[Any]] = []
    for bucket, mine in found.items():
        wanted = msgspec.json.encode(mine).decode() if tx.sqlite else array(table.c.account_id, mine)
        rows += tx.connection.exec_driver_sql(statement, {"of_bucket": bucket, "wanted": wanted})
    return rows


@cache
def _select(sqlite: bool, table: Table, names: tuple[str, ...]) -> str:
    """Every part with every account: one step down the index each, in the index's own order."""
    bucket, wanted = _binds(sqlite)
    columns = ", ".join(f"t.{name}" for name in names)
    mine = f"t.bucket = {bucket}"
    if sqlite:
        source = f"parts CROSS JOIN json_each({wanted}) k CROSS JOIN {table.name} t"
        match = "t.part = parts.part AND t.account_id = k.value"
    else:
        source, parts = f"{table.name} t", "SELECT part FROM parts WHERE part IS NOT NULL"
        match = f"t.part = ANY(ARRAY({parts})) AND t.account_id = ANY(CAST({wanted} AS TEXT[]))"
    return f"{_walk(sqlite, table)} SELECT {columns} FROM {source} WHERE {mine} AND {match}"


def _parts(tx: Tx, table: Table, bucket: int) -> list[int]:
    """The parts of time a bucket has rows of: some sixty a year."""
    statement = f"{_walk(tx.sqlite, table)} SELECT part FROM parts WHERE part IS NOT NULL"
    return [int(row.part) for row in tx.connection.exec_driver_sql(statement, {"of_bucket": bucket})]


@cache
def _walk(sqlite: bool, table: Table) -> str:
    """`parts`: the least part of a bucket, then the least above it, each one step down the index, at last NULL."""
    bucket, _ = _binds(sqlite)
    least = f"SELECT min(part) FROM {table.name} WHERE bucket = {bucket}"
    return (
        f"WITH RECURSIVE parts(part) AS ({least} UNION ALL "
        f"SELECT ({least} AND {table.name}.part > parts.part) FROM parts WHERE parts.part IS NOT NULL)"
    )


def _binds(sqlite: bool) -> tuple[str, str]:
    return (":of_bucket", ":wanted") if sqlite else ("%(of_bucket)s", "%(wanted)s")
