"""What a till's folder holds for the head office, read without disturbing a till that runs."""

from pathlib import Path

import msgspec

from loyalty.errors import StoreFault
from loyalty.sentences import Sentence
from terminal.offline_queue import cache, journal_file, journal_read
from terminal.offline_queue.ballast import Ballast
from terminal.offline_queue.cache_read import meta
from terminal.offline_queue.forks import fork_said, read_fork
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault

READER_CACHE_KIB = 256


class QueueStatus(msgspec.Struct, frozen=True):
    """`recorded`, `acked` and `safe` are the numbers of the last such event of the epoch, 0 for none yet; times are
    milliseconds, 0 never."""

    terminal: str
    epoch: int
    recorded: int
    acked: int
    safe: int
    pending: int
    oldest_pending_ms: int
    as_of_ms: int
    parted: Sentence | None = None
    """Another history of this till is about and waits to be mended."""
    ballast_bytes: int | None = None
    """Room kept back on the disk for the journal: 0 where it was let go, None where none could be."""


def read_status(folder: Path) -> QueueStatus:
    """Raises StoreFault: not enrolled, no journal, damaged."""
    identity = read_identity(folder)
    path = folder / journal_file.FILE
    if not path.exists():
        raise store_fault("store.no_journal", folder=str(folder))
    readers = Readers(path, READER_CACHE_KIB)
    try:
        epoch, recorded, _ = readers.use(journal_file.tip)
        acked, safe = readers.use(journal_read.acked), readers.use(journal_read.safe)
        waiting = readers.use(journal_read.pending)
        fork = readers.use(read_fork)
    finally:
        readers.close()
    return QueueStatus(
        identity.terminal,
        epoch,
        recorded,
        acked.seq if acked.epoch == epoch else 0,
        safe.seq if safe.epoch == epoch else 0,
        waiting.count,
        waiting.oldest_at_ms or 0,
        _as_of(folder),
        fork_said(fork) if fork is not None and fork.stops_sending else None,
        Ballast(folder).kept_bytes(),
    )


def _as_of(folder: Path) -> int:
    """0 where there is no cache that can be read: the till makes a new one by itself."""
    path = folder / cache.FILE
    if not path.exists():
        return 0
    readers = Readers(path, READER_CACHE_KIB)
    try:
        return int(readers.use(lambda c: meta(c, "as_of_ms")) or 0)
    except StoreFault:
        return 0
    finally:
        readers.close()
