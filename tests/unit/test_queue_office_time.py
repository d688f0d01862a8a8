"""What a till tells of its clock with each segment."""

import pytest
from msgspec.structs import replace

from loyalty.chain import read_segment
from loyalty.segment_file import read_segment_file
from loyalty.told_clock import ToldClock
from terminal.offline_queue.export import export
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.mending import mend
from terminal.offline_queue.office_time import MAX_MARKS, Heard, OfficeTime, heard_before, kept_marks, with_mark
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.segments import next_segment
from tests.support.queue_office import Office
from tests.support.queue_samples import NOON_MS, fact_of, new_till, receipt
from tests.support.queue_till import Till

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR


class Clocks:
    """The wall clock, which people and batteries set, and the one that only counts."""

    def __init__(self) -> None:
        self.wall_ms, self.mono_ms = NOON_MS, 1000

    def pass_(self, ms: int) -> None:
        self.wall_ms, self.mono_ms = self.wall_ms + ms, self.mono_ms + ms


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def store(tmp_path):
    opened = new_till(tmp_path / "till")
    yield opened
    opened.close()


def begun(store, clocks) -> OfficeTime:
    return OfficeTime(store.journal, lambda: clocks.wall_ms, lambda: clocks.mono_ms)


def sells(store, *numbers: int) -> None:
    for number in numbers:
        store.journal.record(fact_of(receipt(number)))


def sells_now(store, clocks, *numbers: int) -> None:
    """By the till's own clock."""
    for number in numbers:
        store.journal.record(replace(fact_of(receipt(number)), at_ms=clocks.wall_ms))


def test_what_was_heard_before_an_event_is_told_with_it_and_nothing_heard_later(store, clocks):
    time = begun(store, clocks)
    assert time.told(1, 1) is None
    time.heard(NOON_MS + 1)
    time.heard(NOON_MS + 2)
    sells(store, 1, 2)
    time.heard(NOON_MS + 3)
    sells(store, 3)
    assert (time.told(1, 1), time.told(1, 2)) == (ToldClock(NOON_MS + 2), ToldClock(NOON_MS + 2))
    assert time.told(1, 3) == ToldClock(NOON_MS + 3)


def test_a_till_that_woke_up_years_behind_tells_by_how_much_once_it_hears_the_time(store, clocks):
    clocks.wall_ms -= 6 * YEAR
    time = begun(store, clocks)
    sells_now(store, clocks, 1, 2)
    clocks.pass_(HOUR)
    assert time.told(1, 1) is None
    time.heard(clocks.wall_ms + 6 * YEAR)
    assert time.told(1, 1) is None, "that may be an earlier answer said again"
    time.heard(clocks.wall_ms + 6 * YEAR, surely_now=True)
    assert time.told(1, 1) == ToldClock(0, 6 * YEAR)


@pytest.mark.parametrize(("off", "told"), [(300_000, 0), (300_001, 300_001), (-300_001, -300_001)])
def test_a_clock_off_by_five_minutes_is_not_told(store, clocks, off, told):
    time = begun(store, clocks)
    sells(store, 1)
    time.heard(clocks.wall_ms + off, surely_now=True)
    assert (time.told(1, 1) or ToldClock()).off_ms == told


@pytest.mark.parametrize(("by", "told"), [(60_000, YEAR), (60_001, 0)])
def test_a_clock_set_between_events_and_their_segment_tells_no_difference_for_them(store, clocks, by, told):
    time = begun(store, clocks)
    sells(store, 1)
    time.heard(clocks.wall_ms + YEAR, surely_now=True)
    clocks.wall_ms += by
    assert (time.told(1, 1) or ToldClock()).off_ms == told
    time.heard(clocks.wall_ms + YEAR, surely_now=True)
    assert (time.told(1, 1) or ToldClock()).off_ms == told, "before it was set it may have been anything"
    sells(store, 2)
    assert time.told(1, 2) == ToldClock(clocks.wall_ms + YEAR, YEAR)


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_clock_set_to_and_fro_tells_no_difference_for_what_was_recorded_between(store, clocks, by):
    time = begun(store, clocks)
    sells_now(store, clocks, 1)
    time.heard(clocks.wall_ms - by, surely_now=True)
    assert (time.told(1, 1) or ToldClock()).off_ms == -by
    clocks.wall_ms -= by
    sells_now(store, clocks, 2)
    clocks.wall_ms += by
    time.heard(clocks.wall_ms - by, surely_now=True)
    assert (time.told(1, 2) or ToldClock()).off_ms == 0, "it was right when that was recorded"
    sells_now(store, clocks, 3)
    assert (time.told(1, 3) or ToldClock()).off_ms == -by


def test_events_of_before_this_start_have_no_difference_told(store, clocks):
    sells(store, 1)
    time = begun(store, clocks)
    sells(store, 2)
    time.heard(clocks.wall_ms + YEAR, surely_now=True)
    assert time.told(1, 1) is None
    assert time.told(1, 2) == ToldClock(0, YEAR)


def test_what_was_heard_is_known_after_a_restart_to_within_ten_minutes(store, clocks):
    time = begun(store, clocks)
    time.heard(NOON_MS)
    time.heard(NOON_MS + 599_999)
    assert kept(store) == (Heard(0, NOON_MS),)
    time.heard(NOON_MS + 600_000)
    assert kept(store) == (Heard(0, NOON_MS + 600_000),)
    sells(store, 1)
    assert begun(store, clocks).told(1, 1) == ToldClock(NOON_MS + 600_000)


def kept(store) -> tuple[Heard, ...]:
    return store.journal.read(kept_marks)


def test_of_more_marks_than_are_kept_the_first_and_the_last_stay():
    marks: tuple[Heard, ...] = ()
    for place in range(1, MAX_MARKS + 3):
        marks = with_mark(marks, Heard(place, place * 10))
    assert [mark.place for mark in marks] == [1, 2, 3, 4, 5, 6, 7, MAX_MARKS + 2]
    assert heard_before(marks, 1) == 0
    assert heard_before(marks, 2) == 10
    assert heard_before(marks, MAX_MARKS + 2) == 70
    assert heard_before(marks, MAX_MARKS + 3) == (MAX_MARKS + 2) * 10


def test_events_that_move_to_a_new_epoch_are_not_told_to_be_later_than_they_are(tmp_path):
    till = Till(tmp_path / "till", Office())
    hands = till.runner._hands
    sells(till.store, 1)
    assert till.sync()
    hands._time.heard(NOON_MS)
    sells(till.store, 2)
    hands._time.heard(NOON_MS + 20 * HOUR)
    mend_after_one(till)
    assert hands._time.told(2, 1) == ToldClock(NOON_MS, (hands._time.told(2, 1) or ToldClock()).off_ms)
    till.close()


def mend_after_one(till: Till) -> None:
    acked = till.runner._hands.outbox.acked()
    till.journal.write(lambda c: keep_fork(c, Fork("fork", NOON_MS, acked)))
    till.journal.look_again()
    mend(till.journal, till.store.keys, "north", "Olga", lambda: ("e" * 32, NOON_MS))


def test_a_segment_goes_up_with_what_its_till_knew_and_so_does_one_in_a_file(store, clocks, tmp_path):
    time = begun(store, clocks)
    time.heard(NOON_MS - HOUR)
    sells(store, 1)
    file = export(store.folder, tmp_path / "file.kopilka", False, NOON_MS).path
    assert file is not None
    (carried,) = read_segment_file(file.read_bytes(), file.name).segments
    assert read_segment(carried).header.clock == ToldClock(NOON_MS - HOUR)
    segment = next_segment(Outbox(store.journal), store.keys.at, time.told)
    assert segment is not None
    assert read_segment(segment).header.clock == ToldClock(NOON_MS - HOUR)
