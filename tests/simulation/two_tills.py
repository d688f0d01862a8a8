"""A head office with forty members and two tills, each level with it."""

from __future__ import annotations

from pathlib import Path
from random import Random

from loyalty.codes import card_number
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.purging.purge import purge
from terminal.offline_queue.steps import GetDelta, Wait
from tests.simulation.head_office import HeadOffice
from tests.simulation.till import Till
from tests.simulation.wire import Wire

START_MS = 1_795_303_900_000
CARDS = [card_number("2990000", number) for number in range(1, 41)]


class Shop:
    """A head office with forty members, and two tills that have had them all."""

    def __init__(self, folder: Path) -> None:
        self.now_ms = START_MS
        self.office = HeadOffice(folder / "office", lambda: self.now_ms, Random(1))
        self.office.take_rows("members", [{"card": card, "points": "5"} for card in CARDS])
        self.here, self.away = self.till(folder / "here", 2), self.till(folder / "away", 3)
        for till in (self.here, self.away):
            self.level(till)

    def till(self, folder: Path, seed: int) -> Till:
        wire = Wire(self.office, Random(seed), lambda _: None)
        return Till(folder, wire, self.office.code(), Random(seed), lambda: self.now_ms)

    def level(self, till: Till) -> list[GetDelta]:
        """The pages it asks for until it has nothing left to do."""
        asked: list[GetDelta] = []
        self.now_ms += 3_600_000
        for _ in range(3000):
            step = till.next_step()
            if isinstance(step, Wait):
                return asked
            if isinstance(step, GetDelta):
                asked.append(step)
            till.take(step)
        raise AssertionError("never level")

    def merge(self, kept: str, gone: str) -> None:
        store, identity = self.office.office.store, self.office.office.identity
        merge_members(store, identity, Wish("olga", self.now_ms, Random(kept).randbytes), kept, gone)
        self.office.rounds()

    def purge(self) -> int:
        return purge(self.office.office.store, self.office.folder / "snapshots", self.now_ms).tombstones

    def members(self, till: Till) -> int:
        """Rows of members the till's file holds, those of the dead too."""
        return int(till.cache._read(lambda c: c.execute("SELECT count(*) FROM ident").fetchone())[0])

    def close(self) -> None:
        for till in (self.here, self.away):
            till.close()
        self.office.close()
