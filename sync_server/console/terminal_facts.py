"""Terminals and what is out of order: who has been silent, what waits, what was put aside, what does not agree."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Row

from loyalty.events import ReturnCompleted, decode_body, decode_envelope
from sync_server.reports import read_backlog, terminal_lines
from sync_server.rows import select_by
from sync_server.schema import EVENT, FLAG, HELD, RECEIPT, part_of
from sync_server.stops import stops_in_force
from sync_server.store import Store, Tx

SILENT_MS = 24 * 3600 * 1000
"""A shop may be closed for a night; a day without a word is worth one."""
NEAR_MS = 5 * 60 * 1000
"""Heard within this time, a till counts as connected."""
LISTED = 100
WarningKind = Literal["stopped", "behind", "parked", "waiting", "silent"]


class Warning(msgspec.Struct, frozen=True):
    """`count` stops or events, or the silent tills by number."""

    kind: WarningKind
    count: int
    tills: tuple[int, ...] = ()


class Held(msgspec.Struct, frozen=True):
    """An event that is not in the books: `parked` (cannot be read, or failed, `why`) or a return `waiting` for the sale
    `waits_for`, by number where the return names it; `number` is the return's own.
    """

    state: str
    type: str
    terminal: str
    epoch: int
    seq: int
    received_ms: int
    why: str = ""
    number: str = ""
    receipt_id: str = ""
    waits_for: str = ""


class Flagged(msgspec.Struct, frozen=True):
    """A disagreement worth a look; `terminal`, `epoch` and `seq` say which event, `receipt_id` which receipt."""

    kind: str
    detail: str
    at_ms: int
    terminal: str
    epoch: str
    seq: str
    receipt_id: str
    member_id: str


def read_warnings(store: Store, now_ms: int) -> tuple[Warning, ...]:
    lines = [line for line in terminal_lines(store) if line.state == "active"]
    silent = tuple(line.terminal_no for line in lines if now_ms - line.seen_ms > SILENT_MS)
    stops, backlog = stops_in_force(store), read_backlog(store)
    found = (
        Warning("stopped", len(stops.campaigns) + (stops.redemption is not None)),
        Warning("behind", backlog.behind),
        Warning("parked", backlog.parked),
        Warning("waiting", backlog.waiting),
        Warning("silent", len(silent), silent),
    )
    return tuple(warning for warning in found if warning.count)


def read_held(store: Store) -> tuple[Held, ...]:
    """Newest first."""
    query = EVENT.select().where(HELD).order_by(EVENT.c.received_ms.desc())
    with store.read() as tx:
        rows = tx.execute(query.limit(LISTED)).all()
        keys = ("bucket", "event_id")
        flags = select_by(tx, FLAG, (*keys, "kind", "detail"), keys, [(row.bucket, row.event_id) for row in rows])
    why = {(flag.bucket, flag.event_id): flag.detail for flag in flags if flag.kind in ("unreadable", "failed")}
    return tuple(_held(row, why.get((row.bucket, row.event_id), "")) for row in rows)


def read_flagged(store: Store) -> tuple[Flagged, ...]:
    """Newest first."""
    with store.read() as tx:
        rows = tx.execute(FLAG.select().order_by(FLAG.c.at_ms.desc(), FLAG.c.event_id).limit(LISTED)).all()
        receipts = receipts_of_flags(tx, rows)
    return tuple(_flagged(row, receipts.get((row.bucket, row.event_id), "")) for row in rows)


def stores_of(store: Store) -> tuple[tuple[str, str], ...]:
    """(code, name) of the stores that have terminals."""
    return tuple(sorted({line.store: line.store_name for line in terminal_lines(store)}.items()))


def _held(row: Row[Any], why: str) -> Held:
    held = Held(row.state, row.type, row.terminal, row.epoch, row.seq, row.received_ms, why)
    if row.state != "waiting":
        return held
    body = decode_body(decode_envelope(row.raw))
    assert isinstance(body, ReturnCompleted)
    receipt = body.receipt
    sale = receipt.original_number or receipt.original_id or ""
    return msgspec.structs.replace(held, number=receipt.number, receipt_id=receipt.receipt_id, waits_for=sale)


def receipts_of_flags(tx: Tx, rows: Sequence[Row[Any]]) -> dict[tuple[int, str], str]:
    """(bucket, event_id) of flags -> the receipt the event is of, where it is of one.

    Receipts have no index by event: they are looked for in the part of time of their event, which has their moment.
    """
    keys = ("bucket", "event_id")
    events = select_by(tx, EVENT, (*keys, "at_ms"), keys, [(row.bucket, row.event_id) for row in rows])
    wanted = [(row.bucket, part_of(row.at_ms), row.event_id) for row in events]
    found = select_by(tx, RECEIPT, (*keys, "receipt_id"), ("bucket", "part", "event_id"), wanted)
    return {(row.bucket, row.event_id): row.receipt_id for row in found}


def _flagged(row: Row[Any], receipt_id: str) -> Flagged:
    """`place` is terminal/epoch/seq, or the id of a member."""
    terminal, _, rest = row.place.partition("/")
    epoch, _, seq = rest.partition("/")
    member = "" if rest else row.place
    return Flagged(row.kind, row.detail, row.at_ms, terminal if rest else "", epoch, seq, receipt_id, member)
