"""terminal.offline_queue.journal_place: an older journal and a copied folder are seen at the start, nothing else is."""

import shutil

import pytest

from loyalty.api import Position
from terminal.offline_queue.journal_place import FILE, Place, machine_of
from terminal.offline_queue.mending import mend
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import NOON_MS, TERMINAL, hex_id, new_till, sell


@pytest.fixture
def folder(tmp_path):
    """A till that has sold 1 and 2, and was closed."""
    till = new_till(tmp_path / "till")
    sell(till.journal, 1)
    sell(till.journal, 2)
    till.close()
    (tmp_path / "till" / FILE).unlink()
    open_store(tmp_path / "till", "here").close()
    return tmp_path / "till"


def keep(folder, into):
    into.mkdir()
    for name in ("journal.db", "journal.db-wal"):
        if (folder / name).exists():
            shutil.copy(folder / name, into / name)


def put_back(folder, kept):
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
        if (kept / name).exists():
            shutil.copy(kept / name, folder / name)


def seen(folder, machine="here"):
    till = open_store(folder, machine)
    try:
        return till.journal.fork.why if till.journal.fork else ""
    finally:
        till.close()


def test_a_journal_that_is_as_it_was_or_further_is_no_fork(folder):
    assert seen(folder) == ""
    till = open_store(folder, "here")
    sell(till.journal, 3)
    till.lock.release()  # killed: nothing is written down
    till.journal.close()
    till.cache.close()
    assert seen(folder) == "", "what is written down lags behind"


def test_an_older_journal_is_seen_before_anything_is_sent(folder, tmp_path):
    keep(folder, tmp_path / "older")
    till = open_store(folder, "here")
    sell(till.journal, 3)
    till.close()
    put_back(folder, tmp_path / "older")
    assert seen(folder) == "older"
    assert seen(folder) == "older", "and it stays so until it is mended"


def test_an_older_journal_that_sold_on_unseen_is_seen_by_another_event_at_the_place(folder, tmp_path):
    keep(folder, tmp_path / "older")
    till = open_store(folder, "here")
    sell(till.journal, 3)
    till.close()
    place = (folder / FILE).read_bytes()
    put_back(folder, tmp_path / "older")
    (folder / FILE).unlink()
    till = open_store(folder, "here")
    for number in (4, 5):
        sell(till.journal, number)
    till.close()
    (folder / FILE).write_bytes(place)
    assert seen(folder) == "older"


def test_the_right_journal_put_back_again_is_no_fork(folder, tmp_path):
    keep(folder, tmp_path / "older")
    till = open_store(folder, "here")
    sell(till.journal, 3)
    till.close()
    keep(folder, tmp_path / "right")
    put_back(folder, tmp_path / "older")
    assert seen(folder) == "older"
    put_back(folder, tmp_path / "right")
    assert seen(folder) == ""


def test_a_folder_on_another_machine_is_seen_and_where_no_machine_is_told_none_is(folder):
    assert seen(folder, "") == ""
    assert seen(folder, "here") == ""
    assert seen(folder, "elsewhere") == "copied"


def test_a_machine_that_nothing_was_known_of_is_no_other_one(folder):
    (folder / FILE).unlink()
    assert seen(folder, "") == ""
    assert seen(folder, "anywhere") == ""
    assert seen(folder, "elsewhere") == "copied"


def test_what_is_mended_is_written_down_and_no_fork_any_more(folder, tmp_path):
    keep(folder, tmp_path / "older")
    till = open_store(folder, "here")
    sell(till.journal, 3)
    till.close()
    put_back(folder, tmp_path / "older")
    till = open_store(folder, "elsewhere")
    fork = till.journal.fork
    assert fork is not None
    assert (fork.why, fork.acked.seq if fork.acked else 0) == ("older", 3)
    assert mend(till.journal, till.keys, "north", "Olga", lambda: (hex_id("mend"), NOON_MS)).epoch == 2
    assert till.journal.next_receipt_no() == 6, "after number 2, as many as there may have been events"
    till.journal.write(lambda c: c.execute("DELETE FROM state WHERE name = 'fork'"))
    till.journal.look_again()
    till.close()
    assert seen(folder, "elsewhere") == ""


def test_a_place_that_cannot_be_read_tells_nothing(folder):
    (folder / FILE).write_bytes(b"{")
    assert seen(folder) == ""
    assert Place(Position(1, 2, "")).machine == ""


def test_a_machine_is_told_by_a_hash_of_its_own_for_each_till(tmp_path):
    source = tmp_path / "machine-id"
    assert machine_of(TERMINAL, source) == ""
    source.write_text("\n")
    assert machine_of(TERMINAL, source) == ""
    source.write_text("0123456789abcdef0123456789abcdef\n")
    mine = machine_of(TERMINAL, source)
    assert len(mine) == 32
    assert mine != machine_of("f" * 32, source)
    assert "0123456789abcdef" not in mine
