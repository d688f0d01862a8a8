"""A till whose sync is done by hand, step by step, at a served head office."""

from __future__ import annotations

import shutil
from pathlib import Path

from sync_server.books import read_books
from sync_server.enrol import make_code
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.export import export
from terminal.offline_queue.mending import mend
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import NOON_MS, hex_id, sell
from tests.support.served_office import ServedOffice

ANNA = hex_id("anna")


class Till:
    """The folder of a till, opened, and its sync done by hand."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.store = open_store(folder)
        self.journal = self.store.journal
        self.client = Client(self.store.identity, self.store.keys, lambda: NOON_MS, url)
        self.runner = Runner(self.store, self.client, lambda: NOON_MS, lambda: 0.0)

    def sells(self, *numbers: int) -> None:
        for number in numbers:
            sell(self.journal, number, ANNA)

    def steps(self, count: int = 12) -> None:
        self.runner._hurry = True
        for _ in range(count):
            self.runner._once(0)

    def mends(self, name: str = "Olga") -> int:
        event_id = hex_id(name, self.folder.name, self.journal.fork)
        return mend(self.journal, self.store.keys, "north", name, lambda: (event_id, NOON_MS)).reissued

    def syncs(self) -> bool:
        return self.runner.run_until_idle(20)

    def file(self, every: bool = False) -> Path:
        done = export(self.folder, self.folder.parent / f"{self.folder.name}.kopilka", every, NOON_MS)
        assert done.path is not None
        return done.path

    def why(self) -> str:
        return self.journal.fork.why if self.journal.fork else ""

    def close(self) -> Path:
        self.runner.stop()
        self.store.close()
        return self.folder

    def reopened(self) -> Till:
        return Till(self.close(), self.url)


def enrolled(office: ServedOffice, folder: Path) -> Till:
    test = office.office
    code = make_code(test.store, test.identity, "north", "North", NOON_MS * 2, test.random)
    enrol(office.url, code, "A", folder)
    return Till(folder, office.url)


def points(office: ServedOffice) -> int:
    """Of Anna, once everything stored is applied."""
    office.office.apply()
    books = read_books(office.office.store, [ANNA])
    assert (books.conserved, books.stored_twice, books.events_behind) == (True, 0, 0)
    return books.accounts[0].wallets["main"].ledger_points


def parted(office: ServedOffice, folder: Path) -> tuple[Till, Till]:
    """A till and its copy; the copy has sold 4, which the head office refused as a fork."""
    first = enrolled(office, folder / "a")
    first.sells(1)
    assert first.syncs()
    shutil.copytree(first.close(), folder / "b")
    first, copy = Till(folder / "a", office.url), Till(folder / "b", office.url)
    first.sells(2)
    assert first.syncs()
    copy.sells(4)
    copy.steps()
    return first, copy
