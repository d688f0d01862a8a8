"""A chain whose tills spend members' points without a link, over a network that fails: on credit, or of what is aside.

Quotes, commits, journals and the exchange are the till's own; what a member has is counted from told receipts alone.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from loyalty.api import HoldRequest
from loyalty.basket import Basket, BasketLine
from loyalty.errors import LinkFault, NotNow
from loyalty.feed import BalanceRow
from loyalty.ledger import earned_points, spent_points
from loyalty.member import Member
from loyalty.quote import Standing, quote
from loyalty.receipt import Payment, Receipt
from sync_server.books import read_books
from sync_server.overdrafts import LOSS
from terminal.members import member_from
from terminal.rights import held_rights
from terminal.session import Surroundings
from terminal.session import commands as c
from tests.simulation.budgets import SHIFT, STEPS, TEA, Shop
from tests.simulation.budgets import World as Chain
from tests.simulation.making import card_number, hex_id

MEMBER_POINTS, TILL_POINTS, HAS_POINTS = 50, 90, 60
CREDIT = """
id = "chain"
version = {version}
name = {{ ru = "Сеть", en = "Chain" }}

[redeem]
max_share_bp = 10_000
offline_max_points = 30

[redeem.offline]
kind = "credit"
member_max_points = 50
till_max_points = 90

[[status]]
id = "basic"
name = {{ ru = "Базовый", en = "Basic" }}
earn_bp = 200
"""
ESCROW = CREDIT.replace('kind = "credit"', 'kind = "escrow"\nescrow_max_points = 40').replace(
    "member_max_points = 50\ntill_max_points = 90\n", ""
)
CARDS = tuple(card_number("2990000", number) for number in range(3))


class World(Chain):
    """Three members of 60 points each. Nobody is ever asked before points are spent: no balance counts as fresh."""

    document = CREDIT

    def __init__(self, seed: int, folder: Path, tills: int = 4) -> None:
        super().__init__(seed, folder, tills)
        self.office.take_rows("members", [{"card": card, "points": str(HAS_POINTS)} for card in CARDS])
        self.refused = 0

    def sell(self, shop: Shop, card: str = "", points: int | None = None) -> Receipt | None:
        """One sale to a member who would spend something; the till may die before it is recorded, or right after."""
        till = shop.till
        known = till.known(card or self.chance.choice(CARDS))
        if known is None:
            return None
        programme = self.programme(shop)
        moment = self._moment()
        member = member_from(known, known.ident.cards[0], "card", till.journal, programme, moment.local_date)
        asked = self.chance.choice((0, 10, 30, 60)) if points is None else points
        around = self._around(shop, member)
        basket = Basket((BasketLine(1, TEA, 3000, 10_000),), member, redeem_points=asked, store=shop.store)
        answer = quote(basket, programme, moment, around.standing)
        paid = (Payment("cash", answer.total_minor),) if answer.total_minor else ()
        held = till.image() if self.chance.random() < 0.1 else None
        receipt = self._sales(till).sell(c.CommitSale(basket, answer, paid), SHIFT, around)
        assert sum(each.points for each in receipt.rights) == receipt.redeemed_points, "each point has its right"
        if held is not None and self.chance.random() < 0.5:
            till.restart(held)
            return None
        shop.receipts.append(receipt)
        self._sell_the_same_again(shop, basket, receipt)
        if held is not None:
            till.restart(till.image())
        return receipt

    def sync(self, shop: Shop, steps: int = STEPS) -> None:
        """The head office applies what it has now and then: tills hear of what others spent."""
        super().sync(shop, steps)
        if self.chance.random() < 0.4:
            self.office.rounds()

    def _sell_the_same_again(self, shop: Shop, basket: Basket, sold: Receipt) -> None:
        """Two clients of one till quoted the same points: the second is recorded only as far as rights are left."""
        if not sold.redeemed_points or self.chance.random() < 0.7:
            return
        around = self._around(shop, basket.member)
        answer = quote(basket, around.programme, around.moment, Standing())
        paid = (Payment("cash", answer.total_minor),) if answer.total_minor else ()
        try:
            shop.receipts.append(self._sales(shop.till).sell(c.CommitSale(basket, answer, paid), SHIFT, around))
        except NotNow:
            self.refused += 1

    def _around(self, shop: Shop, member: Member | None) -> Surroundings:
        programme = self.programme(shop)
        assert member is not None
        rights = held_rights(shop.till.store, member, programme)
        age_s = max(0, self.now_ms - member.as_of_ms) // 1000
        return Surroundings(self._moment(), programme, shop.store, Standing(False, age_s, rights=rights))

    def take_back(self, shop: Shop) -> None:
        """Points that a return takes back are no matter of rights: nothing comes back in this story."""
        self.sell(shop)

    def have(self) -> dict[str, int]:
        """account -> points by all receipts told done, wherever they are."""
        sums: Counter[str] = Counter()
        for shop in self.shops:
            for receipt in shop.receipts:
                assert receipt.account_id is not None
                sums[receipt.account_id] += earned_points(receipt).get("main", 0)
                sums[receipt.account_id] -= spent_points(receipt).get("main", 0)
        return {row.account_id: HAS_POINTS + sums[row.account_id] for row in self.rows()}

    def rows(self) -> list[BalanceRow]:
        bodies = self.office.look.execute("SELECT body FROM feed_bal ORDER BY key").fetchall()
        return [msgspec.json.decode(body, type=BalanceRow) for (body,) in bodies]

    def check(self) -> None:
        for account, points in self.have().items():
            assert -points <= MEMBER_POINTS * len(self.shops), f"I13: {account} is at {points}: {[*self.trace]}"
        for shop in self.shops:
            everybody = self.unsettled(shop)
            assert everybody <= TILL_POINTS, f"I13: {shop.till.name} has {everybody} points out"

    def unsettled(self, shop: Shop) -> int:
        return shop.till.journal.credit_spent((), shop.till.cache.applied())[1]

    def settled(self) -> None:
        """Everything has arrived: the books are those of the receipts, and bear what is overdrawn."""
        have, books = self.have(), read_books(self.office.office.store, ())
        assert {row.account_id: row.wallets.get("main", 0) for row in self.rows()} == have
        overdrawn = {row.account_id: row.overdrawn.get("main", 0) for row in self.rows()}
        assert overdrawn == {account: max(0, -points) for account, points in have.items()}
        assert books.wallets["main"].moved_points.get(LOSS, 0) == sum(overdrawn.values())
        assert books.sound
        assert [self.unsettled(shop) for shop in self.shops] == [0] * len(self.shops)


class AsideWorld(World):
    """The same where points are spent only of what is set aside for the till."""

    document = ESCROW

    def __init__(self, seed: int, folder: Path, tills: int = 4) -> None:
        super().__init__(seed, folder, tills)
        self.held = 0
        self.office.back_up()

    def acts(self) -> tuple[tuple[Callable[[Shop], object], int], ...]:
        return *super().acts(), (self.sell_held, 8), (self.back_up, 1), (self.set_back, 1)

    def sell_held(self, shop: Shop, card: str = "", points: int = 0) -> None:
        """A sale whose points the head office holds, where it answers."""
        known = shop.till.known(card or self.chance.choice(CARDS))
        if known is None:
            return
        programme, moment = self.programme(shop), self._moment()
        member = member_from(known, known.ident.cards[0], "card", shop.till.journal, programme, moment.local_date)
        wanted = min(points or self.chance.choice((10, 30, 60)), member.balance_points)
        asked = HoldRequest(hex_id(self.chance), member.account_id, member.member_id, {"main": wanted}, 900)
        try:
            said: str = shop.till.client.take_hold(asked).state if wanted > 0 else "none"
        except LinkFault as fault:
            said = fault.code
        self.trace.append(f"  hold of {wanted}: {said}")
        if said != "held":
            return
        around = self._around(shop, member)
        around = msgspec.structs.replace(around, standing=msgspec.structs.replace(around.standing, online=True))
        basket = Basket((BasketLine(1, TEA, 3000, 10_000),), member, redeem_points=wanted, store=shop.store)
        answer = quote(basket, programme, moment, around.standing)
        paid = (Payment("cash", answer.total_minor),) if answer.total_minor else ()
        commit = c.CommitSale(basket, answer, paid, hold_id=asked.hold_id)
        try:
            shop.receipts.append(self._sales(shop.till).sell(commit, SHIFT, around))
            self.held += 1
        except NotNow:
            self.refused += 1

    def back_up(self, shop: Shop) -> None:
        self.office.back_up()

    def set_back(self, shop: Shop) -> None:
        """The head office is lost and put back as it was; there is always a copy of it."""
        self.office.set_back()
        self.office.back_up()

    def set_aside(self) -> None:
        """Everybody buys everywhere once, and the tills hear what is set aside for it."""
        for shop in self.shops:
            for card in CARDS:
                self.sell(shop, card, 0)
        self.settle(1)

    def check(self) -> None:
        for account, points in self.have().items():
            assert points >= 0, f"I12: {account} is at {points}: {[*self.trace]}"
        for row in self.rows():
            aside = sum(each.get("main", 0) for each in row.escrow.values())
            assert aside <= row.wallets.get("main", 0), f"I12: {row.account_id}: {aside} of {row.wallets} are aside"


__all__ = ["CARDS", "HAS_POINTS", "MEMBER_POINTS", "TILL_POINTS", "AsideWorld", "World"]
