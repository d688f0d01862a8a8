"""What a program says to its database, written down and said again: the statements with their values ready-made.

Written down are the transactions that change anything, each with all of its statements in their order, as the driver
gets them. Said again by the same driver on a connection with the same settings, to a database with the same rows, they
change the same rows, and nothing but the driver and the database works.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, event

from benchmarks.databases import file_of
from sync_server.store import BUSY_TIMEOUT_MS
from tests.support.postgres import plain

Said = tuple[str, Any, bool]
"""A statement, its values, and whether they are of many rows, one after the other."""
_READING = ("SELECT", "BEGIN", "PRAGMA", ";")


@dataclass
class Transcript:
    """Transactions in the order of their commits. One thread at a time writes into it."""

    transactions: list[list[Said]] = field(default_factory=list)
    _open: list[Said] = field(default_factory=list)

    def say(self, statement: str, values: Any = None, many: bool = False) -> None:
        self._open.append((statement, values, many))

    def commit(self, _connection: object) -> None:
        if any(not said[0].lstrip().upper().startswith(_READING) or " FOR UPDATE" in said[0] for said in self._open):
            self.transactions.append([said for said in self._open if not said[0].startswith(("BEGIN", ";"))])
        self._open = []

    def rollback(self, _connection: object) -> None:
        self._open = []


@contextmanager
def transcribed() -> Iterator[Transcript]:
    """What stores opened in here say, until the end."""
    transcript = Transcript()
    listeners: list[tuple[str, Callable[..., Any]]] = [
        ("do_connect", lambda dialect, _record, _args, options: options.update(_listening(dialect.name, transcript))),
        ("commit", transcript.commit),
        ("rollback", transcript.rollback),
    ]
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield transcript
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def _listening(dialect: str, transcript: Transcript) -> dict[str, Any]:
    """Options of a connection whose cursors write down what they are told."""
    if dialect == "sqlite":

        class Cursor(sqlite3.Cursor):
            def execute(self, statement: str, values: Any = (), /) -> Self:
                transcript.say(statement, values)
                return super().execute(statement, values)

            def executemany(self, statement: str, rows: Any, /) -> Self:
                rows = list(rows)
                transcript.say(statement, rows, many=True)
                return super().executemany(statement, rows)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

        return {"factory": Connection}

    class PsycopgCursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            transcript.say(query, params)
            return super().execute(query, params, **options)

    return {"cursor_factory": PsycopgCursor}


def said_again(url: str, transactions: Sequence[Sequence[Said]]) -> None:
    """Say them to this database, commit by commit, and fetch every answer."""
    if url.startswith("sqlite"):
        _to_sqlite(file_of(url), transactions)
    else:
        _to_postgres(plain(url), transactions)


def _to_sqlite(path: str, transactions: Sequence[Sequence[Said]]) -> None:
    file = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "cache_size=-32000",
                       "mmap_size=268435456"):  # fmt: skip
            file.execute(f"PRAGMA {pragma}")
        cursor = file.cursor()
        for transaction in transactions:
            cursor.execute("BEGIN IMMEDIATE")
            for statement, values, many in transaction:
                (cursor.executemany if many else cursor.execute)(statement, values)
                cursor.fetchall()
            cursor.execute("COMMIT")
    finally:
        file.close()


def _to_postgres(url: str, transactions: Sequence[Sequence[Said]]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for transaction in transactions:
            for statement, values, _ in transaction:
                cursor.execute(statement, values)
                if cursor.description is not None:
                    cursor.fetchall()
            connection.commit()
