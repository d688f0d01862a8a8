"""One thread that writes one SQLite file, so that no two transactions ever meet.

`run(fn)` gives `fn` the connection inside BEGIN IMMEDIATE and returns once COMMIT has: what it returned is durable as
far as the file's `synchronous` goes. An error rolls everything back and travels to the caller.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from loyalty.errors import StoreFault
from terminal.offline_queue.sentences import store_fault

T = TypeVar("T")
Connection = sqlite3.Connection
QUEUE_LIMIT = 64
WAIT_S = 30.0
BUSY_S = 5.0
"""How long SQLite itself waits for a lock of another program (a backup, a look with sqlite3)."""


class Writer:
    """Opens `path` in its own thread; `prepare` runs on every fresh connection (pragmas, tables).

    Raises StoreFault where the file cannot be opened.
    """

    def __init__(
        self, path: Path, prepare: Callable[[Connection], None], queue_limit: int = QUEUE_LIMIT, wait_s: float = WAIT_S
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._wait_s = wait_s
        self._jobs: queue.Queue[tuple[Callable[[], Any], Future[Any]] | None] = queue.Queue(queue_limit)
        self._connection: Connection | None = None
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=f"write {path.name}", daemon=True)
        self._thread.start()
        try:
            self._ask(self._open)
        except StoreFault:
            self.close()
            raise

    def run(self, transaction: Callable[[Connection], T]) -> T:
        """Do `transaction` as one and wait until it is durable.

        Raises StoreFault (locked, full, damaged, queue full, over time) and whatever `transaction` raises; then
        nothing of it is kept. Only a disk that hangs for twice `wait_s` amid a commit leaves a doubt (`store.slow`).
        """
        return self._ask(lambda: self._transact(transaction))

    def reopen(self, between: Callable[[], None]) -> None:
        """Close the connection, call `between` with the file at rest, and open again, also after an error."""
        self._ask(lambda: self._at_rest(between))

    def close(self) -> None:
        """Finish what waits, then close the file; a second call does nothing."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _ask(self, job: Callable[[], T]) -> T:
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise store_fault("store.closed", file=self._path.name)
            try:
                self._jobs.put_nowait((job, future))
            except queue.Full as error:
                raise store_fault("store.busy", file=self._path.name) from error
        # What has not begun after one wait never will; what has begun gets a second one to come to its end.
        for _ in range(2):
            try:
                return future.result(self._wait_s)
            except TimeoutError:
                if future.cancel():
                    break
        raise store_fault("store.slow", file=self._path.name, limit=int(self._wait_s))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except sqlite3.Error as error:
                future.set_exception(fault_of(error, self._path.name))
            except BaseException as error:  # noqa: BLE001  (the edge of the thread: the caller gets it)
                future.set_exception(error)
            del job, work, future
        self._shut()

    def _open(self) -> None:
        self._shut()
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

    def _at_rest(self, between: Callable[[], None]) -> None:
        self._shut()
        try:
            between()
        finally:
            self._open()

    def _transact(self, transaction: Callable[[Connection], T]) -> T:
        connection = self._connection
        if connection is None:
            raise store_fault("store.closed", file=self._path.name)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = transaction(connection)
            connection.execute("COMMIT")
        except BaseException:
            # SQLite rolls back by itself after some faults (a full disk): then there is nothing left to undo.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result


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
