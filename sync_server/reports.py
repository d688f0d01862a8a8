"""What the console and the metrics ask: totals, receipts, terminals, flags. Reads over buckets are no one moment."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from loyalty.ledger import MAIN_WALLET
from sync_server.schema import (
    EVENT,
    FEED,
    FLAG,
    HELD,
    MEMBER,
    PROGRAMME_TOTAL,
    RECEIPT,
    SEGMENT,
    TERMINAL,
    TERMINAL_CURSOR,
    TSHARD_APPLIED,
    TSHARD_HEAD,
)  # fmt: skip
from sync_server.store import Store, Tx

_NO_SHARD = -1
"""Found at once not to be there: what is asked for where no shard has more."""


class Backlog(msgspec.Struct, frozen=True):
    """Events that are stored and not in the books: not applied yet, put aside, waiting for another."""

    behind: int
    parked: int
    waiting: int


class Counts(msgspec.Struct, frozen=True):
    """Of everything there is: the tables are read whole."""

    members: int
    products: int
    receipts: int
    terminals: int
    points: int
    """The sum of all members' balances."""
    events_behind: int
    events_parked: int
    events_waiting: int
    flags: int


class HourTotals(msgspec.Struct, frozen=True):
    """One hour of a day by the stores' own clocks; returns are counted apart, not taken off."""

    hour: int
    sales: int = 0
    returns: int = 0
    sold_minor: int = 0
    returned_minor: int = 0
    discount_minor: int = 0
    members: int = 0
    """Sales with a member."""
    earned_points: int = 0
    redeemed_points: int = 0


class FlagLine(msgspec.Struct, frozen=True):
    kind: str
    place: str
    detail: str
    at_ms: int
    event_id: str


class TerminalLine(msgspec.Struct, frozen=True):
    """One terminal: what is stored of it, what is applied, and when it was last heard."""

    terminal: str
    terminal_no: int
    name: str
    store: str
    store_name: str
    state: str
    enrolled_ms: int
    seen_ms: int
    epoch: int
    seq: int
    events_stored: int
    events_behind: int
    events_parked: int


def read_counts(store: Store) -> Counts:
    backlog = read_backlog(store)
    with store.read() as tx:
        main = PROGRAMME_TOTAL.c.wallet == MAIN_WALLET
        return Counts(
            members=_count(tx, select(func.count()).select_from(MEMBER).where(MEMBER.c.merged_into == "")),
            products=_count(
                tx, select(func.count()).select_from(FEED["goods"]).where(FEED["goods"].c.body.is_not(None))
            ),
            receipts=_count(tx, select(func.count()).select_from(RECEIPT)),
            terminals=_count(tx, select(func.count()).select_from(TERMINAL)),
            points=-_count(tx, select(func.coalesce(func.sum(PROGRAMME_TOTAL.c.points), 0)).where(main)),
            events_behind=backlog.behind,
            events_parked=backlog.parked,
            events_waiting=backlog.waiting,
            flags=_count(tx, select(func.count()).select_from(FLAG)),
        )


def read_backlog(store: Store) -> Backlog:
    """However much is in the books, only what is not is read."""
    with store.read() as tx:
        states = held_states(tx)
        return Backlog(sum(events_behind(tx).values()), states.get("parked", 0), states.get("waiting", 0))


def held_states(tx: Tx) -> dict[str, int]:
    """state -> events in it, of those that are not in the books; a state nothing is in is missing."""
    by_state = select(EVENT.c.state, func.count().label("n")).where(HELD).group_by(EVENT.c.state)
    return {row.state: row.n for row in tx.execute(by_state)}


def day_totals(store: Store, local_date: str, shop: str = "") -> tuple[HourTotals, ...]:
    """The hours of one day (`2026-11-22`) that had receipts, in order; `shop` narrows to one store."""
    hour = (RECEIPT.c.local_minute // 60).label("hour")
    sums = [
        func.sum(column).label(column.name)
        for column in (
            RECEIPT.c.total_minor,
            RECEIPT.c.discount_minor,
            RECEIPT.c.earned_points,
            RECEIPT.c.redeemed_points,
        )
    ]
    members = func.count(func.nullif(RECEIPT.c.member_id, ""))
    query = select(hour, RECEIPT.c.kind, func.count().label("receipts"), members.label("members"), *sums).where(
        RECEIPT.c.local_date == local_date
    )
    if shop:
        query = query.where(RECEIPT.c.store == shop)
    hours: dict[int, HourTotals] = {}
    with store.read() as tx:
        for row in tx.execute(query.group_by(hour, RECEIPT.c.kind)):
            hours[row.hour] = _with_kind(hours.get(row.hour, HourTotals(row.hour)), row)
    return tuple(hours[found] for found in sorted(hours))


def _with_kind(totals: HourTotals, row: Any) -> HourTotals:
    if row.kind == "return":
        return msgspec.structs.replace(totals, returns=row.receipts, returned_minor=int(row.total_minor))
    return msgspec.structs.replace(
        totals,
        sales=row.receipts,
        sold_minor=int(row.total_minor),
        discount_minor=int(row.discount_minor),
        members=row.members,
        earned_points=int(row.earned_points),
        redeemed_points=int(row.redeemed_points),
    )


def flag_lines(tx: Tx, query: Select[Any]) -> tuple[FlagLine, ...]:
    return tuple(FlagLine(row.kind, row.place, row.detail, row.at_ms, row.event_id) for row in tx.execute(query))


def terminal_lines(store: Store) -> tuple[TerminalLine, ...]:
    """All terminals by number."""
    parked = (
        select(EVENT.c.terminal, func.count().label("n"))
        .where(EVENT.c.state == "parked", HELD)
        .group_by(EVENT.c.terminal)
    )
    joined = TERMINAL.join(
        TERMINAL_CURSOR,
        (TERMINAL.c.tshard == TERMINAL_CURSOR.c.tshard) & (TERMINAL.c.terminal == TERMINAL_CURSOR.c.terminal),
    )
    query = select(TERMINAL, TERMINAL_CURSOR.c.epoch, TERMINAL_CURSOR.c.seq, TERMINAL_CURSOR.c.events).select_from(
        joined
    )
    with store.read() as tx:
        unknown = {row.terminal: row.n for row in tx.execute(parked)}
        behind = events_behind(tx)
        rows = tx.execute(query.order_by(TERMINAL.c.terminal_no)).all()
    return tuple(
        TerminalLine(
            row.terminal, row.terminal_no, row.name, row.store, row.store_name, row.state, row.enrolled_ms, row.seen_ms,
            row.epoch, row.seq, row.events, behind.get(row.terminal, 0), unknown.get(row.terminal, 0),
        )
        for row in rows
    )  # fmt: skip


def events_behind(tx: Tx) -> dict[str, int]:
    """terminal -> events stored and not applied yet."""
    events = func.sum(SEGMENT.c.last_seq - SEGMENT.c.first_seq + 1)
    query = select(SEGMENT.c.terminal, events.label("n")).where(segments_behind(tx)).group_by(SEGMENT.c.terminal)
    return {row.terminal: int(row.n) for row in tx.execute(query)}


def segments_behind(tx: Tx) -> ColumnElement[bool]:
    """Segments stored and not applied yet: each shard of tills is asked from its own mark on, and not at all where it
    has no more, so that what is applied already is not read."""
    marks = {row.tshard: row.tseq for row in tx.execute(select(TSHARD_APPLIED))}
    heads = ((row.tshard, row.next_seq, marks.get(row.tshard, 0)) for row in tx.execute(select(TSHARD_HEAD)))
    late = (and_(SEGMENT.c.tshard == tshard, SEGMENT.c.tseq > mark) for tshard, last, mark in heads if last > mark)
    return or_(SEGMENT.c.tshard == _NO_SHARD, *late)


def _count(tx: Tx, query: Select[Any]) -> int:
    return int(tx.execute(query).scalar_one())
