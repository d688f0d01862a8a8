"""A till's journal, and a program two versions on that opens it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from terminal.offline_queue import file_steps, journal_file
from terminal.offline_queue.journal import Journal
from tests.support.queue_samples import TERMINAL, new_till, sell

V = journal_file.VERSION
STEPS = {
    V: ("CREATE TABLE weather (place INTEGER)", "INSERT INTO weather SELECT place FROM event"),
    V + 1: ("CREATE TABLE counted (events INTEGER)", "INSERT INTO counted SELECT count(*) FROM event"),
}
"""Two versions at once, as a till that has been off for long meets them."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A till of this version with two sales."""
    store = new_till(tmp_path / "till")
    sell(store.journal, 1)
    sell(store.journal, 2)
    store.close()
    return tmp_path / "till"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program two versions on."""
    monkeypatch.setattr(journal_file, "VERSION", V + 2)
    monkeypatch.setattr(file_steps, "JOURNAL_STEPS", STEPS)


def found(path: Path) -> tuple[int, bool, bool]:
    """The version, and which of the steps' changes are there."""
    with closing(sqlite3.connect(path)) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        return int(file.execute("PRAGMA user_version").fetchone()[0]), "weather" in tables, "counted" in tables


OLD, NEW = (V, False, False), (V + 2, True, True)


def opened(folder: Path) -> int:
    """How many events a journal holds that is whole."""
    journal = Journal(folder / "journal.db", TERMINAL)
    try:
        return journal.verify()
    finally:
        journal.close()
