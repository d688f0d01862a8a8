"""What stands in a damaged journal for the events it has let go of, proved or made anew.

The chain proves where the journal begins. What those events gave of campaigns nothing here proves, and to think too
little of it would give it twice: so all of the till's shares count as given, and the head office is asked for more.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing

import msgspec
from msgspec.structs import replace

from loyalty.api import Position
from loyalty.chain import event_hash
from loyalty.quoting.uses import Use
from loyalty.receipt import Receipt
from terminal.offline_queue import journal_read
from terminal.offline_queue.journal_base import Base, decode_base, keep_base, read_base
from terminal.offline_queue.journal_file import EPOCH_AT, place_of
from terminal.offline_queue.journal_follow import EVENTS, Event, follow
from terminal.offline_queue.journal_index_base import base_place
from terminal.offline_queue.journal_index_file import empty
from terminal.offline_queue.repair_sources import Sources
from terminal.offline_queue.salvage import Salvage
from terminal.offline_queue.writer import Connection

AT_ONCE = 100
"""Events read while what was given is counted."""


def begin_again(connection: Connection, old: Salvage, sources: Sources, places: Sequence[int]) -> bool:
    """Put the base in place; whether what it said of budgets is lost with it. `places` are where events stand. Without
    a base every event is had again from the head office. Raises LinkFault."""
    kept = _kept(old)
    if kept is not None and (not places or base_place(kept) < places[0]):
        keep_base(connection, _proved(kept, old, sources))
        return False
    if kept is None and old.is_sound("base") and not old.rows("base"):
        return False
    last = _last_gone(connection, sources, places)
    if last is None or not old.is_sound("campaign_share"):
        return False
    keep_base(connection, Base(last))
    return True


def count_as_given(connection: Connection) -> None:
    """Of each share all that the receipts left here have not given was given by those that are gone."""
    left = _given_by_those_left(connection)
    shares = connection.execute(
        "SELECT campaign_id, granted_times, granted_minor, granted_points FROM campaign_share ORDER BY campaign_id"
    ).fetchall()
    given = []
    for name, *granted in shares:
        figures = (max(0, all_of_it - here) for all_of_it, here in zip(granted, left.get(name, (0, 0, 0)), strict=True))
        given.append(Use(name, "", *figures))
    keep_base(connection, replace(read_base(connection), given=tuple(given)))


def _kept(old: Salvage) -> Base | None:
    """The base as it stands; None where it cannot be read."""
    row = next(iter(old.rows("base")), None)
    try:
        return decode_base(row[1]) if row is not None and isinstance(row[1], bytes) else None
    except msgspec.MsgspecError:
        return None


def _proved(base: Base, old: Salvage, sources: Sources) -> Base:
    """With the hash that the first event left follows: that alone can be told from what is wrong."""
    last = base.last
    first = old.event(place_of(last.epoch, last.seq + 1))
    if not last.seq or not old.last_of(last.epoch):
        return base
    if first is not None and _follows(last.hash, sources.terminal, last.epoch, last.seq + 1, first.raw, first.hash):
        return base
    before = sources.before(last.epoch, last.seq + 1)
    return replace(base, last=replace(last, hash=before.hex())) if before is not None else base


def _follows(hash_hex: str, terminal: str, epoch: int, seq: int, raw: bytes, digest: bytes) -> bool:
    try:
        return event_hash(bytes.fromhex(hash_hex), terminal, epoch, seq, raw) == digest
    except ValueError:
        return False


def _last_gone(connection: Connection, sources: Sources, places: Sequence[int]) -> Position | None:
    """The last event before those that are here, where the head office has it safely, as all that was let go of; None
    where that is not certain."""
    if not places:
        return None
    epoch, seq = places[0] >> EPOCH_AT, places[0] & ((1 << EPOCH_AT) - 1)
    safe = journal_read.safe(connection)
    if (epoch, seq) == (1, 1) or (epoch, seq - 1) > (safe.epoch, safe.seq):
        return None
    if seq == 1:
        return Position(epoch, 0, "")
    before = sources.before(epoch, seq)
    return Position(epoch, seq - 1, before.hex()) if before is not None else None


def _given_by_those_left(connection: Connection) -> dict[str, tuple[int, int, int]]:
    def look(at: Iterable[int]) -> list[Receipt]:
        return journal_read.receipts_at(connection, at)

    with closing(empty()) as index:
        place, last = 0, journal_read.last_place(connection)
        while place < last:
            events = [Event(*row) for row in connection.execute(EVENTS, (place, last, AT_ONCE))]
            for event in events:
                follow(index, event, look)
            place = events[-1].place
        rows = index.execute("SELECT campaign_id, times, minor, points FROM campaign_given").fetchall()
    return {name: (times, minor, points) for name, times, minor, points in rows}
