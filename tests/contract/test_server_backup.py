"""A copy made while the head office sells on, and put back: tills send again what it lacks, nothing twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from unittest.mock import patch

import pytest

from loyalty.errors import BadInput, NotNow
from sync_server.backups import back_up, restore
from sync_server.identity import read_identity, renew_generation
from sync_server.refusals import Refused
from sync_server.store import open_store
from sync_server.verifying.verify import verify
from tests.support.server import TestOffice, hex_id, opened_office
from tests.support.taking_in import dump

ANNA = hex_id("anna")


def test_sold_backed_up_sold_more_restored_and_refilled_nothing_is_lost_or_twice(tmp_path):
    file, copy, aside = tmp_path / "office.db", tmp_path / "copy.db", tmp_path / "aside.db"
    with opened_office(f"sqlite:///{file}") as office:
        till = office.till()
        till.put(till.sale(account=ANNA, earned=30))
        office.apply()
        back_up(file, copy)
        later = [till.segment(till.sale(account=ANNA, earned=number)) for number in (5, 7)]
        for data in later:
            till.send(data)
        office.apply()
        before, gen = dump(office), office.identity.gen
    assert restore(copy, file, aside, bytes) == "0" * 16 != gen
    store = open_store(f"sqlite:///{file}")
    try:
        again = TestOffice(store, read_identity(store))
        till.office = again
        with pytest.raises(Refused, match="after `acked`"):
            till.send(later[1])
        for data in (*later, later[0]):
            till.send(data)
        again.apply()
        assert dump(again) == before
        assert verify(store).sound
    finally:
        store.close()
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT count(*) FROM receipt").fetchone() == (3,)
    assert (copy.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o600, 0o600)


def test_a_backup_is_of_one_moment_while_more_is_sold(tmp_path):
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    with opened_office(f"sqlite:///{file}") as office, patch("sync_server.backups.PAGES", 20):
        till = office.till()
        till.put(till.sale())
        steps = []

        def sell(done: int, whole: int) -> None:
            till.put(till.sale())
            steps.append((done, whole))

        back_up(file, copy, sell)
        assert len(steps) == -(-steps[-1][1] // 20)
        assert steps[-1][0] == steps[-1][1]
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT max(last_seq) FROM segment").fetchone() == (1,)


def test_a_backup_never_overwrites_a_file(tmp_path):
    (tmp_path / "copy.db").write_text("mine")
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}"), pytest.raises(FileExistsError):
        back_up(tmp_path / "office.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_database_in_use_is_not_replaced(tmp_path):
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    with opened_office(f"sqlite:///{file}") as office:
        back_up(file, copy)
        office.till()
        with pytest.raises(NotNow):
            restore(copy, file, tmp_path / "aside.db", bytes)
        assert read_identity(office.store) == office.identity
    assert not (tmp_path / "aside.db").exists()


@pytest.mark.parametrize("change", ["UPDATE alembic_version SET version_num = 'x'", "DELETE FROM state"])
def test_what_is_no_backup_of_this_version_is_refused(tmp_path, change):
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    with opened_office(f"sqlite:///{file}"):
        back_up(file, copy)
    with closing(sqlite3.connect(copy)) as changed:
        changed.execute(change)
        changed.commit()
    before = file.read_bytes()
    with pytest.raises(BadInput):
        restore(copy, file, tmp_path / "aside.db", bytes)
    assert file.read_bytes() == before


def test_a_damaged_or_missing_file_is_refused_and_a_damaged_database_is_replaced(tmp_path):
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    with opened_office(f"sqlite:///{file}"):
        back_up(file, copy)
    (tmp_path / "bad.db").write_bytes(b"x" * 9000)
    for name in ("bad.db", "none.db"):
        with pytest.raises(BadInput):
            restore(tmp_path / name, file, tmp_path / "aside.db", bytes)
    file.write_bytes(b"x" * 9000)
    restore(copy, file, tmp_path / "aside.db", bytes)
    assert (tmp_path / "aside.db").read_bytes() == b"x" * 9000
    store = open_store(f"sqlite:///{file}")
    assert read_identity(store).gen == "0" * 16
    store.close()


@pytest.mark.parametrize("known", [True, False])
def test_a_late_old_segment_after_a_restore_locks_no_till_out(office, known):
    """It comes with a fence of before; the till goes on with the one it has. Then a copy of the till is known again."""
    till = office.till()
    late = till.segment(till.sale())
    old_fence = till.fence
    if known:
        till.send(late)
    else:
        till.fence = "5" * 32  # a later answer of the head office that was lost with its database
    renew_generation(office.store, office.random)
    till.send(late, fence=old_fence, keep_fence=False)
    till.put(till.sale())
    till.put(till.sale())
    with pytest.raises(Refused) as refused:
        till.send(till.segment(till.sale()), fence=old_fence)
    assert refused.value.reply.code == "fence"
