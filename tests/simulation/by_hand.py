"""What waits goes on a stick, and comes in anywhere, in any order, any number of times."""

from __future__ import annotations

import itertools
from collections import deque
from pathlib import Path
from typing import Any

from loyalty.errors import BadInput, LinkFault
from sync_server.import_segments import import_segments
from terminal.offline_queue.carry import carry
from terminal.offline_queue.export import export
from tests.simulation.part import Act, Part
from tests.simulation.till import Till
from tests.simulation.world import World

MOST_FILES = 8
TABLES = ("event", "segment", "state", "personal", "prepared", "enrolled", "shift")


class ByHand(Part):
    """`taken` counts the events that came in before their till sent them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.taken = 0
        self._sticks, self._files = world.folder / "sticks", deque[Path](maxlen=MOST_FILES)
        self._sticks.mkdir()
        self._written = itertools.count()

    def acts(self) -> tuple[Act, ...]:
        return (self.export, 5), (self.carry, 6)

    def export(self) -> None:
        """What waits, or everything, on a stick: beside the running till, which knows nothing of it."""
        world, till = self.world, self.world.till()
        before = _journal_of(till)
        every = world.chance.random() < 0.3
        target = self._sticks / f"{'all' if every else 'new'}{next(self._written)}.kopilka"
        done = export(till.folder, target, every, till.wall_ms())
        assert _journal_of(till) == before, "an export changed the journal"
        if done.path is not None:
            self._files.append(target)
            world.trace.append(f"  {done.events} events, {done.first} to {done.last}")

    def carry(self) -> None:
        """A file, however old, brought to the head office or to any till, whose link may fail on the way."""
        if not self._files:
            return
        world, file = self.world, self.world.chance.choice(self._files)
        try:
            if world.chance.random() < 0.5:
                office = world.office.office
                came = import_segments(office.store, office.identity, file, world.office_ms())
            else:
                came = carry(file, world.till().client)
            self.taken += int(came.args["new"])
            world.trace.append(f"  {came.args}")
        except LinkFault as fault:
            world.trace.append(f"  not carried: {fault.code}")
        except BadInput as error:
            if error.code != "segments.gap" and (error.code, file.stem[:3]) != ("segments.part", "all"):
                raise  # of what waits no segment lies across what the head office has
            world.trace.append(f"  not taken: {error.code}")


def _journal_of(till: Till) -> list[list[tuple[Any, ...]]]:
    return till.journal.read(lambda c: [c.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES])
