"""Writes what the head office has not acknowledged into one file, to be carried there by hand.

It only reads: the journal, its marks and its segments stay as they are, so the till sends the same events later by
itself, and the head office stores each once. Therefore it works beside a running till, and where the till's program
does not start. What has not been acknowledged goes event by event, each in a segment of its own: the head office may
have some of it by now, from an earlier file or from the till, and one of several events could lie across that place.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from loyalty.chain import read_segment
from loyalty.segment_file import write_segment_file
from loyalty.segments_told import events_in
from loyalty.told_clock import ToldClock
from terminal.offline_queue import journal_file, journal_read
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.journal_file import place_of, state_value
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.office_time import heard_before, kept_marks
from terminal.offline_queue.outbox import closed_segment, following, run_at
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.segments import close
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

SUFFIX = ".kopilka"
READER_CACHE_KIB = 256


class Exported(msgspec.Struct, frozen=True):
    """`path` None: nothing waited and no file was written; `personal`: members whose personal data stay behind."""

    path: Path | None
    first: int = 0
    last: int = 0
    events: int = 0
    personal: int = 0


def export(folder: Path, target: Path, every: bool, now_ms: int) -> Exported:
    """Write the file to `target`, or into it where that is a folder; `every`: also what the head office has.

    Raises StoreFault (no till here, no journal, damaged), BadInput (over 256 MiB), OSError; then no file is written.
    """
    identity, path = read_identity(folder), folder / journal_file.FILE
    if not path.exists():
        raise store_fault("store.no_journal", folder=str(folder))
    keys = Keyring(folder, identity.terminal)
    readers = Readers(path, READER_CACHE_KIB)
    try:
        segments, personal = readers.use(lambda c: _read(c, identity.terminal, keys, every))
    finally:
        readers.close()
    if not segments:
        return Exported(None, personal=personal)
    first, last = read_segment(segments[0]).header, read_segment(segments[-1]).header
    data = write_segment_file(identity.terminal_no, identity.store, now_ms, segments, keys.told)
    file = target
    if target.is_dir():
        file = target / f"T{identity.terminal_no}-{first.epoch}-{first.first_seq:06}-{last.last_seq:06}{SUFFIX}"
    write_whole(file, data)
    return Exported(file, first.first_seq, last.last_seq, sum(map(events_in, segments)), personal)


def _read(connection: Connection, terminal: str, keys: Keyring, every: bool) -> tuple[list[bytes], int]:
    """Segments and the personal data that wait, all of one moment of the journal."""
    connection.execute("BEGIN")
    try:
        _check_owner(connection, terminal)
        segments = list(_segments(connection, terminal, keys, every))
        (personal,) = connection.execute("SELECT count(*) FROM personal WHERE sent = 0").fetchone()
        return segments, int(personal)
    finally:
        connection.execute("ROLLBACK")


def _check_owner(connection: Connection, terminal: str) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != journal_file.VERSION:
        raise store_fault("journal.version", version=version)
    owner = state_value(connection, "terminal")
    if owner != terminal:
        raise store_fault("journal.other_terminal", terminal=owner)


def _segments(connection: Connection, terminal: str, keys: Keyring, every: bool) -> Iterator[bytes]:
    """Segments from the first event wanted to the last, epoch after epoch."""
    for epoch, first in _beginnings(connection, every):
        seq = first
        while True:
            segment = _acknowledged(connection, epoch, seq)
            if segment is None:
                run = run_at(connection, epoch, seq, seq + 1)
                if run is None:
                    break
                journal_file.check_event(connection, terminal, epoch, seq, run.before)
                segment = close(run, terminal, keys.at(epoch), _told(connection, epoch, seq))
            yield segment
            seq = read_segment(segment).header.last_seq + 1


def _told(connection: Connection, epoch: int, seq: int) -> ToldClock | None:
    """Who reads beside a till knows nothing of its clock, but when it last heard from the head office."""
    heard_ms = heard_before(kept_marks(connection), place_of(epoch, seq))
    return ToldClock(heard_ms) if heard_ms else None


def _acknowledged(connection: Connection, epoch: int, seq: int) -> bytes | None:
    """The segment that the head office has acknowledged from there on."""
    acked, segment = journal_read.acked(connection), closed_segment(connection, epoch, seq)
    if segment is None or (epoch, read_segment(segment).header.last_seq) > (acked.epoch, acked.seq):
        return None
    return segment


def _beginnings(connection: Connection, every: bool) -> list[tuple[int, int]]:
    """Where reading begins in each epoch."""
    rows = connection.execute("SELECT epoch, min(seq) FROM event GROUP BY epoch ORDER BY epoch")
    kept = [(int(epoch), int(seq)) for epoch, seq in rows]
    if every:
        return kept
    from_epoch, from_seq = following(connection, journal_read.acked(connection))
    return [(epoch, from_seq if epoch == from_epoch else first) for epoch, first in kept if epoch >= from_epoch]
