"""Stage 1: take a segment in. Verify, compare with the terminal's place, store, answer; nothing is understood here.

Whatever a terminal has signed and its chain follows is stored: a recorded receipt is a fact. A segment sent again gets
the same answer. Refusals say what the terminal must do: gap (send from `acked`), fork (begin a new epoch), fence
(a copy of this terminal is about), replaced (such a copy has a newer key), revoked.

A segment may be carried by another: a till of the same chain, or a person with a file. Then it comes without a fence,
and neither reads nor moves that of the terminal it is of, nor when that terminal was last heard.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select, update

from loyalty.api import Position, SegmentReply
from loyalty.chain import (  # fmt: skip
    ZERO_HASH,
    Segment,
    SegmentHeader,
    check_events,
    fork_hash,
    read_segment,
    unpack_payload,
)
from sync_server.identity import ANY_FENCE
from sync_server.refusals import Refused
from sync_server.rows import add_rows, insert_only
from sync_server.schema import SEGMENT, TERMINAL, TERMINAL_CURSOR, TSHARD_HEAD, shard_of, tshard_of
from sync_server.store import Store, Tx
from sync_server.stored_segments import hashes_in
from sync_server.till_keys import TillKeys, is_signed, keys_in, locked_cursor, read_keys, replaced
from sync_server.unpacking import decompress

FORK_SEGMENTS = 200
"""How far back the last common event of a fork is looked for."""

Verdict = Literal["gap", "fork", "fence"]


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer, and whether anything new came in."""

    reply: SegmentReply
    new: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """How far the terminal's events are stored, and whether anything new came in."""

    acked: Position
    new: bool


@dataclass(frozen=True, slots=True)
class _Arrival:
    """`fence` None: it is carried by another than its terminal."""

    segment: Segment
    fence: str | None
    hashes: list[bytes]
    now_ms: int
    gen: str
    new_fence: str
    keys: TillKeys
    stored_is_safe: bool = False

    @property
    def header(self) -> SegmentHeader:
        return self.segment.header


def take_segment(
    store: Store, data: bytes, fence: str, gen: str, now_ms: int, new_fence: str, stored_is_safe: bool = False
) -> Stored:
    """Store one segment. `fence`: what the terminal presents; `new_fence`: 16 random bytes as hex.

    `stored_is_safe`: what is committed here survives the loss of this machine; else what is safe is what backups hold.

    Raises BadInput for bytes that are no segment, Refused for everything else that is not stored.
    """
    return _take_checked(store, data, fence, gen, now_ms, new_fence, stored_is_safe)


def take_carried(store: Store, data: bytes, gen: str, now_ms: int, even_revoked: bool = False) -> Carried:
    """Store one segment that another than its terminal brings; `even_revoked`: of a revoked one too, since a person at
    the head office has decided to take it.

    Raises as `take_segment`, but never for a fence, and for a terminal that is not known or revoked in such a way that
    the carrier does not take it for itself: 404 unknown, 409 revoked.
    """
    try:
        stored = _take_checked(store, data, None, gen, now_ms, "", even_revoked=even_revoked)
    except Refused as refused:
        detail = refused.reply.detail
        match refused.reply.code:
            case "unsigned":
                raise Refused(404, "unknown", detail, now_ms=now_ms) from refused
            case "revoked":
                raise Refused(409, "revoked", detail, now_ms=now_ms) from refused
            case _:
                raise
    return Carried(stored.reply.acked, stored.new)


def _take_checked(
    store: Store,
    data: bytes,
    fence: str | None,
    gen: str,
    now_ms: int,
    new_fence: str,
    stored_is_safe: bool = False,
    even_revoked: bool = False,
) -> Stored:
    segment = read_segment(data)
    keys = _keys_of(store, segment.header.terminal, even_revoked)
    _check_signature(store, segment, keys, now_ms)
    hashes = check_events(segment.header, unpack_payload(decompress(segment.blob, segment.header.payload_bytes)))
    arrival = _Arrival(segment, fence, hashes, now_ms, gen, new_fence, keys, stored_is_safe)
    return store.write(lambda tx: _take(tx, arrival), shard_of(segment.header.terminal))


def _check_signature(store: Store, segment: Segment, keys: TillKeys, now_ms: int) -> None:
    header = segment.header
    if is_signed(keys.at(header.epoch), segment.signature, segment.signed):
        return
    if any(is_signed(key, segment.signature, segment.signed) for key in keys.earlier):
        raise replaced(store, header.terminal, keys.first, now_ms)
    raise Refused(401, "unsigned", "the segment's signature is not this terminal's")


def _keys_of(store: Store, terminal: str, even_revoked: bool = False) -> TillKeys:
    query = select(TERMINAL.c.public_key, TERMINAL.c.later_keys, TERMINAL.c.state).where(
        TERMINAL.c.tshard == tshard_of(terminal), TERMINAL.c.terminal == terminal
    )
    with store.read() as tx:
        found = tx.execute(query).one_or_none()
    if found is None:
        raise Refused(401, "unsigned", "no such terminal")
    if found.state != "active" and not even_revoked:
        raise Refused(410, "revoked", "this terminal has been revoked")
    return keys_in(found)


def _take(tx: Tx, arrival: _Arrival) -> Stored:
    cursor = locked_cursor(tx, arrival.header.terminal)
    verdict = _verdict(tx, arrival, cursor)
    if verdict is not None:
        raise Refused(409, verdict, _ADVICE[verdict], _position(cursor), arrival.gen, arrival.now_ms)
    new = _is_new(arrival.header, cursor)
    changes = _next_fence(arrival, cursor)
    fence = changes.get("fence_cur", cursor.fence_cur)
    header = arrival.header
    if new:
        changes |= {"epoch": header.epoch, "seq": header.last_seq, "hash": header.last_hash}
        changes["events"] = cursor.events + len(arrival.hashes)
    if changes:
        place = (TERMINAL_CURSOR.c.tshard == cursor.tshard) & (TERMINAL_CURSOR.c.terminal == cursor.terminal)
        tx.execute(update(TERMINAL_CURSOR).where(place).values(changes))
    if arrival.fence is not None:
        seen = (TERMINAL.c.tshard == cursor.tshard) & (TERMINAL.c.terminal == cursor.terminal)
        tx.execute(update(TERMINAL).where(seen).values(seen_ms=arrival.now_ms))
    if new:
        _store(tx, cursor.tshard, arrival)
    acked = Position(header.epoch, header.last_seq, header.last_hash) if new else _position(cursor)
    safe = acked if arrival.stored_is_safe else Position(cursor.safe_epoch, cursor.safe_seq, cursor.safe_hash)
    return Stored(SegmentReply(acked, safe, arrival.gen, fence, arrival.now_ms), new)


def _next_fence(arrival: _Arrival, cursor: Row[Any]) -> dict[str, Any]:
    """A new fence for who presents the one in use; the one before again: its answer was lost, nothing moves.

    While it is not known which one the terminal has, none is ruled out by what comes: that may be an old request.
    """
    is_current = arrival.fence == cursor.fence_cur != ANY_FENCE
    if arrival.fence is not None and not is_current and _is_unsure(cursor):
        return {"fence_cur": cursor.fence_cur or arrival.new_fence, "fence_prev": ANY_FENCE}
    if arrival.fence is None or arrival.fence == cursor.fence_prev != cursor.fence_cur:
        return {}
    return {"fence_cur": arrival.new_fence, "fence_prev": arrival.fence}


_ADVICE: dict[Verdict, str] = {
    "gap": "send the events after `acked`",
    "fork": "this terminal's events diverge from those stored: begin a new epoch",
    "fence": "another copy of this terminal has been here: begin a new epoch",
}


def _verdict(tx: Tx, arrival: _Arrival, cursor: Row[Any]) -> Verdict | None:
    """None where the segment is stored or already is; else the code of the refusal."""
    header = arrival.header
    if header.epoch > cursor.epoch:
        begins = header.epoch == cursor.epoch + 1 and header.first_seq == 1
        same_keys = read_keys(tx, header.terminal) == arrival.keys
        return None if begins and same_keys and _follows_fork(tx, header, cursor) else "fork"
    placed = _placed(tx, arrival, cursor)
    if placed is None and not _knows_fence(arrival, cursor):
        return "fence"
    return placed


def _knows_fence(arrival: _Arrival, cursor: Row[Any]) -> bool:
    return _is_unsure(cursor) or arrival.fence in (None, cursor.fence_cur, cursor.fence_prev)


def _is_unsure(cursor: Row[Any]) -> bool:
    """A generation has begun, and the terminal has not shown the fence it was given since."""
    return ANY_FENCE in (cursor.fence_cur, cursor.fence_prev)


def _placed(tx: Tx, arrival: _Arrival, cursor: Row[Any]) -> Verdict | None:
    header = arrival.header
    if header.epoch < cursor.epoch:
        return None if _is_stored(tx, header) else "fork"
    if header.first_seq > cursor.seq + 1:
        return "gap"
    if header.first_seq == cursor.seq + 1:
        return None if header.prev_hash == cursor.hash else "fork"
    return None if _is_stored(tx, header) else _overlap(tx, arrival, cursor.seq)


def _is_new(header: SegmentHeader, cursor: Row[Any]) -> bool:
    return (header.epoch, header.first_seq) > (cursor.epoch, cursor.seq)


def _is_stored(tx: Tx, header: SegmentHeader) -> bool:
    found = tx.execute(
        select(SEGMENT.c.last_seq, SEGMENT.c.last_hash).where(
            SEGMENT.c.tshard == tshard_of(header.terminal), SEGMENT.c.terminal == header.terminal,
            SEGMENT.c.epoch == header.epoch, SEGMENT.c.first_seq == header.first_seq,
        )
    ).one_or_none()  # fmt: skip
    return found is not None and (found.last_seq, found.last_hash) == (header.last_seq, header.last_hash)


def _overlap(tx: Tx, arrival: _Arrival, stored_seq: int) -> Verdict | None:
    """The same events cut otherwise are no fork: stored whole they are acknowledged, in part they are a gap."""
    header = arrival.header
    common = min(header.last_seq, stored_seq)
    ours = hashes_between(tx, header.terminal, header.epoch, header.first_seq, common)
    if ours != arrival.hashes[: common - header.first_seq + 1]:
        return "fork"
    return None if header.last_seq <= stored_seq else "gap"


def hashes_between(tx: Tx, terminal: str, epoch: int, first_seq: int, last_seq: int) -> list[bytes]:
    """The stored hashes of events first_seq..last_seq of one epoch."""
    rows = tx.execute(
        select(SEGMENT).where(
            SEGMENT.c.tshard == tshard_of(terminal), SEGMENT.c.terminal == terminal, SEGMENT.c.epoch == epoch,
            SEGMENT.c.last_seq >= first_seq, SEGMENT.c.first_seq <= last_seq,
        ).order_by(SEGMENT.c.first_seq)
    ).all()  # fmt: skip
    hashes = {seq: found for row in rows for seq, found in enumerate(hashes_in(row), row.first_seq)}
    return [hashes[seq] for seq in range(first_seq, last_seq + 1) if seq in hashes]


def _follows_fork(tx: Tx, header: SegmentHeader, cursor: Row[Any]) -> bool:
    """Whether the new epoch commits to an event of the old one that is stored here (or to none of them)."""

    def commits(last: bytes) -> bool:
        return fork_hash(header.terminal, cursor.epoch, last).hex() == header.prev_hash

    if commits(bytes.fromhex(cursor.hash)) or commits(ZERO_HASH):
        return True
    starts = tx.execute(
        select(SEGMENT.c.first_seq, SEGMENT.c.last_seq).where(
            SEGMENT.c.tshard == cursor.tshard, SEGMENT.c.terminal == cursor.terminal, SEGMENT.c.epoch == cursor.epoch,
        ).order_by(SEGMENT.c.first_seq.desc()).limit(FORK_SEGMENTS)
    ).all()  # fmt: skip
    return any(
        commits(last)
        for row in starts
        for last in hashes_between(tx, cursor.terminal, cursor.epoch, row.first_seq, row.last_seq)
    )


def _store(tx: Tx, tshard: int, arrival: _Arrival) -> None:
    """The segment under the next number of its shard; the counter is taken last but for the row that carries it."""
    ((_, tseq),) = add_rows(tx, TSHARD_HEAD, ("tshard",), [{"tshard": tshard, "next_seq": 1}], ("next_seq",))
    header, segment = arrival.header, arrival.segment
    row = {
        "tshard": tshard, "terminal": header.terminal, "epoch": header.epoch, "first_seq": header.first_seq,
        "last_seq": header.last_seq, "last_hash": header.last_hash, "signed": segment.signed,
        "signature": segment.signature,
        "blob": segment.blob, "received_ms": arrival.now_ms, "tseq": tseq, "redacted": None,
    }  # fmt: skip
    insert_only(tx, SEGMENT, [row])


def _position(cursor: Row[Any]) -> Position:
    return Position(cursor.epoch, cursor.seq, cursor.hash)
