"""What recording writes while the customer waits, all in one transaction: the event, and what comes with it."""

from collections.abc import Callable

import msgspec

from loyalty.chain import event_hash
from loyalty.errors import NotNow, StoreFault
from loyalty.events import (
    Body,
    CashMoved,
    MemberEnrolled,
    Personal,
    ReturnCompleted,
    SaleCompleted,
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
    account_of,
    canonical,
    personal_hash,
)
from loyalty.feed import IdentRow
from loyalty.sentences import sentence
from terminal.offline_queue.journal_beside import NOTHING, Beside, written
from terminal.offline_queue.journal_file import FILE, place_of
from terminal.offline_queue.journal_names import Names, above, greater
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection


class Fact(msgspec.Struct, frozen=True):
    """One thing that happened: `event_id` is a UUIDv7 in hex, `at_ms` the wall clock."""

    event_id: str
    at_ms: int
    body: Body


class Recorded(msgspec.Struct, frozen=True):
    """Where the facts stand in the chain; `hash` (hex) is of the last."""

    epoch: int
    first_seq: int
    last_seq: int
    hash: str


class Extras(msgspec.Struct, frozen=True):
    """What goes into the same transaction as the facts."""

    personal: Personal | None = None
    enrolled: IdentRow | None = None
    totals: ShiftTotals | None = None
    beside: Beside = NOTHING


class Head(msgspec.Struct, frozen=True):
    """Where the journal stands: its last event, or what the first of an epoch follows (seq 0), its names, its shift."""

    epoch: int
    seq: int
    hash: bytes
    names: Names
    shift_id: str = ""
    """Of the open shift; empty where none is."""


Find = Callable[[str, str], int]
"""The place of the event with a name of a kind; 0 where none has it."""


def recorded_before(
    connection: Connection, facts: tuple[Fact, ...], every: list[Names], raws: list[bytes], names: Names, find: Find
) -> Recorded | None:
    """Where these very facts stand already, None where all are new. Raises StoreFault where a name is taken otherwise.

    `every` are their names, `names` the greatest there are, so `find` is asked only of facts that are not above them
    and one another.
    """
    for own in every:
        if not above(own, names):
            break
        names = own if own.receipt else greater(own, names)
    else:
        return None
    places = [find("event", own.event) if own.event else find("moved", own.moved) for own in every]
    if any(places):
        return _the_same(connection, facts, raws, places)
    _check_names(every, find)
    return None


def _the_same(connection: Connection, facts: tuple[Fact, ...], raws: list[bytes], places: list[int]) -> Recorded:
    query = "SELECT epoch, seq, raw, hash FROM event WHERE place = ?"
    found = [connection.execute(query, (place,)).fetchone() for place in places]
    for fact, raw, row in zip(facts, raws, found, strict=True):
        if row is None or row[2] != raw:
            raise StoreFault(sentence("journal.same_id", event=fact.event_id))
    return Recorded(found[0][0], found[0][1], found[-1][1], bytes(found[-1][3]).hex())


def _check_names(own: list[Names], find: Find) -> None:
    """That nobody has a receipt's names yet, and no two of these the same."""
    for kind in Names.__struct_fields__:
        names = [name for each in own if (name := getattr(each, kind))]
        if len({*names}) < len(names) or any(find(kind, name) for name in names):
            raise store_fault("store.twice", file=FILE)


def write_facts(
    connection: Connection,
    terminal: str,
    facts: tuple[Fact, ...],
    every: list[Names],
    raws: list[bytes],
    extras: Extras,
    head: Head,
) -> Head:
    """Append facts that are new and what comes with them; where the journal stands then."""
    epoch, seq, digest, names, shift_id = head.epoch, head.seq, head.hash, head.names, head.shift_id
    for fact, own, raw in zip(facts, every, raws, strict=True):
        seq += 1
        digest = event_hash(digest, terminal, epoch, seq, raw)
        _append(connection, place_of(epoch, seq), fact, own, raw, digest, extras)
        shift_id = _carry(connection, place_of(epoch, seq), fact, extras, shift_id)
        names = greater(own, names)
    return Head(epoch, seq, digest, names, shift_id)


def _append(
    connection: Connection, place: int, fact: Fact, own: Names, raw: bytes, digest: bytes, extras: Extras
) -> None:
    kind = str(type(fact.body).__struct_config__.tag)
    receipt, totals, beside = (own.receipt or None, own.number or None), None, None
    if own.receipt:
        beside = written(extras.beside)
    if own.receipt or isinstance(fact.body, CashMoved):
        totals = canonical(extras.totals) if extras.totals is not None else None
    connection.execute(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (place, fact.event_id, kind, account_of(fact.body), fact.at_ms, digest, *receipt, totals, beside, raw),
    )


def _carry(connection: Connection, place: int, fact: Fact, extras: Extras, shift_id: str) -> str:
    """What comes with a fact and is as durable; the shift open then. A receipt that counts needs its own to be open."""
    match fact.body:
        case SaleCompleted(receipt=receipt) | ReturnCompleted(receipt=receipt):
            if extras.totals is not None and receipt.shift_id != shift_id:
                raise NotNow(sentence("journal.no_shift"))
        case CashMoved() if fact.body.shift_id != shift_id:
            raise NotNow(sentence("journal.no_shift"))
        case MemberEnrolled():
            _enrol(connection, fact.event_id, fact.body, extras)
        case ShiftOpened():
            _open_shift(connection, place, fact.body, fact.at_ms)
            return fact.body.shift_id
        case ShiftClosed():
            _close_shift(connection, fact.body, fact.at_ms)
            return ""
        case _:
            pass
    return shift_id


def _enrol(connection: Connection, event_id: str, body: MemberEnrolled, extras: Extras) -> None:
    personal, ident = extras.personal, extras.enrolled
    if personal is not None:
        if personal.event_id != event_id or personal_hash(personal) != body.personal_hash:
            raise StoreFault(sentence("journal.personal"))
        connection.execute("INSERT INTO personal (event_id, raw) VALUES (?, ?)", (event_id, canonical(personal)))
    if ident is not None:
        row = (body.member_id, body.card, ident.phone_hash, canonical(ident))
        connection.execute("INSERT INTO enrolled VALUES (?, ?, ?, ?)", row)


def _open_shift(connection: Connection, place: int, body: ShiftOpened, at_ms: int) -> None:
    open_now = connection.execute("SELECT shift_no FROM shift WHERE closed_at_ms IS NULL").fetchone()
    if open_now:
        raise NotNow(sentence("journal.shift_open", number=open_now[0]))
    row = (body.shift_id, body.shift_no, body.store, body.cashier, at_ms, place, None, None)
    connection.execute("INSERT INTO shift VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _close_shift(connection: Connection, body: ShiftClosed, at_ms: int) -> None:
    closed = connection.execute(
        "UPDATE shift SET totals = ?, closed_at_ms = ? WHERE shift_id = ? AND closed_at_ms IS NULL",
        (canonical(body.totals), at_ms, body.shift_id),
    )
    if closed.rowcount != 1:
        raise NotNow(sentence("journal.no_shift"))
