"""A copy of the database while it is in use, and a copy put back: tills then send again what it lost.

SQLite only: PostgreSQL has its own tools. A copy is put back complete and of a new generation in one rename, so that
no moment has an older state under the old name; what was there is kept beside it.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from alembic.script import ScriptDirectory

from loyalty.errors import BadInput, NotNow
from loyalty.sentences import sentence
from sync_server.erasing.erase import repeat_erasings
from sync_server.erasing.erased import Erased
from sync_server.identity import Random, read_identity, renew_generation
from sync_server.store import open_file, open_store

PAGES = 2000
"""Copied at once; writers wait no longer than for these."""
Tell = Callable[[int, int], None]
"""(pages done, pages in all)."""

SENTENCES = {
    "backup.postgres": (
        "База — PostgreSQL, копируйте её средствами: {command}",
        "The database is PostgreSQL, back it up by its own tools: {command}",
    ),
    "restore.postgres": (
        "База — PostgreSQL: верните копию через pg_restore, затем kopilka-server restored",
        "The database is PostgreSQL: put the copy back by pg_restore, then kopilka-server restored",
    ),
    "restore.not": (
        "«{file}» — не целая копия головного офиса этой версии",
        "“{file}” is not a sound backup of a head office of this version",
    ),
    "restore.running": (
        "База открыта другой программой: сначала остановите сервер",
        "The database is open in another program: stop the server first",
    ),
}


def back_up(source: Path, target: Path, tell: Tell = lambda done, whole: None) -> None:
    """Copy the database at one moment into a new file that only its owner may read. Raises OSError where it exists."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _copy(source, target, tell)


def restore(
    source: Path, target: Path, aside: Path, random: Random, erased: Sequence[Erased] = (), now_ms: int = 0
) -> str:
    """Put a copy in the database's place; the new generation. `aside` gets what was there. Members in `erased` are
    erased in the copy before it is in place. Raises BadInput, NotNow."""
    coming = target.with_name(f"{target.name}.restoring")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(source)
    try:
        gen = _prepare(source, coming, random, erased, now_ms)
        _set_aside(target, aside)
        coming.replace(target)
    finally:
        coming.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return gen


def _prepare(source: Path, coming: Path, random: Random, erased: Sequence[Erased], now_ms: int) -> str:
    """The copy as it will stand, in one file, with its new generation."""
    coming.unlink(missing_ok=True)
    os.close(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _copy(source, coming, lambda done, whole: None)
    store = open_store(f"sqlite:///{coming}")
    try:
        repeat_erasings(store, read_identity(store), erased, now_ms)
        gen = renew_generation(store, random)
    finally:
        store.close()
    _to_one_file(coming)
    return gen


def _copy(source: Path, target: Path, tell: Tell) -> None:
    with closing(open_file(source)) as old, closing(open_file(target, write=True)) as new:
        old.execute("BEGIN")  # one moment, held to the end: else each write meanwhile would begin the copy anew
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(new, pages=PAGES, progress=lambda _, left, whole: tell(whole - left, whole))


def _check(source: Path) -> None:
    """Raises BadInput for what is no whole database of a head office with this version's tables."""
    try:
        with closing(open_file(source)) as file:
            (whole,) = file.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
            named = {name for (name,) in file.execute("SELECT name FROM state")}
    except (sqlite3.Error, TypeError) as error:
        raise BadInput(sentence("restore.not", file=source.name)) from error
    known = ScriptDirectory(str(Path(__file__).parent / "migrations")).get_current_head()
    if whole != "ok" or version != known or not {"gen", "server_key"} <= named:
        raise BadInput(sentence("restore.not", file=source.name))


def _to_one_file(path: Path) -> None:
    """Without a log beside it: only a connection that is alone can do that. Raises NotNow where it is not."""
    with closing(open_file(path, write=True)) as file:
        try:
            file.execute("PRAGMA journal_mode=DELETE").fetchall()
        except sqlite3.OperationalError as error:
            raise NotNow(sentence("restore.running")) from error


def _set_aside(target: Path, aside: Path) -> None:
    """The old database with its log, damaged as it may be."""
    if not target.exists():
        return
    try:
        _to_one_file(target)
    except sqlite3.DatabaseError:
        pass
    for ending in ("-wal", "-shm", ""):
        old = target.with_name(target.name + ending)
        if old.exists():
            old.replace(aside.with_name(aside.name + ending))
