"""The guards between a till and the head office: segments and their acks, the cache, and a history that has parted."""

from tests.mutations.guard import Guard

_QUEUE = "terminal/offline_queue"
_SYNC = "tests/unit/test_queue_sync.py"
_SYNC_PAGES = "tests/unit/test_queue_sync_pages.py"
_SYNC_HISTORIES = "tests/unit/test_queue_sync_histories.py"
_FORKS = "tests/contract/test_forks_at_tills.py"
_PLANNER = "tests/unit/test_queue_planner.py"

SYNC: tuple[Guard, ...] = (
    Guard(
        "the cache does not take the room that receipts are sent from",
        f"{_QUEUE}/sync_steps.py",
        "if room.is_out and isinstance(step, _TAKES_ROOM):",
        "if False:",
        "tests/unit/test_queue_ballast.py::test_with_the_room_let_go_nothing_is_fetched_into_the_cache",
    ),
    Guard(
        "a segment is kept before it is sent, and sent again as it was",
        f"{_QUEUE}/outbox.py",
        "return bytes(row[0]) if row else None",
        "return None",
        f"{_SYNC}::test_a_lost_reply_sends_the_very_same_bytes_again_and_stores_nothing_twice",
    ),
    Guard(
        "an ack counts only under our own hash",
        f"{_QUEUE}/outbox.py",
        "if not _ours(connection, acked):",
        "if False:",
        f"{_SYNC_HISTORIES}::test_an_ack_with_a_hash_that_is_not_ours_is_a_fork_and_moves_no_mark",
    ),
    Guard(
        "a late ack moves no mark back",
        f"{_QUEUE}/outbox.py",
        "if rewound or (place.epoch, place.seq) > (before.epoch, before.seq):",
        "if True:",
        f"{_SYNC_HISTORIES}::test_an_old_answer_that_comes_late_moves_no_mark_back",
    ),
    Guard(
        "an answer to an earlier segment is not taken for this one's",
        f"{_QUEUE}/client.py",
        "if (reply.acked.epoch, reply.acked.seq) < (sent.epoch, sent.last_seq):",
        "if False:",
        f"{_SYNC_HISTORIES}::test_an_answer_to_an_earlier_segment_said_again_is_not_taken_and_its_fence_not_kept",
    ),
    Guard(
        "the next fence is kept",
        f"{_QUEUE}/outbox.py",
        'for name, value in (("gen", gen), ("fence", fence)):',
        'for name, value in (("gen", gen),):',
        f"{_SYNC_HISTORIES}::test_the_next_fence_is_kept_before_it_is_used",
    ),
    Guard(
        "a fork stops sending",
        f"{_QUEUE}/sync_outcome.py",
        "if not outcome.ours:",
        "if False:",
        f"{_PLANNER}::test_an_ack_that_is_not_ours_stops_sending",
    ),
    Guard(
        "a head office set back is sent what it lost by a till with nothing new",
        f"{_QUEUE}/outbox.py",
        'if gen != self._journal.read(lambda c: state_value(c, "gen")) and not self._journal.pending_count():',
        "if False:",
        "tests/unit/test_queue_retention.py::test_the_last_segment_closed_stays_to_be_sent_again",
    ),
    Guard(
        "another generation is compared from nothing",
        f"{_QUEUE}/round_work.py",
        "same_gen = seen.gen == seen.heads.gen",
        "same_gen = True",
        "tests/unit/test_queue_planner_rows.py::test_a_cache_that_is_new_or_far_behind_takes_the_snapshot",
    ),
    Guard(
        "only a drained bucket is installed",
        f"{_QUEUE}/planner.py",
        "return bool(work.pages) and work.pages[-1].drained",
        "return bool(work.pages)",
        f"{_SYNC_PAGES}::test_a_bucket_of_many_pages_is_installed_only_when_drained",
    ),
    Guard(
        "a page is the one asked for",
        f"{_QUEUE}/round_work.py",
        "if not (asked and in_order and moves)",
        "if not (in_order and moves)",
        "tests/unit/test_queue_planner_rows.py::test_a_page_that_is_not_what_was_asked_for_is_never_installed",
    ),
    Guard(
        "the rows of a page lie within it",
        f"{_QUEUE}/round_work.py",
        "if not (asked and in_order and moves)",
        "if not (asked and moves)",
        "tests/unit/test_queue_planner_rows.py::test_a_page_that_is_not_what_was_asked_for_is_never_installed",
    ),
    Guard(
        "a bucket that does not add up is dropped",
        f"{_QUEUE}/cache_install.py",
        "if checksum != to.checksum:",
        "if False:",
        "tests/unit/test_queue_cache.py::test_rows_that_do_not_add_up_drop_their_bucket_and_no_other",
    ),
    Guard(
        "own events in the head office's balance are not added to it",
        f"{_QUEUE}/sync_steps.py",
        "at = Cursor(last.stream, last.bucket, last.to_seq, last.checksum, last.your_applied, step.as_of_ms)",
        "at = Cursor(last.stream, last.bucket, last.to_seq, last.checksum, as_of_ms=step.as_of_ms)",
        f"{_SYNC}::test_sales_go_up_once_and_come_back_as_a_balance_counted_once",
    ),
    Guard(
        "a snapshot is asked how far own events are in it",
        f"{_QUEUE}/round_work.py",
        "for bucket in outcome.own_buckets",
        "for bucket in ()",
        "tests/unit/test_queue_snapshots.py::test_a_snapshot_that_holds_own_sales_does_not_count_them_twice",
    ),
    Guard(
        "a snapshot is the one that was signed",
        f"{_QUEUE}/snapshot.py",
        "if unpacking.sha256() != manifest.sha256:",
        "if False:",
        "tests/unit/test_queue_snapshots.py::test_a_snapshot_that_is_not_right_is_left_and_the_rows_are_fetched_instead",
    ),
    Guard(
        "a programme is the head office's",
        f"{_QUEUE}/cache_read.py",
        "return tuple(row for row in rows if self._signed(row))",
        "return tuple(rows)",
        "tests/unit/test_queue_cache.py::test_a_programme_nobody_of_the_head_office_signed_is_not_given_out",
    ),
    Guard(
        "a reply has a limit",
        f"{_QUEUE}/http_reply.py",
        "        if len(raw) > limit:\n",
        "        if False:\n",
        "tests/unit/test_queue_http.py::test_a_reply_has_a_limit_and_one_byte_more_is_too_much",
    ),
    Guard(
        "Retry-After is kept",
        f"{_QUEUE}/sync_failures.py",
        "asked_ms = min(failed.retry_after_s * 1000, LONGEST_WAIT_MS)",
        "asked_ms = 0",
        f"{_PLANNER}::test_a_busy_head_office_is_left_alone_for_as_long_as_it_asks_up_to_five_minutes",
    ),
    Guard(
        "a till whose history has parted spends nothing",
        "loyalty/quoting/redemption.py",
        "    if standing.earn_only:\n",
        "    if False:\n",
        "tests/unit/test_engine_forks.py"
        "::test_a_till_whose_history_has_parted_earns_and_spends_nothing_until_it_is_mended",
    ),
    Guard(
        "what a head office refuses for good is told as a fork, and not sent again and again",
        "terminal/offline_queue/outbox.py",
        "            return before if following(connection, before) == begins else None",
        "            return before",
        "tests/contract/test_forks_and_set_back_offices.py::"
        "test_a_head_office_our_epoch_no_longer_follows_is_told_as_a_fork_and_mended",
    ),
    Guard(
        "what the other history lacks goes up again",
        f"{_QUEUE}/mending.py",
        "    _put_back(connection, terminal, epoch)\n",
        "",
        f"{_FORKS}::test_a_till_put_back_to_an_older_image_is_mended_and_each_receipt_counts_once",
    ),
    Guard(
        "a fork is known after a restart",
        f"{_QUEUE}/sync_steps.py",
        "                self._note_fork(why, refusal.reply.acked, refusal.reply.gen, segment)\n",
        "                pass\n",
        f"{_FORKS}::test_a_till_put_back_to_an_older_image_is_mended_and_each_receipt_counts_once",
    ),
    Guard(
        "the epoch after the head office's, not after our own",
        f"{_QUEUE}/mending.py",
        "epoch = common.epoch + 1",
        "epoch = int(state_value(connection, 'epoch')) + 1",
        "tests/contract/test_forks_and_set_back_offices.py::test_an_older_journal_beside_the_newest_key_goes_on_in_the_epoch_after_the_head_offices",
    ),
    Guard(
        "a till of another version says so",
        f"{_QUEUE}/sync_failures.py",
        "state.outdated or ",
        "",
        "tests/unit/test_queue_versions.py::"
        "test_an_office_that_no_longer_speaks_with_us_takes_receipts_and_the_strip_says_so",
    ),
)
