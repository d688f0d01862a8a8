"""A till's journal damaged on purpose, and what its repair must have left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from terminal.offline_queue.client import Client
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.repair import Repaired, repair
from terminal.offline_queue.verify import verify
from tests.support.queue_samples import NOON_MS, hex_id
from tests.support.served_office import ServedOffice
from tests.support.tills_by_hand import Till, points

FILE = "journal.db"
PAGE = 4096


def changed(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def flip(seq: int, column: str = "raw") -> str:
    """Another byte amid a column of one event."""
    return (
        f"UPDATE event SET {column} = CAST(substr({column}, 1, 15) || x'07' || substr({column}, 17) AS BLOB)"
        f" WHERE seq = {seq}"
    )


def repaired(folder: Path, office: ServedOffice | None, by: str = "") -> Repaired:
    """`office` None: nobody answers."""
    url = office.url if office else "http://127.0.0.1:9"
    identity = read_identity(folder)
    client = Client(identity, Keyring(folder, identity.terminal), lambda: NOON_MS, url)
    ids = iter(range(10))
    try:
        return repair(folder, client.own_segment, by, lambda: (hex_id("stamp", next(ids)), NOON_MS))
    finally:
        client.close()


def sound(folder: Path, office: ServedOffice, sales: int, events: int) -> Till:
    """The till as it is then: whole, and each sale counted once."""
    assert verify(folder).differing == ()
    till = Till(folder, office.url)
    assert till.journal.verify() == events
    assert till.syncs()
    assert points(office) == 10 * sales
    return till


def pages_of(folder: Path) -> int:
    return (folder / FILE).stat().st_size // PAGE


def spoiled(folder: Path, page: int) -> None:
    """A page of the file, the first is 1, becomes nonsense."""
    with (folder / FILE).open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)
