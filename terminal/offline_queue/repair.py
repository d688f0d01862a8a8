"""Makes a damaged journal whole: a new file of what can be read and what can be had again, put in the old one's place.

Each event is proved by the chain. One that is not is taken from a segment this till had closed, else from the head
office, which has all it acknowledged. What nobody has is lost and named; then what follows it goes under a new epoch,
begun by a person. So does what the head office has only without the personal data of a member erased since: its hash is
another now, and so is that of all behind it. The new file takes the old one's place by renaming, so a power cut leaves
one or the other.
"""

from pathlib import Path

import msgspec

from loyalty.errors import NotNow, StoreFault
from loyalty.sentences import sentence
from terminal.offline_queue import journal_file, journal_read
from terminal.offline_queue.disk import put_in_place
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.journal_file import place_of
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.keys import Identity, read_identity
from terminal.offline_queue.lock import FolderLock
from terminal.offline_queue.mending import Mended, Stamp, mend_in
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.repair_fill import Filled, fill_again
from terminal.offline_queue.repair_sources import Ask, Sources
from terminal.offline_queue.repair_swap import MADE, finish_repair, forget_database
from terminal.offline_queue.salvage import CACHE_KIB, Salvage
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, Writer

MAKING = "journal.repairing"
ENOUGH_NAMED = 20


class Repaired(msgspec.Struct, frozen=True):
    """`put_right` of `events` were damaged or gone and are whole again, `fetched` of these by the head office;
    `told` of them on its word, for an erased member. `lost` are the first places (epoch, seq) of those nobody
    has; `epoch` was begun for these and those (0: there were none)."""

    events: int
    put_right: int
    fetched: int
    lost: tuple[tuple[int, int], ...] = ()
    epoch: int = 0
    told: int = 0


def repair(folder: Path, ask: Ask, by: str, stamp: Stamp) -> Repaired:
    """Mend the journal of a till that is not running. `by` is the manager's name, needed only where events are lost.

    Raises NotNow (it is whole; a name is needed), LinkFault where the head office is needed and does not answer,
    StoreFault; then the journal is as it was.
    """
    identity = read_identity(folder)
    lock = FolderLock(folder)
    try:
        finish_repair(folder)
        _check_needed(folder, identity)
        keys = Keyring(folder, identity.terminal)
        made = folder / MAKING
        forget_database(made)
        old = Salvage(folder / journal_file.FILE)
        try:
            segments = [row[3] for row in old.rows("segment") if len(row) > 3 and isinstance(row[3], bytes)]
            sources = Sources(identity.terminal, [each.public_key() for each in keys.all], segments, ask)
            done = _make(made, old, sources, (identity, keys), by, stamp)
        finally:
            old.close()
        put_in_place(made, folder / MADE)
        finish_repair(folder)
        return done
    finally:
        lock.release()


def _check_needed(folder: Path, identity: Identity) -> None:
    path = folder / journal_file.FILE
    if not path.exists():
        raise store_fault("store.no_journal", folder=str(folder))
    readers = Readers(path, CACHE_KIB)
    try:
        readers.use(lambda c: journal_read.verify(c, identity.terminal))
    except StoreFault as fault:
        if fault.code == "store.locked":
            raise
        return
    finally:
        readers.close()
    raise NotNow(sentence("repair.whole"))


def _make(made: Path, old: Salvage, sources: Sources, of: tuple[Identity, Keyring], by: str, stamp: Stamp) -> Repaired:
    """The new file, checked to the last event; it is whole once its connection is closed."""
    identity = of[0]

    def fill(connection: Connection) -> Repaired:
        filled = fill_again(connection, made.parent, old, sources, identity)
        begun = _begin_epoch(connection, filled, of, by, stamp) if filled.lost or filled.told else None
        events = journal_read.verify(connection, identity.terminal)
        lost = tuple(filled.lost[:ENOUGH_NAMED])
        return Repaired(events, filled.put_right, sources.given, lost, begun.epoch if begun else 0, len(filled.told))

    writer = Writer(made, lambda c: journal_file.fill(c, {"terminal": identity.terminal}))
    try:
        return writer.run(fill)
    finally:
        writer.close()


def _begin_epoch(connection: Connection, filled: Filled, of: tuple[Identity, Keyring], by: str, stamp: Stamp) -> Mended:
    """What follows a lost event cannot follow it in the chain any more, nor what follows one that is another since: it
    goes up under a new epoch."""
    acked = journal_read.acked(connection)
    for epoch, seq in filled.lost[:1]:
        if place_of(epoch, seq) <= place_of(acked.epoch, acked.seq):
            raise store_fault("repair.cannot", epoch=epoch, seq=seq)
    if not by.strip():
        raise _who_is_asked(filled)
    _, at_ms = stamp()
    keep_fork(connection, Fork("damaged", at_ms))
    identity, keys = of
    since = journal_read.last_before(connection, *filled.told[0]) if filled.told else None
    return mend_in(connection, identity.terminal, keys, identity.store, by, stamp(), since)


def _who_is_asked(filled: Filled) -> NotNow:
    """A person's word is wanted, and for what."""
    if filled.lost:
        epoch, seq = filled.lost[0]
        said = sentence("repair.lost", count=len(filled.lost), epoch=epoch, seq=seq)
        return NotNow(said, sentence("repair.lost.do"))
    epoch, seq = filled.told[0]
    said = sentence("repair.told", count=len(filled.told), epoch=epoch, seq=seq)
    return NotNow(said, sentence("repair.told.do"))
