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


def test_what_a_till_has_by_it_is_nobody_else_s_though_the_head_office_was_set_back_to_before(tmp_path: Path) -> None:
    with begun(AsideWorld(1, tmp_path)) as world:
        world.chance.random = lambda: 1.0  # type: ignore[method-assign]  # nobody dies in this story
        away, here, *others = world.shops
        world.sell(away, CARDS[0], 0)
        world.settle(2)
        world.set_back(away)
        away.wire.mood = "down"
        for shop in (here, *others):
            world.sync(shop)
        world.office.rounds()
        world.sell_held(here, CARDS[0], 60)
        world.sell(here, CARDS[0], 0)
        world.sync(here)
        world.office.rounds()
        assert world.held == 0, "the head office does not know what is left of her 60"
        sold = world.sell(away, CARDS[0], 60)
        assert sold is not None
        assert sold.redeemed_points == 33, "half of the 66 she had"
        world.settle()
        world.sell_held(here, CARDS[0], 60)
        assert world.held == 1
        world.settle()
        world.settled()


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
