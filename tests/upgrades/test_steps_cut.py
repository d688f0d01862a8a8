"""The power goes while a journal is brought up from an earlier version: the old or the new is there, and opens."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.simulation.disk import WAYS, Disk, Image, Log
from tests.simulation.logged_sqlite import logged_sqlite
from tests.upgrades.journals import NEW, OLD, folder, found, later, opened

__all__ = ["folder", "later"]
FILES = ("journal.db", "journal.db-wal")


def test_wherever_the_power_is_cut_the_journal_is_the_old_or_the_new(folder: Path, later: None, tmp_path: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    log, chance = Log(), Random(7)
    with logged_sqlite(folder, ("journal.db",), log):
        assert opened(folder) == 2
    disk, seen = Disk(before), set[tuple[int, bool, bool]]()
    for at in range(len(log.asked) + 1):
        for way in WAYS:
            seen.add(cut(disk.after_cut(way, chance), tmp_path / f"{at}-{way}"))
        if at < len(log.asked):
            disk.follow(log.asked[at])
    assert seen == {OLD, NEW}


def cut(image: Image, folder: Path) -> tuple[int, bool, bool]:
    """What is there after the cut; the till then opens it with both sales."""
    folder.mkdir()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    state = found(folder / "journal.db")
    assert opened(folder) == 2
    return state
