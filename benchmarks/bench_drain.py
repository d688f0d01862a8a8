"""After an outage: one till with 10,000 receipts, and 2,000 tills that come back at once with as many between them.

A till drains: its runner closes the journal's events into signed segments, sends each to a real head office's process
and moves its marks, until nothing is left to send. The peer sends segments of as many receipts made beforehand, and
does nothing else. Then 2,000 tills come at once, each over a connection of its own; the peer is one till with the same
number of receipts. Both times end when all is applied. Nothing may be lost: that is counted after each.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from benchmarks import bulk, fleet
from benchmarks.crowd import Coming, come, wait_applied
from benchmarks.databases import SqliteFiles
from benchmarks.head_office import enrol_till, running
from benchmarks.measure import Finding, compare, elapsed_s
from benchmarks.scratch import Scratch
from loyalty.events import SaleCompleted
from sync_server.store import open_store as open_office
from terminal.clock import now_ms
from terminal.offline_queue.client import Client
from terminal.offline_queue.journal import MAX_FACTS, Fact
from terminal.offline_queue.runner import LinkStatus, Runner
from terminal.offline_queue.store import open_store
from terminal.opened import new_id

PAIRS = 3
RECEIPTS = 10_000
TILLS = 2_000
MEMBERS = 20_000
WITHIN_S = 600.0


def run(scratch: Scratch) -> Iterator[Finding]:
    files, tills, receipts = SqliteFiles(scratch.new_folder()), scratch.times(TILLS), scratch.times(RECEIPTS)
    base = bulk.office(files, MEMBERS if not scratch.small else MEMBERS // 20, tills)
    pairs = scratch.times(PAIRS)
    one = [Coming(0, _segments(0, receipts))]
    till = _Drained(scratch, files, base, receipts)
    yield compare(
        f"a till drains {receipts:,} receipts, against sending them ready-made",
        "s",
        pairs,
        till.drained_s,
        lambda: [_come_s(scratch, files, base, one, receipts)[0]],
    )
    each = receipts // tills
    many = [Coming(n, _segments(n, each)) for n in range(tills)]
    away: list[int] = []

    def at_once_s() -> list[float]:
        taken_s, turned_away = _come_s(scratch, files, base, many, tills * each)
        away.append(turned_away)
        return [taken_s]

    yield compare(
        f"{tills:,} tills at once with {tills * each:,} receipts, against one till",
        "s",
        pairs,
        at_once_s,
        lambda: [_come_s(scratch, files, base, one, receipts)[0]],
    )
    turned_away = tuple(float(count) for count in away[1:])
    yield Finding(
        "of that: times tills were told to come again, beside tills", "", turned_away, (float(tills),) * pairs
    )
    files.drop(base)


def _segments(n: int, receipts: int) -> Sequence[bytes]:
    return [data for data, _ in fleet.Till(n, 1000).segments(receipts)]


def _come_s(
    scratch: Scratch, files: SqliteFiles, base: str, tills: Sequence[Coming], receipts: int
) -> tuple[float, int]:
    """Until everything of these tills is stored and applied; and how often one was turned away."""
    turned_away = 0

    def work(url: str) -> None:
        nonlocal turned_away
        turned_away = come(url, tills)

    return _at_office_s(scratch, files, base, receipts, work), turned_away


def _at_office_s(
    scratch: Scratch, files: SqliteFiles, base: str, receipts: int, work: Callable[[str], object]
) -> float:
    """How long `work` takes with a new head office's process, until that has applied all `receipts`; none is lost."""
    folder, copy = scratch.new_folder(), files.copy(base)
    store = open_office(copy)
    try:
        with running(folder, copy) as url:

            def until_applied() -> None:
                work(url)
                wait_applied(store)

            taken_s = elapsed_s(until_applied)
        with store.read() as tx:
            assert tx.connection.exec_driver_sql("SELECT count(*) FROM receipt").scalar_one() == receipts
            parked = tx.connection.exec_driver_sql("SELECT count(*) FROM event WHERE state <> 'applied'").scalar_one()
            assert parked == 0
        return taken_s
    finally:
        store.close()
        files.drop(copy)
        shutil.rmtree(folder)


class _Drained:
    """A till that was offline while it sold; its folder is copied for each time it comes back."""

    def __init__(self, scratch: Scratch, files: SqliteFiles, base: str, receipts: int) -> None:
        self._scratch, self._files, self._receipts = scratch, files, receipts
        self._base, self._till = files.copy(base), scratch.new_folder()
        with running(scratch.new_folder(), self._base) as url:
            enrol_till(url, self._base, self._till)
        files.settle(self._base)
        _sell(self._till, receipts)

    def drained_s(self) -> list[float]:
        folder = self._scratch.new_folder() / "till"
        shutil.copytree(self._till, folder)
        try:
            return [
                _at_office_s(self._scratch, self._files, self._base, self._receipts, lambda url: _drain(folder, url))
            ]
        finally:
            shutil.rmtree(folder.parent)


def _sell(folder: Path, receipts: int) -> None:
    store = open_store(folder)
    chance, terminal = random.Random(1), store.identity.terminal
    try:
        for first in range(1, receipts + 1, MAX_FACTS):
            numbers = range(first, min(first + MAX_FACTS, receipts + 1))
            store.journal.record(*(_fact(chance, terminal, number) for number in numbers))
    finally:
        store.close()


def _fact(chance: random.Random, terminal: str, number: int) -> Fact:
    at_ms = fleet.FIRST_MS + number
    return Fact(new_id(), at_ms, SaleCompleted(fleet.receipt(chance, 1000, new_id(), terminal, f"T9-{number}", at_ms)))


def _drain(folder: Path, url: str) -> None:
    """Have the till's runner send until nothing is left."""
    store, empty = open_store(folder), Event()

    def look(status: LinkStatus) -> None:
        if status.online and not status.pending:
            empty.set()

    runner = Runner(store, Client(store.identity, store.key, now_ms, url), now_ms, random.random)
    runner.on_change(look)
    runner.start()
    try:
        assert empty.wait(WITHIN_S), "it did not drain in time"
    finally:
        runner.stop()
        store.close()
