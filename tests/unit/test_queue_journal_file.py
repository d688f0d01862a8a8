"""journal.db as a file: found again, locked, full, spoilt, another till's."""

import sqlite3
import subprocess
import sys

import pytest

from loyalty.errors import StoreFault
from loyalty.feed import Applied
from loyalty.sentences import say
from terminal.offline_queue import journal_file
from terminal.offline_queue.glance import glance
from terminal.offline_queue.journal import Journal, Pending
from terminal.offline_queue.lock import FolderLock
from terminal.offline_queue.sentences import SENTENCES
from terminal.offline_queue.status import read_status
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import (
    NOON_MS,
    account_in,
    enrolment,
    new_till,
    open_shift,
    sell,
)


@pytest.fixture
def till(tmp_path):
    store = new_till(tmp_path / "till")
    yield store
    store.close()


@pytest.fixture
def journal(till):
    return till.journal


def test_an_index_of_another_version_is_made_anew(till):
    sell(till.journal, 1, account_in(3))
    assert till.journal.overlay(account_in(3), Applied()).wallets == {"main": 10}
    till.close()
    for statement in ("DELETE FROM effect", "PRAGMA user_version = 77"):
        connection = sqlite3.connect(till.folder / "journal-index.db")
        connection.execute(statement)
        connection.commit()
        connection.close()
    again = open_store(till.folder)
    assert again.journal.overlay(account_in(3), Applied()).wallets == {"main": 10}
    assert again.journal.differing() == ()
    again.close()


def test_the_journal_is_synced_at_every_commit_and_the_cache_when_it_suits(till):
    assert till.journal.write(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (2,)
    assert till.journal.write(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    assert till.cache._writer.run(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (1,)
    assert till.cache._writer.run(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


def test_a_restart_finds_everything_as_it_was(till):
    open_shift(till.journal)
    made = sell(till.journal, 1, account_in(1))
    till.journal.prepare("begun", b"basket", NOON_MS)
    till.close()
    again = open_store(till.folder)
    assert again.journal.receipt(made.number) == made
    assert [p.sale_id for p in again.journal.prepared()] == ["begun"]
    assert again.journal.pending() == Pending(2, NOON_MS)
    assert again.journal.verify() == 2
    again.close()


def test_a_full_disk_records_nothing_by_half_and_says_so(journal):
    open_shift(journal)
    pages = journal.write(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    journal._writer._connection.execute(f"PRAGMA max_page_count={pages + 2}")

    def sell_on():
        for number in range(1, 1000):
            sell(journal, number, account_in(1))

    with pytest.raises(StoreFault) as caught:
        sell_on()
    assert caught.value.code == "store.full"
    assert "диске нет места" in say(caught.value.said, "ru", SENTENCES)
    assert caught.value.hint is not None
    sales = journal.pending_count() - 1
    assert len(journal.overlay(account_in(1), Applied()).points) == sales
    assert journal.receipt(f"1-{sales:06}") is not None
    assert journal.receipt(f"1-{sales + 1:06}") is None
    journal._writer._connection.execute("PRAGMA max_page_count=100000")
    sell(journal, 1001)
    assert journal.verify() == journal.pending_count()


def test_a_second_process_gets_the_sentence_with_the_owner(till):
    program = (
        "import sys; from pathlib import Path; from terminal.offline_queue.store import open_store\n"
        "try: open_store(Path(sys.argv[1]))\n"
        "except Exception as error: print(error.code, error.said.args['pid'])"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(till.folder)], capture_output=True, text=True, check=True)
    code, pid = ran.stdout.split()
    assert code == "store.owned"
    assert pid == (till.folder / "lock").read_text().strip()


def test_the_lock_is_free_again_once_released(tmp_path):
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreFault):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def spoil(till, statement, *values):
    till.close()
    connection = sqlite3.connect(till.folder / "journal.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_changed_last_event_is_seen_at_the_start(till):
    sell(till.journal, 1)
    sell(till.journal, 2)
    spoil(till, "UPDATE event SET raw = CAST(raw || ' ' AS BLOB) WHERE seq = 2")
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert (caught.value.code, caught.value.said.args) == ("journal.chain", {"epoch": 1, "seq": 2})
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "change", ["UPDATE event SET raw = CAST(raw || ' ' AS BLOB) WHERE seq = 2", "DELETE FROM event WHERE seq = 2"]
)
def test_a_changed_or_missing_event_amid_the_chain_is_seen_by_verify(till, change):
    for number in range(5):
        sell(till.journal, number)
    spoil(till, change)
    again = open_store(till.folder)
    with pytest.raises(StoreFault) as caught:
        again.journal.verify()
    assert (caught.value.code, caught.value.said.args) == ("journal.chain", {"epoch": 1, "seq": 2})
    again.close()


def test_a_journal_of_another_till_is_refused(till):
    till.close()
    with pytest.raises(StoreFault) as caught:
        Journal(till.folder / "journal.db", "f" * 32)
    assert caught.value.code == "journal.other_terminal"


def test_a_journal_of_another_version_is_refused(till):
    till.close()
    connection = sqlite3.connect(till.folder / "journal.db")
    connection.execute(f"PRAGMA user_version = {journal_file.VERSION + 1}")
    connection.close()
    for _ in range(2):  # a failed start gives the lock back
        with pytest.raises(StoreFault) as caught:
            open_store(till.folder)
        assert caught.value.code == "journal.version"


def test_a_missing_journal_is_never_replaced_by_an_empty_one(till):
    till.close()
    (till.folder / "journal.db").unlink()
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert caught.value.code == "store.no_journal"
    assert not (till.folder / "journal.db").exists()


def test_garbage_in_place_of_the_journal_is_said_to_be_damaged(till):
    till.close()
    (till.folder / "journal.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert caught.value.code == "store.damaged"


def test_a_till_that_was_never_enrolled_says_what_to_do(tmp_path):
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path)
    assert caught.value.code == "store.no_identity"
    assert caught.value.hint is not None


def test_the_status_is_read_beside_a_running_till_and_after_it(till):
    sell(till.journal, 1)
    running = read_status(till.folder)
    assert (running.recorded, running.acked, running.pending, running.as_of_ms) == (1, 0, 1, 0)
    assert running.oldest_pending_ms == NOON_MS + 1
    till.close()
    assert read_status(till.folder) == running


def test_a_glance_finds_members_beside_a_running_till(till):
    fact, personal, ident = enrolment()
    till.journal.record(fact, personal=personal, enrolled=ident)
    with glance(till.folder) as seen:
        assert seen.identity == till.identity
        assert seen.cache.member_by_card(ident.cards[0]) is None
        known = seen.journal.enrolled_by_card(ident.cards[0])
        assert known
        assert known.ident == ident


def test_every_fault_of_this_room_has_words_in_both_languages():
    for code, (russian, english) in SENTENCES.items():
        assert russian, code
        assert english, code
        assert russian.count("{") == english.count("{"), code
