"""The only way to a transaction: `begin` to write, `read` to see one snapshot, `write` to retry what may be retried.

SQLite: one writer at a time (a lock here, BEGIN IMMEDIATE in the file), WAL, and an fsync at each commit, since an
acknowledged segment must survive a power cut. PostgreSQL: READ COMMITTED to write, where one transaction holds rows
of one bucket only; REPEATABLE READ to read, so that rows and their head come from one snapshot.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from loyalty.errors import StoreFault
from loyalty.sentences import sentence

T = TypeVar("T")


class Shard(NamedTuple):
    """What a transaction on tables that are not a member's is about: one shard of tills, or of cards and phones."""

    column: Literal["tshard", "abucket"]
    number: int


Bucket = int | Shard | Literal["many"] | None
"""The one bucket, or shard, a transaction writes to; `many` (SQLite only); None for tables that are not spread."""
BUSY_TIMEOUT_MS = 5000
IDLE_LIMIT_MS = 60_000
"""PostgreSQL ends a transaction of a server process that stands still so long amid it (stopped, swapped out, cut off),
so that the rows it holds are free for the others; the process finds its connection gone and runs it again."""
WRITER_WAIT_S = 30.0
ATTEMPTS = 6
_RETRIED = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and a row two writers made at the same moment."""

SENTENCES = {
    "store.busy": ("База занята другой программой", "The database is held by another program"),
    "store.fault": ("База данных не отвечает как надо: {what}", "The database does not answer as it should: {what}"),
    "store.open": ("База данных не открывается: {what}", "The database does not open: {what}"),
}


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction; `sqlite` chooses the dialect of a statement, `bucket` is what it may write to."""

    connection: Connection
    sqlite: bool
    bucket: Bucket

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        return self.connection.execute(statement, values)


class Store:
    """One database. Threads share it; processes may only on PostgreSQL."""

    def __init__(self, url: str, idle_limit_ms: int = 0) -> None:
        self._engine = _engine(url, idle_limit_ms)
        self.sqlite = self._engine.dialect.name == "sqlite"
        self._writer = Lock()

    @contextmanager
    def begin(self, bucket: Bucket) -> Iterator[Tx]:
        """A write transaction: committed when the block ends, rolled back when it raises."""
        if bucket == "many" and not self.sqlite:
            raise ValueError("one transaction, one bucket")
        if self.sqlite and not self._writer.acquire(timeout=WRITER_WAIT_S):
            raise StoreFault(sentence("store.busy"))
        try:
            with self._transaction("write") as connection:
                yield Tx(connection, self.sqlite, bucket)
        finally:
            if self.sqlite:
                self._writer.release()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A read-only transaction whose statements all see one snapshot. Spread over several machines that holds within
        each bucket; what is summed over buckets is no one moment there."""
        with self._transaction("read") as connection:
            yield Tx(connection, self.sqlite, None)

    def write(self, work: Callable[[Tx], T], bucket: Bucket = None, sleep: Callable[[float], None] = time.sleep) -> T:
        """Run `work` in a transaction, again and whole where the database asks for it. `work` must bear repeating.

        Raises StoreFault after ATTEMPTS tries.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.begin(bucket) as tx:
                    return work(tx)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not may_retry(error):
                    raise StoreFault(sentence("store.fault", what=_first_line(error))) from error
                sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    def clean(self) -> None:
        """Leave nothing of what was deleted in the log beside an SQLite file. What others read meanwhile stays in it
        until they, or the next who writes, are done."""
        if self.sqlite:
            with self._engine.connect() as plain:
                plain.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, kind: Literal["read", "write"]) -> Iterator[Connection]:
        options: dict[str, Any] = {"kopilka_kind": kind}
        if not self.sqlite:
            options["isolation_level"] = "REPEATABLE READ" if kind == "read" else "READ COMMITTED"
            options["postgresql_readonly"] = kind == "read"
        with self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection


def open_scratch(path: Path | None) -> sqlite3.Connection:
    """A SQLite file that is not the head office's: a snapshot in the making, or (None) a table on disk for a while.

    Nothing in it must survive a crash, so nothing is synced.
    """
    file = sqlite3.connect(path or "", isolation_level=None)
    file.execute("PRAGMA synchronous=OFF")
    return file


def open_file(path: Path, write: bool = False) -> sqlite3.Connection:
    """A SQLite file as a file: to copy and check it. It waits for nobody."""
    where = f"{path.resolve().as_uri()}?mode={'rw' if write else 'ro'}"
    return sqlite3.connect(where, uri=True, timeout=0, isolation_level=None)


def open_store(url: str, idle_limit_ms: int = 0) -> Store:
    """Open the database and speak to it once; `idle_limit_ms` 0: its transactions may take their time.

    Raises StoreFault where it cannot be opened.
    """
    try:
        store = Store(url, idle_limit_ms)
        with store.read() as tx:
            tx.connection.exec_driver_sql("SELECT 1")
    except (SQLAlchemyError, OSError, ValueError, ImportError) as error:
        raise StoreFault(sentence("store.open", what=_first_line(error))) from error
    return store


def may_retry(error: DBAPIError) -> bool:
    """Whether the same transaction, run again as a whole, may well succeed."""
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RETRIED:
        return True
    text = str(error.orig)
    return isinstance(error, OperationalError) and ("database is locked" in text or "database table is locked" in text)


def _engine(url: str, idle_limit_ms: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            _make_private(Path(parsed.database))
        engine = create_engine(parsed, pool_size=16, max_overflow=32)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_size=16, max_overflow=32, pool_pre_ping=True)
    if idle_limit_ms:
        event.listen(engine, "connect", partial(_limit_idling, idle_limit_ms=idle_limit_ms))
    return engine


def _make_private(path: Path) -> None:
    """A new database is its owner's alone: it holds the head office's keys and members' personal data."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.name != ":memory:" and not path.exists():
        path.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-32000",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _limit_idling(connection: Any, _record: object, idle_limit_ms: int) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {idle_limit_ms}")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("kopilka_kind")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if kind == "write" else "BEGIN")


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0][:200]
