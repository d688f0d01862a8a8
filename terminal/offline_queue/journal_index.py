"""journal-index.db: what follows from this till's own events, kept so that it need not be worked out at each look.

It may be lost, damaged or behind at any time, and no answer tells: it is brought up to the journal before every look,
and made anew from the events where it does not fit. So a sale need not wait for it, and nothing is lost with it. Where
no file can be written (a full disk, a folder that may only be read) it is in memory.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import msgspec

from loyalty.receipt import Receipt
from terminal.offline_queue import journal_read
from terminal.offline_queue.journal_base import Base, read_base
from terminal.offline_queue.journal_file import hash_at
from terminal.offline_queue.journal_follow import EVENTS, TABLES, Event, follow
from terminal.offline_queue.journal_index_base import base_place, begin_with, forget_gone
from terminal.offline_queue.journal_index_file import Missing, Unfit, anew, copied, in_memory, kept
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

log = logging.getLogger("till")

T = TypeVar("T")
Way = Callable[[Path], Connection]
FILE = "journal-index.db"
BATCH = 100
"""Events of one transaction."""
OWN: tuple[Way, ...] = (kept, anew, in_memory)
"""Ways to an index, the next where one fails: of the process that has the journal open,"""
BESIDE: tuple[Way, ...] = (copied, in_memory)
"""and of one that only looks on."""
BROKEN = (sqlite3.Error, OSError, msgspec.MsgspecError, Unfit)


class JournalIndex:
    """The index at `path` of the journal that `journal` reads. Any thread may look, one at a time."""

    def __init__(
        self, path: Path, journal: Readers, ways: tuple[Way, ...] = OWN, last_place: Callable[[], int] | None = None
    ) -> None:
        """`last_place` says where the last event stands, for one who need not ask the journal."""
        self._path = path
        self._journal = journal
        self._last_place = last_place or self.asked_last_place
        self._ways = ways
        self._turn = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self._at = 0

    def use(self, read: Callable[[Connection], T]) -> T:
        """What `read` makes of the index, level with the journal. Raises StoreFault: the journal cannot be read."""
        with self._turn:
            if self._closed:
                raise store_fault("store.closed", file=FILE)
            for way in (self._as_it_is, *self._ways):
                try:
                    return read(self._level(way(self._path)))
                except BROKEN as error:
                    if not isinstance(error, Missing):
                        log.warning("journal_index_unfit", extra={"way": way.__name__, "why": str(error)})
                    self._shut()
                    fault = error
            raise store_fault("store.disk", file=FILE, what=str(fault)) from fault

    def differing(self) -> tuple[str, ...]:
        """The tables that are not what one made from nothing has: none, unless something spoilt the file unseen."""
        return self.use(self._differing)

    def _differing(self, index: Connection) -> tuple[str, ...]:
        fresh = in_memory(self._path)
        try:
            at = begin_with(fresh, self._journal.use(read_base))
            while at < self._at:
                at = self._advanced(fresh, at, self._at)
            return tuple(table for table in TABLES if not _same(table, index, fresh))
        finally:
            fresh.close()

    def asked_last_place(self) -> int:
        """Where the last event stands, as the journal says."""
        return self._journal.use(journal_read.last_place)

    def forget(self) -> None:
        """Events stand elsewhere now: the next look begins with the file, and anew where that does not fit."""
        with self._turn:
            self._shut()

    def close(self) -> None:
        """What comes later is refused."""
        with self._turn:
            self._closed = True
            self._shut()

    def _as_it_is(self, path: Path) -> Connection:
        if self._connection is None:
            raise Missing("not open")
        return self._connection

    def _level(self, index: Connection) -> Connection:
        """The index with all events of the journal in it."""
        if index is not self._connection:
            self._shut()
            self._connection = index
            self._at = self._begun(index)
        last_place = self._last_place()
        while self._at < last_place:
            self._at = self._advanced(index, self._at, last_place)
        return index

    def _begun(self, index: Connection) -> int:
        """How far the index goes, once it begins where the journal does. Raises Unfit where it is not of this journal,
        or of more than is left of it."""
        base = self._journal.use(read_base)
        place, digest, known_base = index.execute("SELECT place, hash, base FROM mark").fetchone()
        if not place:
            return begin_with(index, base)
        if self._hash_at(base, place) != digest or known_base > base_place(base):
            raise Unfit("of another journal")
        if known_base < base_place(base):
            forget_gone(index, base)
        return int(place)

    def _hash_at(self, base: Base, place: int) -> bytes | None:
        if place == base_place(base):
            return bytes.fromhex(base.last.hash)
        return self._journal.use(lambda c: hash_at(c, place))

    def _advanced(self, index: Connection, at: int, last_place: int) -> int:
        """The place of the last event that is in, once some more are: with the mark, by one transaction."""
        span = (at, last_place, BATCH)
        events = self._journal.use(lambda c: [Event(*row) for row in c.execute(EVENTS, span)])
        last = events[-1]
        index.execute("BEGIN IMMEDIATE")
        try:
            for event in events:
                follow(index, event, self._receipts)
            index.execute("UPDATE mark SET place = ?, hash = ?", (last.place, last.hash))
            index.execute("COMMIT")
        except BaseException:
            if index.in_transaction:
                index.execute("ROLLBACK")
            raise
        return last.place

    def _receipts(self, places: Iterable[int]) -> list[Receipt]:
        return self._journal.use(lambda c: journal_read.receipts_at(c, places))

    def _shut(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _same(table: str, one: Connection, other: Connection) -> bool:
    rows = (connection.execute(f"SELECT * FROM {table}") for connection in (one, other))
    return all(mine == theirs for mine, theirs in zip_longest(*rows))
