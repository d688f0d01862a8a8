"""What terminals read: where every bucket stands, and the rows of one bucket after a place.

Head, rows and the terminal's own place come from one snapshot of the database, so that a terminal which installs them
together never counts its own sales twice or not at all.
"""

from collections import defaultdict

from msgspec import Raw
from sqlalchemy import select

from loyalty.events import BUCKETS
from loyalty.feed import MAX_PAGE_ROWS, STREAMS, TOMBSTONE, Applied, DeltaPage, FeedRow, Head, Heads, Stream
from sync_server.refusals import Refused
from sync_server.schema import BUCKET_HEAD, FEED, TERM_BUCKET
from sync_server.store import Store, Tx

PAGE_BYTES = 512 * 1024
"""Of bodies: a till decodes a whole page at once."""


def read_heads(store: Store, gen: str, now_ms: int) -> Heads:
    """All buckets that hold anything, in the order of their numbers."""
    with store.read() as tx:
        return Heads(gen, now_ms, heads_in(tx))


def heads_in(tx: Tx) -> dict[Stream, tuple[Head, ...]]:
    query = select(BUCKET_HEAD.c.stream, BUCKET_HEAD.c.bucket, BUCKET_HEAD.c.seq, BUCKET_HEAD.c.checksum)
    found: defaultdict[str, list[Head]] = defaultdict(list)
    for row in tx.execute(query.order_by(BUCKET_HEAD.c.bucket)):
        found[row.stream].append(Head(row.bucket, row.seq, row.checksum))
    return {stream: tuple(found[stream]) for stream in STREAMS}


def read_delta(
    store: Store, gen: str, terminal: str, stream: str, bucket: int, from_seq: int, asked_gen: str
) -> DeltaPage:
    """One page of a bucket. Raises Refused: `gen` for another generation than ours, `unknown` for no such place."""
    if asked_gen != gen:
        raise Refused(409, "gen", "the head office has begun a new generation", gen=gen)
    if stream not in STREAMS or not 0 <= bucket < BUCKETS or not 0 <= from_seq < 2**62:
        raise Refused(404, "unknown", "there is no such stream, bucket or place")
    with store.read() as tx:
        return _page(tx, gen, terminal, stream, bucket, from_seq)


def _page(tx: Tx, gen: str, terminal: str, stream: Stream, bucket: int, from_seq: int) -> DeltaPage:
    place = (BUCKET_HEAD.c.bucket == bucket) & (BUCKET_HEAD.c.stream == stream)
    head = tx.execute(
        select(BUCKET_HEAD.c.seq, BUCKET_HEAD.c.checksum, BUCKET_HEAD.c.low_water).where(place)
    ).one_or_none()
    seq, checksum, low_water = (head.seq, head.checksum, head.low_water) if head else (0, 0, 0)
    refetch = from_seq > seq or 0 < from_seq < low_water
    rows, drained = ((), True) if from_seq > seq else _rows(tx, stream, bucket, from_seq)
    to_seq = seq if drained else rows[-1].change_seq
    return DeltaPage(
        gen, stream, bucket, from_seq, to_seq, checksum, drained, refetch, _applied(tx, terminal, bucket, stream), rows
    )


def _rows(tx: Tx, stream: Stream, bucket: int, from_seq: int) -> tuple[tuple[FeedRow, ...], bool]:
    """The rows that fit one page, and whether they are the last; a row over PAGE_BYTES makes a page of its own."""
    table = FEED[stream]
    after = (table.c.bucket == bucket) & (table.c.change_seq > from_seq)
    query = select(table.c.key, table.c.change_seq, table.c.body).where(after).order_by(table.c.change_seq)
    rows: list[FeedRow] = []
    size = 0
    for row in tx.execute(query.limit(MAX_PAGE_ROWS + 1)):
        size += len(row.body or b"")
        if rows and (size > PAGE_BYTES or len(rows) == MAX_PAGE_ROWS):
            return tuple(rows), False
        rows.append(FeedRow(row.key, row.change_seq, TOMBSTONE if row.body is None else Raw(row.body)))
    return tuple(rows), True


def _applied(tx: Tx, terminal: str, bucket: int, stream: Stream) -> Applied:
    if stream != "bal":
        return Applied()
    mine = (TERM_BUCKET.c.bucket == bucket) & (TERM_BUCKET.c.terminal == terminal)
    row = tx.execute(select(TERM_BUCKET.c.epoch, TERM_BUCKET.c.seq).where(mine)).one_or_none()
    return Applied(row.epoch, row.seq) if row else Applied()
