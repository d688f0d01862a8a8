"""Events that were put aside: listed with the reason, and applied once this version understands them.

An event that could not be read lies in the bucket of its own id, since nobody knew whose it was; one whose applying
failed lies where it belongs. Replayed, it is applied in its own bucket by the key of the event, and only then taken out
of where it lay: cut short, it is done again and counts once.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Row, select, tuple_

from loyalty.errors import StoreFault
from loyalty.events import MemberEnrolled
from sync_server.apply import apply_again
from sync_server.arrivals import Arrived, arrive
from sync_server.bank_cards import settle_new, take_bank_cards
from sync_server.claims import Owners, claim
from sync_server.coupon_uses import After, claim_coupons, flag_again, free_coupons
from sync_server.effect_kinds import apply_effects
from sync_server.erasing.erased import erased_among
from sync_server.erasing.late import clear_up, members_of, without_personal
from sync_server.identity import Identity
from sync_server.personal import Key, complete_members
from sync_server.programmes import read_rules, read_versions
from sync_server.rounds import card_claims, is_of_the_event, refs_of
from sync_server.rows import select_by
from sync_server.schema import EVENT, FLAG, HELD, TERMINAL, tshard_of
from sync_server.segment_events import clock_told
from sync_server.standing import Rules
from sync_server.store import Store, Tx

PAGE_EVENTS = 200
MAX_ROUNDS = 100
"""Of effects afterwards; what is under way then is left to the running server."""
_ORDER = (EVENT.c.terminal, EVENT.c.epoch, EVENT.c.seq, EVENT.c.event_id)
_REASONS = ("unreadable", "failed")
log = structlog.get_logger("parked")


class Parked(msgspec.Struct, frozen=True):
    """`till` is its number as in T3; `why` what this or an earlier version said."""

    till: str
    terminal: str
    epoch: int
    seq: int
    event_id: str
    type: str
    received_ms: int
    why: str


class Replayed(msgspec.Struct, frozen=True):
    """Events applied, and those that stay put aside."""

    applied: int = 0
    left: int = 0


def read_parked(store: Store) -> Iterator[Parked]:
    """In the order of each terminal's chain."""
    for rows in _pages(store):
        keys = ("bucket", "event_id")
        with store.read() as tx:
            flags = select_by(tx, FLAG, (*keys, "kind", "detail"), keys, [(row.bucket, row.event_id) for row in rows])
            places = {(tshard_of(row.terminal), row.terminal) for row in rows}
            tills = select_by(tx, TERMINAL, ("terminal", "terminal_no"), ("tshard", "terminal"), places)
        why = {(each.bucket, each.event_id): each.detail for each in flags if each.kind in _REASONS}
        numbers = {each.terminal: f"T{each.terminal_no}" for each in tills}
        for row in rows:
            said = why.get((row.bucket, row.event_id), "")
            name = numbers.get(row.terminal, row.terminal)
            yield Parked(name, row.terminal, row.epoch, row.seq, row.event_id, row.type, row.received_ms, said)


def replay_parked(store: Store, identity: Identity) -> Replayed:
    """Apply what can be, each event once and in its terminal's order; the rest stays as it is."""
    _finish(store, identity)
    done = Replayed()
    for rows in _pages(store):
        tried = _arrived(store, rows)
        gone = erased_among(store, members_of([event for _, event in tried]))
        events = without_personal([event for _, event in tried], gone)
        readable = [(lay, event) for (lay, _), event in zip(tried, events, strict=True) if event.body is not None]
        applied = _replay(store, identity, readable) if readable else 0
        clear_up(store, identity, [event for _, event in readable], gone, max(row.received_ms for row in rows))
        done = Replayed(done.applied + applied, done.left + len(rows) - applied)
    for _ in range(MAX_ROUNDS if done.applied else 0):
        if not apply_effects(store):
            break
    return done


def _pages(store: Store) -> Iterator[Sequence[Row[Any]]]:
    """What is put aside, some at a time; what is replayed meanwhile is not met twice."""
    after: tuple[Any, ...] = ("", 0, 0, "")
    while True:
        query = EVENT.select().where(EVENT.c.state == "parked", HELD, tuple_(*_ORDER) > tuple_(*after))
        with store.read() as tx:
            rows = tx.execute(query.order_by(*_ORDER).limit(PAGE_EVENTS)).all()
        if rows:
            yield rows
        if len(rows) < PAGE_EVENTS:
            return
        after = tuple(rows[-1]._mapping[column.name] for column in _ORDER)


def _arrived(store: Store, rows: Sequence[Row[Any]]) -> list[tuple[Key, Arrived]]:
    """Where each lies, and the event as it came."""
    with store.read() as tx:
        clocks = [clock_told(tx, row.terminal, row.epoch, row.seq) for row in rows]
    return [
        ((row.bucket, row.event_id), arrive(row.terminal, row.epoch, row.seq, row.received_ms, bytes(row.raw), clock))
        for row, clock in zip(rows, clocks, strict=True)
    ]


def _replay(store: Store, identity: Identity, readable: Sequence[tuple[Key, Arrived]]) -> int:
    """How many of these are applied now."""
    arrived = [event for _, event in readable]
    owners = claim(store, card_claims(arrived))
    after = claim_coupons(store, arrived)
    rules = replace(read_rules(store), versions=read_versions(store, refs_of(arrived)))
    applied = [(lay, event) for lay, event in readable if _apply(store, lay, event, rules, owners)]
    _end(store, identity, applied, after)
    return len(applied)


def _finish(store: Store, identity: Identity) -> None:
    """What a replay killed after applying has left to do: its events' flags are still there."""
    same = (FLAG.c.bucket == EVENT.c.bucket) & (FLAG.c.event_id == EVENT.c.event_id)
    half = (FLAG.c.kind == "failed") & (EVENT.c.state != "parked") & FLAG.c.raw.is_not(None)
    columns = (EVENT.c.bucket, EVENT.c.event_id, EVENT.c.terminal, EVENT.c.epoch, EVENT.c.seq, EVENT.c.received_ms)
    with store.read() as tx:
        rows = tx.execute(select(*columns, FLAG.c.raw).select_from(FLAG.join(EVENT, same)).where(half)).all()
    events = _arrived(store, rows)
    if events:
        _end(store, identity, events, claim_coupons(store, [event for _, event in events]))


def _end(store: Store, identity: Identity, applied: Sequence[tuple[Key, Arrived]], after: After) -> None:
    """What follows an event outside its bucket; last, nothing says any more that it was put aside."""
    arrived = [event for _, event in applied]
    flag_again(store, arrived, after)
    free_coupons(store, arrived)
    take_bank_cards(store, arrived)
    settle_new(store, arrived)
    complete_members(store, identity, [event.key for event in arrived if isinstance(event.body, MemberEnrolled)])
    for lay, _ in applied:
        store.write(partial(_take_out, lay=lay), lay[0])


def _apply(store: Store, lay: Key, event: Arrived, rules: Rules, owners: Owners) -> bool:
    try:
        store.write(partial(_apply_one, lay=lay, event=event, rules=rules, owners=owners), event.bucket)
    except StoreFault as fault:
        if not is_of_the_event(fault.__cause__):
            raise
        return _still_fails(event, fault)
    except Exception as error:  # noqa: BLE001  the edge of stage 2: no event may stop those behind it
        return _still_fails(event, error)
    return True


def _still_fails(event: Arrived, error: BaseException) -> bool:
    log.warning("still_parked", event_id=event.event_id, kind=type(error).__name__)
    return False


def _apply_one(tx: Tx, lay: Key, event: Arrived, rules: Rules, owners: Owners) -> None:
    """Where it lies in its own bucket it makes room for itself; if it is there no more, another has replayed it."""
    if lay == event.key and not tx.execute(EVENT.delete().where(_aside(lay))).rowcount:
        return
    apply_again(tx, [event], rules, owners)


def _take_out(tx: Tx, lay: Key) -> None:
    """The event from where it lay, with the flag that said so."""
    tx.execute(EVENT.delete().where(_aside(lay)))
    said = (FLAG.c.bucket == lay[0]) & (FLAG.c.event_id == lay[1])
    tx.execute(FLAG.delete().where(said, FLAG.c.kind.in_(_REASONS)))


def _aside(lay: Key) -> ColumnElement[bool]:
    return (EVENT.c.bucket == lay[0]) & (EVENT.c.event_id == lay[1]) & (EVENT.c.state == "parked")
