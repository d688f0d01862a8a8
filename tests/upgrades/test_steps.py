"""A till's files brought up from an earlier version: all of it or nothing, wherever it is broken off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from loyalty.cache_file import CACHE_VERSION
from loyalty.errors import StoreFault
from terminal.offline_queue import cache_disk, file_steps
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import TERMINAL, cursor_to, goods_row, sell
from tests.upgrades.journals import NEW, OLD, STEPS, V, folder, found, later, opened

__all__ = ["folder", "later"]


def test_a_journal_two_versions_old_is_brought_up_and_goes_on(folder: Path, later: None) -> None:
    assert found(folder / "journal.db") == OLD
    journal = Journal(folder / "journal.db", TERMINAL)
    sell(journal, 3)
    assert journal.verify() == 3
    journal.close()
    assert found(folder / "journal.db") == NEW


@pytest.mark.parametrize("statement", range(4))
def test_a_step_that_fails_leaves_the_journal_as_it_was(
    folder: Path, later: None, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    every = [text for each in STEPS.values() for text in each]
    every[statement] = "INSERT INTO nowhere VALUES (1)"
    monkeypatch.setattr(file_steps, "JOURNAL_STEPS", {V: tuple(every[:2]), V + 1: tuple(every[2:])})
    with pytest.raises(StoreFault):
        opened(folder)
    assert found(folder / "journal.db") == OLD
    monkeypatch.setattr(file_steps, "JOURNAL_STEPS", STEPS)
    assert opened(folder) == 2


@pytest.mark.parametrize("version", [V - 1, V + 3])
def test_a_journal_no_steps_lead_from_is_refused_and_not_touched(folder: Path, later: None, version: int) -> None:
    with closing(sqlite3.connect(folder / "journal.db")) as file:
        file.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StoreFault) as refused:
        opened(folder)
    assert refused.value.code == "journal.version"
    assert found(folder / "journal.db") == (version, False, False)


def test_another_tills_journal_is_refused_before_a_step_is_done(folder: Path, later: None) -> None:
    with pytest.raises(StoreFault) as refused:
        Journal(folder / "journal.db", "another")
    assert refused.value.code == "journal.other_terminal"
    assert found(folder / "journal.db") == OLD


def test_a_cache_of_an_earlier_version_keeps_its_goods_where_a_step_leads_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked(folder)
    monkeypatch.setattr(cache_disk, "CACHE_VERSION", CACHE_VERSION + 1)
    steps = {CACHE_VERSION: ("CREATE TABLE more (a INTEGER)",)}
    monkeypatch.setattr(file_steps, "CACHE_STEPS", steps)
    store = open_store(folder)
    assert store.cache.product("4600000000015") is not None
    assert store.cache.notice is None
    store.close()


def test_a_cache_nothing_leads_from_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stocked(folder)
    with closing(sqlite3.connect(folder / "cache.db")) as file:
        file.execute("PRAGMA user_version = 999")
    store = open_store(folder)
    assert store.cache.product("4600000000015") is None
    assert store.cache.notice is not None
    store.close()


def stocked(folder: Path) -> None:
    store = open_store(folder)
    rows = [goods_row("4600000000015", "Шарф")]
    store.cache.install(rows, cursor_to("goods", 0, rows))
    store.close()
