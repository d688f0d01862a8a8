"""A till's files seen from the side: read-only, without the lock, beside the process that has them open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from loyalty.feed import Applied
from terminal.offline_queue import (
    cache,
    journal_consents,
    journal_file,
    journal_index,
    journal_index_read,
    journal_read,
)
from terminal.offline_queue.cache_read import CacheReading, meta
from terminal.offline_queue.journal_consents import OwnWord
from terminal.offline_queue.journal_index import JournalIndex
from terminal.offline_queue.journal_index_read import Overlay
from terminal.offline_queue.journal_read import Known
from terminal.offline_queue.keys import Identity, read_identity
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

T = TypeVar("T")
PAGES_KIB = 1024


class _CacheGlance(CacheReading):
    def __init__(self, path: Path, server_key: str) -> None:
        super().__init__(server_key)
        self._readers = Readers(path, PAGES_KIB)
        self._as_of_ms = int(self._read(lambda c: meta(c, "as_of_ms")) or 0)

    def _read(self, read: Callable[[Connection], T]) -> T:
        return self._readers.use(read)

    def close(self) -> None:
        self._readers.close()


class _JournalGlance:
    def __init__(self, path: Path, terminal: str) -> None:
        self.terminal = terminal
        self._readers = Readers(path, PAGES_KIB)
        self._index = JournalIndex(path.with_name(journal_index.FILE), self._readers, journal_index.BESIDE)

    def overlay(self, account_id: str, applied: Applied) -> Overlay:
        return self._index.use(lambda index: journal_index_read.overlay(index, account_id, applied))

    def enrolled_by_card(self, card: str) -> Known | None:
        return self._readers.use(lambda c: journal_read.enrolled(c, "card", card))

    def enrolled_by_phone_hash(self, phone_hash: str) -> Known | None:
        return self._readers.use(lambda c: journal_read.enrolled(c, "phone_hash", phone_hash))

    def consents_of(self, member_id: str) -> list[OwnWord]:
        return self._index.use(lambda index: journal_consents.own_words(index, member_id))

    def close(self) -> None:
        self._index.close()
        self._readers.close()


@dataclass(frozen=True, slots=True)
class Glance:
    """The reading half of a Store."""

    identity: Identity
    journal: _JournalGlance
    cache: _CacheGlance


@contextmanager
def glance(folder: Path) -> Iterator[Glance]:
    """Look into the till kept in `folder`. Raises StoreFault: not enrolled, nothing received yet, damaged."""
    identity = read_identity(folder)
    if not (folder / cache.FILE).exists():
        raise store_fault("store.no_cache")
    journal = _JournalGlance(folder / journal_file.FILE, identity.terminal)
    try:
        members = _CacheGlance(folder / cache.FILE, identity.server_key)
        try:
            yield Glance(identity, journal, members)
        finally:
            members.close()
    finally:
        journal.close()
