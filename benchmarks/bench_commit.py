"""Committing a sale: five lines, a member, paid in cash; two durable transactions, as a till does it.

Ours is `Sales.sell`: the receipt from the quote, PREPARED, then COMPLETED with the receipt, its effects on the account,
the chained event and the shift's totals. The peer writes the same bytes (the basket, then the event) into two bare
tables by two transactions of SQLite with the same settings on the same disk: WAL, synchronous=FULL. Both sync twice,
so the ratio of a sale is the ratio of a transaction. The figure is the mean: what a checkpoint costs counts for the
peer, which makes it amid a transaction; a till makes it between two sales.

What follows from the event (points, uses, names) is worked out at the next look at it, not while the customer waits for
the sale. What that costs stands in a line of its own: the first look after a sale, against a second one, level already.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from statistics import fmean

from benchmarks import members, shop
from benchmarks.measure import Finding, Goal, compare, elapsed_s
from benchmarks.scratch import Scratch
from loyalty.basket import Basket, BasketLine
from loyalty.documents.programme_file import parse_programme
from loyalty.events import SaleCompleted, canonical, encode_event
from loyalty.feed import Applied
from loyalty.quote import Standing, quote
from loyalty.receipt import Payment, Receipt
from terminal.clock import moment_at, now_ms
from terminal.fiscal.register import NoRegister
from terminal.members import find_known, member_from
from terminal.offline_queue.journal_file import set_pragmas
from terminal.offline_queue.store import Store, open_store
from terminal.opened import new_id
from terminal.records import shift_info
from terminal.sales import Sales
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c

LINES = 5
TURN = 5
TURNS = 20
PAIRS = 11
"""A pair is 100 sales of each, five by turns: a disk has its moods, and both are to meet them."""
GOAL = Goal(1.5)
NOBODY = "0" * 32
"""An account without events, so that a look is as much work at the end of a run as at its beginning."""


def run(scratch: Scratch) -> Iterator[Finding]:
    store = open_store(scratch.new_till(scratch.sizes[0]))
    try:
        ours = _Ours(store)
        with closing(sqlite3.connect(store.folder / "bare.db", isolation_level=None)) as bare:
            peer = _peer(bare, *ours.written())
            yield compare(
                "sale, two durable transactions",
                "ms",
                scratch.times(PAIRS),
                _turn(ours.sale_ms),
                _turn(lambda: elapsed_s(peer) * 1000),
                GOAL,
                turns=scratch.times(TURNS),
                of=fmean,
            )
            yield compare(
                "first look after a sale, against a second",
                "µs",
                scratch.times(PAIRS),
                _turn(ours.first_look_us),
                _turn(ours.look_us),
                turns=scratch.times(TURNS),
                of=fmean,
            )
    finally:
        store.close()


def _turn(once: Callable[[], float]) -> Callable[[], list[float]]:
    """A few times, one after the other."""
    return lambda: [once() for _ in range(TURN)]


class _Ours:
    """One basket sold again and again, each time as a new receipt."""

    def __init__(self, store: Store) -> None:
        programme = parse_programme(store.cache.programmes()[0].document)
        card = members.card(1)
        known = find_known(store, card, "card")
        assert known is not None
        self._around = Surroundings(moment_at(now_ms(), programme.time_zone), programme, shop.STORE, Standing(True))
        today = self._around.moment.local_date
        member = member_from(known, card, "card", store.journal, programme, today)
        goods = [(shop.product(n), 1000 * (n % 3 + 1)) for n in range(LINES)]
        lines = tuple(BasketLine(n, goods, qty, goods.prices[0].price_minor) for n, (goods, qty) in enumerate(goods, 1))
        basket = Basket(lines, member, store=shop.STORE)
        quoted = quote(basket, programme, self._around.moment, self._around.standing)
        self._effect = c.CommitSale(basket, quoted, (Payment("cash", quoted.total_minor),))
        self._journal = store.journal
        self._shift = self._shift_now()
        self._sales = Sales(store.journal, NoRegister(), store.identity, new_id, store.cache)

    def sale_ms(self) -> float:
        """How long a sale takes; then what a till does between two: the shift that has counted it is read back, and the
        journal rests, as at the end of each round with the head office."""
        taken_ms = elapsed_s(self._sell) * 1000
        self._journal.rest()
        self._shift = self._shift_now()
        return taken_ms

    def first_look_us(self) -> float:
        """How long the next look at own events takes after a sale, which is sold here and not counted in."""
        self.sale_ms()
        return self.look_us()

    def look_us(self) -> float:
        return elapsed_s(lambda: self._journal.overlay(NOBODY, Applied())) * 1_000_000

    def _sell(self) -> Receipt:
        return self._sales.sell(self._effect, self._shift, self._around)

    def _shift_now(self) -> ShiftInfo:
        shift = self._journal.open_shift()
        assert shift is not None
        return shift_info(shift)

    def written(self) -> tuple[bytes, bytes]:
        """The bytes of one sale: what PREPARED keeps and the event of COMPLETED."""
        sold = SaleCompleted(self._sell())
        return canonical(self._effect.basket), encode_event(sold, new_id(), self._around.moment.at_ms)


def _peer(bare: sqlite3.Connection, prepared: bytes, event: bytes) -> Callable[[], None]:
    set_pragmas(bare)
    bare.execute("CREATE TABLE prepared (id INTEGER PRIMARY KEY, raw BLOB NOT NULL)")
    bare.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, raw BLOB NOT NULL)")
    numbers = count(1)

    def sale() -> None:
        number = next(numbers)
        for table, raw in (("prepared", prepared), ("event", event)):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute(f"INSERT INTO {table} VALUES (?, ?)", (number, raw))
            bare.execute("COMMIT")

    return sale
