"""Budgets of campaigns over tills that lose requests, replies, power and each other."""

from pathlib import Path

import pytest

from tests.simulation.budgets import World, given_by

SEEDS = range(12)
ACTIONS = 120


@pytest.mark.parametrize("seed", SEEDS)
def test_tills_together_never_give_more_than_the_budget_whatever_the_network_does(seed: int, tmp_path: Path) -> None:
    world = World(seed, tmp_path)
    try:
        world.settle(2)
        world.play(ACTIONS)
        world.settle()
    finally:
        world.close()


def test_what_is_free_reaches_the_one_till_that_needs_it_to_the_last_piece(tmp_path: Path) -> None:
    world = World(1, tmp_path)
    try:
        world.settle(2)
        lone, others = world.shops[0], world.shops[1:]
        held = sum(each.till.store.shares.left()[1]["badge"].granted.times for each in others)
        world.chance.random = lambda: 1.0  # type: ignore[method-assign]  # nobody dies in this story
        for _ in range(3 * 12):
            world.sell(lone)
            world.now_ms += 6_000
            world.sync(lone)
        assert given_by(lone)["badge"].times == 12 - held
        assert 0 < held < 12
    finally:
        world.close()
