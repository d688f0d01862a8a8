"""Rows into a head office's tables as fast as the database takes them: COPY on PostgreSQL, many a statement on SQLite.

No code of the head office works here but what says which rows there are; rows are tuples in the order of the columns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table, select

from benchmarks import fleet
from benchmarks.databases import Databases, file_of
from loyalty.events import BUCKETS, bucket_of, canonical
from loyalty.feed import BalanceRow, checksum_add, row_hash
from sync_server.apply import ANY_TERMINAL
from sync_server.identity import read_identity
from sync_server.programmes import publish_programme
from sync_server.schema import BUCKET_HEAD, FEED, TERM_BUCKET
from sync_server.store import open_store
from tests.support.postgres import plain

Rows = Iterable[tuple[Any, ...]]
_HASTY = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1500000")
"""Of what is filled before anything is measured: nothing need survive a stop, and pages are written once. Who opens the
file next makes it what it was."""


def office(databases: Databases, members: int, tills: int) -> str:
    """A head office at work: the club's programme published, `tills` enrolled, `members` with a balance each."""
    url = databases.new()
    store = open_store(url)
    try:
        publish_programme(store, read_identity(store), fleet.document(), fleet.FIRST_MS)
    finally:
        store.close()
    load(url, {**fleet.enrolled(tills)})
    load(url, _balances(members) | {TERM_BUCKET: _watermarks(tills)})
    databases.settle(url)
    return url


def load(url: str, rows: Mapping[Table, Rows]) -> None:
    """Put rows into tables, all in one transaction."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as file:
            for pragma in _HASTY:
                file.execute(f"PRAGMA {pragma}").fetchall()
            file.execute("BEGIN IMMEDIATE")
            for table, few in rows.items():
                places = ", ".join("?" * len(table.columns))
                file.executemany(f"INSERT INTO {table.name} VALUES ({places})", few)
            file.execute("COMMIT")
        return
    with psycopg.connect(plain(url)) as connection, connection.cursor() as cursor:
        for table, few in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))) as copy:
                for row in few:
                    copy.write_row(row)


def rows_of(url: str, *tables: Table) -> dict[Table, list[tuple[Any, ...]]]:
    """All rows of these tables."""
    store = open_store(url)
    try:
        with store.read() as tx:
            return {table: [tuple(row) for row in tx.execute(select(table))] for table in tables}
    finally:
        store.close()


def _watermarks(tills: int) -> Rows:
    """Tills that have sold to members of every bucket before, as all have that are not quite new."""
    terminals = [ANY_TERMINAL, *(fleet.terminal_id(n) for n in range(tills))]
    return [(bucket, terminal, 0, 0) for bucket in range(BUCKETS) for terminal in terminals]


def _balances(members: int) -> dict[Table, Rows]:
    seqs, sums = [0] * BUCKETS, [0] * BUCKETS
    more = {"points": 500, "gift_minor": 0, "purse_ms": 0}

    def rows() -> Iterator[tuple[Any, ...]]:
        for n in range(members):
            key = fleet.member_id(n)
            bucket = bucket_of(key)
            seqs[bucket] += 1
            body = canonical(BalanceRow(key, {"main": 500}))
            h = row_hash("bal", key, seqs[bucket], body)
            sums[bucket] = checksum_add(sums[bucket], added=h)
            yield bucket, key, seqs[bucket], h, body, *more.values()

    balances = list(rows())
    heads = [(bucket, "bal", seq, sums[bucket], 0) for bucket, seq in enumerate(seqs) if seq]
    return {FEED["bal"]: balances, BUCKET_HEAD: heads}
