"""What has happened at a head office, in the order of its own clock: segments that came, and what it did itself.

Read from the tables that are sources: segments, published versions, imports, changes of members, statuses by hand.
"""

from collections.abc import Iterator
from heapq import merge

import msgspec
from sqlalchemy import select

from loyalty.feed import ProgrammeRow
from loyalty.statuses.progress import Grant
from sync_server.arrivals import Arrived
from sync_server.grants import Act
from sync_server.member_changes import MemberChange
from sync_server.schema import MEMBER_CHANGE, PROGRAMME_VERSION, SEGMENT, STATUS_ACT, TSHARD_APPLIED, TSHARDS
from sync_server.segment_events import arrived_in
from sync_server.store import Tx

PAGE_ROWS = 500
_change = msgspec.json.Decoder(MemberChange)


class Sent(msgspec.Struct, frozen=True):
    """A segment's place."""

    tshard: int
    tseq: int


class Granted(msgspec.Struct, frozen=True):
    account_id: str
    act: Act


Happened = ProgrammeRow | Sent | MemberChange | Granted
_Dated = tuple[int, int, int, int, Happened]
"""(at_ms, kind, and two numbers that tell equal ones apart, what)."""


def happened(tx: Tx) -> Iterator[tuple[int, Happened]]:
    """Everything with its time; of one moment publications first, then segments, changes, statuses by hand."""
    applied = {row.tshard: row.tseq for row in tx.execute(select(TSHARD_APPLIED))}
    segments = [_segments(tx, tshard, applied.get(tshard, 0)) for tshard in range(TSHARDS)]
    for at_ms, _, _, _, what in merge(_published(tx), *segments, _changes(tx), _acts(tx), key=lambda each: each[:4]):
        yield at_ms, what


def events_of(tx: Tx, sent: Sent) -> list[Arrived]:
    """A segment's events. Raises BadInput where it cannot be read."""
    place = (SEGMENT.c.tshard == sent.tshard) & (SEGMENT.c.tseq == sent.tseq)
    row = tx.execute(select(SEGMENT).where(place)).one()
    return arrived_in(row)


def _segments(tx: Tx, tshard: int, applied: int) -> Iterator[_Dated]:
    """In the order they were stored, whatever the clock said then."""
    last_ms, after = 0, 0
    while True:
        mine = (SEGMENT.c.tshard == tshard) & (SEGMENT.c.tseq > after) & (SEGMENT.c.tseq <= applied)
        query = select(SEGMENT.c.tseq, SEGMENT.c.received_ms).where(mine).order_by(SEGMENT.c.tseq).limit(PAGE_ROWS)
        rows = tx.execute(query).all()
        for row in rows:
            last_ms = max(last_ms, row.received_ms)
            yield last_ms, 1, tshard, row.tseq, Sent(tshard, row.tseq)
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1].tseq


def _published(tx: Tx) -> Iterator[_Dated]:
    query = select(PROGRAMME_VERSION).order_by(PROGRAMME_VERSION.c.published_ms, PROGRAMME_VERSION.c.version)
    for number, row in enumerate(tx.execute(query).all()):
        made = ProgrammeRow(row.id, row.version, row.document, row.signature)
        yield row.published_ms, 0, number, 0, made


def _changes(tx: Tx) -> Iterator[_Dated]:
    """Read whole: each was made by a person."""
    query = select(MEMBER_CHANGE).order_by(MEMBER_CHANGE.c.at_ms, MEMBER_CHANGE.c.change_id)
    for number, row in enumerate(tx.execute(query).all()):
        yield row.at_ms, 2, number, 0, _change.decode(row.body)


def _acts(tx: Tx) -> Iterator[_Dated]:
    query = select(STATUS_ACT).order_by(STATUS_ACT.c.at_ms, STATUS_ACT.c.act.desc(), STATUS_ACT.c.act_id)
    for number, row in enumerate(tx.execute(query).all()):
        grant = Grant(row.status, row.given_on, row.last_date, by_hand=True)
        yield row.at_ms, 3, number, 0, Granted(row.account_id, Act(row.at_ms, row.act, grant, row.reason, row.who))
