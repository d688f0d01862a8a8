"""terminal.offline_queue.retention: what a journal lets go of, what it keeps, and what is known of what is gone."""

import msgspec
import pytest

from loyalty.api import Position
from loyalty.chain import read_segment
from loyalty.errors import StoreFault
from loyalty.events import EpochBegun, ShiftTotals, decode_body, decode_envelope
from loyalty.receipt import Applied
from loyalty.segment_file import read_segment_file
from terminal.offline_queue import journal_file, journal_index
from terminal.offline_queue.export import export
from terminal.offline_queue.forks import Fork
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_file import set_state
from terminal.offline_queue.mending import mend
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.retention import KEPT_MS, LEAST, MOST, prune
from terminal.offline_queue.segments import next_segment
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office
from tests.support.queue_samples import (
    NOON_MS,
    TERMINAL,
    fact_of,
    hex_id,
    new_till,
    open_shift,
    receipt,
    receipt_line,
    sell,
)
from tests.support.queue_till import Till

LONG_AFTER_MS = NOON_MS + KEPT_MS + 1_000_000


@pytest.fixture
def till(tmp_path):
    made = new_till(tmp_path / "till")
    yield made
    made.close()


def events(till, query="SELECT seq FROM event ORDER BY place"):
    return [seq for (seq,) in till.journal.read(lambda c: c.execute(query).fetchall())]


def stored(till, seq, safe=None):
    """The head office has the events up to `seq`, and safely up to `safe`."""
    for name, at in (("acked", seq), ("safe", seq if safe is None else safe)):
        (digest,) = till.journal.read(
            lambda c, at=at: c.execute("SELECT hash FROM event WHERE seq = ?", (at,)).fetchone()
        )
        place = msgspec.json.encode(Position(1, at, digest.hex())).decode()
        till.journal.write(lambda c, name=name, place=place: set_state(c, name, place))


def test_what_is_safe_and_old_goes_and_the_rest_still_verifies(till):
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 3
    assert events(till) == [4, 5]
    assert till.journal.verify() == 2
    assert till.journal.differing() == ()
    assert till.journal.next_receipt_no() == 6


def test_a_sale_that_ended_stays_ended_when_its_event_goes(till):
    at_once = [receipt(1), receipt(2)]
    for made in at_once:
        till.journal.prepare(made.receipt_id, b"basket", NOON_MS)
    for made in at_once:
        till.journal.record(fact_of(made), completes=made.receipt_id)
    for number in range(3, 6):
        sell(till.journal, number)
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 3
    till.close()
    again = open_store(till.folder)
    assert again.journal.prepared() == ()
    again.close()


def test_what_is_stored_and_not_safe_stays(till):
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 5, safe=2)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 2
    assert events(till) == [3, 4, 5]


def test_what_is_younger_than_35_days_stays(till):
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 5)
    assert KEPT_MS == 35 * 86_400_000
    third_ms = NOON_MS + 3
    assert prune(till.journal, third_ms + KEPT_MS, least=1) == 2, "1 and 2 are over 35 days old, 3 is just 35"
    assert events(till) == [3, 4, 5]


def test_few_are_left_until_there_are_more_and_many_go_in_parts(till):
    assert (LEAST, MOST) == (100, 200)
    for number in range(1, 9):
        sell(till.journal, number)
    stored(till, 8)
    assert prune(till.journal, LONG_AFTER_MS, least=8) == 0, "7, and the last is kept"
    assert prune(till.journal, LONG_AFTER_MS, least=7, most=5) == 0
    assert prune(till.journal, LONG_AFTER_MS, least=5, most=5) == 5
    assert prune(till.journal, LONG_AFTER_MS, least=1, most=5) == 2
    assert events(till) == [8]


def test_what_the_open_shift_counts_stays(till):
    sell(till.journal, 1)
    open_shift(till.journal)
    till.journal.record(fact_of(receipt(2)), totals=ShiftTotals(sales=1, cash_minor=500))
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 1
    assert till.journal.open_shift().totals.cash_minor == 500


def test_the_last_segment_closed_stays_to_be_sent_again(till):
    outbox = Outbox(till.journal)
    for number in (1, 2):
        sell(till.journal, number)
    closed = next_segment(outbox, till.keys.at)
    assert closed is not None
    stored(till, 2)
    sell(till.journal, 3)
    last = next_segment(outbox, till.keys.at)
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 2
    assert events(till) == [3]
    assert read_segment(closed).header.last_seq == 2
    outbox.ask_again("another generation")
    assert next_segment(outbox, till.keys.at) == last


def test_a_journal_without_its_first_events_opens_and_goes_on(till):
    for number in range(1, 4):
        sell(till.journal, number)
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 2
    till.close()
    again = open_store(till.folder)
    sell(again.journal, 4)
    assert events(again) == [3, 4]
    assert again.journal.verify() == 2
    assert again.journal.next_receipt_no() == 5
    again.close()


def test_a_gap_behind_the_base_is_seen_by_verify(till):
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 2)
    prune(till.journal, LONG_AFTER_MS, least=1)
    till.journal.write(lambda c: c.execute("DELETE FROM event WHERE seq = 3"))
    with pytest.raises(StoreFault) as fault:
        till.journal.verify()
    assert (fault.value.code, fault.value.said.args) == ("journal.chain", {"epoch": 1, "seq": 3})


def test_everything_that_is_left_is_exported_from_the_base_on(till, tmp_path):
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 3)
    prune(till.journal, LONG_AFTER_MS, least=1)
    done = export(till.folder, tmp_path / "all", True, LONG_AFTER_MS)
    assert (done.first, done.last, done.events) == (4, 5, 2)
    file = read_segment_file((tmp_path / "all").read_bytes(), "all")
    assert (file.manifest.first.seq, file.manifest.last.seq) == (4, 5)


def test_a_head_office_that_lacks_what_is_gone_is_said_and_gets_the_rest_in_a_new_epoch(till):
    outbox = Outbox(till.journal)
    for number in range(1, 6):
        sell(till.journal, number)
    stored(till, 3)
    prune(till.journal, LONG_AFTER_MS, least=1)
    lost = Position(1, 1, "ab" * 32)
    assert not outbox.rewind(lost, "g2")
    assert outbox.is_gone(lost)
    outbox.note_fork(Fork("missing", NOON_MS, lost, "g2"), 1)
    done = mend(till.journal, till.keys, "north", "Olga", lambda: (hex_id("mend"), NOON_MS))
    assert (done.epoch, done.reissued) == (2, 2), "4 and 5, which are here"
    (raw,) = till.journal.read(lambda c: c.execute("SELECT raw FROM event WHERE epoch = 2 AND seq = 1").fetchone())
    assert decode_body(decode_envelope(raw)) == EpochBegun("north", "Olga", "missing", 1, 0, 2)
    assert till.journal.verify() == 3
    assert till.journal.differing() == ()


def gives(till):
    """What the till has given of the campaign, of an index made anew."""
    till.journal.close()
    (till.folder / journal_index.FILE).unlink()
    again = Journal(till.folder / journal_file.FILE, TERMINAL)
    try:
        given = again.kept_shares(["tea"])["tea"].share.used
        return given.times, given.minor
    finally:
        again.close()


def given_sale(number):
    line = msgspec.structs.replace(receipt_line(qty_milli=2000), applied=(Applied("tea", "", "", 200),))
    return msgspec.structs.replace(receipt(number), lines=(line,))


def test_what_gone_receipts_gave_of_a_budget_stays_counted(till):
    for number in (1, 2, 3):
        till.journal.record(fact_of(given_sale(number)))
    stored(till, 3)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 2
    assert gives(till) == (3, 600)


def test_what_a_return_gave_back_of_a_sale_that_is_gone_stays_counted(till):
    sold = given_sale(1)
    till.journal.record(fact_of(sold))
    sell(till.journal, 2)
    half = receipt(3, original=sold)
    till.journal.record(fact_of(half))
    sell(till.journal, 4)
    stored(till, 2)
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 2, "the sale, and not the return of half of it"
    assert gives(till) == (1, 100)


def test_a_round_of_the_sync_lets_go_of_what_is_safe_and_old(tmp_path):
    driven = Till(tmp_path / "driven", Office())
    for numbers in (range(1, 121), range(121, 126)):
        for number in numbers:
            sell(driven.journal, number)
        assert driven.sync()
    assert len(events(driven.store)) == 125
    driven.clock.ms = LONG_AFTER_MS + 10_000_000
    assert driven.sync()
    assert events(driven.store) == [121, 122, 123, 124, 125], "the last segment stays"
    sell(driven.journal, 126)
    assert driven.sync()
    assert driven.journal.verify() == 6
    driven.close()
