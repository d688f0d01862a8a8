"""A chain whose campaigns have budgets: tills of two stores sell what their shares allow, over a network that fails.

Quotes, commits and the exchange are the till's own; what a campaign has given is counted from the receipts alone. Time
moves only when the world says so, and a seed gives the same story each time.
"""

from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from random import Random

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.errors import NotNow
from loyalty.events import ShiftOpened
from loyalty.programme import Programme
from loyalty.published import newest_programme
from loyalty.quote import Standing, quote
from loyalty.quoting.uses import uses_of
from loyalty.receipt import Payment, Receipt
from loyalty.returns import returnable
from loyalty.shares import KINDS, Amount
from sync_server.budget_report import budget_lines
from sync_server.enrol import make_code
from terminal.clock import moment_at
from terminal.fiscal.register import NoRegister
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.steps import Wait
from terminal.sales import Sales
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c
from tests.simulation.head_office import Died, HeadOffice
from tests.simulation.making import hex_id
from tests.simulation.till import Till
from tests.simulation.wire import Wire

START_MS = 1_795_300_000_000
STEPS = 400
"""Of one till at most in one sync."""
PROGRAMME = """
id = "chain"
version = {version}
name = {{ ru = "Сеть", en = "Chain" }}

[[campaign]]
id = "badge"
name = {{ ru = "Значок", en = "A badge" }}
reward = {{ type = "gift", options = [{{ code = "4600000000992", name = {{ ru = "Значок", en = "A badge" }} }}] }}
budget = {{ times = 12 }}

[[campaign]]
id = "thirty"
name = {{ ru = "Тридцать", en = "Thirty" }}
reward = {{ type = "amount", amount_minor = 3_000 }}
budget = {{ minor = 50_000, per_store = {{ minor = 30_000, times = 14 }} }}

[[campaign]]
id = "free"
name = {{ ru = "Процент", en = "Percent" }}
reward = {{ type = "percent", rate_bp = 100 }}
"""
SHIFT = ShiftInfo("01932c07a00070008000000000000002", 1, "anna", START_MS)
TEA = Product("4600000000015", "Чай", (Price(10_000),))


class Shop:
    """One till with what it sold; `receipts` is told done, and so is on its disk."""

    def __init__(self, till: Till, wire: Wire, store: str) -> None:
        self.till, self.wire, self.store = till, wire, store
        self.receipts: list[Receipt] = []


class World:
    """`play` runs a story and raises AssertionError where more is given than there is."""

    document = PROGRAMME

    def __init__(self, seed: int, folder: Path, tills: int = 4) -> None:
        self.chance = Random(seed)
        self.now_ms = START_MS
        self.trace: deque[str] = deque(maxlen=60)
        self.office = HeadOffice(folder / "office", lambda: self.now_ms, Random(self.chance.random()))
        self.office.publish(self.document)
        self._programmes: dict[str, Programme] = {}
        self.shops = [self._enrol(folder / f"till{number}", f"S{1 + number % 2}") for number in range(tills)]

    def _enrol(self, folder: Path, store: str) -> Shop:
        wire = Wire(self.office, Random(self.chance.random()), self.trace.append)
        office = self.office.office
        code = make_code(office.store, office.identity, store, store, self.now_ms, self.chance.randbytes)
        till = Till(folder, wire, code, Random(self.chance.random()), lambda: self.now_ms)
        opened = ShiftOpened(SHIFT.shift_id, 1, store, SHIFT.cashier)
        till.journal.record(Fact(hex_id(self.chance), self.now_ms, opened))
        return Shop(till, wire, store)

    def play(self, actions: int) -> None:
        for _ in range(actions):
            self.now_ms += self.chance.choice((10, 1_000, 40_000))
            shop = self.chance.choice(self.shops)
            acts = self.acts()
            act = self.chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
            self.trace.append(f"{shop.till.name} {act.__name__}")
            act(shop)
            self.check()

    def acts(self) -> tuple[tuple[Callable[[Shop], object], int], ...]:
        """What may be done next, and how often."""
        return (self.sell, 12), (self.sync, 8), (self.take_back, 2), (self.weather, 3), (self.late, 1)

    def sell(self, shop: Shop) -> Receipt | None:
        """One sale, quoted and committed as a till does it; the till may die before it is recorded, or right after."""
        till, programme = shop.till, self.programme(shop)
        pieces = self.chance.randint(1, 3)
        basket = Basket((BasketLine(1, TEA, pieces * 1000, 10_000),), store=shop.store)
        left, shares = till.store.shares.left()
        around = Surroundings(self._moment(), programme, shop.store, Standing(left=left, shares=shares))
        answer = quote(basket, programme, around.moment, around.standing)
        till.store.shares.want(answer, lambda: quote(basket, programme, around.moment, Standing()))
        held = till.image() if self.chance.random() < 0.1 else None
        effect = c.CommitSale(basket, answer, (Payment("cash", answer.total_minor),))
        receipt = self._sales(till).sell(effect, SHIFT, around)
        if held is not None and self.chance.random() < 0.5:
            till.restart(held)
            assert till.journal.receipt(receipt.number) is None
            return None
        shop.receipts.append(receipt)
        if held is not None:
            till.restart(till.image())
        return receipt

    def take_back(self, shop: Shop) -> None:
        """Of a receipt of any till, as far as this till knows what is back."""
        sold = [receipt for each in self.shops for receipt in each.receipts if receipt.kind == "sale"]
        if not sold:
            return
        sale = self.chance.choice(sold)
        till = shop.till
        back = till.journal.returned_milli(sale.receipt_id)
        left = returnable(sale, back)
        wanted = {no: min(qty, 1000 * self.chance.randint(1, 3)) for no, qty in left.items() if qty}
        if not wanted:
            return
        effect = c.CommitReturn(sale, back, wanted, "cash")
        try:
            done = self._sales(till).take_back(effect, SHIFT, self._moment())
        except NotNow:
            return
        shop.receipts.append(done)

    def sync(self, shop: Shop, steps: int = STEPS) -> None:
        """Steps until the till waits, or for a while."""
        for _ in range(min(steps, self.chance.randint(1, 40)) if shop.wire.mood != "good" else steps):
            if self.step(shop):
                return

    def step(self, shop: Shop) -> bool:
        """One step; whether the till has nothing to do now."""
        step = shop.till.next_step()
        if isinstance(step, Wait):
            return True
        try:
            came = shop.till.take(step)
        except Died:
            came = "died"
        self.trace.append(f"  {type(step).__name__}: {came}")
        self.programme(shop)
        return False

    def weather(self, shop: Shop) -> None:
        shop.wire.mood = self.chance.choice(("good", "bad", "bad", "down"))

    def late(self, shop: Shop) -> None:
        shop.wire.deliver_late()

    def settle(self, rounds: int = 6) -> None:
        """All are online and have nothing more to ask or to tell."""
        for shop in self.shops:
            shop.wire.mood = "good"
        for _ in range(rounds):
            self.now_ms += 400_000
            for shop in self.shops:
                self.sync(shop)
            self.office.rounds()
            self.check()

    def programme(self, shop: Shop) -> Programme:
        """What the till sells by; its shares are asked for by it."""
        found = newest_programme(shop.till.cache.programmes())
        programme = self._programmes.setdefault(f"{found.id} {found.version}", found)
        shop.till.store.shares.follow(programme)
        return programme

    def check(self) -> None:
        """What all receipts have given, less what came back to the till that gave it, is within every budget; and so
        is what the head office has handed out."""
        by_store: dict[tuple[str, str], Amount] = {}
        for shop in self.shops:
            for name, given in given_by(shop).items():
                by_store[name, shop.store] = by_store.get((name, shop.store), Amount()) + given
        for line in budget_lines(self.office.office.store):
            mine = [amount for (name, _), amount in by_store.items() if name == line.campaign_id]
            self._within(line.campaign_id, line.budget, sum(mine, Amount()))
            self._within(line.campaign_id, line.budget, line.granted)
            for store in ("S1", "S2"):
                granted = [share.granted for share in line.shares if share.store == store]
                self._within(f"{line.campaign_id} {store}", line.budget.per_store, sum(granted, Amount()))
                self._within(store, line.budget.per_store, by_store.get((line.campaign_id, store), Amount()))

    def _within(self, what: str, budget: Amount, given: Amount) -> None:
        for kind in KINDS:
            assert not budget.of(kind) or given.of(kind) <= budget.of(kind), (what, kind, given, [*self.trace])

    def _moment(self) -> Moment:
        return moment_at(self.now_ms, "Europe/Moscow")

    def _sales(self, till: Till) -> Sales:
        return Sales(till.journal, NoRegister(), till.store.identity, lambda: hex_id(self.chance), till.cache)

    def close(self) -> None:
        for shop in self.shops:
            shop.till.close()
        self.office.close()


def given_by(shop: Shop) -> dict[str, Amount]:
    """What a till's sales have given of campaigns, as the head office would count it: less what came back to it."""
    sales = {receipt.receipt_id: receipt for receipt in shop.receipts if receipt.kind == "sale"}
    back: dict[str, Counter[int]] = {receipt_id: Counter() for receipt_id in sales}
    for receipt in shop.receipts:
        if receipt.kind == "return" and receipt.original_id in back:
            back[receipt.original_id].update({line.line_no: line.qty_milli for line in receipt.lines})
    found: dict[str, Amount] = {}
    for receipt_id, sale in sales.items():
        for use in uses_of(sale, back[receipt_id]):
            found[use.campaign_id] = found.get(use.campaign_id, Amount()) + Amount(use.times, use.minor, use.points)
    return found
