"""What a receipt costs the head office when it has many already: 1,000,000 stored, or as many as are asked for, against
100,000.

Both databases take in the same segments, in turn, as in `server`; each time new ones, so both grow a little. Their past
was put there in bulk (`past.py`): receipts, events and ledger with all their indexes, for as many members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import bulk
from benchmarks.bench_server import Sent, take_in
from benchmarks.databases import Databases, SqliteFiles, postgres
from benchmarks.fleet import Till
from benchmarks.measure import Finding, Goal, compare, elapsed_s
from benchmarks.past import load_past
from benchmarks.scratch import Scratch
from sync_server.serve import collect_rarely
from sync_server.store import open_store

PAIRS = 5
FEW = 100_000
SMALL_FEW, SMALL_MANY = 300, 3_000
MEMBERS = 100_000
TILLS = 30
RECEIPTS = 400
"""Of each till each time: 12,000 together, more than 40 in a bucket's transaction."""
GOAL = Goal(1.3)


def run(scratch: Scratch) -> Iterator[Finding]:
    collect_rarely()
    with postgres() as cluster:
        for databases in (cluster, SqliteFiles(scratch.new_folder())):
            yield _on(databases, scratch)


def _on(databases: Databases, scratch: Scratch) -> Finding:
    few, many = (SMALL_FEW, SMALL_MANY) if scratch.small else (FEW, scratch.stored)
    members, tills = (FEW // 100, 3) if scratch.small else (MEMBERS, TILLS)
    name = f"{databases.name}: a receipt with {many:,} stored, against {few:,}"
    urls = [_office(databases, stored, members, tills) for stored in (many, few)]
    ours, peer = (_taking_in(url, members, tills) for url in urls)
    found = compare(name, "µs", scratch.times(PAIRS), ours, peer, GOAL)
    for url in urls:
        databases.drop(url)
    return found


def _office(databases: Databases, stored: int, members: int, tills: int) -> str:
    url = bulk.office(databases, members, tills)
    load_past(url, stored, members)
    databases.settle(url)
    return url


def _taking_in(url: str, members: int, tills: int) -> Callable[[], list[float]]:
    """Takes in new segments of all tills; microseconds a receipt."""
    makers = [Till(n, members) for n in range(tills)]
    fences: dict[int, str] = {}

    def once() -> list[float]:
        sent: list[Sent] = [(till.n, data, count) for till in makers for data, count in till.segments(RECEIPTS)]
        store = open_store(url)
        try:
            return [elapsed_s(lambda: take_in(store, sent, fences)) / sum(each[2] for each in sent) * 1_000_000]
        finally:
            store.close()

    return once
