"""Whether a till's journal is whole: its chain, its file, and what is kept of what follows from it."""

from pathlib import Path

import msgspec

from terminal.offline_queue import journal_file, journal_index, journal_read
from terminal.offline_queue.journal_index import JournalIndex
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault

READER_CACHE_KIB = 1024


class Verified(msgspec.Struct, frozen=True):
    """How many events hold, and the tables of the index that do not say what follows from them."""

    events: int
    differing: tuple[str, ...]


def verify(folder: Path) -> Verified:
    """Read the whole journal, also beside a running till. Raises StoreFault: no till, no journal, where it breaks."""
    identity, path = read_identity(folder), folder / journal_file.FILE
    if not path.exists():
        raise store_fault("store.no_journal", folder=str(folder))
    readers = Readers(path, READER_CACHE_KIB)
    index = JournalIndex(folder / journal_index.FILE, readers, journal_index.BESIDE)
    try:
        events = readers.use(lambda c: journal_read.verify(c, identity.terminal))
        return Verified(events, index.differing())
    finally:
        index.close()
        readers.close()
