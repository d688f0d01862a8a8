"""Holds against a model: whatever tills ask, give back, record, late or twice, nothing is held that is not there, a
hold ends once, and every receipt is booked."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from loyalty.api import HoldRequest, HoldVoid
from loyalty.feed import BalanceRow
from sync_server.hold_ends import end_holds
from sync_server.holds import take_hold, void_hold
from sync_server.schema import FEED, FLAG
from sync_server.verifying.verify import verify
from tests.support.server import T0_MS, TestOffice, hex_id, opened_office

ANNA = hex_id("anna")
TTL_S = 60
START_POINTS = 100
IDS = st.integers(0, 4)
TILLS = st.integers(0, 1)


class Kept(msgspec.Struct):
    """A hold as it must stand."""

    till: int
    points: int
    until_ms: int
    state: str = "held"


class Holds(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.exits = ExitStack()
        folder = self.exits.enter_context(tempfile.TemporaryDirectory())
        self.office: TestOffice = self.exits.enter_context(opened_office(f"sqlite:///{Path(folder) / 'office.db'}"))
        self.tills = [self.office.till("one"), self.office.till("two")]
        event, _ = self.tills[0].enrolled(ANNA, "2990001000018")
        self.tills[0].put(event, self.tills[0].sale(account=ANNA, earned=START_POINTS))
        self.office.apply()
        self.balance = START_POINTS
        self.now_ms = T0_MS
        self.known: dict[int, Kept] = {}
        self.flags = 0

    def teardown(self) -> None:
        if hasattr(self, "exits"):
            assert verify(self.office.store).findings == ()
            self.exits.close()

    def ending(self, number: int) -> str:
        kept = self.known[number]
        return "expired" if kept.state == "held" and kept.until_ms <= self.now_ms else kept.state

    def living(self) -> int:
        return sum(kept.points for number, kept in self.known.items() if self.ending(number) == "held")

    @rule(number=IDS, till=TILLS, points=st.integers(1, 120))
    def take(self, number: int, till: int, points: int) -> None:
        if number in self.known:
            till, points = self.known[number].till, self.known[number].points  # the same request, come again
            if not points:
                points = 1
        asked = HoldRequest(hex_id(number), ANNA, ANNA, {"main": points}, TTL_S)
        answer = take_hold(self.office.store, self.tills[till].terminal, asked, self.now_ms)
        if number in self.known:
            assert answer.state == self.ending(number)
        elif points > self.balance - self.living():
            left = self.balance - self.living()
            assert (answer.state, answer.available) == ("short", {"main": left} if left > 0 else {})
        else:
            assert answer.state == "held"
            self.known[number] = Kept(till, points, self.now_ms + TTL_S * 1000)

    @rule(number=IDS, till=TILLS)
    def void(self, number: int, till: int) -> None:
        kept = self.known.get(number)
        till = kept.till if kept else till
        answer = void_hold(self.office.store, self.tills[till].terminal, hex_id(number), HoldVoid(ANNA), self.now_ms)
        if kept is None:
            self.known[number] = Kept(till, 0, self.now_ms, "voided")
        elif self.ending(number) == "held":
            kept.state = "voided"
        assert answer.state == self.ending(number)

    @rule(number=IDS, till=TILLS, points=st.integers(1, 120))
    def record(self, number: int, till: int, points: int) -> None:
        """A receipt that names a hold: in time, late, for the second time, of a till whose hold it is not."""
        seller = self.tills[till]
        self.office.now_ms = self.now_ms
        seller.put(seller.sale(account=ANNA, redeemed=points, hold_id=hex_id(number)))
        self.office.apply()
        self.balance -= points
        kept = self.known.get(number)
        in_time = kept is not None and self.ending(number) == "held" and kept.till == till
        enough = kept is not None and points <= kept.points
        if kept is None:
            self.known[number] = Kept(till, 0, self.now_ms, "captured")
        elif in_time:
            kept.state = "captured"
        else:
            kept.state = self.ending(number)
        if not (in_time and enough) and self.balance - self.living() < 0:
            self.flags += 1

    @rule(seconds=st.sampled_from([1, TTL_S - 1, TTL_S]))
    def wait(self, seconds: int) -> None:
        self.now_ms += seconds * 1000

    @rule()
    def clean_up(self) -> None:
        end_holds(self.office.store, self.now_ms)
        for number, kept in self.known.items():
            kept.state = self.ending(number)

    @invariant()
    def nothing_is_lost_and_tills_are_told(self) -> None:
        table = FEED["bal"]
        with self.office.store.read() as tx:
            body = tx.execute(select(table.c.body).where(table.c.key == ANNA)).scalar_one()
            flags = tx.execute(select(FLAG.c.kind)).scalars().all()
        row = msgspec.json.decode(body, type=BalanceRow)
        assert row.wallets["main"] == self.balance
        told = {till.terminal: points for till in self.tills if (points := row.held.get(till.terminal, {}).get("main"))}
        held: dict[str, int] = {}
        for kept in self.known.values():
            if kept.state == "held":
                terminal = self.tills[kept.till].terminal
                held[terminal] = held.get(terminal, 0) + kept.points
        assert told == held
        assert flags == ["hold_overdrawn"] * self.flags
        if not self.flags:
            assert self.balance >= self.living() >= 0  # no overdraft online


Holds.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestWhateverHappensToHoldsEachEndsOnceAndNoReceiptIsLost = Holds.TestCase
