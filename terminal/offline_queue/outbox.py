"""The journal as the sync sees it: what the head office has not stored yet, and how far it says it is.

`acked` is stored there; `safe` would survive the loss of its primary. An ack counts only if its hash is our own (I5).
"""

import msgspec

from loyalty.api import Position, SegmentReply
from loyalty.chain import MAX_SEGMENT_EVENTS, TARGET_PAYLOAD_BYTES
from loyalty.events import Personal
from loyalty.feed import IdentRow
from terminal.offline_queue import journal_read
from terminal.offline_queue.forks import Fork, keep_fork, read_fork, settle
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_base import read_base
from terminal.offline_queue.journal_file import (
    hash_at,
    hash_before,
    hash_of_gone,
    place_of,
    set_state,
    state_value,
    tip,
)
from terminal.offline_queue.writer import Connection

PERSONAL_BATCH = 100
_personal = msgspec.json.Decoder(Personal)
_ident = msgspec.json.Decoder(IdentRow)


class Run(msgspec.Struct, frozen=True):
    """Consecutive events: their bytes, the hash before the first and the hash of the last."""

    epoch: int
    first_seq: int
    raws: tuple[bytes, ...]
    before: bytes
    last: bytes


class Outbox:
    """Reads and moves the marks of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.terminal = journal.terminal

    def fence(self) -> str:
        return self._journal.read(lambda c: state_value(c, "fence"))

    def epoch(self) -> int:
        """That of what is recorded next."""
        return int(self._journal.read(lambda c: state_value(c, "epoch")))

    def acked(self) -> Position:
        return self._journal.read(journal_read.acked)

    def safe(self) -> Position:
        return self._journal.read(journal_read.safe)

    def segment_after(self, at: Position) -> bytes | None:
        """The segment that was closed to follow `at`, exactly as before."""
        return self._journal.read(lambda c: closed_segment(c, *following(c, at)))

    def run_after(self, at: Position) -> Run | None:
        """The events that follow `at`: at most 500, and 256 KiB unless one alone is larger; None where none do."""
        return self._journal.read(lambda c: run_at(c, *following(c, at)))

    def keep_segment(self, epoch: int, first_seq: int, last_seq: int, data: bytes) -> bytes:
        """Store a closed segment; the first one stored for its place is the one, and is returned."""

        def write(connection: Connection) -> bytes:
            row = (epoch, first_seq, last_seq, data)
            connection.execute(
                "INSERT OR IGNORE INTO segment (epoch, first_seq, last_seq, bytes) VALUES (?, ?, ?, ?)", row
            )
            return closed_segment(connection, epoch, first_seq) or data

        return self._journal.write(write)

    def acknowledge(self, reply: SegmentReply) -> bool:
        """Move the marks to what the head office says; False when its hash is not ours: the histories fork."""

        def write(connection: Connection) -> bool:
            ours = _move(connection, reply.acked, reply.safe, reply.gen, reply.fence_next, back=False)
            if ours:
                settle(connection, reply.acked)
            return ours

        ours = self._journal.write(write)
        if self._journal.fork is not None:
            self._journal.look_again()
        return ours

    def is_ours(self, place: Position) -> bool:
        """Whether the head office's place is one of our own history, other than where we took it to be."""
        return place.seq > 0 and self._journal.read(lambda c: _ours(c, place) and place != journal_read.acked(c))

    def to_later_epoch(self, place: Position, epoch: int, first_seq: int) -> Position | None:
        """The last event before our epoch that comes next after a place that is not ours: it may follow there, as it
        did before the head office was set back. None where its beginning is not here, or is just what was refused
        (`epoch`, `first_seq`): what the head office refuses for good is not sent again and again."""
        begins = place.epoch + 1, 1
        if (epoch, first_seq) <= begins:
            return None

        def look(connection: Connection) -> Position | None:
            before = journal_read.last_before(connection, *begins)
            return before if following(connection, before) == begins else None

        return self._journal.read(look)

    def is_gone(self, place: Position) -> bool:
        """Whether the place lies before the first event that is still here."""
        last = self._journal.read(read_base).last
        return (place.epoch, place.seq) < (last.epoch, last.seq)

    def note_fork(self, fork: Fork, epoch: int) -> None:
        """Histories have parted, as what was sent in `epoch` showed; known until it is mended."""

        def write(connection: Connection) -> None:
            known = read_fork(connection)
            mended_since = epoch < int(state_value(connection, "epoch"))
            if not mended_since and (known is None or known.acked != fork.acked or known.mended_epoch):
                keep_fork(connection, fork)

        self._journal.write(write)
        self._journal.look_again()

    def note_replaced(self, now_ms: int) -> None:
        """A copy of this till has a newer key: this one is the till no more, until the head office answers it again."""

        def write(connection: Connection) -> None:
            known = read_fork(connection)
            if known is None or known.why != "replaced":
                keep_fork(connection, Fork("replaced", now_ms))

        self._journal.write(write)
        self._journal.look_again()

    def note_answered(self) -> None:
        """The head office answers our signature: it was set back to before the copy. A person may mend this one now."""
        fork = self._journal.fork
        if fork is not None and fork.why == "replaced":
            self._journal.write(lambda c: keep_fork(c, Fork("fork", fork.seen_ms)))
            self._journal.look_again()

    def rewind(self, acked: Position, gen: str) -> bool:
        """Take the head office's place for ours, also when it lies back; False when its hash is not ours."""
        return self._journal.write(lambda c: _move(c, acked, _lower(c, acked), gen, "", back=True))

    def ask_again(self, gen: str) -> None:
        """The head office is of generation `gen`. Unless that is ours it was set back, and may lack what it had
        acknowledged: with nothing else to send, our last segment goes up once more, and the answer says how far it is.
        """
        if gen != self._journal.read(lambda c: state_value(c, "gen")) and not self._journal.pending_count():
            self._journal.write(_step_back)

    def has_personal(self) -> bool:
        return self._journal.read(lambda c: c.execute("SELECT 1 FROM personal WHERE sent = 0").fetchone()) is not None

    def personal(self) -> tuple[Personal, ...]:
        """Personal data that still have to go up, at most 100."""
        query = f"SELECT raw FROM personal WHERE sent = 0 ORDER BY event_id LIMIT {PERSONAL_BATCH}"
        rows = self._journal.read(lambda c: c.execute(query).fetchall())
        return tuple(_personal.decode(raw) for (raw,) in rows)

    def personal_stored(self, event_ids: tuple[str, ...]) -> None:
        """The head office has these: their text is erased here."""
        self._each("UPDATE personal SET sent = 1, raw = NULL WHERE event_id = ?", event_ids)

    def personal_refused(self, event_ids: tuple[str, ...]) -> None:
        """The head office will not have these, so they must not keep others waiting; they stay here for a person."""
        self._each("UPDATE personal SET sent = 2 WHERE event_id = ?", event_ids)

    def own_buckets(self) -> tuple[int, ...]:
        """Buckets with an account this till has moved."""
        return self._journal.own_buckets()

    def enrolled(self) -> tuple[IdentRow, ...]:
        """Members enrolled here whom the cache may not have yet."""
        rows = self._journal.read(lambda c: c.execute("SELECT ident FROM enrolled").fetchall())
        return tuple(_ident.decode(ident) for (ident,) in rows)

    def forget_enrolled(self, member_ids: tuple[str, ...]) -> None:
        """The cache has these now."""
        self._each("DELETE FROM enrolled WHERE member_id = ?", member_ids)

    def _each(self, statement: str, ids: tuple[str, ...]) -> None:
        def write(connection: Connection) -> None:
            connection.executemany(statement, [(id_,) for id_ in ids])

        self._journal.write(write)


def following(connection: Connection, at: Position) -> tuple[int, int]:
    """Where the event after `at` stands: in its epoch, or first in the next one; where none does, it will in ours."""
    query = "SELECT epoch, seq FROM event WHERE place > ? ORDER BY place LIMIT 1"
    row = connection.execute(query, (place_of(at.epoch, at.seq),)).fetchone()
    if row is not None:
        return int(row[0]), int(row[1])
    epoch = int(state_value(connection, "epoch"))
    return (epoch, at.seq + 1) if epoch == at.epoch else (epoch, 1)


def closed_segment(connection: Connection, epoch: int, first_seq: int) -> bytes | None:
    """The segment that was closed to begin there."""
    row = connection.execute(
        "SELECT bytes FROM segment WHERE epoch = ? AND first_seq = ?", (epoch, first_seq)
    ).fetchone()
    return bytes(row[0]) if row else None


def run_at(connection: Connection, epoch: int, first_seq: int, before_seq: int | None = None) -> Run | None:
    """The events from there on that a segment has room for; only those before `before_seq` where it is given."""
    until = place_of(epoch + 1, 0) if before_seq is None else place_of(epoch, before_seq)
    rows = connection.execute(
        "SELECT raw, hash FROM event WHERE place >= ? AND place < ? ORDER BY place LIMIT ?",
        (place_of(epoch, first_seq), until, MAX_SEGMENT_EVENTS),
    )
    raws: list[bytes] = []
    size, last = 0, b""
    for raw, digest in rows:
        size += 4 + len(raw)
        if raws and size > TARGET_PAYLOAD_BYTES:
            break
        raws.append(raw)
        last = digest
    return Run(epoch, first_seq, tuple(raws), hash_before(connection, epoch, first_seq), last) if raws else None


def _move(connection: Connection, acked: Position, safe: Position, gen: str, fence: str, back: bool) -> bool:
    if not _ours(connection, acked):
        return False
    rewound = back or gen != state_value(connection, "gen")
    marks = (("acked", acked, journal_read.acked), ("safe", safe, journal_read.safe))
    for name, place, mark in marks:
        before = mark(connection)
        if name == "safe" and not _ours(connection, place):
            continue  # of a history that is not ours, or of events that are gone
        if rewound or (place.epoch, place.seq) > (before.epoch, before.seq):
            set_state(connection, name, msgspec.json.encode(place).decode())
    for name, value in (("gen", gen), ("fence", fence)):
        if value:
            set_state(connection, name, value)
    connection.execute(
        "UPDATE segment SET state = CASE WHEN (epoch, last_seq) <= (?, ?) THEN 'acked' ELSE 'closed' END"
        " WHERE state = 'closed' OR (epoch, last_seq) > (?, ?)",
        (acked.epoch, acked.seq, acked.epoch, acked.seq),
    )
    return True


def _step_back(connection: Connection) -> None:
    """Back to before the last segment acknowledged; nothing where there is none."""
    acked = journal_read.acked(connection)
    if acked.seq == 0:
        return
    row = connection.execute(
        "SELECT first_seq FROM segment WHERE epoch = ? AND last_seq = ?", (acked.epoch, acked.seq)
    ).fetchone()
    first = int(row[0]) if row else acked.seq
    before = Position(acked.epoch, first - 1, hash_before(connection, acked.epoch, first).hex() if first > 1 else "")
    _move(connection, before, _lower(connection, before), "", "", back=True)


def _lower(connection: Connection, acked: Position) -> Position:
    """What is safe once the head office has no more than that."""
    return min(acked, journal_read.safe(connection), key=lambda at: (at.epoch, at.seq))


def _ours(connection: Connection, place: Position) -> bool:
    """Whether our event at `place` has that hash; of seq 0 there is nothing to compare."""
    if place.seq == 0:
        return place.epoch <= tip(connection)[0]
    own = hash_at(connection, place_of(place.epoch, place.seq)) or hash_of_gone(connection, place.epoch, place.seq)
    return own is not None and own.hex() == place.hash
