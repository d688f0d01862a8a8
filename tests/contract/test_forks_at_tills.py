"""One till's history in two places: a disk put back, a folder copied; seen, mended, and every receipt counted once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from loyalty.api import Position
from loyalty.errors import BadInput, LinkFault, NotNow
from loyalty.events import EpochBegun, decode_body, decode_envelope
from loyalty.sentences import sentence
from sync_server.backups import back_up, restore
from sync_server.books import read_books
from sync_server.enrol import make_code
from sync_server.import_segments import import_segments
from sync_server.schema import FLAG
from sync_server.verifying.verify import verify
from terminal.offline_queue import mending
from terminal.offline_queue.carry import carry
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.export import export
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.mending import mend
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.status import read_status
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import NOON_MS, hex_id, sell
from tests.support.served_office import ServedOffice, served_office

ANNA = hex_id("anna")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


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


def test_a_till_put_back_to_an_older_image_is_mended_and_each_receipt_counts_once(office, tmp_path):
    till = enrolled(office, tmp_path / "a")
    till.sells(1, 2)
    assert till.syncs()
    shutil.copytree(till.close(), tmp_path / "image")
    till = Till(tmp_path / "a", office.url)
    till.sells(3, 4)
    assert till.syncs()
    till.close()
    till = Till(tmp_path / "image", office.url)
    till.sells(5, 6)
    till.steps()
    assert (till.why(), till.journal.pending_count()) == ("fork", 2)
    till = till.reopened()
    assert till.why() == "fork", "it is known without the head office"
    till.steps()
    assert till.journal.pending_count() == 2, "nothing goes up before it is mended"
    assert till.mends() == 2
    assert till.why() == "fork", "points wait until the head office has the epoch"
    status = read_status(tmp_path / "image")
    assert (status.epoch, status.recorded, status.acked, status.pending) == (2, 3, 0, 3)
    assert till.syncs()
    assert till.why() == ""
    assert points(office) == 60, "six receipts of 10 points, of both histories"
    assert till.journal.verify() == 5, "two of the image, the event that began the epoch, two more"
    assert till.journal.differing() == ()
    till.sells(7)
    assert till.syncs()
    assert points(office) == 70
    till.close()


def test_of_a_copied_till_and_its_original_the_first_mended_is_the_till_and_the_other_comes_by_a_file(office, tmp_path):
    first = enrolled(office, tmp_path / "a")
    first.sells(1)
    assert first.syncs()
    shutil.copytree(first.close(), tmp_path / "b")
    first, copy = Till(tmp_path / "a", office.url), Till(tmp_path / "b", office.url)
    for number in (2, 3):
        first.sells(number)
        assert first.syncs()
    copy.sells(4)
    copy.steps()
    assert copy.why() == "fork"
    copy.mends()
    assert copy.syncs()
    first.sells(5)
    first.steps()
    assert (first.why(), first.journal.pending_count()) == ("replaced", 1), "it has the old key"
    with pytest.raises(NotNow) as refused:
        first.mends()
    assert refused.value.code == "mend.replaced"
    assert points(office) == 40
    with pytest.raises(BadInput) as no_word:
        import_segments(office.office.store, office.office.identity, first.file(), NOON_MS)
    assert no_word.value.code == "segments.fork"
    for new in (1, 0):
        said = import_segments(office.office.store, office.office.identity, first.file(), NOON_MS, from_a_copy=True)
        assert (said.code, said.args["new"], said.args["known"]) == ("segments.taken_copy", new, 1 - new)
        assert points(office) == 50, "both copies' receipts, each once"
    copy.sells(6)
    assert copy.syncs(), "the till has not noticed"
    assert points(office) == 60
    assert verify(office.office.store).sound
    first.close()
    copy.close()


def test_a_worn_out_fence_is_mended_the_same_way(office, tmp_path):
    first = enrolled(office, tmp_path / "a")
    first.sells(1)
    assert first.syncs()
    fence = first.runner._hands.outbox.fence()
    for number in (2, 3):
        first.sells(number)
        assert first.syncs()
    first.journal.write(lambda c: c.execute("UPDATE state SET value = ? WHERE name = 'fence'", (fence,)))
    first.sells(4)
    first.steps()
    assert first.why() == "fence"
    assert first.mends() == 1
    assert first.syncs()
    assert points(office) == 40
    first.close()


def test_a_new_epoch_says_who_began_it_and_after_what(office, tmp_path):
    first = enrolled(office, tmp_path / "a")
    first.sells(1, 2)
    assert first.syncs()
    shutil.copytree(first.close(), tmp_path / "b")
    first, copy = Till(tmp_path / "a", office.url), Till(tmp_path / "b", office.url)
    first.sells(3)
    assert first.syncs()
    copy.sells(4)
    copy.steps()
    copy.mends("Olga Petrova")
    (raw,) = copy.journal.read(lambda c: c.execute("SELECT raw FROM event WHERE epoch = 2 AND seq = 1").fetchone())
    body = decode_body(decode_envelope(raw))
    assert body == EpochBegun("north", "Olga Petrova", "fork", old_epoch=1, last_seq=2, reissued=1)
    with pytest.raises(NotNow) as refused:
        copy.mends()
    assert refused.value.code == "mend.nothing", "it is mended once"
    assert copy.syncs()
    assert points(office) == 40
    found = office.office.store.read
    with found() as tx:
        flags = [row.kind for row in tx.connection.exec_driver_sql("SELECT kind FROM flag")]
    assert set(flags) - {"clock"} == {"epoch_begun"}, "the clocks of these tills stand still"
    first.close()
    copy.close()


def test_numbers_the_other_history_has_given_are_passed_over(office, tmp_path):
    first = enrolled(office, tmp_path / "a")
    first.sells(1)
    assert first.syncs()
    shutil.copytree(first.close(), tmp_path / "b")
    first, copy = Till(tmp_path / "a", office.url), Till(tmp_path / "b", office.url)
    first.sells(2, 3, 4)
    assert first.syncs()
    copy.sells(5)
    copy.steps()
    copy.mends()
    assert copy.journal.next_receipt_no() == 9, "after number 5, the three that the head office has and this till lacks"
    assert copy.journal.next_card_no() == 1001
    copy = copy.reopened()
    assert copy.journal.next_receipt_no() == 9
    first.close()
    copy.close()


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
        till = enrolled(office, tmp_path / "a")
        till.sells(1)
        assert till.syncs()
        shutil.copytree(till.close(), tmp_path / "image")
        till = Till(tmp_path / "a", office.url)
        till.sells(2)
        assert till.syncs()
        till.close()
        back_up(folder / "head_office.db", backup)
        till = Till(tmp_path / "image", office.url)
        till.sells(3)
        till.steps()
        till.mends()
        for number in (4, 5):
            till.sells(number)
            assert till.syncs(), "a segment each"
        till.close()
    restore(backup, folder / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(folder) as office:
        till = Till(tmp_path / "image", office.url)
        assert till.syncs()
        assert (till.why(), points(office)) == ("", 50)
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


def test_a_file_is_carried_whatever_keys_its_till_has_had_since(office, tmp_path):
    """The first of two files tells the head office of the key; the second is older than the till's newest one."""
    first, till = parted(office, tmp_path)
    carrier = enrolled(office, tmp_path / "c")
    till.mends()
    file = till.file()
    assert carry(file, carrier.client).args["new"] == 2, "the new epoch begins, and what it had sold"
    till.sells(5)
    shutil.copy(till.file(), tmp_path / "older.kopilka")
    assert till.syncs()
    till.journal.write(lambda c: keep_fork(c, Fork("copied", NOON_MS)))
    till.journal.look_again()
    till.mends("Anna")
    assert till.syncs()
    assert [key.epoch for key in till.store.keys.told] == [2, 3]
    assert carry(tmp_path / "older.kopilka", carrier.client).args["new"] == 0
    assert points(office) == 40
    with office.office.store.read() as tx:
        assert tx.execute(select(FLAG.c.kind).where(FLAG.c.kind == "old_key")).all() == []
    for each in (first, till, carrier):
        each.close()


def test_a_till_that_dies_between_its_new_key_and_the_new_epoch_goes_on_with_that_key(office, tmp_path, monkeypatch):
    first, copy = parted(office, tmp_path)
    with monkeypatch.context() as cut:
        cut.setattr(mending, "_put_back", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            copy.mends()
    copy = copy.reopened()
    (made,) = copy.store.keys.told
    assert copy.why() == "fork", "the epoch has not begun"
    copy.steps()
    copy.mends()
    assert copy.store.keys.told == (made,), "no second key is made for it"
    assert copy.syncs()
    assert points(office) == 30
    first.close()
    copy.close()


def test_a_key_whose_announcement_was_not_answered_is_announced_again(office, tmp_path, monkeypatch):
    first, copy = parted(office, tmp_path)
    copy.mends()
    tell = Client.tell_keys

    def lost(client, *asked):
        tell(client, *asked)
        raise LinkFault(sentence("link.offline"))

    with monkeypatch.context() as cut:
        cut.setattr(Client, "tell_keys", lost)
        copy.steps(1)
        assert copy.store.keys.is_due
    copy = copy.reopened()
    assert copy.store.keys.is_due, "nothing was kept of it"
    assert copy.syncs()
    assert not copy.store.keys.is_due
    assert points(office) == 30
    first.close()
    copy.close()


def test_a_copy_is_told_by_whatever_it_asks_and_knows_it_after_a_restart(office, tmp_path):
    first, copy = parted(office, tmp_path)
    copy.mends()
    assert copy.syncs()
    first.steps()
    assert first.why() == "replaced", "it had nothing to send"
    first = first.reopened()
    assert first.why() == "replaced"
    assert first.runner.status().fork is not None
    first.sells(3)
    first.steps()
    assert first.journal.pending_count() == 1
    first.close()
    copy.close()


def test_two_copies_mended_without_a_link_are_not_both_the_till(office, tmp_path):
    first, copy = parted(office, tmp_path)
    first.journal.write(lambda c: keep_fork(c, Fork("copied", NOON_MS)))
    first.journal.look_again()
    first.sells(3)
    first.mends()
    copy.mends()
    assert first.syncs()
    copy.steps()
    assert (copy.why(), copy.journal.pending_count()) == ("replaced", 2)
    import_segments(office.office.store, office.office.identity, copy.file(), NOON_MS, from_a_copy=True)
    assert points(office) == 40, "1, 2, 3, and 4 of the copy, whose own epoch and key nobody took"
    first.close()
    copy.close()


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
