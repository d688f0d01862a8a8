"""What must always hold (I1 to I27), and where each is checked: functions of the simulation, and tests of its own.

A function of the simulation that is named here says the number in what it raises; `tests/unit/test_house_invariants.py`
holds that the table is whole and true. T is a till, S the head office; "told" is what a cashier was shown as done.
"""

from dataclasses import dataclass

_CHECKS = "tests/simulation/checks.py"
_WORLD = "tests/simulation/world.py"
_RIGHTS = "tests/simulation/rights.py"
_HOLDING = "tests/simulation/holding.py::Holding"
_APPLY = "tests/contract/test_server_apply.py"
_CURSOR = "tests/contract/test_server_cursor.py"
_SYNC = "tests/unit/test_queue_sync.py"
_SYNC_PAGES = "tests/unit/test_queue_sync_pages.py"
_SYNC_HISTORIES = "tests/unit/test_queue_sync_histories.py"
_PARTED = "tests/simulation/forks.py"
_COPIES = "tests/simulation/test_forks_simulation.py"
_FORKS = "tests/contract/test_forks_at_tills.py"


@dataclass(frozen=True, slots=True)
class Invariant:
    """`world` are functions the simulation calls at every step or at the end, `tests` are node ids.

    `open` says what of it is not checked yet, and why.
    """

    says: str
    world: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    open: str = ""


INVARIANTS: dict[int, Invariant] = {
    1: Invariant(
        "durable before told: what was told is in T's journal after any crash",
        (f"{_CHECKS}::Watch.whole", f"{_WORLD}::World._complete"),
        (
            "tests/e2e/test_queue_power_cut.py::test_every_sale_told_as_recorded_survives_a_kill_at_any_moment",
            "tests/simulation/test_power_cuts.py"
            "::test_whatever_was_told_is_there_and_nothing_by_half_wherever_the_power_is_cut",
        ),
    ),
    2: Invariant(
        "gap-free: the seqs of a till's epoch follow one another",
        (f"{_CHECKS}::Watch.whole", f"{_CHECKS}::Watch._marks"),
        ("tests/contract/test_server_taking_in.py::test_events_after_a_gap_are_refused_with_the_place_to_go_on_from",),
    ),
    3: Invariant(
        "chain: each event's hash follows from the one before and its bytes",
        (f"{_CHECKS}::Watch.whole", f"{_PARTED}::Forks._settled"),
        ("tests/unit/test_queue_journal_file.py::test_a_changed_or_missing_event_amid_the_chain_is_seen_by_verify",),
    ),
    4: Invariant(
        "an ack is a promise: what S acknowledged it holds, under that hash",
        (f"{_CHECKS}::Watch._marks", f"{_CHECKS}::_all_arrived"),
        (
            "tests/e2e/test_server_process.py::test_what_was_acknowledged_survives_a_kill_and_is_counted_once",
            "tests/simulation/test_office_power_cuts.py"
            "::test_what_a_head_office_acknowledged_is_there_wherever_its_power_is_cut",
        ),
    ),
    5: Invariant(
        "the mark never goes back within one generation",
        (f"{_CHECKS}::Watch._marks",),
        (f"{_SYNC_HISTORIES}::test_an_old_answer_that_comes_late_moves_no_mark_back",),
    ),
    6: Invariant(
        "T deletes only what is safe and old enough",
        tests=(
            "tests/unit/test_queue_retention.py::test_what_is_stored_and_not_safe_stays",
            "tests/unit/test_queue_retention.py::test_what_is_younger_than_35_days_stays",
            "tests/property/test_queue_retention.py"
            "::test_what_follows_from_base_and_events_is_what_follows_from_all_of_them",
            f"{_COPIES}::test_whatever_histories_part_every_receipt_told_is_booked_once_in_the_end",
        ),
    ),
    7: Invariant(
        "exactly once: no event is booked twice, and all told are in the end",
        (
            *(f"{_CHECKS}::Watch.{name}" for name in ("_books", "_entries_are_told", "_balanced", "settled")),
            f"{_PARTED}::Forks._settled",
        ),
        ("tests/simulation/test_sync_simulation.py::test_each_key_alone_keeps_points_from_being_booked_twice",),
    ),
    8: Invariant(
        "one id, one content: a second event under a known id moves nothing and is flagged",
        tests=(
            f"{_APPLY}::test_the_same_id_with_other_bytes_changes_nothing_and_is_flagged",
            "tests/unit/test_queue_journal.py::test_another_fact_under_a_known_id_is_refused",
        ),
    ),
    9: Invariant(
        "order does not matter: any order, repetition and cut of the segments ends in the same state",
        (f"{_CHECKS}::Watch._purses", f"{_PARTED}::Forks._settled"),
        (f"{_APPLY}::test_any_order_and_any_cut_of_the_segments_comes_to_the_same",),
    ),
    10: Invariant(
        "conservation: what members have and what programmes owe sums to 0 in every bucket at every commit",
        (
            *(f"{_CHECKS}::Watch.{name}" for name in ("_balanced", "_books", "_totals", "_loss")),
            f"{_PARTED}::Forks._settled",
        ),
        ("tests/property/test_server_families.py::TestMembers",),
    ),
    11: Invariant(
        "no overdraft online; a hold ends once",
        (f"{_HOLDING}.see", f"{_HOLDING}.settled", f"{_HOLDING}._was_there"),
        tests=(
            "tests/property/test_server_holds.py::TestWhateverHappensToHoldsEachEndsOnceAndNoReceiptIsLost",
            "tests/contract/test_server_holds.py::test_of_two_tills_that_ask_at_once_one_gets_the_points",
            "tests/contract/test_holds_at_tills.py::test_what_one_till_holds_the_other_is_refused_with_what_is_left",
        ),
    ),
    12: Invariant(
        "no more is spent by a right than it says",
        (f"{_RIGHTS}::AsideWorld.check",),
        tests=(
            "tests/property/test_loyalty_rights.py"
            "::test_tills_that_spend_only_what_is_set_aside_for_them_overdraw_nothing",
            "tests/property/test_loyalty_rights.py::test_a_receipt_never_spends_more_on_a_right_than_there_is",
            "tests/contract/test_server_escrow.py::test_tills_that_spend_what_is_set_aside_for_them_overdraw_nothing",
        ),
    ),
    13: Invariant(
        "an overdraft stays within the credit of the tills offline",
        (f"{_RIGHTS}::World.check",),
        tests=tuple(
            f"tests/property/test_loyalty_rights.py::{name}"
            for name in (
                "test_an_account_is_overdrawn_by_no_more_than_the_limits_of_the_tills_that_had_not_settled",
                "test_the_bound_is_reached_by_tills_that_never_hear_of_one_another",
            )
        ),
    ),
    14: Invariant(
        "returns never move more than their sale did, in any order",
        (f"{_CHECKS}::Watch._accounts", f"{_CHECKS}::Watch._entries_are_told"),
        ("tests/contract/test_server_apply_returns.py::test_returns_never_take_more_points_than_the_sale_gave",),
    ),
    15: Invariant(
        "the feed has no holes: a bucket that changes moves on, and what lies before a cursor was seen",
        (f"{_CHECKS}::Watch._books", f"{_CHECKS}::_feed_adds_up", f"{_CHECKS}::Watch._expected"),
        (f"{_CURSOR}::test_a_cursor_passes_over_no_row_of_racing_writers",),
    ),
    16: Invariant(
        "convergence: once connected and quiet, caches hold what S holds, and checksums agree",
        tuple(
            f"{_CHECKS}::{name}"
            for name in ("_same_cache", "_cache_adds_up", "_feed_adds_up", "Watch._accounts", "Watch.settled")
        ),
    ),
    17: Invariant(
        "a balance shown is S's as of the pull and exactly the own events not in it",
        (f"{_CHECKS}::Watch.see_till",),
        (f"{_SYNC}::test_sales_go_up_once_and_come_back_as_a_balance_counted_once",),
    ),
    18: Invariant(
        "a reply cut at any byte leaves the old cursor or the new",
        (f"{_CHECKS}::_cache_adds_up",),
        (f"{_SYNC_PAGES}::test_a_reply_cut_at_any_byte_leaves_the_old_cursor_or_the_new",),
    ),
    19: Invariant(
        "a snapshot with the deltas after it is a full fetch",
        (f"{_CHECKS}::_same_cache",),
        ("tests/unit/test_queue_snapshots.py::test_a_snapshot_that_holds_own_sales_does_not_count_them_twice",),
    ),
    20: Invariant(
        "what is deleted and purged stays with nobody",
        tests=(f"{_SYNC_PAGES}::test_a_cursor_below_the_tombstones_fetches_that_bucket_afresh",),
    ),
    21: Invariant(
        "two histories under one name are seen at the second one's first sync, and nothing of either is lost",
        (f"{_PARTED}::Forks._settled",),
        (
            f"{_CURSOR}::test_two_copies_of_a_till_that_race_store_one_chain",
            "tests/contract/test_server_taking_in.py::test_a_diverging_event_is_a_fork_and_a_new_epoch_mends_it",
            f"{_FORKS}::test_a_till_put_back_to_an_older_image_is_mended_and_each_receipt_counts_once",
            f"{_FORKS}::test_of_a_copied_till_and_its_original_the_first_mended_is_the_till_and_the_other_comes_by_a_file",
            f"{_COPIES}::test_whatever_histories_part_every_receipt_told_is_booked_once_in_the_end",
        ),
    ),
    22: Invariant(
        "one holder of the current fence; a lost reply locks nobody out",
        (f"{_CHECKS}::Watch.see_till",),
        ("tests/contract/test_server_taking_in.py::test_the_fence_before_the_last_is_dead_and_the_last_one_lives",),
    ),
    23: Invariant(
        "an event that is authentic is acknowledged, and a parked one delays no other",
        (f"{_CHECKS}::Watch.settled",),
        ("tests/property/test_server_poison.py::test_no_event_stops_those_beside_it",),
    ),
    24: Invariant(
        "no clock matters to any of the others, years off or going back",
        (f"{_WORLD}::World._lie_about_time",),
    ),
    25: Invariant(
        "a revoked till spends nothing; what it sold before counts",
        tests=(
            "tests/contract/test_server_revoke.py::test_a_revoked_till_is_taken_nothing_from_and_what_it_sent_counts",
            "tests/contract/test_server_shares.py::test_a_revoked_till_s_unused_share_is_free_again",
            "tests/unit/test_engine_rights.py::test_a_revoked_till_spends_nothing_even_after_a_stop",
            "tests/unit/test_engine_rights.py::test_a_cache_that_is_too_old_spends_nothing",
        ),
    ),
    26: Invariant(
        "once the faults stop, everything has arrived within a bounded number of rounds",
        (
            f"{_WORLD}::World.settle",
            f"{_CHECKS}::_all_arrived",
            f"{_CHECKS}::Watch.settled",
            f"{_PARTED}::Forks.settle",
        ),
    ),
    27: Invariant(
        "everything has a limit",
        tests=("tests/unit/test_house_limits.py::test_each_limit_of_a_door_is_in_the_table_and_no_other",),
        open="the table holds what comes from outside; limits of a programme or a screen are tried in their own rooms",
    ),
}
