"""terminal.offline_queue.ballast: room kept back on the disk, and what a till does with it once the disk is full."""

import os

import msgspec
import pytest
from click.testing import CliRunner

from loyalty.errors import StoreFault
from loyalty.events import ShiftClosed, ShiftTotals
from loyalty.sentences import say
from terminal.cli import app
from terminal.offline_queue import ballast
from terminal.offline_queue.ballast import FULL_BELOW_BYTES, MIB, Ballast
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.sentences import SENTENCES, store_fault
from terminal.offline_queue.status import read_status
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office
from tests.support.queue_samples import (
    NOON_MS,
    SHIFT,
    fact_of,
    goods_row,
    hex_id,
    open_shift,
    receipt,
    receipt_line,
    sell,
)
from tests.support.queue_till import Till

SIZE = 256 * 1024
NEEDED = SIZE + SIZE // 4


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def till(tmp_path, office):
    made = Till(tmp_path / "till", office)
    made.journal.ballast.keep(SIZE)
    yield made
    made.close()


def fill_disk(till):
    """journal.db may not grow by more than two pages, until the room kept back is let go; nothing else is free."""
    room, connection = till.journal.ballast, till.journal._writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 2}")
    really = room.let_go

    def let_go():
        done = really()
        if done:
            connection.execute("PRAGMA max_page_count=1000000")
        return done

    room.let_go = let_go
    room._free = lambda folder: 0


def refuse_every_write(till):
    """The disk takes not one byte more, until the room kept back is let go."""
    room, writer = till.journal.ballast, till.journal._writer
    really = writer.run

    def run(*args):
        if room.kept_bytes():
            raise store_fault("store.full", file="journal.db")
        return really(*args)

    writer.run = run
    room._free = lambda folder: 0


def closing(journal):
    return journal.record(Fact(hex_id("close"), NOON_MS, ShiftClosed(SHIFT, 1, "north", "Ольга", ShiftTotals())))


def let_go_at_full(till):
    open_shift(till.journal)
    fill_disk(till)
    assert till.journal.ballast.let_go()


# -- the file


def test_what_is_kept_back_is_blocks_of_the_disk_not_a_length_alone(tmp_path):
    room = Ballast(tmp_path)
    room.keep(SIZE)
    there = os.stat(tmp_path / ballast.FILE)
    assert (there.st_size, there.st_blocks * 512 >= SIZE) == (SIZE, True)
    assert (room.kept_bytes(), room.is_out) == (SIZE, False)
    assert os.listdir(tmp_path) == [ballast.FILE]


def test_it_is_kept_back_where_the_disk_has_a_quarter_more_and_not_with_a_byte_less(tmp_path):
    for free, kept in ((NEEDED - 1, None), (NEEDED, SIZE)):
        room = Ballast(tmp_path)
        room._free = {tmp_path: free}.__getitem__
        room.keep(SIZE)
        assert (room.kept_bytes(), room.is_out) == (kept, False)


def test_a_till_that_never_had_room_to_keep_back_sells_all_the_same(tmp_path, office):
    till = Till(tmp_path / "till", office)
    till.journal.ballast._free = lambda folder: 0
    till.journal.ballast.keep(SIZE)
    open_shift(till.journal)
    sell(till.journal, 1)
    assert read_status(till.store.folder).ballast_bytes is None
    till.close()


def test_what_was_let_go_is_known_after_a_restart_and_made_anew_once_there_is_room(tmp_path):
    first = Ballast(tmp_path)
    first.keep(SIZE)
    assert first.let_go()
    assert not first.let_go()
    free = [NEEDED - 1]
    again = Ballast(tmp_path, lambda folder: free[0])
    again.keep(SIZE)
    assert (again.is_out, again.make_anew(), again.kept_bytes()) == (True, False, 0)
    free[0] = NEEDED
    assert (again.make_anew(), again.is_out, again.kept_bytes()) == (True, False, SIZE)


def test_where_none_is_wanted_none_is_kept_and_nothing_is_refused_for_it(tmp_path):
    room = Ballast(tmp_path)
    room.keep(SIZE)
    room.let_go()
    room.keep(0)
    assert (room.kept_bytes(), room.is_out, room.let_go()) == (None, False, False)


def test_a_disk_that_fails_while_room_is_made_leaves_none_and_says_nothing(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", fail)
    room = Ballast(tmp_path)
    room.keep(SIZE)
    assert (room.kept_bytes(), room.is_out, os.listdir(tmp_path)) == (None, False, [])


@pytest.mark.parametrize(
    ("said", "mib"),
    [("", 64), ("0", 0), ("8", 8), ("1024", 1024), ("1025", 1024), ("-1", 64), ("many", 64), ("²", 64)],
)
def test_the_environment_says_how_much_is_kept_back(monkeypatch, said, mib):
    monkeypatch.setenv(ballast.VARIABLE, said)
    assert ballast.asked_bytes() == mib * MIB


def test_a_till_keeps_room_back_at_its_start(till):
    till.close()
    store = open_store(till.store.folder, ballast_bytes=2 * SIZE)
    assert store.journal.ballast.kept_bytes() == 2 * SIZE
    store.close()


# -- a full disk


def test_on_a_full_disk_a_new_sale_is_refused_and_does_not_get_the_room_kept_back(till):
    open_shift(till.journal)
    fill_disk(till)
    for code in ("store.full", "journal.no_room"):
        with pytest.raises(StoreFault) as caught:
            till.journal.prepare(hex_id("sale"), b"x" * 100_000, NOON_MS)
        assert (caught.value.code, till.journal.prepared()) == (code, ())
    assert till.journal.ballast.kept_bytes() == 0


def test_a_receipt_that_is_on_paper_is_recorded_from_the_room_kept_back(till):
    open_shift(till.journal)
    fill_disk(till)
    till.journal.prepare(hex_id("sale", 1), b"{}", NOON_MS)
    till.journal._writer._connection.execute("PRAGMA max_page_count=1")
    sold = msgspec.structs.replace(receipt(1), lines=tuple(receipt_line(each) for each in range(1, 101)))
    till.journal.record(fact_of(sold), completes=hex_id("sale", 1))
    assert till.journal.receipt("1-000001") == sold
    assert (till.journal.prepared(), till.journal.ballast.kept_bytes()) == ((), 0)
    assert till.journal.verify() == 2


def test_while_the_room_is_let_go_nothing_new_is_sold_and_the_sentence_says_how_much_is_missing(till):
    let_go_at_full(till)
    till.journal.ballast._free = lambda folder: NEEDED - MIB // 2
    with pytest.raises(StoreFault) as caught:
        till.journal.prepare(hex_id("sale"), b"{}", NOON_MS)
    assert say(caught.value.said, "en", SENTENCES) == "The disk has no room for new sales: 1 MiB are missing"
    assert caught.value.hint is not None
    assert "смену можно закрыть" in say(caught.value.hint, "ru", SENTENCES)
    assert till.journal.prepared() == ()


def test_with_the_room_let_go_what_is_recorded_is_sent_and_the_shift_is_closed(till, office):
    open_shift(till.journal)
    assert till.sync()
    sell(till.journal, 1)
    refuse_every_write(till)
    assert till.sync()
    assert till.journal.pending_count() == 0
    closing(till.journal)
    assert till.sync()
    assert (till.journal.open_shift(), till.journal.pending_count()) == (None, 0)
    assert till.runner.status().trouble.code == "journal.no_room"


def test_with_the_room_let_go_nothing_is_fetched_into_the_cache(till, office):
    assert till.sync()
    let_go_at_full(till)
    before = till.cache.cursors()
    row = goods_row("1", "Goods 1")
    office.put("goods", 0, row.key, row.live)
    till.settle()
    assert till.cache.cursors() == before
    till.journal.ballast._free = lambda folder: NEEDED
    assert till.sync()
    assert till.cache.cursors() != before


def test_once_there_is_room_the_till_sells_and_keeps_room_back_again(till):
    let_go_at_full(till)
    till.journal.ballast._free = lambda folder: NEEDED
    sell(till.journal, 1)
    assert till.journal.ballast.kept_bytes() == SIZE
    assert till.runner.status().trouble is None


def test_the_sync_keeps_room_back_again_though_nobody_sells(till):
    let_go_at_full(till)
    till.journal.ballast._free = lambda folder: NEEDED
    till.steps(1)
    assert (till.journal.ballast.kept_bytes(), till.runner.status().trouble) == (SIZE, None)


def test_a_till_that_starts_on_a_full_disk_lets_the_room_go_before_it_opens_the_journal(till, monkeypatch):
    till.close()
    till.journal.ballast.keep(MIB)
    for free, kept in ((FULL_BELOW_BYTES, MIB), (FULL_BELOW_BYTES - 1, 0)):
        monkeypatch.setattr(Ballast.__init__, "__defaults__", (lambda folder, free=free: free,))
        store = open_store(till.store.folder, ballast_bytes=MIB)
        assert store.journal.ballast.kept_bytes() == kept
        store.close()


def test_queue_status_shows_the_room(till):
    folder = str(till.store.folder)

    def shown(lang):
        return CliRunner().invoke(app, ["queue", "status", "--data", folder, "--lang", lang]).output

    till.journal.ballast.keep(2 * MIB)
    assert "Room kept back on the disk    2 MiB" in shown("en")
    till.journal.ballast.let_go()
    assert "отдан: диск полон, новых продаж нет" in shown("ru")
    till.journal.ballast.keep(0)
    assert "Room kept back on the disk    none" in shown("en")


def test_where_nothing_waits_queue_status_says_so(till):
    shown = CliRunner().invoke(app, ["queue", "status", "--data", str(till.store.folder), "--lang", "ru"]).output
    assert "Старейшее из ждущих      нет" in shown
    assert "Расхождение              нет" in shown
