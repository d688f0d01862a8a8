"""Tills that hear nothing of one another spend the same members' points: to the bound, and never past it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.simulation.rights import CARDS, HAS_POINTS, MEMBER_POINTS, TILL_POINTS, AsideWorld, World

SEEDS = range(3)
ACTIONS = 70


W = TypeVar("W", bound=World)


@contextmanager
def begun(world: W) -> Iterator[W]:
    try:
        world.settle(2)
        yield world
    finally:
        world.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_overdrafts_stay_within_the_credit_of_the_tills_and_all_of_it_drains_into_books_that_balance(
    seed: int, tmp_path: Path
) -> None:
    with begun(World(seed, tmp_path)) as world:
        world.play(ACTIONS)
        world.settle()
        world.settled()


@pytest.mark.parametrize("seed", SEEDS)
def test_tills_that_spend_only_what_is_set_aside_for_them_never_overdraw_whatever_the_network_does(
    seed: int, tmp_path: Path
) -> None:
    with begun(AsideWorld(seed, tmp_path)) as world:
        world.set_aside()
        world.play(ACTIONS)
        world.settle()
        world.settled()
        spent = sum(receipt.redeemed_points for shop in world.shops for receipt in shop.receipts)
        assert spent > 0


def test_tills_cut_off_from_one_another_reach_the_bound_of_a_member_and_no_more(tmp_path: Path) -> None:
    """Four tills, 50 points of a member each, of the 60 there are: 140 are overdrawn."""
    with begun(World(1, tmp_path)) as world:
        world.chance.random = lambda: 1.0  # type: ignore[method-assign]  # nobody dies in this story
        for shop in world.shops:
            shop.wire.mood = "down"
            got = [world.sell(shop, CARDS[0], 60) for _ in range(3)]
            assert [each.redeemed_points for each in got if each] == [30, 20, 0]
        earned = sum(receipt.earned_points for shop in world.shops for receipt in shop.receipts)
        world.settle()
        world.settled()
        (row,) = [row for row in world.rows() if row.overdrawn]
        assert row.overdrawn == {"main": 4 * MEMBER_POINTS - HAS_POINTS - earned}


def test_a_till_cut_off_reaches_its_own_bound_over_all_members_and_no_more(tmp_path: Path) -> None:
    with begun(World(2, tmp_path)) as world:
        world.chance.random = lambda: 1.0  # type: ignore[method-assign]  # nobody dies in this story
        shop = world.shops[0]
        shop.wire.mood = "down"
        for card in CARDS * 3:
            world.sell(shop, card, 60)
        assert sum(receipt.redeemed_points for receipt in shop.receipts) == world.unsettled(shop) == TILL_POINTS
        world.settle()
        world.settled()
