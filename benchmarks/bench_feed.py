"""Deltas down: rows of balances pulled by a till over signed requests, and what a changed member is on the wire.

Ours pulls every bucket's rows page by page from a real head office's process, as the till's client does: signed, taken
out of the database in one snapshot with the bucket's head, packed, sent, unpacked, decoded and its limits checked. The
peer reads the same rows from the same file by the statement they are found with, bucket by bucket. Then a day's
receipts are applied, and what changed is pulled: the bytes of those replies, by changed member.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice

import httpx

from benchmarks import bulk, fleet
from benchmarks.crowd import Coming, come, wait_applied
from benchmarks.databases import SqliteFiles, file_of
from benchmarks.head_office import enrol_till, running
from benchmarks.measure import Finding, compare, elapsed_s
from benchmarks.scratch import Scratch
from loyalty.events import BUCKETS
from loyalty.feed import FeedRow
from sync_server.store import open_store as open_office
from terminal.clock import now_ms
from terminal.offline_queue.client import Client
from terminal.offline_queue.keys import Identity
from terminal.offline_queue.store import Store, open_store

PAIRS = 5
MEMBERS = 100_000
SMALL_MEMBERS = 1_000
TILLS = 30
SEGMENTS = 3
"""Of each till: some 12,000 receipts change some 7,000 of the members."""
_ROWS = "SELECT key, change_seq, body FROM feed_bal WHERE bucket = ? AND change_seq > ? ORDER BY change_seq"
_NOTHING: Mapping[int, int] = {}


def run(scratch: Scratch) -> Iterator[Finding]:
    members = SMALL_MEMBERS if scratch.small else MEMBERS
    files, folder = SqliteFiles(scratch.new_folder()), scratch.new_folder()
    base = bulk.office(files, members, TILLS)
    with running(scratch.new_folder(), base) as url:
        enrol_till(url, base, folder)
        till = open_store(folder)
        try:
            yield from _pulled(_Pull(till, url, base), scratch, members)
        finally:
            till.close()
    files.drop(base)


def _pulled(pull: _Pull, scratch: Scratch, members: int) -> Iterator[Finding]:
    about = f"a row of {members:,} pulled, against reading it from the file"
    yield compare(about, "µs", scratch.times(PAIRS), pull.ours_us, pull.peer_us)
    seen = pull.heads()
    pull.sell(members, scratch.times(TILLS))
    rows, wire_bytes = pull.changed(seen)
    body_bytes = sum(len(row.body) for row in rows) / len(rows)
    about = f"bytes on the wire for one of {len(rows):,} changed members, beside its row's"
    yield Finding(about, "B", (wire_bytes / len(rows),), (body_bytes,))


class _Pull:
    """One till's pulls; every reply's bytes, as they came, are counted."""

    def __init__(self, till: Store, url: str, database: str) -> None:
        self._counting = _Counting()
        self._identity: Identity = till.identity
        self._client = Client(till.identity, till.key, now_ms, url, transport=self._counting)
        self._url, self._database = url, database

    def ours_us(self) -> list[float]:
        count = 0

        def work() -> None:
            nonlocal count
            count = len(self._rows_after(_NOTHING))

        return [elapsed_s(work) / count * 1_000_000]

    def peer_us(self) -> list[float]:
        count = 0

        def work() -> None:
            nonlocal count
            with closing(sqlite3.connect(file_of(self._database))) as file:
                count = sum(len(file.execute(_ROWS, (bucket, 0)).fetchall()) for bucket in range(BUCKETS))

        return [elapsed_s(work) / count * 1_000_000]

    def heads(self) -> dict[int, int]:
        """bucket -> where its balances stand."""
        return {head.bucket: head.seq for head in self._client.heads().streams["bal"]}

    def sell(self, members: int, tills: int) -> None:
        """Receipts of other tills, stored and applied."""
        many = (islice(fleet.Till(n, members).segments(10**6), SEGMENTS) for n in range(tills))
        come(self._url, [Coming(n, [data for data, _ in each]) for n, each in enumerate(many)])
        office = open_office(self._database)
        try:
            wait_applied(office)
        finally:
            office.close()

    def changed(self, seen: Mapping[int, int]) -> tuple[list[FeedRow], int]:
        """The rows after these places, and the bytes of the replies that brought them."""
        before = self._counting.bytes
        rows = self._rows_after(seen)
        return rows, self._counting.bytes - before

    def _rows_after(self, seen: Mapping[int, int]) -> list[FeedRow]:
        rows: list[FeedRow] = []
        for bucket in range(BUCKETS):
            after, drained = seen.get(bucket, 0), False
            while not drained:
                page = self._client.delta(self._identity.gen, "bal", bucket, after)
                rows += page.rows
                after, drained = page.to_seq, page.drained
        return rows


class _Counting(httpx.HTTPTransport):
    """Counts the bytes of bodies as they travel: packed."""

    bytes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.bytes += int(response.headers.get("content-length", "0"))
        return response
