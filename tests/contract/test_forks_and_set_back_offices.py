"""A fork at a till, and a head office that is put back to a backup before it, amid it, or after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import Position
from sync_server.backups import back_up, restore
from sync_server.import_segments import import_segments
from sync_server.verifying.verify import verify
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.journal_file import set_state, state_value
from terminal.offline_queue.retention import KEPT_MS, prune
from tests.support.queue_samples import NOON_MS
from tests.support.served_office import ServedOffice, served_office
from tests.support.tills_by_hand import Till, enrolled, parted, points


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


def mended_after_backup(office: ServedOffice, folder: Path, backup: Path) -> Till:
    """A till put back to its image after 1: the copy of the head office has 1 and 2, the mended till's epoch 3, 4 and 5
    in segments of their own."""
    till = enrolled(office, folder / "a")
    till.sells(1)
    assert till.syncs()
    shutil.copytree(till.close(), folder / "image")
    till = Till(folder / "a", office.url)
    till.sells(2)
    assert till.syncs()
    till.close()
    back_up(folder / "office" / "head_office.db", backup)
    till = Till(folder / "image", office.url)
    till.sells(3)
    till.steps()
    till.mends()
    for number in (4, 5):
        till.sells(number)
        assert till.syncs(), "a segment each"
    return till


def test_a_head_office_put_back_to_before_the_fork_is_refilled_by_the_mended_till(tmp_path):
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        first = enrolled(office, tmp_path / "a")
        first.sells(1)
        assert first.syncs()
        back_up(folder / "head_office.db", backup)
        first.sells(2)
        assert first.syncs()
        shutil.copytree(first.close(), tmp_path / "b")
        first, copy = Till(tmp_path / "a", office.url), Till(tmp_path / "b", office.url)
        first.sells(3)
        assert first.syncs()
        copy.sells(4)
        copy.steps()
        copy.mends()
        assert copy.syncs()
        first.close()
        copy.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        copy = Till(tmp_path / "b", office.url)
        assert copy.syncs()
        assert copy.why() == ""
        assert points(office) == 30, "1, 2 and 4; 3 is what the other copy has to bring"
        first = Till(tmp_path / "a", office.url)
        first.sells(5)
        first.steps()
        assert first.why() == "replaced", "the copy has announced its key again"
        import_segments(office.office.store, office.office.identity, first.file(), NOON_MS, from_a_copy=True)
        assert points(office) == 40, "5, which alone waits; 3 it was told is stored"
        import_segments(office.office.store, office.office.identity, first.file(True), NOON_MS, from_a_copy=True)
        assert points(office) == 50, "and brings with everything it has"
        first.close()
        copy.close()


def test_a_head_office_put_back_to_the_other_history_gets_the_whole_epoch_that_mended_it(tmp_path):
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        till = mended_after_backup(office, tmp_path, backup)
        till.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        till = Till(tmp_path / "image", office.url)
        assert till.syncs()
        assert (till.why(), points(office)) == ("", 50)
        till.close()


def test_a_head_office_our_epoch_no_longer_follows_is_told_as_a_fork_and_mended(tmp_path):
    """The journal has no epoch 2, which was another disk's: its epoch 3 follows nothing of a head office in epoch 1."""
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        till = enrolled(office, tmp_path / "a")
        till.sells(1)
        assert till.syncs()
        till.close()
        shutil.copy(tmp_path / "a" / "journal.db", tmp_path / "older.db")
        till = Till(tmp_path / "a", office.url)
        till.sells(2)
        assert till.syncs()
        back_up(folder / "head_office.db", backup)
        till.journal.write(lambda c: keep_fork(c, Fork("copied", NOON_MS)))
        till.journal.look_again()
        till.mends()
        assert till.syncs()
        till.close()
        shutil.copy(tmp_path / "older.db", tmp_path / "a" / "journal.db")
        till = Till(tmp_path / "a", office.url)
        till.sells(3)
        till.mends("Anna")
        assert till.syncs()
        till.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        till = Till(tmp_path / "a", office.url)
        till.steps()
        assert till.why() == "fork"
        till.mends("Vera")
        assert till.syncs()
        assert (till.why(), points(office)) == ("", 30)
        till.close()


def test_a_head_office_put_back_to_before_what_the_till_has_let_go_of_is_told_as_a_fork(tmp_path):
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        till = mended_after_backup(office, tmp_path, backup)
        till.journal.write(lambda c: set_state(c, "safe", state_value(c, "acked")))
        assert prune(till.journal, NOON_MS + KEPT_MS + 1_000_000, least=1) == 4, "all but the last segment"
        till.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        till = Till(tmp_path / "image", office.url)
        till.steps()
        assert till.why() == "fork"
        till.close()


def test_a_place_of_our_own_history_is_gone_back_to_and_is_no_fork(office, tmp_path):
    till = enrolled(office, tmp_path / "a")
    till.sells(1, 2, 3)
    assert till.syncs()
    mine = till.runner._hands.outbox
    (digest,) = till.journal.read(lambda c: c.execute("SELECT hash FROM event WHERE seq = 1").fetchone())
    assert mine.is_ours(Position(1, 1, digest.hex()))
    assert not mine.is_ours(Position(1, 1, "00" * 32))
    assert not mine.is_ours(Position(2, 1, digest.hex()))
    till.close()


def test_a_till_replaced_by_a_copy_the_head_office_has_forgotten_may_be_mended_again(tmp_path):
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        first, copy = parted(office, tmp_path)
        back_up(folder / "head_office.db", backup)
        copy.mends()
        assert copy.syncs()
        first.sells(3)
        first.steps()
        assert first.why() == "replaced"
        first.close()
        copy.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        first = Till(tmp_path / "a", office.url)
        first.steps()
        assert first.why() == "fork"
        first.mends()
        assert first.syncs()
        assert points(office) == 30, "1, 2 and 3: the copy has 4"
        first.close()


def test_an_older_journal_beside_the_newest_key_goes_on_in_the_epoch_after_the_head_offices(office, tmp_path):
    till = enrolled(office, tmp_path / "a")
    till.sells(1)
    assert till.syncs()
    till.close()
    shutil.copy(tmp_path / "a" / "journal.db", tmp_path / "older.db")
    till = Till(tmp_path / "a", office.url)
    till.journal.write(lambda c: keep_fork(c, Fork("copied", NOON_MS)))
    till.journal.look_again()
    till.sells(2)
    till.mends()
    assert till.syncs()
    till.close()
    shutil.copy(tmp_path / "older.db", tmp_path / "a" / "journal.db")
    till = Till(tmp_path / "a", office.url)
    assert till.why() == "older"
    till.sells(3)
    till.mends("Anna")
    assert [each.epoch for each in till.store.keys.told] == [2, 3]
    assert till.syncs()
    assert points(office) == 30, "2 came in epoch 2, 3 in epoch 3"
    assert verify(office.office.store).sound
    till.close()


def test_a_running_till_announces_its_keys_again_to_a_head_office_set_back(tmp_path):
    folder, backup = tmp_path / "office", tmp_path / "backup.db"
    with served_office(folder) as office:
        first, copy = parted(office, tmp_path)
        back_up(folder / "head_office.db", backup)
        first.close()
        copy.mends()
        assert copy.syncs()
        copy.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        copy = Till(tmp_path / "b", office.url)
        copy.store.keys.heard(copy.store.keys.told)
        assert copy.syncs(), "as a till does that has run all the time, and has nothing new"
        assert points(office) == 30
        copy.close()
