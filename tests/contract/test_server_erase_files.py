"""An erased member in the files: what a thief of the disk would read, backups, the record beside the database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from loyalty.events import SaleCompleted
from sync_server.backups import back_up, restore
from sync_server.erasing import erase as erasing
from sync_server.erasing.erase import Beside, erase, erased_before, erased_in, repeat_erasings
from sync_server.erasing.erased import Erased, read_log, write_log
from sync_server.identity import read_identity
from sync_server.personal import store_personal
from sync_server.schema import FEED
from sync_server.store import _prepare_sqlite, open_store
from sync_server.verifying.verify import verify
from terminal.offline_queue.cache_disk import prepare_connection
from tests.support.erased import (
    ANNA,
    BIRTHDAY,
    BORIS,
    CARDS,
    MASKED,
    NAME,
    PHONE,
    TWIN,
    KilledError,
    balance,
    dies,
    left,
    live,
    named,
)
from tests.support.server import T0_MS, TestOffice, opened_office


@pytest.fixture
def life(office, tmp_path):
    return live(office, tmp_path)


def test_no_byte_of_the_database_s_files_has_it_any_more(tmp_path):
    file = tmp_path / "office.db"
    with opened_office(f"sqlite:///{file}") as office:
        life = live(office, tmp_path)
        found = in_files(tmp_path, life.needles())
        assert {NAME, MASKED, PHONE[2:], BIRTHDAY, CARDS[0], "her own reason"} <= found
        life.erase()
        assert list(life.at.snapshots.glob("*.*t*")) == []
        (tmp_path / "tickets.csv").unlink()
        assert in_files(tmp_path, life.needles()) == set()


def in_files(folder: Path, needles: list[str]) -> set[str]:
    held = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return {needle for needle in needles if needle.encode() in held}


def test_a_restored_backup_is_erased_again_before_it_is_in_place(tmp_path):
    file, copy, aside = tmp_path / "office.db", tmp_path / "copy.db", tmp_path / "aside.db"
    with opened_office(f"sqlite:///{file}") as office:
        life = live(office, tmp_path)
        back_up(file, copy)
        life.erase()
        needles = life.needles()
    (tmp_path / "tickets.csv").unlink()
    with closing(open_store(f"sqlite:///{copy}")) as store:
        assert left(store, needles) != set()
    erased = erased_in(life.at.log, file)
    restore(copy, file, aside, bytes, erased, T0_MS)
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert left(store, needles) == set()
        assert verify(store).findings == ()
    assert in_files(file.parent / "nothing", needles) == set()
    assert not {needle for needle in needles if needle.encode() in file.read_bytes()}


def test_who_joined_after_the_backup_is_not_brought_back_by_the_tills(tmp_path):
    file, copy, aside = tmp_path / "office.db", tmp_path / "copy.db", tmp_path / "aside.db"
    at = Beside(tmp_path / "erased.log", tmp_path / "snapshots")
    with opened_office(f"sqlite:///{file}") as office:
        till = office.till()
        back_up(file, copy)
        joined, personal = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
        data = till.segment(joined, till.event(SaleCompleted(named(till.receipt(ANNA, earned=30)))))
        till.send(data)
        store_personal(office.store, office.identity, [personal])
        office.apply()
        erase(office.store, office.identity, at, CARDS[0], "olga", T0_MS)
    restore(copy, file, aside, bytes, erased_in(at.log, file), T0_MS)
    with closing(open_store(f"sqlite:///{file}")) as store:
        again = TestOffice(store, read_identity(store))
        till.office = again
        till.send(data)
        again.apply()
        assert balance(again, ANNA) == 30
        assert left(store, [NAME, MASKED, CARDS[0], PHONE[2:]]) == set()
        assert verify(store).findings == ()
        ident = FEED["ident"]
        with store.read() as tx:
            (row,) = tx.execute(select(ident)).all()
        assert (row.key, row.body) == (ANNA, None), "the till that has the member must be told"


def test_the_record_is_read_from_the_file_and_from_a_database_that_may_be_broken(tmp_path):
    log, database = tmp_path / "erased.log", tmp_path / "broken.db"
    one, two = Erased(ANNA, ANNA, "olga", 1), Erased(BORIS, BORIS, "anna", 2)
    write_log(log, [one])
    database.write_bytes(b"no database")
    assert erased_in(log, database) == (one,)
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        repeat_erasings(office.store, office.identity, [two], 3)
        assert erased_before(Beside(log, tmp_path / "s"), office.store) == tuple(sorted([one, two]))
    assert sorted(read_log(log)) == sorted([one, two])


def test_a_line_of_the_record_that_was_cut_short_spoils_no_other(tmp_path):
    log = tmp_path / "erased.log"
    write_log(log, [Erased(ANNA, ANNA, "olga", 1)])
    log.write_bytes(log.read_bytes()[:-20])
    assert read_log(log) == ()
    write_log(log, [Erased(BORIS, BORIS, "olga", 2)])
    write_log(log, [Erased(BORIS, BORIS, "olga", 2)])
    assert read_log(log) == (Erased(BORIS, BORIS, "olga", 2),)


def test_the_record_is_written_before_anything_goes(life, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "forget", dies)
        with pytest.raises(KilledError):
            life.erase()
    assert {each.member_id for each in read_log(life.at.log)} == {ANNA, TWIN}


class Recorder:
    """A connection that only notes what it is asked: some builds of SQLite overwrite by themselves, others do not."""

    isolation_level: object = ""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def cursor(self) -> Recorder:
        return self

    def execute(self, statement: str) -> None:
        self.asked.append(statement)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("prepare", [_prepare_sqlite, prepare_connection], ids=["head office", "cache of a till"])
def test_what_is_deleted_is_overwritten_whatever_build_of_sqlite_it_is(prepare):
    recorder = Recorder()
    arguments: list[Any] = [recorder, None] if prepare is _prepare_sqlite else [recorder]
    prepare(*arguments)
    assert "PRAGMA secure_delete=ON" in recorder.asked
