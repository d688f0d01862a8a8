"""Where the tables of journal-index.db come from: the file as it was left, a new one, or memory."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from terminal.offline_queue.journal_follow import DDL, VERSION
from terminal.offline_queue.readers import open_to_read
from terminal.offline_queue.writer import BUSY_S, Connection

CACHE_KIB = 1024


class Unfit(Exception):
    """There is no index of this version and journal here."""


class Missing(Unfit):
    """There is none yet."""


def kept(path: Path) -> Connection:
    """The file as it was left. Raises Unfit, sqlite3.Error."""
    if not path.exists():
        raise Missing(path.name)
    return _checked(_opened(path))


def anew(path: Path) -> Connection:
    """A new file in place of what is there, only its user's to read. Raises sqlite3.Error, OSError."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.touch(mode=0o600)
    return _filled(_opened(path))


def copied(path: Path) -> Connection:
    """A copy, in memory, of a file that another process writes. Raises Unfit, sqlite3.Error."""
    if not path.exists():
        raise Missing(path.name)
    copy = in_memory_empty()
    try:
        source = open_to_read(path, CACHE_KIB)
        try:
            source.backup(copy)
        finally:
            source.close()
    except BaseException:
        copy.close()
        raise
    return _checked(copy)


def in_memory(path: Path) -> Connection:
    """Tables that are nowhere else; `path` stays as it is."""
    return _filled(in_memory_empty())


def in_memory_empty() -> Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def empty() -> Connection:
    """Tables that are nowhere else."""
    return _filled(in_memory_empty())


def _opened(path: Path) -> Connection:
    """Synced when it is emptied into the file, not at each commit: what a power cut takes is made anew."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


def _filled(connection: Connection) -> Connection:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for statement in DDL:
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _checked(connection: Connection) -> Connection:
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise Unfit(f"version {version}")
    except BaseException:
        connection.close()
        raise
    return connection
