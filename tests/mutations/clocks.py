"""The guards against clocks that lie: at the till, which tells what it knows, and at the head office."""

from tests.mutations.guard import Guard

_TOLD = "tests/unit/test_loyalty_told_clock.py"
_BELIEVED = f"{_TOLD}::test_a_time_that_cannot_be_is_put_right_and_any_other_is_believed"
_OFFICE = "tests/contract/test_server_clocks.py"
_TILL = "tests/unit/test_queue_office_time.py"

CLOCKS: tuple[Guard, ...] = (
    Guard(
        "a receipt of a time to come counts for when it came",
        "loyalty/told_clock.py",
        "if at_ms > last_ms + LEEWAY_MS:",
        "if False:",
        _BELIEVED,
    ),
    Guard(
        "a receipt counts for no time before its till heard from us",
        "loyalty/told_clock.py",
        "return clock.heard_ms if is_before else at_ms",
        "return at_ms",
        _BELIEVED,
    ),
    Guard(
        "a head office whose clock went back does not pull receipts back",
        "loyalty/told_clock.py",
        "last_ms = max(clock.heard_ms, received_ms)",
        "last_ms = received_ms",
        _BELIEVED,
    ),
    Guard(
        "what waited keeps the time it was given",
        "sync_server/arrivals.py",
        "return timed(event, row.at_ms, shift_ms)",
        "return event",
        f"{_OFFICE}::test_a_return_of_a_wrong_clock_that_waited_counts_for_the_same_as_one_that_did_not",
    ),
    Guard(
        "what was put aside is put right when it is replayed",
        "sync_server/segment_events.py",
        "return header_of(row).clock if row is not None else None",
        "return None",
        f"{_OFFICE}::test_an_event_put_aside_counts_for_the_same_once_it_is_understood",
    ),
    Guard(
        "dates of points move with their receipt",
        "loyalty/told_clock.py",
        "lots=tuple(_moved_lot(lot, days) for lot in receipt.lots)",
        "lots=receipt.lots",
        f"{_OFFICE}::test_seasons_and_dates_of_points_go_by_the_time_it_counts_for",
    ),
    Guard(
        "the receipt keeps what was printed",
        "sync_server/booking.py",
        '"raw": canonical(printed_receipt(event)),',
        '"raw": canonical(receipt),',
        f"{_OFFICE}::test_what_was_told_stays_on_the_receipt_and_the_console_says_what_it_counts_for",
    ),
    Guard(
        "a mark says nothing of events before it",
        "terminal/offline_queue/office_time.py",
        "for mark in reversed(marks) if mark.place < first",
        "for mark in reversed(marks)",
        f"{_TILL}::test_what_was_heard_before_an_event_is_told_with_it_and_nothing_heard_later",
    ),
    Guard(
        "a clock that was set says nothing of events before",
        "terminal/offline_queue/office_time.py",
        "        if abs(even_ms - self._even_ms) > SET_MS or self._journal",
        "        if self._journal",
        f"{_TILL}::test_a_clock_set_between_events_and_their_segment_tells_no_difference_for_them",
    ),
    Guard(
        "a clock that was set and set back says nothing of events between",
        "terminal/offline_queue/office_time.py",
        " or self._journal.read(lambda c: any_outside(c, *span)):",
        ":",
        "tests/unit/test_queue_office_time.py"
        "::test_a_clock_set_to_and_fro_tells_no_difference_for_what_was_recorded_between",
    ),
    Guard(
        "marks among events that move are forgotten",
        "terminal/offline_queue/mending.py",
        "    forget_after(connection, place_of(common.base.epoch, common.base.seq))\n",
        "",
        f"{_TILL}::test_events_that_move_to_a_new_epoch_are_not_told_to_be_later_than_they_are",
    ),
)
