"""One till's history in two places: a disk put back, a folder copied; seen, mended, and every receipt counted once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from loyalty.errors import BadInput, LinkFault, NotNow
from loyalty.events import EpochBegun, decode_body, decode_envelope
from loyalty.sentences import sentence
from sync_server.import_segments import import_segments
from sync_server.schema import FLAG
from sync_server.verifying.verify import verify
from terminal.offline_queue import mending
from terminal.offline_queue.carry import carry
from terminal.offline_queue.client import Client
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.status import read_status
from tests.support.queue_samples import NOON_MS
from tests.support.served_office import ServedOffice, served_office
from tests.support.tills_by_hand import Till, enrolled, parted, points


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


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
