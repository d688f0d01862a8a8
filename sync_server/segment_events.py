"""The events of stored segments, each at its place and with what its till said of its clock."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row, select, tuple_

from loyalty.told_clock import ToldClock
from sync_server.arrivals import Arrived, arrive
from sync_server.schema import SEGMENT, tshard_of
from sync_server.store import Tx
from sync_server.stored_segments import events_in, header_of

PAGE_SEGMENTS = 8
"""Read at once; one may have half a megabyte."""


def arrived_in(row: Row[Any]) -> list[Arrived]:
    """The events of a row of `segment`, in order. Raises BadInput where it cannot be read."""
    return arrived_of(row, enumerate(events_in(row), row.first_seq))


def arrived_of(row: Row[Any], raws: Iterable[tuple[int, bytes]]) -> list[Arrived]:
    """Events of a row of `segment`, each given by its number and its bytes."""
    clock = header_of(row).clock
    return [arrive(row.terminal, row.epoch, seq, row.received_ms, raw, clock) for seq, raw in raws]


def segments_of(tx: Tx, terminal: str) -> Iterator[Row[Any]]:
    """A terminal's segments in their order, some at a time."""
    mine, place = (SEGMENT.c.tshard == tshard_of(terminal)) & (SEGMENT.c.terminal == terminal), (0, 0)
    in_order = tuple_(SEGMENT.c.epoch, SEGMENT.c.first_seq)
    while True:
        query = select(SEGMENT).where(mine, in_order > place).order_by(SEGMENT.c.epoch, SEGMENT.c.first_seq)
        rows = tx.execute(query.limit(PAGE_SEGMENTS)).all()
        yield from rows
        if len(rows) < PAGE_SEGMENTS:
            return
        place = rows[-1].epoch, rows[-1].first_seq


def segment_with(tx: Tx, terminal: str, epoch: int, seq: int) -> Row[Any] | None:
    """The segment an event came in."""
    holds = (
        (SEGMENT.c.tshard == tshard_of(terminal)) & (SEGMENT.c.terminal == terminal) & (SEGMENT.c.epoch == epoch)
        & (SEGMENT.c.first_seq <= seq) & (SEGMENT.c.last_seq >= seq)
    )  # fmt: skip
    return tx.execute(select(SEGMENT).where(holds).limit(1)).one_or_none()


def clock_told(tx: Tx, terminal: str, epoch: int, seq: int) -> ToldClock | None:
    """What the till said of its clock with an event."""
    row = segment_with(tx, terminal, epoch, seq)
    return header_of(row).clock if row is not None else None
