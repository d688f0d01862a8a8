"""Reads what can still be read of a damaged journal.db: rows from both ends of a table, and single ones by their place.

SQLite keeps a table in pages. Where one is damaged the rows on it are lost, and a walk over the table stops there; the
rows before it, those behind it, and any other by its key can still be had.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from terminal.offline_queue.journal_file import EPOCH_AT, place_of
from terminal.offline_queue.readers import open_to_read
from terminal.offline_queue.writer import Connection

CACHE_KIB = 1024
KEYS = {
    "state": "name", "shift": "shift_id", "enrolled": "member_id", "personal": "event_id", "base": "nth",
    "campaign_share": "campaign_id", "prepared": "rowid", "segment": "rowid",
}  # fmt: skip
"""Tables beside the events, each with what it is walked by."""
Row = tuple[Any, ...]


class EventRow(msgspec.Struct, frozen=True):
    """What stands at a place, right or wrong."""

    raw: bytes
    hash: bytes
    totals: bytes | None
    beside: bytes | None


class Salvage:
    """One damaged journal, read only."""

    def __init__(self, path: Path) -> None:
        self._connection: Connection | None = None
        with contextlib.suppress(sqlite3.Error):
            self._connection = open_to_read(path, CACHE_KIB)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def rows(self, table: str) -> list[Row]:
        """Every row that can be had, each once."""
        found: dict[Row, None] = {}
        for order in ("ASC", "DESC"):
            for row in self._walk(f"SELECT * FROM {table} ORDER BY {KEYS[table]} {order}"):
                found[row] = None
        return list(found)

    def is_sound(self, table: str) -> bool:
        """Whether every row of it could be had."""
        if self._connection is None:
            return False
        try:
            for _ in self._connection.execute(f"SELECT * FROM {table}"):
                pass
        except sqlite3.Error:
            return False
        return True

    def places(self) -> list[int]:
        """Where events stand, as far as both ends and all between them can be asked for."""
        found = {place for order in ("ASC", "DESC") for (place,) in self._walk(_PLACES.format(order))}
        known = sorted(found)
        for before, after in pairwise(known):
            if after >> EPOCH_AT == before >> EPOCH_AT:
                found.update(place for place in range(before + 1, after) if self.event(place) is not None)
        return sorted(found)

    def event(self, place: int) -> EventRow | None:
        """The row of an event; None where it cannot be had."""
        row = next(self._walk("SELECT raw, hash, totals, beside FROM event WHERE place = ?", place), None)
        if row is None or not isinstance(row[0], bytes) or not isinstance(row[1], bytes):
            return None
        return EventRow(row[0], row[1], *(kept if isinstance(kept, bytes) else None for kept in row[2:]))

    def last_of(self, epoch: int) -> int:
        """The number of the last event of an epoch that can be asked for; 0 for none."""
        span = place_of(epoch, 0), place_of(epoch + 1, 0)
        query = "SELECT place FROM event WHERE place > ? AND place < ? ORDER BY place DESC LIMIT 1"
        row = next(self._walk(query, *span), None)
        return row[0] - span[0] if row else 0

    def _walk(self, query: str, *parameters: int) -> Iterator[Row]:
        """Rows until the first that cannot be read."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                yield from self._connection.execute(query, parameters)


_PLACES = "SELECT place FROM event ORDER BY place {}"
