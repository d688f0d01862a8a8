"""Everything a till writes to journal.db, in an order drawn from a seed, with what it promised after each commit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from loyalty.api import Position, SegmentReply, ShareGiven
from loyalty.events import ShiftClosed, ShiftTotals, canonical
from loyalty.receipt import Receipt
from loyalty.shares import Amount
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.journal_shares import keep_shares
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.mending import mend
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.writer import Connection, Writer
from tests.simulation.cuts import dump
from tests.support import queue_samples
from tests.support.queue_samples import NOON_MS, SHIFT, TERMINAL, account_in, hex_id

T = TypeVar("T")
_ACCOUNTS = tuple(account_in(bucket) for bucket in (3, 77))


def held_in(connection: Connection) -> bytes:
    """A digest of a journal; of sales begun only those count that have not ended, the rest may be written over."""
    ended = "SELECT receipt_id FROM event WHERE receipt_id > ''"
    begun = f"SELECT sale_id, raw, at_ms FROM prepared WHERE sale_id NOT IN ({ended})"
    return dump(connection, ("prepared",)) + repr(sorted(connection.execute(begun))).encode()


@contextmanager
def each_commit(told: Callable[[bytes], None]) -> Iterator[None]:
    """While it lasts, `told` gets what the journal holds whenever a transaction has been told durable."""
    run = Writer.run

    def noted(writer: Writer, *given: Any) -> Any:
        result = run(writer, *given)
        told(run(writer, held_in))
        return result

    with patch.object(Writer, "run", noted):
        yield


class JournalStory:
    """One till's journal in `folder`. `step` does one thing that a till does; each may be several transactions."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._path = folder / "journal.db"
        self.chance = Random(seed)
        self.journal = Journal(self._path, TERMINAL)
        self._numbers, self._members = itertools.count(1), itertools.count(1)
        self._sold: list[Receipt] = []
        queue_samples.open_shift(self.journal)
        self._shift_no = 1

    def play(self, steps: int) -> None:
        """Each kind of step at least once, and others in between."""
        kinds = (
            self.sell, self.sell, self.sell, self.take_back, self.begin_a_sale, self.enrol, self.close_segment,
            self.close_segment, self.take_ack, self.take_ack, self.send_personal, self.take_shares, self.change_shift,
            self.rewind, self.restart, self.mend,
        )  # fmt: skip
        order = [*kinds, *self.chance.choices(kinds, k=max(0, steps - len(kinds)))]
        self.chance.shuffle(order)
        for step in order:
            step()

    def close(self) -> None:
        self.journal.close()

    def sell(self) -> None:
        account = self.chance.choice((None, *_ACCOUNTS))
        self._sold.append(queue_samples.sell(self.journal, next(self._numbers), account))

    def take_back(self) -> None:
        if self._sold:
            original = self._sold.pop()
            made = queue_samples.receipt(next(self._numbers), original.account_id, original=original)
            self.journal.prepare(made.receipt_id, canonical(made), made.moment.at_ms)
            self.journal.record(queue_samples.fact_of(made), completes=made.receipt_id)

    def begin_a_sale(self) -> None:
        sale_id = hex_id("begun", next(self._numbers))
        self.journal.prepare(sale_id, b"basket" * 300, NOON_MS)
        if self.chance.random() < 0.7:
            self.journal.discard_prepared(sale_id)

    def enrol(self) -> None:
        fact, personal, ident = queue_samples.enrolment(nth=next(self._members))
        self.journal.record(fact, personal=personal, enrolled=ident)

    def close_segment(self) -> None:
        outbox = Outbox(self.journal)
        run = outbox.run_after(outbox.acked())
        if run is not None:
            last = run.first_seq + len(run.raws) - 1
            outbox.keep_segment(run.epoch, run.first_seq, last, b"".join(run.raws))

    def take_ack(self) -> None:
        """Of everything there is, with a new fence."""
        outbox = Outbox(self.journal)
        run = outbox.run_after(outbox.acked())
        if run is not None:
            here = Position(run.epoch, run.first_seq + len(run.raws) - 1, run.last.hex())
            fence = hex_id("fence", self.chance.random())
            assert outbox.acknowledge(SegmentReply(here, here, "g1", fence, NOON_MS))

    def rewind(self) -> None:
        """The head office was set back: everything goes up again."""
        assert Outbox(self.journal).rewind(Position(1, 0, ""), hex_id("gen", self.chance.random()))

    def send_personal(self) -> None:
        outbox = Outbox(self.journal)
        outbox.personal_stored(tuple(each.event_id for each in outbox.personal()))
        outbox.forget_enrolled(tuple(row.member_id for row in outbox.enrolled()))

    def take_shares(self) -> None:
        given = ShareGiven("badge", Amount(times=self.chance.randint(1, 9)))
        self.journal.write(lambda c: keep_shares(c, [given], {"badge": Amount()}, "chain"))

    def change_shift(self) -> None:
        self._shift_no += 1
        made = ShiftClosed(SHIFT, self._shift_no - 1, "north", "ivanova", ShiftTotals())
        self.journal.record(Fact(hex_id("closed", self._shift_no), NOON_MS, made))
        self.journal.write(lambda c: c.execute("DELETE FROM shift"))  # the samples know one shift
        queue_samples.open_shift(self.journal, self._shift_no)

    def mend(self) -> None:
        """Another history was seen under our name, and a manager begins a new epoch."""
        acked = Outbox(self.journal).acked()
        self.journal.write(lambda c: keep_fork(c, Fork("fork", NOON_MS, acked if acked.seq else None)))
        mend(
            self.journal,
            Keyring(self._path.parent, self.journal.terminal),
            "north",
            "Иванова",
            lambda: (hex_id("epoch", self.chance.random()), NOON_MS),
        )

    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self._path, TERMINAL)
