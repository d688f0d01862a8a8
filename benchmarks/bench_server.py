"""The head office's way of a receipt: segments taken in, applied by bucket, put into books and feed.

Ours is what a running head office does with segments as they arrive: signature, chain, place and storing of each
(`take_segment`), then rounds until everything is applied (`run_round`). The peer says to another copy of the same
database the very statements ours said to change it, transaction by transaction, with all values ready-made: it neither
verifies, decodes nor works anything out, and reads nothing but what those transactions read. The ceiling puts the rows
that came of it into empty tables in bulk (COPY; many rows a statement), bound by nothing but the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from benchmarks import bulk, fleet
from benchmarks.databases import Databases, SqliteFiles, postgres
from benchmarks.measure import Finding, Goal, compare, elapsed_s
from benchmarks.scratch import Scratch
from benchmarks.statements import said_again, transcribed
from sync_server.clock import steady_ms
from sync_server.identity import read_identity
from sync_server.ingest import take_segment
from sync_server.rounds import run_round
from sync_server.schema import EVENT, LEDGER, RECEIPT, SEGMENT
from sync_server.serve import collect_rarely
from sync_server.store import Store, open_store

PAIRS = 5
MEMBERS = 100_000
SMALL_MEMBERS = 1_000
TILLS = 30
SEGMENTS = 3
"""Of each till: some 12,000 receipts together, which is what one round takes on."""
PER_TRANSACTION = 40
"""Receipts, at least, in each transaction of a bucket."""
GOALS = {"PostgreSQL": Goal(2.0), "SQLite": Goal(2.5)}
"""0.5 and 0.4 of the peer's receipts a second."""
_NEW = (SEGMENT, EVENT, RECEIPT, LEDGER)
"""Tables whose rows of a receipt are all new."""


def run(scratch: Scratch) -> Iterator[Finding]:
    collect_rarely()
    with postgres() as cluster:
        for databases in (cluster, SqliteFiles(scratch.new_folder())):
            yield from _on(databases, scratch)


def _on(databases: Databases, scratch: Scratch) -> Iterator[Finding]:
    members = SMALL_MEMBERS if scratch.small else MEMBERS
    base = bulk.office(databases, members, TILLS)
    pairs, name = scratch.times(PAIRS), databases.name
    rounds = _Path(databases, base, _sent(members, scratch.times(TILLS), SEGMENTS))
    alone = _Path(databases, base, _sent(members, 1, 1))
    assert scratch.small or rounds.mean_unit >= PER_TRANSACTION, rounds.mean_unit
    about = f"{name}: a receipt, {rounds.mean_unit:.0f} a transaction"
    yield compare(about, "µs", pairs, rounds.ours_us, rounds.peer_us, GOALS[name])
    yield compare(f"{name}: a receipt, one segment alone", "µs", pairs, alone.ours_us, alone.peer_us)
    yield compare(f"{name}: a receipt, against its rows in bulk", "µs", pairs, rounds.ours_us, rounds.bulk_us)
    databases.drop(base)


Sent = tuple[int, bytes, int]
"""The number of a till, a segment of it and how many receipts are in that."""


def _sent(members: int, tills: int, segments: int) -> list[Sent]:
    """The first segments of each till, till after till."""
    made = [
        [(n, *segment) for segment in islice(fleet.Till(n, members).segments(10**9), segments)] for n in range(tills)
    ]
    return [segment for turn in zip(*made, strict=True) for segment in turn]


class _Path:
    """The same segments to copies of one database: by the head office, statement by statement, and in bulk."""

    def __init__(self, databases: Databases, base: str, sent: Sequence[Sent]) -> None:
        self._databases, self._base, self._sent = databases, base, sent
        self._receipts = sum(count for _, _, count in sent)
        copy = databases.copy(base)
        with transcribed() as transcript:
            self._take_in(copy)
        self._transactions = transcript.transactions
        self._rows = bulk.rows_of(copy, *_NEW)
        databases.drop(copy)
        units = sum(any("INTO receipt " in said[0] for said in each) for each in self._transactions)
        self.mean_unit = self._receipts / units

    def ours_us(self) -> list[float]:
        return [self._on_a_copy(self._take_in)]

    def peer_us(self) -> list[float]:
        return [self._on_a_copy(lambda copy: elapsed_s(lambda: said_again(copy, self._transactions)))]

    def bulk_us(self) -> list[float]:
        return [self._on_a_copy(lambda copy: elapsed_s(lambda: bulk.load(copy, self._rows)))]

    def _on_a_copy(self, taken_s: Callable[[str], float]) -> float:
        """Microseconds a receipt."""
        copy = self._databases.copy(self._base)
        try:
            return taken_s(copy) / self._receipts * 1_000_000
        finally:
            self._databases.drop(copy)

    def _take_in(self, copy: str) -> float:
        store = open_store(copy)
        try:
            taken_s = elapsed_s(lambda: take_in(store, self._sent, {}))
            with store.read() as tx:
                stored = tx.connection.exec_driver_sql("SELECT count(*) FROM receipt").scalar_one()
            assert stored == self._receipts
            return taken_s
        finally:
            store.close()


def take_in(store: Store, sent: Sequence[Sent], fences: dict[int, str]) -> None:
    """Store all segments and apply them, as the head office's threads do. `fences`: what tills were given before."""
    identity = read_identity(store)
    for number, (till, data, _) in enumerate(sent):
        fence = fences.get(till, fleet.fence_of(till))
        stored = take_segment(store, data, fence, identity.gen, fleet.RECEIVED_MS, f"{number:032x}")
        fences[till] = stored.reply.fence_next
    while run_round(store, identity, steady_ms):
        pass
