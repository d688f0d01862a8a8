"""One seed of tills in two places: disks put back, folders copied, a head office set back, old receipts let go of.

Copies of one till sell side by side, and who is told that its history has parted is mended some time later. The
oracle is a plain dictionary of the receipts told; in the end every one of them is booked once, and nothing else is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx

from loyalty.events import SaleCompleted, canonical
from loyalty.receipt import Receipt
from sync_server.books import read_books
from sync_server.import_segments import import_segments
from sync_server.rebuilding.rebuild import rebuild
from sync_server.safety import mark_backed_up
from sync_server.verifying.verify import verify
from terminal.offline_queue.export import export
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.mending import mend
from terminal.offline_queue.retention import prune
from terminal.offline_queue.steps import Wait
from tests.simulation import making
from tests.simulation.head_office import Died, HeadOffice
from tests.simulation.till import Image, Till
from tests.simulation.wallets import points_of
from tests.simulation.wire import Wire
from tests.simulation.world import PROGRAMME, START_MS

ACTIONS = 110
MOST_COPIES = 4
MOST_STEPS = 200
MOST_CYCLES = 12
DAY_MS = 24 * 3600 * 1000
CARDS = 4


class Copy(Till):
    """A till on a folder that was copied; it was never enrolled itself."""

    def __init__(self, folder: Path, image: Image, wire: httpx.BaseTransport, of: Till, chance: Random) -> None:
        self.folder, self.name = folder, folder.name
        self._wire, self._chance, self._world_ms = wire, chance, of._world_ms
        self.lie_ms = 0
        folder.mkdir()
        for name, data in image.items():
            (folder / name).write_bytes(data)
        self._open()


class Forks:
    """`run` plays the seed and raises AssertionError where a receipt is lost, doubled, or a chain does not hold."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.now_ms = START_MS
        self.trace: deque[str] = deque(maxlen=80)
        self.office = HeadOffice(folder / "office", lambda: self.now_ms, Random(self.chance.random()))
        self.office.publish(PROGRAMME)
        self.told: dict[str, Receipt] = {}
        self.seen: Counter[str] = Counter()
        self.tills: list[Till] = []
        self.wires: list[Wire] = []
        self.images: dict[str, Image] = {}
        self._members = [
            {"card": making.card_number("2990000", n), "phone": "", "name": "Anna", "status": "novice", "points": "0"}
            for n in range(CARDS)
        ]
        self.office.take_rows("members", self._members)
        for name in ("a", "b"):
            till = Till(folder / name, self._wire(), self.office.code(), self._dice(), lambda: self.now_ms)
            self._joins(till)

    def _dice(self) -> Random:
        return Random(self.chance.random())

    def _wire(self) -> Wire:
        self.wires.append(Wire(self.office, self._dice(), self.trace.append))
        return self.wires[-1]

    def _joins(self, till: Till) -> None:
        self.tills.append(till)
        self.images[till.name] = till.image()

    def run(self, actions: int = ACTIONS) -> None:
        kinds, weights = zip(*_ACTIONS, strict=True)
        for number in range(actions):
            act: Callable[[Forks], None] = self.chance.choices(kinds, weights)[0]
            self.trace.append(f"{number}: {act.__name__.strip('_')}")
            self.now_ms += self.chance.choice((60_000, DAY_MS, 2 * DAY_MS))
            act(self)
        self.settle()

    def close(self) -> None:
        for till in self.tills:
            till.close()
        self.office.close()

    # -- what happens

    def _till(self) -> Till:
        till = self.chance.choice(self.tills)
        self.trace.append(f"  {till.name}")
        return till

    def _sell(self) -> None:
        till = self._till()
        for _ in range(self.chance.randint(1, 3)):
            known = till.known(self.chance.choice(self._members)["card"])
            receipt = making.sale(till, self.chance, known, 0)
            fact = Fact(making.hex_id(self.chance), till.wall_ms(), SaleCompleted(receipt))
            till.journal.prepare(receipt.receipt_id, canonical(receipt), receipt.moment.at_ms)
            till.journal.record(fact, completes=receipt.receipt_id)
            self.told[fact.event_id] = receipt
            self.trace.append(f"  {receipt.number}")

    def _sync(self) -> None:
        self._steps(self._till(), self.chance.randint(1, 15))

    def _steps(self, till: Till, most: int) -> bool:
        """Up to so many; whether it came to rest."""
        for _ in range(most):
            step = till.next_step()
            if isinstance(step, Wait):
                self.now_ms += min(till.wait_ms(step), 5_000)
                return True
            self.trace.append(f"  {till.name} {type(step).__name__}: {till.take(step)}")
            if till.journal.fork is not None and till.journal.fork.stops_sending:
                self.seen[till.journal.fork.why] += 1
        return False

    def _mend(self) -> None:
        till = self._till()
        fork = till.journal.fork
        if fork is not None and fork.stops_sending and fork.why != "replaced":
            self.mends(till)

    def mends(self, till: Till) -> None:
        done = mend(till.journal, till.store.keys, "S1", "Olga", lambda: (making.hex_id(self.chance), till.wall_ms()))
        self.seen["mended"] += 1
        self.trace.append(f"  {till.name} mended: {done}")
        self._whole(till)

    def _dies(self) -> None:
        till = self._till()
        till.restart(till.image())
        self._whole(till)

    def _keep_image(self) -> None:
        till = self._till()
        self.images[till.name] = till.image()

    def _put_back(self) -> None:
        """An older disk; what the newer one had is at the head office and in its backup, or would be lost with it."""
        till = self._till()
        for _ in range(3):
            self._steps(till, 30)
        if till.journal.pending_count() or (till.journal.fork is not None and till.journal.fork.stops_sending):
            return
        self._back_up()
        till.restart(self.images[till.name])
        self.seen["put back"] += 1

    def _copy(self) -> None:
        if len(self.tills) == MOST_COPIES:
            return
        of = self._till()
        copy = Copy(self.folder / f"{of.name}{len(self.tills)}", of.image(), self._wire(), of, self._dice())
        self._joins(copy)
        self.seen["copied"] += 1

    def _let_go(self) -> None:
        till = self._till()
        gone = prune(till.journal, till.wall_ms(), least=1, most=self.chance.randint(1, 20))
        self.seen["gone"] += gone
        self.trace.append(f"  {gone} gone")
        self._whole(till)

    def _apply(self) -> None:
        self.office.round()

    def _apply_interrupted(self) -> None:
        self.office.light_fuse(self.chance.randrange(40), Died())
        try:
            self.office.round()
        except Died:
            self.office.restart()
        self.office.douse_fuse()

    def _back_up(self) -> None:
        self.office.back_up()
        mark_backed_up(self.office.office.store, self.office.folder / "backup.db")

    def _set_back(self) -> None:
        if self.office.set_back():
            self.seen["set back"] += 1
            for wire in self.wires:
                wire.forget()
            self.office.take_rows("members", self._members)

    def _change_network(self) -> None:
        self.chance.choice(self.wires).mood = self.chance.choices(("good", "bad", "down"), (4, 4, 1))[0]

    # -- what must hold

    def _whole(self, till: Till) -> None:
        till.journal.verify()
        assert till.journal.differing() == (), f"{till.name}: the index is not what follows from base and events"

    def settle(self) -> None:
        """The faults stop, and every till that has parted is mended, as often as it takes."""
        for wire in self.wires:
            wire.mood = "good"
        for _ in range(MOST_CYCLES):
            self.now_ms += 6 * 60_000
            waits = [self._level(till) for till in self.tills]
            applied = self.office.rounds()
            if not any(waits) and not applied:
                return self._settled()
        raise AssertionError(f"I26: not level after {MOST_CYCLES} cycles: {[t.journal.fork for t in self.tills]}")

    def _level(self, till: Till) -> bool:
        """Whether anything still waits."""
        for _ in range(MOST_STEPS):
            fork = till.journal.fork
            if fork is not None and fork.why == "replaced":
                return self._brought(till)
            if fork is not None and fork.stops_sending:
                self.mends(till)
            step = till.next_step()
            if isinstance(step, Wait):
                if till.state.online and not till.journal.pending_count():
                    return False
                self.now_ms += till.wait_ms(step)
                continue
            self.trace.append(f"  {till.name} {type(step).__name__}: {till.take(step)}")
        return True

    def _brought(self, till: Till) -> bool:
        """Another copy has a newer key: what this one has is brought by hand, and it goes on no more."""
        done = export(till.folder, self.folder / f"{till.name}.kopilka", True, till.wall_ms())
        store, identity = self.office.office.store, self.office.office.identity
        if done.path is None:  # it was put back to before its first event: what it sold since another copy has
            return False
        said = import_segments(store, identity, done.path, self.now_ms, from_a_copy=True)
        self.seen["brought"] += 1
        self.trace.append(f"  {till.name} brought: {said}")
        return False

    def _settled(self) -> None:
        look = self.office.look
        booked = Counter(event_id for (event_id,) in look.execute("SELECT event_id FROM event WHERE state = 'applied'"))
        missing = [self.told[each].number for each in self.told.keys() - booked.keys()]
        assert not missing, f"I21: receipts told and not at the head office: {sorted(missing)}"
        assert max(booked.values(), default=1) == 1, "I7: an event is booked twice"
        flags = {kind for (kind,) in look.execute("SELECT DISTINCT kind FROM flag")}
        assert flags <= {"epoch_begun", "old_key", "copied_till"}, f"flags: {flags}"
        books = read_books(self.office.office.store, [])
        assert (books.conserved, books.stored_twice, books.events_behind) == (True, 0, 0), f"I10: {books}"
        wanted: Counter[str] = Counter()
        for receipt in self.told.values():
            if receipt.account_id is not None:
                wanted[receipt.account_id] += sum(points_of(receipt).values())
        found = dict(look.execute("SELECT key, points FROM feed_bal").fetchall())
        assert {account: points for account, points in found.items() if points} == {
            account: points for account, points in wanted.items() if points
        }, "I7: points are not those of the receipts told"
        assert verify(self.office.office.store).sound, "I3: a chain at the head office does not hold"
        again = rebuild(self.office.office.store, self.folder, self.now_ms)
        assert again.same, f"I9: the books are not what follows from the segments: {again}"
        for till in self.tills:
            self._whole(till)
            fork = till.journal.fork
            assert fork is None or fork.why == "replaced", f"{till.name} is mended and does not know it"


_ACTIONS: tuple[tuple[Callable[[Forks], None], int], ...] = (
    (Forks._sell, 30),
    (Forks._sync, 30),
    (Forks._mend, 8),
    (Forks._dies, 3),
    (Forks._keep_image, 4),
    (Forks._put_back, 4),
    (Forks._copy, 3),
    (Forks._let_go, 8),
    (Forks._apply, 10),
    (Forks._apply_interrupted, 2),
    (Forks._back_up, 5),
    (Forks._set_back, 2),
    (Forks._change_network, 5),
)
