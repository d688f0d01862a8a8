"""Families and merges while real tills sell, offline and on: in the end every till shows what the ledger says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from loyalty.feed import BalanceRow
from sync_server.books import read_books
from sync_server.families import create_family, leave_family
from sync_server.find_member import find_member, members_of, read_balance
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from tests.simulation.wallets import added
from tests.simulation.world import World

ACTIONS = 60
pytestmark = pytest.mark.simulation


class Unwatched:
    """The world's own watch knows no families: what tills must show is worked out here."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


class Office:
    """Who does what at the head office, and where accounts have moved to: the plain oracle."""

    def __init__(self, world: World, chance: Random) -> None:
        self.world, self.chance = world, chance
        self.moved: dict[str, str] = {}

    @property
    def behind(self) -> tuple[Any, Any]:
        return self.world.office.office.store, self.world.office.office.identity

    def now(self, account: str) -> str:
        while account in self.moved:
            account = self.moved[account]
        return account

    def change(self) -> None:
        """One change between two members the head office knows, whichever is possible."""
        store, identity = self.behind
        cards = self.chance.sample(sorted(self.known()), 2)
        wish = Wish("olga", self.world.office_ms(), self.chance.randbytes)
        one, two = (find_member(store, identity, card) for card in cards)
        if one.place == two.place:
            return
        accounts = one.ident.account_id, two.ident.account_id
        with store.read() as tx:
            alone = [len(members_of(tx, each)) == 1 for each in accounts]
        if all(alone) and self.chance.random() < 0.6:
            made = create_family(store, identity, wish, cards)[0].ident.account_id
            self.moved |= {accounts[0]: made, accounts[1]: made}
        elif not alone[0] and self.chance.random() < 0.5:
            leave_family(store, identity, wish, cards[0])
        else:
            merge_members(store, identity, wish, *cards)
            if alone[1]:
                self.moved[accounts[1]] = accounts[0]

    def known(self) -> list[str]:
        """Cards of members that are imported, so that the head office has them from the beginning."""
        return [person.card for person in self.world.promises.people.values() if not person.event_id]


@pytest.mark.parametrize("seed", range(6))
def test_tills_show_what_the_ledger_says_whatever_families_and_merges_there_were(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    world = World(1000 + seed, tmp_path)
    world.watch = Unwatched()  # type: ignore[assignment]
    try:
        while len(Office(world, chance).known()) < 5:
            world._import_members()
        office = Office(world, chance)
        acts: list[Callable[[], object]] = [
            world._sell_some, world._sell_some, world._return_own, world._return_by_slip, world._sync_a_while,
            world._sync_a_while, world._change_network, world._apply, office.change, world._restart_till,
        ]  # fmt: skip
        for _ in range(ACTIONS):
            world.now_ms += chance.choice((10, 1_000, 40_000))
            chance.choice(acts)()
        settle(world)
        compare(world, office)
    finally:
        world.close()


def settle(world: World) -> None:
    """The faults stop; clocks go on lying."""
    for wire in world.wires.values():
        wire.mood = "good"
    for _ in range(60):
        world.now_ms += 6 * 60_000
        resting = [world._level(till) for till in world.tills]
        if not world.office.rounds() and all(resting):
            return
    raise AssertionError("not level after 60 cycles")


def compare(world: World, office: Office) -> None:
    store, identity = office.behind
    assert office.moved, "nothing was changed: another seed"
    expected: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for account, told in world.promises.sums().items():
        expected[office.now(account)] = added(expected[office.now(account)], told.wallets)
    books = read_books(store, sorted(expected))
    assert books.sound
    assert (books.effects_under_way, books.effects_failed, books.clearing_points) == (0, 0, {})
    for person in world.promises.people.values():
        found = find_member(store, identity, person.card)
        with store.read() as tx:
            row: BalanceRow = read_balance(tx, found.ident.account_id)
        assert added(row.wallets) == added(expected[found.ident.account_id])
        for till in world.tills:
            known = till.known(person.card)
            assert known is not None
            assert known.ident.account_id == found.ident.account_id, f"{till.name} knows another account"
            assert till.balances(known) == added(row.wallets), f"{till.name} shows card {person.card} otherwise"
            assert known.balance == row
