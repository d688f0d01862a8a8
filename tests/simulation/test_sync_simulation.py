"""Whole tills against the whole head office under any order of faults, seed by seed.

A few seeds by default; KOPILKA_SOAK_SEEDS names others: a count (`200`), or seeds and ranges (`17,`, `9,1000-1100`).
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest

from tests.simulation.world import ACTIONS, World

pytestmark = pytest.mark.simulation
SEEDS = "6"
MEMORY = Path("/dev/shm")
"""Where there is one, files are kept in memory: a process that dies loses nothing by it, and a sync costs nothing."""


def seeds_of(text: str) -> list[int]:
    """A count, or a list of seeds and ranges (both ends included)."""
    if text.strip().isdigit():
        return list(range(1, int(text) + 1))
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def play(seed: int, actions: int = ACTIONS) -> World:
    """The world after its story. Raises AssertionError that names the seed and tells its last actions."""
    base = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        TemporaryDirectory(prefix="kopilka", dir=base) as folder,
        patch("terminal.offline_queue.outbox.MAX_SEGMENT_EVENTS", 4),
    ):
        world = World(seed, Path(folder))
        try:
            world.run(actions)
        except Exception as error:
            again = f"make soak SEEDS={seed}-{seed}"
            story = "\n".join(world.trace)
            raise AssertionError(f"{error}\n\nseed {seed}; again: {again}\nits last actions:\n{story}") from error
        finally:
            world.close()
    return world


def test_seeds_are_a_count_or_a_list_with_ranges():
    assert seeds_of("3") == [1, 2, 3]
    assert seeds_of("17,") == [17]
    assert seeds_of("17, 99,1000-1002") == [17, 99, 1000, 1001, 1002]


def test_a_seed_gives_the_same_story_each_time():
    first, again = play(3, actions=60), play(3, actions=60)
    assert list(first.trace) == list(again.trace)
    assert (first.now_ms, first.events, first.steps) == (again.now_ms, again.events, again.steps)


@pytest.mark.parametrize("seed", seeds_of(os.environ.get("KOPILKA_SOAK_SEEDS") or SEEDS))
def test_whatever_fails_on_the_way_tills_ledger_and_model_come_to_the_same(seed):
    play(seed)
