"""One seed: tills, a head office, the network between them, and what people do; then the faults stop and all settles.

Everything is drawn from the seed: time moves only when the world says so, and a seed gives the same story each time.
Other subjects join as parts: `tests/simulation/part.py` says how.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from loyalty.errors import LinkFault
from loyalty.events import Consent, ConsentChanged, ReturnCompleted, SaleCompleted, ShiftClosed, ShiftOpened, canonical
from loyalty.receipt import Receipt
from loyalty.shift import add_receipt
from terminal.offline_queue import cache, journal_index
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.journal_beside import Beside
from terminal.offline_queue.steps import Wait
from tests.simulation import making
from tests.simulation.checks import Watch
from tests.simulation.head_office import Died, HeadOffice, Hiccup
from tests.simulation.part import Part
from tests.simulation.promises import Person, Promises
from tests.simulation.till import Image, Till, with_file_of
from tests.simulation.wire import Wire

P = TypeVar("P", bound=Part)
START_MS = 1_795_303_900_000
"""21 November 2026, 23:31 UTC: half an hour before a season ends."""
YEAR_MS = 365 * 24 * 3600 * 1000
ACTIONS = 250
MOST_STEPS = 400
"""Of one till in one cycle of settling."""
MOST_CYCLES = 6
"""Rounds of everything until all must be level (I26)."""
NEWEST = 6
"""Sales the head office may well not have yet."""
TRACE = 60
MARKS = "INSERT INTO tshard_applied"
"""How a round says that it is done."""
PHONES = tuple(f"+7903123456{digit}" for digit in range(6))
PROGRAMME = """
id = "club"
version = {version}
name = {{ ru = "Клуб", en = "Club" }}
[[season]]
id = "summer"
first = 2024-01-01
last = 2026-11-21
[[season]]
id = "winter"
first = 2026-11-22
last = 2027-11-21
[[season]]
id = "later"
first = 2027-11-22
[[status]]
id = "novice"
name = {{ ru = "Новичок", en = "Novice" }}
earn_bp = 300
[[status]]
id = "guest"
name = {{ ru = "Гость", en = "Guest" }}
earn_bp = 500
spend_minor = 50_000
receipts = 2
[[status]]
id = "friend"
name = {{ ru = "Друг", en = "Friend" }}
earn_bp = 1000
spend_minor = 100_000
visits = 2
receipts = 4
points = 300
"""


class World:
    """`run` plays the seed and raises AssertionError where an invariant breaks."""

    def __init__(self, seed: int, folder: Path, parts: Iterable[Callable[[World], Part]] = ()) -> None:
        """`parts` are the subjects that join in: `tests.simulation.parts.PARTS` has all."""
        self.chance, self.folder = Random(seed), folder
        self.now_ms = START_MS
        self.trace: deque[str] = deque(maxlen=TRACE)
        self.events = 0
        self.steps = 0
        self.office = HeadOffice(folder / "office", self.office_ms, Random(self.chance.random()))
        self.office_lie_ms = 0
        self.promises = Promises()
        self.watch = Watch(self.office, self.promises)
        self.office.publish(PROGRAMME)
        self.wires: dict[str, Wire] = {}
        self.tills: list[Till] = []
        self._imported: list[dict[str, str]] = []
        self._caches: dict[str, Image] = {}
        """Of each till as it was some time ago."""
        for number in range(self.chance.randint(2, 4)):
            self._enrol_till(folder / f"till{number + 1}")
        self._import_members()
        self.parts = tuple(part(self) for part in parts)
        self.watch.see_office()

    def office_ms(self) -> int:
        return self.now_ms + self.office_lie_ms

    def _enrol_till(self, folder: Path) -> None:
        wire = Wire(self.office, Random(self.chance.random()), self.trace.append)
        till = Till(folder, wire, self.office.code(), Random(self.chance.random()), lambda: self.now_ms)
        self.wires[till.name] = wire
        self.tills.append(till)
        self._caches[till.name] = till.image()

    def run(self, actions: int = ACTIONS) -> None:
        own = tuple((partial(act, self), weight) for act, weight in _ACTIONS)
        acts, weights = zip(*own, *itertools.chain(*(part.acts() for part in self.parts)), strict=True)
        for number in range(actions):
            act: Callable[[], None] = self.chance.choices(acts, weights)[0]
            self.trace.append(f"{number}: {getattr(act, 'func', act).__name__.strip('_')}")
            self.now_ms += self.chance.choice((10, 1_000, 40_000))
            act()
            self.watch.see_office()
            for part in self.parts:
                part.see()
        self.settle()

    def part(self, kind: type[P]) -> P:
        """The part of a subject in this world."""
        return next(part for part in self.parts if isinstance(part, kind))

    def close(self) -> None:
        for till in self.tills:
            till.close()
        self.office.close()

    # -- what people do

    def till(self) -> Till:
        till = self.chance.choice(self.tills)
        self.trace.append(f"  {till.name}")
        return till

    def _sell_some(self) -> None:
        till = self.till()
        for _ in range(self.chance.randint(1, 4)):
            self.sell(till)

    def sell(self, till: Till) -> None:
        chance = self.chance
        people = list(self.promises.people.values())
        known = till.known(chance.choice(people).card) if people and chance.random() < 0.85 else None
        spend = 0
        if known is not None and chance.random() < 0.4:
            spend = chance.randint(0, max(0, till.balances(known).get("main", 0)))
        self._complete(till, making.sale(till, chance, known, spend))

    def _return_own(self) -> None:
        till = self.till()
        mine = [sale for sale in self.promises.sales() if sale.terminal == till.store.identity.terminal]
        if mine:
            original = self.chance.choice(mine)
            self._return(till, original, till.journal.returned_milli(original.receipt_id))

    def _return_fetched(self) -> None:
        """A receipt of any till, as the head office knows it."""
        till = self.till()
        sales = self.promises.sales()
        if not sales:
            return
        try:
            reply = till.client.receipt(self.chance.choice(sales).number)
        except LinkFault as fault:
            self.trace.append(f"  not fetched: {fault.code}")
            return
        assert reply.receipt.kind == "sale"
        self._return(till, reply.receipt, reply.returned_milli)

    def _return_by_slip(self) -> None:
        """The slip of any till, whether or not the head office has its sale, sometimes shown at two tills.

        On some only the number can be read.
        """
        sales = self.promises.sales()
        if sales:
            original = self.chance.choice(sales[-NEWEST:] if self.chance.random() < 0.7 else sales)
            by_number = original.account_id is not None and self.chance.random() < 0.4
            self._return(self.till(), original, {}, by_number)
            if self.chance.random() < 0.4:
                self._return(self.till(), original, {}, by_number)

    def _return(self, till: Till, original: Receipt, returned: dict[int, int], by_number: bool = False) -> None:
        receipt = making.return_of(till, self.chance, original, returned, by_number)
        if receipt is not None:
            self._complete(till, receipt)

    def _complete(self, till: Till, receipt: Receipt) -> None:
        """Prepared, then recorded; the till may die before, between and after. What is recorded is told."""
        chance, sale_id = self.chance, receipt.receipt_id
        fact = Fact(
            making.hex_id(chance),
            till.wall_ms(),
            SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt),
        )
        self.trace.append(f"  {receipt.kind} {receipt.number} of {receipt.account_id or 'nobody'}")
        till.journal.prepare(sale_id, canonical(receipt), receipt.moment.at_ms)
        dies = chance.choices(("not", "prepared", "recording", "recorded"), (20, 1, 1, 1))[0]
        if dies == "prepared":
            self._dies(till, till.image())
            if chance.random() < 0.5:
                till.journal.discard_prepared(sale_id)
                return
        held = till.image() if dies == "recording" else None
        self._record(till, fact, sale_id, receipt)
        if held is not None:
            self._dies(till, held)
            assert [found.sale_id for found in till.journal.prepared()] == [sale_id], "a sale begun is forgotten"
            self._record(till, fact, sale_id, receipt)
        self.promises.tell(fact.event_id, receipt, self.now_ms)
        if dies == "recorded":
            self._dies(till, till.image())
        assert till.journal.receipt(receipt.number) == receipt, "I1: a receipt told done is not in the journal"
        self.watch.see_till(till)

    def _record(self, till: Till, fact: Fact, sale_id: str, receipt: Receipt) -> None:
        shift = till.journal.open_shift()
        mine = shift is not None and shift.shift_id == receipt.shift_id
        totals = add_receipt(shift.totals, receipt) if shift is not None and mine else None
        sold = self.promises.sale_of(receipt)
        sale_day = sold.moment.local_date if sold else ""
        till.journal.record(fact, completes=sale_id, totals=totals, beside=Beside(sale_day=sale_day))
        self.events += 1

    def _enrol_member(self) -> None:
        till, chance = self.till(), self.chance
        phone = chance.choice(PHONES) if chance.random() < 0.7 else ""
        person, body, personal, ident = making.enrolment(till, chance, phone)
        self.trace.append(f"  card {person.card}, phone {phone}")
        till.journal.record(Fact(person.event_id, till.wall_ms(), body), personal=personal, enrolled=ident)
        self.events += 1
        self.promises.welcome(person)
        self.watch.see_till(till)

    def _change_consent(self) -> None:
        till, chance = self.till(), self.chance
        people = list(self.promises.people.values())
        known = till.known(chance.choice(people).card) if people else None
        if known is not None:
            consent = Consent("advertising", "1", chance.random() < 0.5)
            body = ConsentChanged(known.ident.member_id, known.ident.account_id, consent, "anna")
            till.journal.record(Fact(making.hex_id(chance), till.wall_ms(), body))
            self.events += 1

    def _change_shift(self) -> None:
        till, chance = self.till(), self.chance
        shift = till.journal.open_shift()
        opened = ShiftOpened(making.hex_id(chance), till.journal.next_shift_no(), "S1", "anna")
        body = ShiftClosed(shift.shift_id, shift.shift_no, "S1", "anna", shift.totals) if shift else opened
        till.journal.record(Fact(making.hex_id(chance), till.wall_ms(), body))
        self.events += 1

    # -- what machines do

    def _sync_a_while(self) -> None:
        self._sync(self.till(), self.chance.randint(1, 12))

    def _sync(self, till: Till, most: int) -> bool:
        """Up to so many steps; whether it came to rest."""
        for _ in range(most):
            step = till.next_step()
            if isinstance(step, Wait):
                self.now_ms += min(till.wait_ms(step), self.chance.choice((0, 500, 5_000)))
                self.watch.see_till(till)
                return True
            self.steps += 1
            dies = self.chance.random() < 0.03
            held = till.image() if dies else None
            name = type(step).__name__
            came = till.take(step)
            self.trace.append(f"  {till.name} {name}: {came}")
            if held is not None:
                self._dies_amid(till, held)
        self.watch.see_till(till)
        return False

    def _dies_amid(self, till: Till, before: Image) -> None:
        """Of what a step wrote, each file has it or has it not."""
        after = till.image()
        held, *others = (self.chance.choice((before, after)) for _ in range(3))
        for name, other in zip((cache.FILE, journal_index.FILE), others, strict=True):
            held = with_file_of(held, name, other)
        self._dies(till, held)

    def _dies(self, till: Till, held: Image) -> None:
        self.trace.append(f"  {till.name} dies")
        till.restart(held)
        self.watch.died(till)
        self.watch.whole(till)
        for part in self.parts:
            part.died(till)

    def _restart_till(self) -> None:
        """In good order, or after a power cut that took the cache, the index or both away or back in time."""
        till, how = self.till(), self.chance.choice(("well", "lost", "older"))
        names = self.chance.choice(((cache.FILE,), (journal_index.FILE,), (cache.FILE, journal_index.FILE)))
        self.trace.append(f"  {' and '.join(names)}: {how}")
        if how == "well":
            till.restart()
        else:
            held = till.image()
            for name in names:
                held = with_file_of(held, name, {} if how == "lost" else self._caches[till.name])
            self._dies(till, held)
        self.watch.see_till(till)

    def _keep_cache(self) -> None:
        till = self.till()
        self._caches[till.name] = till.image()

    def _lie_about_time(self) -> None:
        """Years off, back, at tills and at the head office; what is checked stays the same (I24)."""
        lies = (0, 60_000, 3_600_000, -24 * 3_600_000, 2 * YEAR_MS, -3 * YEAR_MS)
        if self.chance.random() < 0.2:
            self.office_lie_ms = self.chance.choice(lies)
            self.watch.trusts_office &= not self.office_lie_ms
        else:
            self.till().lie_ms = self.chance.choice(lies)

    def _change_network(self) -> None:
        till = self.till()
        self.wires[till.name].mood = self.chance.choices(("good", "bad", "down"), (2, 5, 2))[0]
        self.trace.append(f"  now {self.wires[till.name].mood}")

    def _deliver_late(self) -> None:
        self.wires[self.till().name].deliver_late()

    def _apply(self) -> None:
        self.office.round()

    def _apply_interrupted(self) -> None:
        """A round that dies, or fails once, at any statement or commit, or with all applied and not marked so."""
        dies, late = self.chance.random() < 0.5, self.chance.random() < 0.3
        statements = 0 if late else self.chance.randrange(self.chance.choice((10, 60)))
        self.office.light_fuse(statements, Died() if dies else Hiccup("simulated"), MARKS if late else "")
        self.trace.append(f"  {'dies' if dies else 'fails'} after {'all' if late else statements} statements")
        try:
            self.office.round()
        except Died:
            self.office.restart()
        except Hiccup:
            pass
        self.office.douse_fuse()

    def _restart_office(self) -> None:
        self.office.restart()

    def _back_up(self) -> None:
        self.office.back_up()

    def set_back(self) -> None:
        """The head office lost its disk: what was imported is imported again, the rest tills must bring."""
        if self.office.set_back():
            for wire in self.wires.values():
                wire.forget()
            self.watch.was_set_back()
            self.office.take_rows("members", self._imported)
            for part in self.parts:
                part.set_back()

    def _publish(self) -> None:
        self.office.publish(PROGRAMME)

    def _import_goods(self) -> None:
        rows = [
            {"code": making.card_number("4600000", number), "name": f"Шарф {number}", "price": str(price)}
            for number in self.chance.sample(range(8), 3)
            for price in (self.chance.randrange(1, 900),)
        ]
        self.office.take_rows("products", rows)

    def _import_members(self) -> None:
        """New members with points; where the head office dies amid it, the same file is imported again."""
        count, first = self.chance.randint(1, 4), sum(not p.event_id for p in self.promises.people.values())
        numbers = range(first, first + count)
        cards = [making.card_number("2990000", number) for number in numbers]
        points = [self.chance.randrange(500) for _ in numbers]
        rows = [
            {"card": card, "phone": "", "name": "Петров Пётр", "status": "novice", "points": str(had)}
            for card, had in zip(cards, points, strict=True)
        ]
        self._imported += rows
        if self.chance.random() < 0.3:
            self.office.light_fuse(self.chance.randrange(30), Died())
        try:
            self.office.take_rows("members", rows)
        except Died:
            self.office.restart()
            self.office.take_rows("members", rows)
        self.office.douse_fuse()
        look = self.office.look
        for card, had in zip(cards, points, strict=True):
            member, account = look.execute(
                "SELECT member_id, account_id FROM member WHERE card = ?", (card,)
            ).fetchone()
            self.promises.welcome(Person(card, member, account, opening=had))

    # -- the end

    def settle(self) -> None:
        """The faults stop; the clocks go on lying. Everything arrives, and everything is equal."""
        for wire in self.wires.values():
            wire.mood = "good"
        for part in self.parts:
            part.settling()
        for cycle in range(MOST_CYCLES):
            self.now_ms += 6 * 60_000
            self.trace.append(f"settling {cycle}")
            resting = [self._level(till) for till in self.tills]
            applied = self.office.rounds()
            self.watch.see_office()
            if all(resting) and not applied:
                self.watch.settled(self.tills)
                for part in self.parts:
                    part.settled()
                return
        raise AssertionError(f"I26: not level after {MOST_CYCLES} cycles")

    def _level(self, till: Till) -> bool:
        """Steps until the till is at rest, its waits passed over."""
        for _ in range(MOST_STEPS):
            step = till.next_step()
            if isinstance(step, Wait):
                if till.state.online and not till.journal.pending_count() and not till.outbox.has_personal():
                    self.watch.see_till(till)
                    return True
                self.now_ms += till.wait_ms(step)
                continue
            self.steps += 1
            self.trace.append(f"  {till.name} {type(step).__name__}: {till.take(step)}")
        return False


_ACTIONS: tuple[tuple[Callable[[World], None], int], ...] = (
    (World._sell_some, 30),
    (World._return_own, 4),
    (World._return_fetched, 4),
    (World._return_by_slip, 7),
    (World._enrol_member, 6),
    (World._change_consent, 2),
    (World._change_shift, 3),
    (World._sync_a_while, 40),
    (World._apply, 14),
    (World._apply_interrupted, 5),
    (World._change_network, 8),
    (World._deliver_late, 4),
    (World._restart_till, 3),
    (World._keep_cache, 3),
    (World._lie_about_time, 3),
    (World._restart_office, 1),
    (World._back_up, 2),
    (World.set_back, 1),
    (World._publish, 1),
    (World._import_goods, 2),
    (World._import_members, 2),
)
