"""Read-only connections to one SQLite file, one for each thread that reads.

`use(fn)` is one unit: while `fn` runs the file is not exchanged under it, so what it reads is of one file, old or new.
"""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import BUSY_S, Connection, fault_of

T = TypeVar("T")


class Readers:
    """`cache_kib` bounds the page cache of each connection."""

    def __init__(self, path: Path, cache_kib: int) -> None:
        self._path = path
        self._cache_kib = cache_kib
        self._own = threading.local()
        self._all: weakref.WeakSet[_Seat] = weakref.WeakSet()
        self._gate = threading.Lock()
        self._closed = False

    def use(self, read: Callable[[Connection], T]) -> T:
        """What `read` makes of the file. Raises StoreFault."""
        seat: _Seat = getattr(self._own, "seat", None) or self._seat()
        try:
            with seat.lock:
                return read(seat.connection or self._open(seat))
        except sqlite3.Error as error:
            raise fault_of(error, self._path.name) from error

    @contextmanager
    def away(self) -> Iterator[None]:
        """All connections closed and none opened meanwhile: the file may be exchanged."""
        with self._gate:
            seats = list(self._all)
            for seat in seats:
                seat.lock.acquire()
            try:
                for seat in seats:
                    seat.shut()
                yield
            finally:
                for seat in seats:
                    seat.lock.release()

    def close(self) -> None:
        """Close every thread's connection; reading afterwards raises StoreFault."""
        with self.away():
            self._closed = True

    def _seat(self) -> "_Seat":
        with self._gate:
            seat = _Seat()
            self._own.seat = seat
            self._all.add(seat)
            return seat

    def _open(self, seat: "_Seat") -> Connection:
        if self._closed:
            raise store_fault("store.closed", file=self._path.name)
        seat.connection = open_to_read(self._path, self._cache_kib)
        return seat.connection


class _Seat:
    """One thread's place: it and its connection go when the thread does."""

    __slots__ = ("__weakref__", "connection", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: Connection | None = None

    def shut(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def __del__(self) -> None:
        """A connection is part of a cycle with its cache of statements: left alone, it stays open until collected."""
        self.shut()


def open_to_read(path: Path, cache_kib: int) -> Connection:
    """A read-only connection; close it from any thread."""
    uri = path.absolute().as_uri() + "?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size=-{cache_kib}")
    return connection
