"""Where the journal was and on which machine, in a file beside it: so an older journal, or a copied folder, is seen at
the start, before anything is sold or sent.

It is written now and then, after what it says is on the disk, so it may lag behind the journal and never runs ahead.
"""

import contextlib
from hashlib import blake2b
from pathlib import Path

import msgspec

from loyalty.api import Position
from loyalty.events import Parting
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.forks import Fork, keep_fork, read_fork
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_base import read_base
from terminal.offline_queue.journal_file import hash_at, place_of, tip
from terminal.offline_queue.writer import Connection

FILE = "journal.place"
MACHINE_ID = Path("/etc/machine-id")
"""https://www.freedesktop.org/software/systemd/man/latest/machine-id.html: one machine's own, not to be shown."""


class Place(msgspec.Struct, frozen=True):
    """The last event at some moment, and the machine; empty where the machine does not say."""

    last: Position
    machine: str = ""


_place = msgspec.json.Decoder(Place)


def machine_of(terminal: str, source: Path = MACHINE_ID) -> str:
    """What tells this machine from another, of no use to anybody else; empty where it cannot be told."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if words := source.read_text("ascii").strip():
            return blake2b(words.encode(), key=terminal.encode(), digest_size=16).hexdigest()
    return ""


def compare_place(folder: Path, journal: Journal, machine: str) -> None:
    """Note a fork where the journal is older than it was, or on another machine; then keep where it is. Raises
    StoreFault."""
    kept = _read(folder / FILE)
    why = journal.read(lambda c: _parting(c, kept, machine)) if kept is not None else None
    if kept is not None and why is not None and journal.fork is None:
        fork = Fork(why, 0, kept.last if why == "older" else None)
        journal.write(lambda c: keep_fork(c, fork))
        journal.look_again()
    with contextlib.suppress(OSError):
        keep_place(folder, journal, machine)


def keep_place(folder: Path, journal: Journal, machine: str) -> None:
    """Write the place down, unless it is as it was or the journal waits to be mended. Raises OSError."""
    fork = journal.fork
    if fork is not None and fork.stops_sending:
        return
    last, kept = journal.read(_last), _read(folder / FILE)
    now = Place(last, machine or (kept.machine if kept else ""))
    if last.seq and kept != now:
        write_whole(folder / FILE, msgspec.json.encode(now))


def kept_place(folder: Path) -> Position | None:
    """The last event that was written down beside the journal."""
    place = _read(folder / FILE)
    return place.last if place is not None else None


def _read(path: Path) -> Place | None:
    """None where there is none, or nothing that can be read: then it tells nothing."""
    try:
        return _place.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _last(connection: Connection) -> Position:
    epoch, seq, digest = tip(connection)
    return Position(epoch, seq, digest.hex())


def _parting(connection: Connection, kept: Place, machine: str) -> Parting | None:
    last, now, base = kept.last, _last(connection), read_base(connection).last
    is_gone = (last.epoch, last.seq) <= (base.epoch, base.seq)
    if now.epoch == last.epoch and not is_gone:
        digest = hash_at(connection, place_of(last.epoch, last.seq))
        if digest is None or digest.hex() != last.hash:
            return "older"
    if now.epoch < last.epoch:
        return "older"
    if machine and kept.machine and machine != kept.machine and read_fork(connection) is None:
        return "copied"
    return None
