"""Which of several processes applies what: each holds some of 16 slots by leases, ordinary rows that run out.

A slot stands for the shards of tills and the buckets whose number leaves that remainder. A process takes slots that are
free or have run out, no more than its share among those alive, renews them every few seconds and gives back what is
over its share; all by compare-and-set, with the time passed in. Leases only save work: two processes that both believe
they hold a slot do no harm, since whatever is applied is applied once by its keys.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, delete, select, update

from sync_server.rows import insert_rows
from sync_server.schema import APPLIER, LEASE
from sync_server.store import Store, Tx

SLOTS = 16
ALL_SLOTS = frozenset(range(SLOTS))
LEASE_MS = 15_000
RENEW_MS = 5_000
MOST_AHEAD_MS = 2 * LEASE_MS
"""What runs out later than this was written by a wrong clock, and counts as run out."""


class Leases:
    """One process's share. `holder` names it: 32 hex digits of its own."""

    def __init__(self, store: Store, holder: str) -> None:
        self._store, self._holder = store, holder
        self._next_ms: int | None = None
        self.slots: frozenset[int] = frozenset()

    def hold(self, now_ms: int, steady_ms: int) -> frozenset[int]:
        """The slots to work on now; the database is asked every RENEW_MS. `now_ms` is the clock all processes share."""
        if self._next_ms is None or steady_ms >= self._next_ms:
            self.slots = self._store.write(partial(renew, holder=self._holder, now_ms=now_ms))
            self._next_ms = steady_ms + RENEW_MS
        return self.slots

    def release(self) -> None:
        """Another may take what this one has, at once."""
        self.slots = frozenset()
        self._store.write(partial(_leave, holder=self._holder))


def renew(tx: Tx, holder: str, now_ms: int) -> frozenset[int]:
    """Renew what `holder` has, give back or take up to its share; the slots it has then."""
    until_ms = now_ms + LEASE_MS
    alive = _say_alive(tx, holder, now_ms)
    share = -(-SLOTS // alive)
    tx.execute(update(LEASE).where(LEASE.c.holder == holder).values(until_ms=until_ms))
    rows = _leases(tx)
    mine = [row.slot for row in rows if row.holder == holder]
    for slot in mine[share:]:
        tx.execute(update(LEASE).where(LEASE.c.slot == slot, LEASE.c.holder == holder).values(holder="", until_ms=0))
    mine = mine[:share]
    free = (row for row in rows if row.holder != holder and not _stands(row.until_ms, now_ms))
    while len(mine) < share and (row := next(free, None)):
        mine += [row.slot] if _take(tx, row, holder, until_ms) else []
    return frozenset(mine)


def read_holders(tx: Tx, now_ms: int) -> tuple[dict[str, int], int]:
    """holder -> how many slots it has by now, and how many slots nobody has."""
    held: dict[str, int] = {}
    for row in tx.execute(select(LEASE)):
        if row.holder and _stands(row.until_ms, now_ms):
            held[row.holder] = held.get(row.holder, 0) + 1
    return held, SLOTS - sum(held.values())


def _say_alive(tx: Tx, holder: str, now_ms: int) -> int:
    """How many processes are alive, this one among them."""
    insert_rows(tx, APPLIER, [{"holder": holder, "until_ms": 0}])
    tx.execute(update(APPLIER).where(APPLIER.c.holder == holder).values(until_ms=now_ms + LEASE_MS))
    gone, alive = [], 0
    for row in tx.execute(select(APPLIER)):
        alive += _stands(row.until_ms, now_ms)
        gone += [row] if not _stands(row.until_ms, now_ms) else []
    for row in gone:
        tx.execute(delete(APPLIER).where(APPLIER.c.holder == row.holder, APPLIER.c.until_ms == row.until_ms))
    return alive


def _leases(tx: Tx) -> Sequence[Row[Any]]:
    query = select(LEASE).order_by(LEASE.c.slot)
    rows = tx.execute(query).all()
    if len(rows) < SLOTS:
        insert_rows(tx, LEASE, [{"slot": slot, "holder": "", "until_ms": 0} for slot in range(SLOTS)])
        rows = tx.execute(query).all()
    return rows


def _take(tx: Tx, seen: Row[Any], holder: str, until_ms: int) -> bool:
    """Whether the lease was still as it was seen, and is this holder's now."""
    as_seen = (LEASE.c.slot == seen.slot) & (LEASE.c.holder == seen.holder) & (LEASE.c.until_ms == seen.until_ms)
    return tx.execute(update(LEASE).where(as_seen).values(holder=holder, until_ms=until_ms)).rowcount == 1


def _stands(until_ms: int, now_ms: int) -> bool:
    return now_ms < until_ms <= now_ms + MOST_AHEAD_MS


def _leave(tx: Tx, holder: str) -> None:
    tx.execute(update(LEASE).where(LEASE.c.holder == holder).values(holder="", until_ms=0))
    tx.execute(delete(APPLIER).where(APPLIER.c.holder == holder))
