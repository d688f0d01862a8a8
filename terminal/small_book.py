"""What the small books beside journal.db share: how they are opened, and how their rows are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from terminal.offline_queue.journal_file import set_pragmas
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, Writer

T = TypeVar("T")


def open_book(path: Path, version: int, tables: Sequence[str]) -> Writer:
    """The book with its tables, made where there is none; only its owner may read it. Raises StoreFault: locked,
    damaged, of another version."""

    def prepare(connection: Connection) -> None:
        set_pragmas(connection)
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, version):
            raise store_fault("store.version", file=path.name, found=found, version=version)
        for table in tables:
            connection.execute(table)
        connection.execute(f"PRAGMA user_version = {version}")

    with contextlib.suppress(OSError):  # what keeps it from being made is told by who opens it
        path.touch(mode=0o600)
    return Writer(path, prepare)


def decoded(decoder: msgspec.json.Decoder[T], rows: Iterable[tuple[bytes]], file: str) -> tuple[T, ...]:
    """The values of rows of one column. Raises StoreFault where one cannot be read."""
    try:
        return tuple(decoder.decode(raw) for (raw,) in rows)
    except msgspec.MsgspecError as error:
        raise store_fault("store.damaged", file=file) from error
