"""How a subject joins the simulation: a file of its own with a `Part`, and one line in `tests/simulation/parts.py`.

A part says what people and machines do in it (`acts`, with weights), and what must hold (`see` after every action,
`settled` once the faults have stopped and everything has arrived). An assertion begins with the number of its invariant
(`I12: ...`), and `tests/simulation/invariants.py` names the function that says it. Everything is drawn from
`world.chance` and the time is `world.now_ms`, so that a seed gives the same story each time.

What a cashier was told goes to `world.promises`, the model. What must hold of every till or of the head office at every
step, whoever did something, belongs to `tests/simulation/checks.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.till import Till
    from tests.simulation.world import World

Act = tuple[Callable[[], None], int]
"""Something that happens, and how often beside others: selling is 30, a sync 40, a head office set back 1."""


class Part:
    """One subject in one world; made when tills are enrolled and the first members are imported."""

    def __init__(self, world: World) -> None:
        self.world = world

    def acts(self) -> tuple[Act, ...]:
        """What may happen; the name of the function is what the story says."""
        return ()

    def see(self) -> None:
        """Raise AssertionError at what must not be; asked after every action."""

    def died(self, till: Till) -> None:
        """The till's process is gone and begun again on what its disk held."""

    def set_back(self) -> None:
        """The head office is an older file of itself now."""

    def settling(self) -> None:
        """The faults stop: end what would keep everything from becoming level."""

    def settled(self) -> None:
        """Raise AssertionError at what must not be when everything has arrived."""
