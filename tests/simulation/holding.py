"""Points held at the head office before they are spent, over the same network: each hold ends once, whatever fails."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import msgspec
from msgspec.structs import replace

from loyalty.api import HoldRequest, HoldVoid
from loyalty.errors import LinkFault
from loyalty.feed import BalanceRow
from loyalty.receipt import Receipt
from sync_server.hold_ends import end_holds
from tests.simulation import making
from tests.simulation.part import Act, Part
from tests.simulation.till import Till
from tests.simulation.world import World

TTLS_S = (1, 60, 900, 3600)
ENDED = ("captured", "voided", "expired")
MOST_KEPT = 12
"""Holds that somebody may still give back, or name on a receipt."""
LONG_MS = 10 * 365 * 24 * 3600 * 1000
"""Longer than any hold lives, also one taken while the head office's clock was years ahead."""


class Holding(Part):
    """`taken` counts the holds there were, `captured` are those that receipts have ended."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._asked: list[tuple[Till, HoldRequest]] = []
        self._ended: dict[str, str] = {}
        self.taken = 0
        self.captured: set[str] = set()

    def acts(self) -> tuple[Act, ...]:
        return (self.hold_and_sell, 16), (self.give_back, 3), (self.end, 3)

    def hold_and_sell(self) -> None:
        """Asked for, and once more where no answer came; the sale names it whatever the answer was, or never comes."""
        world, chance, till = self.world, self.world.chance, self.world.till()
        people = list(world.promises.people.values())
        known = till.known(chance.choice(people).card) if people else None
        points = max(0, till.balances(known).get("main", 0)) if known is not None else 0
        if known is None or not points:
            return
        ident = known.ident
        replaces = chance.choice(self._asked)[1].hold_id if self._asked and chance.random() < 0.2 else ""
        wanted = {"main": chance.randint(1, points)}
        ids = making.hex_id(chance), ident.account_id, ident.member_id
        asked = HoldRequest(*ids, wanted, chance.choice(TTLS_S), replaces)
        self._asked = [*self._asked, (till, asked)][-MOST_KEPT:]
        for _ in range(2):
            if self._ask(till, asked):
                break
        if chance.random() < 0.7:
            self._sell(till, asked)

    def give_back(self) -> None:
        """Some hold, whether or not it was ever taken; by a till whose it may not be."""
        if self._asked:
            owner, asked = self.world.chance.choice(self._asked)
            till = owner if self.world.chance.random() < 0.8 else self.world.till()
            try:
                said: str = till.client.void_hold(asked.hold_id, HoldVoid(asked.account_id)).state
            except LinkFault as fault:
                said = fault.code
            self.world.trace.append(f"  {said}")

    def end(self) -> None:
        """The head office's own round over holds whose time is over."""
        end_holds(self.world.office.office.store, self.world.office_ms())

    def see(self) -> None:
        """I11: what has ended stays as it ended, and tills are told just what is held."""
        held: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        look = self.world.office.look
        rows = look.execute("SELECT hold_id, account_id, terminal, state, points, receipt_id FROM hold").fetchall()
        here = {hold_id for hold_id, *_ in rows}  # what has gone is forgotten, a day after it ended
        self._ended = {hold_id: ended for hold_id, ended in self._ended.items() if hold_id in here}
        for hold_id, account, terminal, state, points, receipt_id in rows:
            ended = f"{state} {receipt_id}"
            before = self._ended.setdefault(hold_id, ended) if state in ENDED else self._ended.get(hold_id)
            assert before is None or before == ended, f"I11: a hold that was {before} is {ended}"
            if state == "held":
                held[account][terminal].update(json.loads(points))
        by_receipt = Counter(receipt_id for *_, receipt_id in rows if receipt_id)
        assert max(by_receipt.values(), default=1) == 1, f"I11: a receipt ended more than one hold: {by_receipt}"
        for key, body in look.execute("SELECT key, body FROM feed_bal").fetchall():
            told = msgspec.json.decode(body, type=BalanceRow).held
            assert told == {till: dict(sums) for till, sums in held[key].items()}, f"I11: tills are told {told} is held"
        self.captured |= {hold_id for hold_id, _, _, state, *_ in rows if state == "captured"}

    def set_back(self) -> None:
        """A head office set back has forgotten how holds ended since; receipts come again and say so."""
        self._ended.clear()

    def settling(self) -> None:
        end_holds(self.world.office.office.store, self.world.office_ms() + LONG_MS)
        self.world.watch.see_office()

    def settled(self) -> None:
        """I11: no hold outlives its sale: each that a receipt names has ended, and none other is captured by it."""
        named = {receipt.hold_id: receipt for receipt in self.world.promises.sales() if receipt.hold_id}
        rows = self.world.office.look.execute("SELECT hold_id, state, receipt_id FROM hold").fetchall()
        for hold_id, state, receipt_id in rows:
            receipt = named.get(hold_id)
            assert state in ENDED, f"I11: hold {hold_id} is still {state}"
            assert not receipt_id or (receipt is not None and receipt.receipt_id == receipt_id)

    def _ask(self, till: Till, asked: HoldRequest) -> bool:
        """Whether any answer came. What is taken now was there to be taken."""
        before = self._state_of(asked.hold_id)
        try:
            said: str = till.client.take_hold(asked).state
        except LinkFault as fault:
            said = fault.code
        self.world.trace.append(f"  {asked.points} of {asked.account_id[:6]}: {said}")
        if before is None and self._state_of(asked.hold_id) == "held":
            self.taken += 1
            self._was_there(asked.account_id)
        return said in ("held", "short", *ENDED)

    def _was_there(self, account: str) -> None:
        look, now_ms = self.world.office.look, self.world.office_ms()
        query = "SELECT points FROM hold WHERE account_id = ? AND state = 'held' AND until_ms > ?"
        living: Counter[str] = Counter()
        for (points,) in look.execute(query, (account, now_ms)).fetchall():
            living.update(json.loads(points))
        (body,) = look.execute("SELECT body FROM feed_bal WHERE key = ?", (account,)).fetchone()
        has = msgspec.json.decode(body, type=BalanceRow).wallets.get("main", 0)
        assert living["main"] <= has, f"I11: {living} of {has} points are held"

    def _state_of(self, hold_id: str) -> str | None:
        row = self.world.office.look.execute("SELECT state FROM hold WHERE hold_id = ?", (hold_id,)).fetchone()
        return row[0] if row else None

    def _sell(self, till: Till, asked: HoldRequest) -> None:
        """As many points as were held, fewer, or more; the wait may have outlived the hold."""
        world, chance = self.world, self.world.chance
        cards = [person.card for person in world.promises.people.values() if person.account == asked.account_id]
        known = till.known(cards[0]) if cards else None
        if known is None:
            return
        spend = min(asked.points["main"], max(0, till.balances(known).get("main", 0)))
        world.now_ms += chance.choice((0, 0, 2_000, 120_000))
        receipt: Receipt = making.sale(till, chance, known, chance.randint(0, spend))
        world._complete(till, replace(receipt, hold_id=asked.hold_id))
