"""One connection that writes one SQLite file, one transaction at a time, so that no two ever meet.

`run(fn)` gives `fn` the connection inside BEGIN IMMEDIATE and returns once COMMIT has: what it returned is durable as
far as the file's `synchronous` goes. An error rolls everything back and travels to the caller. It is the caller's own
thread that writes: to wake another one and be woken again takes longer than all that SQLite does but the sync.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from loyalty.errors import StoreFault
from terminal.offline_queue.sentences import store_fault

log = logging.getLogger("till")

T = TypeVar("T")
Given = TypeVarTuple("Given")
Connection = sqlite3.Connection
WAIT_S = 30.0
REST_AFTER = 100
"""Transactions until the log is worth bringing into the file at rest; SQLite does it by itself at 1,000 pages."""
BUSY_S = 5.0
"""How long SQLite itself waits for a lock of another program (a backup, a look with sqlite3)."""
_WRITTEN: set[str] = set()
_NAMES_TURN = threading.Lock()
"""The files that this process has a writing connection to. SQLite before 3.51.3 can lose a transaction where two write
and empty the log at once (the WAL-reset bug, https://sqlite.org/wal.html#walresetbug); other processes are kept away by
the folder's lock, and all other connections only read."""


class Writer:
    """Opens `path`; `prepare` runs on every fresh connection (pragmas, tables). Any thread may write.

    Raises StoreFault where the file cannot be opened.
    """

    def __init__(self, path: Path, prepare: Callable[[Connection], None], wait_s: float = WAIT_S) -> None:
        self._path = path
        self._prepare = prepare
        self._wait_s = wait_s
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._closed = False
        self._since_rest = 0
        self._name = str(path.resolve())
        with _NAMES_TURN:
            assert self._name not in _WRITTEN, f"{path} has a connection that writes already"
            _WRITTEN.add(self._name)
        try:
            self._in_turn(self._open)
        except BaseException:
            self.close()
            raise

    def run(self, transaction: Callable[[Connection], T], then: Callable[[T], None] | None = None) -> T:
        """Do `transaction` as one, in its turn, and return once it is durable; `then` is told of it in the same turn.

        Raises StoreFault (locked, full, damaged, no turn in time) and whatever `transaction` raises; then nothing of it
        is kept.
        """
        return self._in_turn(self._transact, transaction, then)

    def empty_log(self) -> None:
        """Bring what the write-ahead log holds into the file, and cut it to nothing once nobody reads from it."""
        self._in_turn(self._checkpoint)

    def rest(self) -> None:
        """A moment nobody waits for: bring a grown log into the file, so that no transaction has to do it.

        Nothing while another thread writes. A disk that refuses is met, and told of, by the next transaction.
        """
        if self._since_rest < REST_AFTER or not self._turn.acquire(blocking=False):
            return
        try:
            if self._connection is not None:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                self._since_rest = 0
        except sqlite3.Error as error:
            log.warning("log_not_emptied", extra={"file": self._path.name, "why": str(error)})
            if _is_of_the_disk(error):
                self._shut()
        finally:
            self._turn.release()

    def reopen(self, between: Callable[[], None]) -> None:
        """Close the connection, call `between` with the file at rest, and open again, also after an error."""
        self._in_turn(self._at_rest, between)

    def close(self) -> None:
        """End the transaction in hand, then close the file: what comes later is refused. Again, it does nothing."""
        with self._turn:
            if not self._closed:
                with _NAMES_TURN:
                    _WRITTEN.discard(self._name)
            self._closed = True
            self._shut()

    def _in_turn(self, work: Callable[[*Given], T], *given: *Given) -> T:
        """Do `work` while nobody else writes. What has not begun after `wait_s` never will."""
        if not self._turn.acquire(timeout=self._wait_s):
            raise store_fault("store.slow", file=self._path.name, limit=int(self._wait_s))
        try:
            if self._closed:
                raise store_fault("store.closed", file=self._path.name)
            return work(*given)
        except sqlite3.Error as error:
            raise fault_of(error, self._path.name) from error
        finally:
            self._turn.release()

    def _open(self) -> None:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _shut(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _checkpoint(self) -> None:
        if self._connection is None:
            self._open()
        assert self._connection is not None
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _at_rest(self, between: Callable[[], None]) -> None:
        self._shut()
        try:
            between()
        finally:
            self._open()

    def _transact(self, transaction: Callable[[Connection], T], then: Callable[[T], None] | None) -> T:
        if self._connection is None:
            self._open()
        connection = self._connection
        assert connection is not None
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = transaction(connection)
            connection.execute("COMMIT")
            self._since_rest += 1
        except BaseException as error:
            if _is_of_the_disk(error):
                # What a failed sync has left is not known: closing undoes it, and who opens anew checks what is there.
                self._shut()
            # SQLite rolls back by itself after some faults (a full disk): then there is nothing left to undo.
            elif connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if then is not None:
            then(result)
        return result


def _is_of_the_disk(error: BaseException) -> bool:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF == sqlite3.SQLITE_IOERR


_FAULTS = {
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_NOTADB: "store.damaged",
    sqlite3.SQLITE_CONSTRAINT: "store.twice",
}


def fault_of(error: sqlite3.Error, file: str) -> StoreFault:
    """The sentence for an error of SQLite, by its primary result code (https://sqlite.org/rescode.html)."""
    code = _FAULTS.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    fault = store_fault(code, file=file) if code else store_fault("store.disk", file=file, what=str(error))
    fault.__cause__ = error
    return fault
