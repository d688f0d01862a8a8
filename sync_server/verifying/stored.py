"""Events as they are stored, looked up in what was made of them: none may be missing, and none may be other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from loyalty.events import MemberEnrolled, ReturnCompleted, SaleCompleted, bucket_of, canonical
from sync_server.arrivals import Arrived
from sync_server.rows import select_by
from sync_server.schema import EVENT, FLAG, MEMBER, RECEIPT, TERM_BUCKET
from sync_server.store import Tx
from sync_server.verifying.found import Finding

_EVENT = ("bucket", "event_id", "digest", "state", "terminal", "epoch", "seq")
Known = dict[tuple[int, str], Row[Any]]


def check_stored(tx: Tx, arrived: Sequence[Arrived], of_terminal: Counter[str]) -> Iterator[Finding]:
    """What is wrong with events of one segment that has been applied; `of_terminal` counts those whose row names the
    very place they came at."""
    known = _known(tx, arrived)
    for event in arrived:
        row = known.get(event.key) or _set_aside(event, known)
        if row is None:
            yield Finding("verify.event", _place(event))
        elif (row.terminal, row.epoch, row.seq) == (event.terminal, event.epoch, event.seq):
            of_terminal[event.terminal] += 1
    yield from _other_bytes(tx, [event for event in arrived if event.key in known], known)
    applied = [event for event in arrived if event.key in known and known[event.key].state != "parked"]
    yield from _receipts(tx, [event for event in applied if known[event.key].digest == event.digest])
    yield from _members(tx, [event for event in applied if isinstance(event.body, MemberEnrolled)])
    yield from _marks(tx, [event for event in arrived if event.key in known])


def without_source(tx: Tx, of_terminal: Counter[str]) -> Iterator[Finding]:
    """Terminals with more events in the books than their segments have."""
    query = select(EVENT.c.terminal, func.count().label("n")).group_by(EVENT.c.terminal).order_by(EVENT.c.terminal)
    for row in tx.execute(query).all():
        if row.n != of_terminal[row.terminal]:
            yield Finding("verify.no_source", f"{row.terminal}: {row.n - of_terminal[row.terminal]}")


def _known(tx: Tx, arrived: Sequence[Arrived]) -> Known:
    keys = {event.key for event in arrived} | {(bucket_of(event.event_id), event.event_id) for event in arrived}
    return {(row.bucket, row.event_id): row for row in select_by(tx, EVENT, _EVENT, ("bucket", "event_id"), keys)}


def _set_aside(event: Arrived, known: Known) -> Row[Any] | None:
    """Parked by a version that could not read it, and so did not know its bucket."""
    row = known.get((bucket_of(event.event_id), event.event_id))
    return row if row is not None and row.state == "parked" else None


def _other_bytes(tx: Tx, arrived: Sequence[Arrived], known: Known) -> Iterator[Finding]:
    other = [event for event in arrived if bytes(known[event.key].digest) != event.digest]
    keys = ("bucket", "event_id", "kind")
    flagged = select_by(tx, FLAG, keys[:2], keys, [(*event.key, "other_bytes") for event in other])
    said = {(row.bucket, row.event_id) for row in flagged}
    yield from (Finding("verify.bytes", _place(event)) for event in other if event.key not in said)


def _receipts(tx: Tx, arrived: Sequence[Arrived]) -> Iterator[Finding]:
    """A receipt's row is the event's own; or another event had brought it before, which has a flag."""
    wanted = {
        (event.bucket, event.body.receipt.receipt_id): (event, event.body.receipt)
        for event in arrived
        if isinstance(event.body, SaleCompleted | ReturnCompleted)
    }
    rows = select_by(tx, RECEIPT, ("bucket", "receipt_id", "event_id", "raw"), ("bucket", "receipt_id"), wanted)
    found = {(row.bucket, row.receipt_id): row for row in rows}
    for key, (event, receipt) in wanted.items():
        row = found.get(key)
        if row is None or (row.event_id == event.event_id and bytes(row.raw) != canonical(receipt)):
            yield Finding("verify.receipt", f"{receipt.number}, {_place(event)}")


def _members(tx: Tx, arrived: Sequence[Arrived]) -> Iterator[Finding]:
    wanted = {(event.bucket, _member_id(event)): event for event in arrived}
    rows = select_by(tx, MEMBER, ("bucket", "member_id"), ("bucket", "member_id"), wanted)
    there = {(row.bucket, row.member_id) for row in rows}
    yield from (Finding("verify.member", f"{key[1]}, {_place(wanted[key])}") for key in wanted if key not in there)


def _member_id(event: Arrived) -> str:
    assert isinstance(event.body, MemberEnrolled)
    return event.body.member_id


def _marks(tx: Tx, arrived: Sequence[Arrived]) -> Iterator[Finding]:
    """A till is told how far its own events are in: too little, and it counts them twice."""
    last = {(event.bucket, event.terminal): event for event in arrived}
    names = ("bucket", "terminal", "epoch", "seq")
    rows = select_by(tx, TERM_BUCKET, names, ("bucket", "terminal"), last)
    marks = {(row.bucket, row.terminal): (row.epoch, row.seq) for row in rows}
    for key, event in sorted(last.items()):
        if marks.get(key, (0, 0)) < (event.epoch, event.seq):
            yield Finding("verify.mark", f"bucket {key[0]}, {_place(event)}")


def _place(event: Arrived) -> str:
    return f"{event.terminal}/{event.epoch}/{event.seq} ({event.type or 'unreadable'} {event.event_id})"
