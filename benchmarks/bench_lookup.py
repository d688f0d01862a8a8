"""Scan to member: what a cashier waits for after a card, with up to 1,500,000 members cached.

Ours is the till's own look-up, from the card's number to the member as the screen has one: identity, balance and what
this till sold since, all decoded. The peer reads the same rows of the same file (card, identity, balance) by three
prepared SELECTs on one connection with the same page cache, and leaves the bytes as they are. Each look-up asks for
another card, so its pages are rarely in SQLite's cache; the file is in the system's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from random import Random
from statistics import median

from benchmarks import members
from benchmarks.measure import Finding, Goal, compare, each_us, percentile
from benchmarks.scratch import Scratch
from loyalty.documents.programme_file import parse_programme
from terminal.clock import moment_at, now_ms
from terminal.members import find_known, member_from
from terminal.offline_queue import cache
from terminal.offline_queue.readers import open_to_read
from terminal.offline_queue.store import Store, open_store

TURN = 100
TURNS = 30
PAIRS = 11
"""A pair is 3,000 look-ups of each, a hundred by turns, so that what disturbs the machine disturbs both."""
GOAL = Goal(3.0)


def run(scratch: Scratch) -> Iterator[Finding]:
    found = [_at(scratch, size) for size in scratch.sizes]
    yield from found
    first, last = found[0], found[-1]
    grown = f"the same, {scratch.sizes[-1]:,} against {scratch.sizes[0]:,} members"
    yield Finding(grown, "x", (median(last.ours) / median(first.ours),), (median(last.peers) / median(first.peers),))


def _at(scratch: Scratch, size: int) -> Finding:
    folder = scratch.till(size)
    store = open_store(folder)
    bare = open_to_read(folder / cache.FILE, cache.READER_CACHE_KIB)
    chance = Random(size)
    try:
        ours, peer = _ours(store), _peer(bare)

        def taken(lookup: Callable[[str], object]) -> list[float]:
            return each_us(lookup, [members.card(chance.randrange(size)) for _ in range(TURN)])

        return compare(
            f"scan to member, {size:,} members, p99",
            "µs",
            scratch.times(PAIRS),
            lambda: taken(ours),
            lambda: taken(peer),
            GOAL if size == scratch.sizes[-1] else None,
            turns=scratch.times(TURNS),
            of=lambda values: percentile(values, 99),
        )
    finally:
        bare.close()
        store.close()


def _ours(store: Store) -> Callable[[str], object]:
    programme = parse_programme(store.cache.programmes()[0].document)
    today = moment_at(now_ms(), programme.time_zone).local_date

    def lookup(card: str) -> object:
        known = find_known(store, card, "card")
        assert known is not None
        return member_from(known, card, "card", store.journal, programme, today)

    return lookup


def _peer(bare: sqlite3.Connection) -> Callable[[str], object]:
    """A member's account has the member's own id here, so the balance is found without a look into the identity."""

    def lookup(card: str) -> object:
        (member,) = bare.execute("SELECT member FROM card WHERE card = ?", (card,)).fetchone()
        (ident,) = bare.execute("SELECT body FROM ident WHERE key = ?", (member,)).fetchone()
        (balance,) = bare.execute("SELECT body FROM bal WHERE key = ?", (member,)).fetchone()
        return ident, balance

    return lookup
