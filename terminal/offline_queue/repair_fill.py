"""Fills a new journal with what a damaged one still says: its events, each proved, and the rows of the other tables."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from loyalty.api import Position
from loyalty.chain import ZERO_HASH, event_hash
from loyalty.events import (
    Body,
    ReturnCompleted,
    SaleCompleted,
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
    Unknown,
    account_of,
    canonical,
    decode_body,
    decode_envelope,
)
from loyalty.shift import add_receipt
from terminal.offline_queue.journal_base import Base, read_base
from terminal.offline_queue.journal_beside import read_beside
from terminal.offline_queue.journal_file import EPOCH_AT, place_of, set_state, state_value
from terminal.offline_queue.journal_names import names_of
from terminal.offline_queue.journal_place import kept_place
from terminal.offline_queue.keys import Identity
from terminal.offline_queue.repair_base import begin_again, count_as_given
from terminal.offline_queue.repair_sources import Proved, Sources
from terminal.offline_queue.salvage import KEYS, EventRow, Salvage
from terminal.offline_queue.writer import Connection

_COPIED = ("personal", "enrolled", "shift", "campaign_share", "prepared")
_MARKS = ("acked", "safe")
_position = msgspec.json.Decoder(Position)
_totals = msgspec.json.Decoder(ShiftTotals)


class Filled(msgspec.Struct, frozen=True):
    """How many events were put right, the places (epoch, seq) of those nobody has, and of those taken on the head
    office's word, for an erased member: the chain does not prove these, so they stand in it only until they move."""

    put_right: int
    lost: tuple[tuple[int, int], ...]
    told: tuple[tuple[int, int], ...] = ()


class Found(msgspec.Struct, frozen=True):
    """An event at its place. `row` is what stood there, as far as anything did; `hash` None: the event is lost."""

    epoch: int
    seq: int
    raw: bytes = b""
    hash: bytes | None = None
    row: EventRow | None = None
    told: bool = False

    @property
    def put_right(self) -> bool:
        return self.row is None or (self.row.raw, self.row.hash) != (self.raw, self.hash)


def fill_again(connection: Connection, folder: Path, old: Salvage, sources: Sources, identity: Identity) -> Filled:
    """Raises LinkFault, where an event has to be asked for and nobody answers."""
    for table in (*_COPIED, "state"):
        _copy(connection, old, table)
    places = old.places()
    epochs = sorted({place >> EPOCH_AT for place in places} | {each.epoch for each in sources.own})
    _state_again(connection, identity, epochs)
    _segments_again(connection, old, sources)
    begun = begin_again(connection, old, sources, places)
    put_right, lost, told = 0, list[tuple[int, int]](), list[tuple[int, int]]()
    shifts: dict[str, ShiftTotals] = {}
    for found in _events(connection, old, sources, epochs, _last_known(connection, folder, old, sources)):
        if found.hash is None:
            lost.append((found.epoch, found.seq))
            continue
        put_right += found.put_right
        if found.told:
            told.append((found.epoch, found.seq))
        _put(connection, found, shifts)
    _mark_what_is_there(connection, sources.there)
    if begun:
        count_as_given(connection)
    return Filled(put_right, tuple(lost), tuple(told))


def _mark_what_is_there(connection: Connection, there: Position | None) -> None:
    """What the head office gave back it has, also where the journal does not say any more how far that is."""
    acked = _read_position(connection)
    if there is not None and (acked is None or (there.epoch, there.seq) > (acked.epoch, acked.seq)):
        set_state(connection, "acked", msgspec.json.encode(there).decode())


def _copy(connection: Connection, old: Salvage, table: str) -> None:
    rows = old.rows(table)
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    slots = ", ".join("?" * width)
    whole = [row for row in rows if len(row) == width]
    connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({slots})", whole)


def _state_again(connection: Connection, identity: Identity, epochs: list[int]) -> None:
    """What the file says no more follows from what is left; without its fence the till is a stranger to the office."""
    set_state(connection, "terminal", identity.terminal)
    if not state_value(connection, "epoch").isdecimal():
        set_state(connection, "epoch", str(max(epochs, default=1)))
    for name in _MARKS:
        try:
            _position.decode(state_value(connection, name) or "{}")
        except msgspec.MsgspecError:
            connection.execute("DELETE FROM state WHERE name = ?", (name,))


def _segments_again(connection: Connection, old: Salvage, sources: Sources) -> None:
    proved = {each.data for each in sources.own}
    rows = [row for row in old.rows("segment") if row[3] in proved]
    connection.executemany("INSERT OR IGNORE INTO segment VALUES (?, ?, ?, ?, ?)", rows)


def _last_known(connection: Connection, folder: Path, old: Salvage, sources: Sources) -> dict[int, int]:
    """epoch -> the number of its last event, by everything that says something of it."""
    last: dict[int, int] = {}

    def known(epoch: int, seq: int) -> None:
        last[epoch] = max(last.get(epoch, 0), seq)

    for each in sources.own:
        known(each.epoch, each.first_seq + len(each.raws) - 1)
    for place in (_read_position(connection), kept_place(folder)):
        if place is not None:
            known(place.epoch, place.seq)
    for epoch in {place >> EPOCH_AT for place in old.places()}:
        known(epoch, old.last_of(epoch))
    base = read_base(connection).last
    for epoch in range(base.epoch + (base.seq > 0), max(last, default=0)):
        if epoch not in last:
            known(epoch, sources.last_of(epoch))
    return last


def _read_position(connection: Connection) -> Position | None:
    text = state_value(connection, "acked")
    return _position.decode(text) if text else None


def _events(
    connection: Connection, old: Salvage, sources: Sources, epochs: list[int], last: Mapping[int, int]
) -> Iterator[Found]:
    base = read_base(connection)
    for epoch in sorted({*epochs, *last}):
        if epoch >= base.last.epoch:
            first = base.last.seq + 1 if epoch == base.last.epoch else 1
            yield from _of_epoch(old, sources, epoch, range(first, last[epoch] + 1), _before(connection, base, epoch))


def _before(connection: Connection, base: Base, epoch: int) -> bytes | None:
    """What the first event of an epoch that is here follows; None where that is not known."""
    if epoch == base.last.epoch and base.last.seq:
        return bytes.fromhex(base.last.hash)
    told = state_value(connection, f"before:{epoch}")
    return bytes.fromhex(told) if told else ZERO_HASH if epoch == 1 else None


def _of_epoch(
    old: Salvage, sources: Sources, epoch: int, seqs: Iterable[int], previous: bytes | None
) -> Iterator[Found]:
    for seq in seqs:
        found = _event(old, sources, epoch, seq, previous)
        yield found
        previous = found.hash


def _event(old: Salvage, sources: Sources, epoch: int, seq: int, previous: bytes | None) -> Found:
    """The event as the chain proves it; after a lost one, as it stands, where what follows it does follow."""
    place, terminal = place_of(epoch, seq), sources.terminal
    row = old.event(place)
    if row is not None and previous is not None:
        own = event_hash(previous, terminal, epoch, seq, row.raw)
        if own == row.hash or _followed(old, terminal, epoch, seq, own):
            return Found(epoch, seq, row.raw, own, row)
    proved = sources.find(epoch, seq)
    if proved is not None and previous in (None, proved.before_at(seq)):
        given = _given(old, proved, terminal, seq, row)
        if given is not None:
            if row is None or given.raw != row.raw:
                sources.took(proved, seq - proved.first_seq)
            return given
    if row is not None and previous is None and _is_event(row.raw):
        return Found(epoch, seq, row.raw, row.hash, row)
    return Found(epoch, seq)


def _given(old: Salvage, proved: Proved, terminal: str, seq: int, row: EventRow | None) -> Found | None:
    """An event as a segment has it, or as it stands where that is what was signed; None where what stands here shows
    that it was another."""
    at, epoch, before = seq - proved.first_seq, proved.epoch, proved.before_at(seq)
    raw, digest = proved.raws[at], proved.hashes[at]
    if row is not None and event_hash(before, terminal, epoch, seq, row.raw) == digest:
        return Found(epoch, seq, row.raw, digest, row)
    if row is not None and row.hash != digest and _followed(old, terminal, epoch, seq, row.hash):
        return None
    known = seq > proved.told or digest == (row and row.hash) or _followed(old, terminal, epoch, seq, digest)
    told = not known or event_hash(before, terminal, epoch, seq, raw) != digest
    return Found(epoch, seq, raw, digest, row, told) if _is_event(raw) else None


def _followed(old: Salvage, terminal: str, epoch: int, seq: int, digest: bytes) -> bool:
    """Whether the next event follows that hash: then it is right, and the one in the row was damaged."""
    following = old.event(place_of(epoch, seq + 1))
    return following is not None and event_hash(digest, terminal, epoch, seq + 1, following.raw) == following.hash


def _is_event(raw: bytes) -> bool:
    try:
        decode_body(decode_envelope(raw))
    except msgspec.MsgspecError:
        return False
    return True


def _put(connection: Connection, found: Found, shifts: dict[str, ShiftTotals]) -> None:
    envelope = decode_envelope(found.raw)
    body = decode_body(envelope)
    own = None if isinstance(body, Unknown) else names_of(envelope.id, body)
    receipt_id, number = (own.receipt or None, own.number or None) if own else (None, None)
    row = (
        place_of(found.epoch, found.seq), envelope.id, envelope.type, account_of(body), envelope.at_ms, found.hash,
        receipt_id, number, _counted(found, body, shifts), _beside_of(found), found.raw,
    )  # fmt: skip
    connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    _shift_again(connection, found, body, envelope.at_ms, shifts)


def _counted(found: Found, body: Body | Unknown, shifts: dict[str, ShiftTotals]) -> bytes | None:
    """A shift's totals after a receipt: those of the row, else with the receipt added to those before it."""
    if not isinstance(body, SaleCompleted | ReturnCompleted):
        return None
    kept = found.row.totals if found.row is not None else None
    if kept is None and not found.put_right:
        return None
    shift_id = body.receipt.shift_id
    try:
        shifts[shift_id] = _totals.decode(kept or b"")
    except msgspec.MsgspecError:
        shifts[shift_id] = add_receipt(shifts.get(shift_id, ShiftTotals()), body.receipt)
    return canonical(shifts[shift_id])


def _beside_of(found: Found) -> bytes | None:
    kept = found.row.beside if found.row is not None else None
    try:
        read_beside(kept)
    except msgspec.MsgspecError:
        return None
    return kept


def _shift_again(
    connection: Connection, found: Found, body: Body | Unknown, at_ms: int, shifts: Mapping[str, ShiftTotals]
) -> None:
    """A shift whose row could not be read follows from its events."""
    match body:
        case ShiftOpened():
            row = (body.shift_id, body.shift_no, body.store, body.cashier, at_ms, place_of(found.epoch, found.seq))
            connection.execute("INSERT OR IGNORE INTO shift VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", row)
        case ShiftClosed():
            connection.execute(
                "UPDATE shift SET totals = ?, closed_at_ms = ? WHERE shift_id = ? AND closed_at_ms IS NULL",
                (canonical(body.totals), at_ms, body.shift_id),
            )
        case _:
            pass


assert set(_COPIED) | {"base", "state", "segment"} == set(KEYS)
