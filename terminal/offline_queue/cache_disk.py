"""cache.db as a file: made empty, judged usable, its write-ahead log put away."""

import sqlite3
from pathlib import Path

from loyalty.cache_file import CACHE_VERSION, DDL
from loyalty.sentences import Sentence, sentence
from terminal.offline_queue import cache_words, file_steps
from terminal.offline_queue.disk import put_in_place, sync_folder
from terminal.offline_queue.writer import Connection, fault_of

WRITER_CACHE_KIB = 8192
MAX_LOG_BYTES = 16 * 1024 * 1024
"""What the write-ahead log is cut back to after a large bucket."""


def make_usable(path: Path) -> Sentence | None:
    """A cache file that opens, made empty where there was none; what the cashier should know of it, if anything."""
    if not path.exists():
        make_empty(path)
        return sentence("cache.empty")
    try:
        usable = _version(path) == CACHE_VERSION or _bring_up(path)
    except sqlite3.OperationalError as error:
        raise fault_of(error, path.name) from error
    except sqlite3.DatabaseError:
        usable = False
    if usable:
        return None
    make_empty(path)
    return sentence("cache.damaged")


def make_empty(path: Path, gen: str = "") -> None:
    """An empty cache in the place of whatever is there."""
    fresh = path.with_suffix(".empty")
    forget(fresh)
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute("BEGIN")
        for statement in (*DDL, *cache_words.DDL):
            connection.execute(statement)
        if gen:
            connection.execute("INSERT INTO meta VALUES ('gen', ?)", (gen,))
        connection.execute("COMMIT")
    finally:
        connection.close()
    exchange(fresh, path)


def exchange(fresh: Path, path: Path) -> None:
    """Put `fresh` in the place of a file at rest. The old logs go first, and durably: laid over the new file they would
    ruin it."""
    _forget_log(path)
    put_in_place(fresh, path)


def forget(path: Path) -> None:
    """Remove a database file and its logs."""
    _forget_log(path)
    path.unlink(missing_ok=True)


def prepare_connection(connection: Connection) -> None:
    """Settings of the connection that writes: the cache can be fetched again, so it need not survive a power cut."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA journal_size_limit={MAX_LOG_BYTES}")
    connection.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
    for statement in cache_words.DDL:
        connection.execute(statement)


def _forget_log(path: Path) -> None:
    logs = [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]
    if any(log.exists() for log in logs):
        for log in logs:
            log.unlink(missing_ok=True)
        sync_folder(path.parent)


def _bring_up(path: Path) -> bool:
    """Whether a cache of an earlier version has become one of this version: a till that has no link keeps its goods."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM cursor").fetchone()
        reachable = file_steps.can_reach(file_steps.version_of(connection), CACHE_VERSION, file_steps.CACHE_STEPS)
        if reachable:
            file_steps.bring_up(connection, CACHE_VERSION, file_steps.CACHE_STEPS)
        return reachable
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR:
            return False
        raise
    finally:
        connection.close()


def _version(path: Path) -> int:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM cursor").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return int(version)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR:
            return 0  # no such table: not a cache at all
        raise
    finally:
        connection.close()
