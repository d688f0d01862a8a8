"""What an account has in the ledger and among the receipts: found part of time by part of time (`part_of`)."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, select

from loyalty.events import bucket_of
from sync_server.rows import Key, select_by
from sync_server.store import Tx

Account = tuple[int, str]
"""Its bucket and its id."""


def of_account(tx: Tx, table: Table, account_id: str) -> ColumnElement[bool]:
    """The rows of one account."""
    bucket = bucket_of(account_id)
    mine = (table.c.bucket == bucket) & (table.c.account_id == account_id)
    return mine & table.c.part.in_(_parts(tx, table, bucket))


def select_of_accounts(tx: Tx, table: Table, names: Sequence[str], accounts: Iterable[Account]) -> Sequence[Row[Any]]:
    """Columns `names` of the rows of these accounts."""
    found = sorted(set(accounts))
    parts = {bucket: _parts(tx, table, bucket) for bucket in {bucket for bucket, _ in found}}
    wanted: list[Key] = [(bucket, part, account_id) for bucket, account_id in found for part in parts[bucket]]
    return select_by(tx, table, names, ("bucket", "part", "account_id"), wanted)


def _parts(tx: Tx, table: Table, bucket: int) -> list[int]:
    """The parts of time a bucket has rows of: some sixty a year, each found by one step down the index."""
    return [int(row.part) for row in tx.execute(_steps(table), {"of_bucket": bucket})]


@cache
def _steps(table: Table) -> Select[Any]:
    """The least part of a bucket, then the least above it, until there is none."""
    of = table.c.bucket == bindparam("of_bucket")
    least = select(func.min(table.c.part).label("part")).where(of).cte("parts", recursive=True)
    above = select(func.min(table.c.part)).where(of, table.c.part > least.c.part).scalar_subquery()
    parts = least.union_all(select(above).where(least.c.part.is_not(None)))
    return select(parts.c.part).where(parts.c.part.is_not(None))
