"""SQLite over files whose every write, sync, truncation and deletion is noted, behind the calls of the sqlite3 module.

The VFS is apsw's, which has no shared memory: the files are held with locking_mode=EXCLUSIVE, so all connections to one
file are one connection here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import apsw

from tests.simulation.disk import Deleted, Log, Shortened, Synced, Written

T = TypeVar("T")
CHECKPOINT_PAGES = 12
"""Of the log; SQLite's own 1000 would leave the file itself untouched in a short story."""
_numbers = count(1)


class _Disk(apsw.VFS):
    """The system's own files, with `log` told first."""

    def __init__(self, log: Log) -> None:
        self.named, self._log = f"logged{next(_numbers)}", log
        super().__init__(self.named, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return _File(name, flags, self._log)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._log.note(Deleted(Path(filename).name, syncdir))
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], log: Log) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name, self._log = Path(path or "nameless").name, log
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._log.note(Written(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._log.note(Shortened(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._log.note(Synced(self._name))
        super().xSync(flags)


class _Cursor:
    """Rows, what their columns are called, and how many were changed."""

    arraysize = 1
    lastrowid: int | None = None
    """What SQLAlchemy looks at."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: Iterator[Any] = iter(())
        self.description: Any = None
        self.rowcount = -1

    def execute(self, statement: str, values: Any = ()) -> _Cursor:
        if statement.startswith("PRAGMA journal_mode=WAL"):
            statement = f"{statement}; PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}"
        return self._run(lambda cursor: cursor.execute(statement, _bound(values)))

    def executemany(self, statement: str, many: Iterable[Any]) -> _Cursor:
        rows = [_bound(values) for values in many]
        return self._run(lambda cursor: cursor.executemany(statement, rows))

    def _run(self, work: Callable[[apsw.Cursor], Iterable[Any]]) -> _Cursor:
        before, cursor = self._connection.total_changes(), self._connection.cursor()
        cursor.exec_trace = self._describe
        self._rows = iter(_translated(lambda: list(work(cursor))))
        self.rowcount = self._connection.total_changes() - before
        return self

    def _describe(self, cursor: apsw.Cursor, statement: str, values: Any) -> bool:
        names = [column[0] for column in cursor.get_description()]
        self.description = [(name, *[None] * 6) for name in names] or None
        return True

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int = arraysize) -> list[Any]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def close(self) -> None:
        self._rows = iter(())


class _Connection:
    """One apsw connection as the sqlite3 module would give it; closed when all that opened it have closed it."""

    isolation_level: str | None = None

    def __init__(self, path: Path, vfs: str) -> None:
        self._apsw = apsw.Connection(str(path), vfs=vfs)
        self._apsw.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.opened = 1

    @property
    def in_transaction(self) -> bool:
        return bool(self._apsw.in_transaction)

    def cursor(self) -> _Cursor:
        return _Cursor(self._apsw)

    def execute(self, statement: str, values: Any = ()) -> _Cursor:
        return self.cursor().execute(statement, values)

    def executemany(self, statement: str, many: Iterable[Any]) -> _Cursor:
        return self.cursor().executemany(statement, many)

    def create_function(self, name: str, count: int, function: Callable[..., Any], deterministic: bool = False) -> None:
        self._apsw.create_scalar_function(name, function, count, deterministic=deterministic)

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self.opened -= 1
        if not self.opened:
            _translated(self._apsw.close)


def _bound(values: Any) -> Any:
    """By name or by place."""
    return values if isinstance(values, Mapping) else tuple(values)


def _translated(work: Callable[[], T]) -> T:
    """What `work` gives; an error as the sqlite3 module would raise it."""
    try:
        return work()
    except apsw.Error as error:
        kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
        raised = kind(str(error))
        raised.sqlite_errorcode = getattr(error, "extendedresult", 0)
        raise raised from error


@contextmanager
def logged_sqlite(folder: Path, names: tuple[str, ...], log: Log) -> Iterator[None]:
    """While it lasts, sqlite3.connect to one of the `names` in `folder` goes through the log."""
    disk, plain = _Disk(log), sqlite3.connect
    held: dict[Path, _Connection] = {}

    def connect(database: Any, *args: Any, **options: Any) -> Any:
        path = Path(str(database).removeprefix("file://").partition("?")[0])
        if path.parent != folder or path.name not in names:
            return plain(database, *args, **options)
        known = held.get(path)
        if known is not None and known.opened:
            known.opened += 1
            return known
        held[path] = _Connection(path, disk.named)
        return held[path]

    with patch("sqlite3.connect", connect), patch("sqlite3.dbapi2.connect", connect):
        yield
    disk.unregister()
