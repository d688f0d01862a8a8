"""The power of a head office on SQLite fails at any write or sync: what it acknowledged is there, nothing by half."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from loyalty.events import SaleCompleted
from sync_server import store
from sync_server.personal import store_personal
from sync_server.store import Store, open_store
from tests.simulation.cuts import SOAK, Story, Told, cut_everywhere, dump, files_of, folder_in_memory
from tests.simulation.disk import Log
from tests.simulation.logged_sqlite import logged_sqlite
from tests.simulation.seeds import seeds_of
from tests.support.server import TestOffice, hex_id, opened_office

pytestmark = pytest.mark.simulation
FILE = "office.db"
STEPS = 30 if SOAK else 12


def played(seed: int) -> Story:
    with folder_in_memory() as folder:
        url = f"sqlite:///{folder / FILE}"
        with opened_office(url):
            pass
        before, log, told = files_of(folder, FILE), Log(), [Told(0, held_by(folder))]
        with (
            logged_sqlite(folder, (FILE,), log),
            each_commit(lambda held: told.append(Told(len(log.asked), held))),
            opened_office(url) as office,
        ):
            play(office, Random(seed))
        return Story(before, log.asked, told)


def play(office: TestOffice, chance: Random) -> None:
    """Two tills that enrol members, sell, take back and send again; rounds in between."""
    tills = [office.till(), office.till()]
    members, sales = [hex_id("member", number) for number in range(3)], []
    sent: list[Any] = []
    for number, member in enumerate(members):
        till = chance.choice(tills)
        event, personal = till.enrolled(member, f"299000100000{number}", f"+7903123456{number}")
        till.send(till.segment(event))
        store_personal(office.store, office.identity, (personal,))
    for _ in range(STEPS):
        till = chance.choice(tills)
        match chance.choice(("sell", "sell", "back", "again", "apply")):
            case "sell":
                sales.append(till.receipt(account=chance.choice(members), earned=chance.randrange(50)))
                sent.append((till, till.segment(till.event(SaleCompleted(sales[-1])))))
                till.send(sent[-1][1])
            case "back" if sales:
                till.send(till.segment(till.back(sales.pop(), total=5000)))
            case "again" if sent:
                sent[-1][0].send(sent[-1][1])
            case _:
                office.apply()


@contextmanager
def each_commit(told: Any) -> Iterator[None]:
    """While it lasts, `told` gets what the database holds whenever a transaction has been told durable."""
    transaction = Store._transaction

    @contextmanager
    def noted(own: Store, kind: Any) -> Iterator[Any]:
        with transaction(own, kind) as connection:
            yield connection
        if kind == "write":
            plain = own._engine.raw_connection()
            told(dump(plain.driver_connection))
            plain.close()

    with patch.object(Store, "_transaction", noted):
        yield


def held_by(folder: Path) -> bytes:
    """What a stock SQLite and the head office's own store find. Raises where it is not whole."""
    open_store(f"sqlite:///{folder / FILE}").close()
    with sqlite3.connect(folder / FILE) as look:
        assert look.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        held = dump(look)
    look.close()
    return held


@pytest.mark.parametrize("seed", seeds_of(SOAK or "1"))
def test_what_a_head_office_acknowledged_is_there_wherever_its_power_is_cut(seed: int) -> None:
    story = played(seed)
    assert cut_everywhere(story, held_by, Random(seed)) > len(story.told)


def test_without_a_sync_at_each_commit_acknowledged_segments_are_lost_and_the_cuts_show_it() -> None:
    prepare = store._prepare_sqlite

    def prepared(connection: Any, record: object) -> None:
        prepare(connection, record)
        connection.cursor().execute("PRAGMA synchronous=NORMAL")

    with patch.object(store, "_prepare_sqlite", prepared):
        story = played(1)
    with pytest.raises(AssertionError, match="a promise is broken"):
        cut_everywhere(story, held_by, Random(1))
