"""Whole tills against the whole head office under any order of faults, seed by seed.

A few seeds by default; KOPILKA_SOAK_SEEDS names others: a count (`200`), or seeds and ranges (`17,`, `9,1000-1100`).
"""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest

from tests.simulation.by_hand import ByHand
from tests.simulation.checks import ALLOWED_FLAGS
from tests.simulation.holding import Holding
from tests.simulation.parts import PARTS
from tests.simulation.seeds import seeds_of
from tests.simulation.world import ACTIONS, World

pytestmark = pytest.mark.simulation
SEEDS = "6"
SOME = 100
"""Actions enough for every kind of event."""
MEMORY = Path("/dev/shm")
"""Where there is one, files are kept in memory: a process that dies loses nothing by it, and a sync costs nothing."""


def play(seed: int, actions: int = ACTIONS, then: Callable[[World], None] = lambda _: None) -> World:
    """The world after its story. Raises AssertionError that names the seed and tells its last actions.

    `then` looks at it before it ends.
    """
    base = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        TemporaryDirectory(prefix="kopilka", dir=base) as folder,
        patch("terminal.offline_queue.outbox.MAX_SEGMENT_EVENTS", 4),
    ):
        world = World(seed, Path(folder), PARTS)
        try:
            world.run(actions)
            then(world)
        except Exception as error:
            again = f'make soak SEEDS={seed}-{seed} ARGS="-k whatever_fails"'
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
    first, again = play(3, SOME), play(3, SOME)
    assert list(first.trace) == list(again.trace)
    assert (first.now_ms, first.events, first.steps) == (again.now_ms, again.events, again.steps)


def rows(world: World, *tables: str) -> dict[str, list[tuple]]:
    """What tables of the head office hold."""
    look = world.office.look
    return {table: sorted(look.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def test_a_round_that_runs_again_changes_nothing_at_all():
    def check(world: World) -> None:
        made = world.office.look.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in made if name != "tshard_applied"]
        held = rows(world, *tables)
        world.office.forget("tshard_applied")
        while world.office.round():
            assert rows(world, *tables) == held

    play(4, SOME, check)


@pytest.mark.parametrize(
    ("gone", "flagged"),
    [
        (("term_bucket",), set()),
        (("term_bucket", "event"), {"receipt_again", "member_again"}),
        (("term_bucket", "event", "receipt", "returned"), {"member_again"}),
    ],
    ids=["event id", "receipt id", "ledger"],
)
def test_each_key_alone_keeps_points_from_being_booked_twice(gone, flagged):
    """All segments are applied again, without the watermarks and without all keys but one.

    Points given back are left out: without its receipts the head office may take returns in another order.
    """
    booked = [f"(SELECT * FROM {table} WHERE contra NOT LIKE '%_back')" for table in ("ledger", "programme_total")]

    def check(world: World) -> None:
        held, flags = rows(world, *booked), rows(world, "flag")["flag"]
        for table in ("tshard_applied", *gone):
            world.office.forget(table)
        assert world.office.rounds()
        assert rows(world, *booked) == held
        new_flags = {kind for _, _, kind, *_ in set(rows(world, "flag")["flag"]) - set(flags)}
        assert new_flags - ALLOWED_FLAGS == flagged

    play(5, SOME, check)


def test_what_a_head_office_lost_comes_back_from_tills_that_have_nothing_new():
    def check(world: World) -> None:
        world.office.back_up()
        for till in world.tills:
            world.sell(till)
        world.settle()
        world.set_back()
        world.watch.see_office()
        world.settle()

    play(6, SOME, check)


def test_events_come_in_by_hand_before_their_till_sends_them():
    assert sum(play(seed, SOME).part(ByHand).taken for seed in (1, 2)) > 0


def test_points_are_held_over_a_network_that_fails_and_receipts_end_their_holds():
    parts = [play(seed, SOME).part(Holding) for seed in (1, 2)]
    assert sum(part.taken for part in parts) > 3
    assert sum(len(part.captured) for part in parts) > 1


@pytest.mark.parametrize("seed", seeds_of(os.environ.get("KOPILKA_SOAK_SEEDS") or SEEDS))
def test_whatever_fails_on_the_way_tills_ledger_and_model_come_to_the_same(seed):
    play(seed)
