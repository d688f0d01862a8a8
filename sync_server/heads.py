"""The counter and the checksum of each bucket: how a changed row gets its place in the feed.

The counter's row is locked by the first statement here and stays locked until the commit, so rows become visible in
the order of their numbers and a reader's cursor never passes over one. `put_rows` therefore comes last in its
transaction: everything slow is done by then.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from loyalty.feed import STREAMS, Stream, checksum_add, row_hash
from sync_server.rows import add_rows, insert_only, update_rows
from sync_server.schema import BUCKET_HEAD, FEED
from sync_server.store import Tx

Place = tuple[int, Stream]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One row to write: its new body (None deletes it) and the hash of the row it replaces (None: there is none).

    `old_h` must have been read in this transaction with the row locked. `more`: further columns of the stream's table.
    """

    bucket: int
    key: str
    body: bytes | None
    old_h: int | None
    more: Mapping[str, Any] = {}


def put_rows(tx: Tx, changes: Mapping[Stream, Sequence[Change]]) -> None:
    """Number, write and count the changes of one transaction. At most one change for each row."""
    counts = Counter((change.bucket, stream) for stream in STREAMS for change in changes.get(stream, ()))
    if not counts:
        return
    heads = take_numbers(tx, counts)
    sums = {place: checksum for place, (_, checksum) in heads.items()}
    for stream in STREAMS:
        _write_rows(tx, stream, changes.get(stream, ()), heads, sums)
    update_rows(
        tx, BUCKET_HEAD, ("bucket", "stream"),
        [{"bucket": bucket, "stream": stream, "checksum": checksum} for (bucket, stream), checksum in sums.items()],
    )  # fmt: skip


def take_numbers(tx: Tx, counts: Mapping[Place, int]) -> dict[Place, tuple[int, int]]:
    """Move each counter on by its count, holding it; the first number to use and the checksum so far."""
    rows = [
        {"bucket": bucket, "stream": stream, "seq": count, "checksum": 0, "low_water": 0}
        for (bucket, stream), count in sorted(counts.items())
    ]
    found = add_rows(tx, BUCKET_HEAD, ("bucket", "stream"), rows, ("seq", "checksum"))
    return {(bucket, stream): (seq - counts[bucket, stream] + 1, checksum) for bucket, stream, seq, checksum in found}


def _write_rows(
    tx: Tx, stream: Stream, changes: Sequence[Change], heads: Mapping[Place, tuple[int, int]], sums: dict[Place, int]
) -> None:
    following = {place: first for place, (first, _) in heads.items()}
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for change in changes:
        place = (change.bucket, stream)
        seq = following[place]
        following[place] = seq + 1
        h = row_hash(stream, change.key, seq, change.body)
        sums[place] = checksum_add(sums[place], added=h, removed=change.old_h or 0)
        row = {
            "bucket": change.bucket,
            "key": change.key,
            "change_seq": seq,
            "h": h,
            "body": change.body,
            **change.more,
        }
        (new if change.old_h is None else old).append(row)
    insert_only(tx, FEED[stream], new)
    update_rows(tx, FEED[stream], ("bucket", "key"), old)
