"""The guards of a till: journal, outbox, sync and cache."""

from tests.mutations.guard import Guard

_QUEUE = "terminal/offline_queue"
_JOURNAL = "tests/unit/test_queue_journal.py"
_SYNC = "tests/unit/test_queue_sync.py"
_FORKS = "tests/contract/test_forks_at_tills.py"
_PLANNER = "tests/unit/test_queue_planner.py"

TILL: tuple[Guard, ...] = (
    Guard(
        "every commit of the journal is synced",
        f"{_QUEUE}/journal_file.py",
        'connection.execute("PRAGMA synchronous=FULL")',
        'connection.execute("PRAGMA synchronous=NORMAL")',
        "tests/simulation/test_power_cuts.py"
        "::test_whatever_was_told_is_there_and_nothing_by_half_wherever_the_power_is_cut",
    ),
    Guard(
        "one process owns a till's folder",
        f"{_QUEUE}/lock.py",
        "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "pass",
        f"{_JOURNAL}::test_a_second_process_gets_the_sentence_with_the_owner",
    ),
    Guard(
        "a transaction that fails is undone",
        f"{_QUEUE}/writer.py",
        'connection.execute("ROLLBACK")',
        'connection.execute("COMMIT")',
        "tests/unit/test_queue_writer.py::test_an_error_in_a_transaction_undoes_all_of_it_and_reaches_the_caller",
    ),
    Guard(
        "a disk that failed is not written to over the same connection",
        f"{_QUEUE}/writer.py",
        "if _is_of_the_disk(error):",
        "if False:",
        "tests/unit/test_queue_writer.py"
        "::test_a_disk_that_fails_at_the_commit_is_left_and_what_is_there_is_checked_before_the_next",
    ),
    Guard(
        "PREPARED stands before anything goes to the register",
        "terminal/sales.py",
        "self._journal.prepare(",
        "(lambda *_: None)(",
        "tests/unit/test_engine_sales.py"
        "::test_a_sale_is_prepared_then_registered_then_recorded_and_only_then_shown_as_done",
    ),
    Guard(
        "the same facts are recorded once",
        f"{_QUEUE}/journal.py",
        "            if before is not None:\n                return before, head\n",
        "",
        f"{_JOURNAL}::test_recording_the_same_facts_again_changes_nothing_and_answers_the_same",
    ),
    Guard(
        "a known id is the same bytes",
        f"{_QUEUE}/journal_record.py",
        "if row is None or row[2] != raw:",
        "if row is None:",
        f"{_JOURNAL}::test_another_fact_under_a_known_id_is_refused",
    ),
    Guard(
        "one receipt, one event",
        f"{_QUEUE}/journal_record.py",
        "    _check_names(every, find)\n    return None\n",
        "    return None\n",
        f"{_JOURNAL}::test_one_receipt_cannot_be_recorded_in_two_events",
    ),
    Guard(
        "a sale completes only while it is prepared",
        f"{_QUEUE}/journal_record.py",
        "if done.rowcount != 1:",
        "if done.rowcount > 1:",
        f"{_JOURNAL}::test_a_sale_completes_only_while_it_is_prepared",
    ),
    Guard(
        "each event follows the one before",
        f"{_QUEUE}/journal_record.py",
        "digest = event_hash(digest, terminal, epoch, seq, raw)",
        "digest = event_hash(head.hash, terminal, epoch, seq, raw)",
        f"{_JOURNAL}::test_several_facts_are_recorded_as_one",
    ),
    Guard(
        "the chain is checked at the start",
        f"{_QUEUE}/journal_file.py",
        "if not sound or event_hash(previous, terminal, epoch, seq, row[0]) != row[1]:",
        "if not sound:",
        f"{_JOURNAL}::test_a_changed_last_event_is_seen_at_the_start",
    ),
    Guard(
        "personal data are those the event commits to",
        f"{_QUEUE}/journal_record.py",
        "if personal.event_id != event_id or personal_hash(personal) != body.personal_hash:",
        "if personal.event_id != event_id:",
        f"{_JOURNAL}::test_personal_data_that_the_event_does_not_commit_to_are_refused",
    ),
    Guard(
        "a sale gives no more than is left of the share",
        "terminal/sales.py",
        "left is not None and getattr(use, kind) > left for",
        "left is not None and getattr(use, kind) < 0 for",
        "tests/unit/test_engine_budgets.py"
        "::test_a_sale_quoted_before_another_took_the_last_is_refused_and_nothing_is_recorded",
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
        "if not (_ours(connection, acked) and _ours(connection, safe)):",
        "if False:",
        f"{_SYNC}::test_an_ack_with_a_hash_that_is_not_ours_is_a_fork_and_moves_no_mark",
    ),
    Guard(
        "a late ack moves no mark back",
        f"{_QUEUE}/outbox.py",
        "if rewound or (place.epoch, place.seq) > (before.epoch, before.seq):",
        "if True:",
        f"{_SYNC}::test_an_old_answer_that_comes_late_moves_no_mark_back",
    ),
    Guard(
        "an answer to an earlier segment is not taken for this one's",
        f"{_QUEUE}/client.py",
        "if (reply.acked.epoch, reply.acked.seq) < (sent.epoch, sent.last_seq):",
        "if False:",
        f"{_SYNC}::test_an_answer_to_an_earlier_segment_said_again_is_not_taken_and_its_fence_not_kept",
    ),
    Guard(
        "the next fence is kept",
        f"{_QUEUE}/outbox.py",
        'for name, value in (("gen", gen), ("fence", fence)):',
        'for name, value in (("gen", gen),):',
        f"{_SYNC}::test_the_next_fence_is_kept_before_it_is_used",
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
        f"{_SYNC}::test_a_head_office_set_back_gets_everything_again_from_a_till_with_nothing_new",
    ),
    Guard(
        "another generation is compared from nothing",
        f"{_QUEUE}/round_work.py",
        "same_gen = seen.gen == seen.heads.gen",
        "same_gen = True",
        f"{_PLANNER}::test_a_cache_that_is_new_or_far_behind_takes_the_snapshot",
    ),
    Guard(
        "only a drained bucket is installed",
        f"{_QUEUE}/planner.py",
        "return bool(work.pages) and work.pages[-1].drained",
        "return bool(work.pages)",
        f"{_SYNC}::test_a_bucket_of_many_pages_is_installed_only_when_drained",
    ),
    Guard(
        "a page is the one asked for",
        f"{_QUEUE}/round_work.py",
        "if not (asked and in_order and moves)",
        "if not (in_order and moves)",
        f"{_PLANNER}::test_a_page_that_is_not_what_was_asked_for_is_never_installed",
    ),
    Guard(
        "the rows of a page lie within it",
        f"{_QUEUE}/round_work.py",
        "if not (asked and in_order and moves)",
        "if not (asked and moves)",
        f"{_PLANNER}::test_a_page_that_is_not_what_was_asked_for_is_never_installed",
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
        f"{_SYNC}::test_a_snapshot_that_holds_own_sales_does_not_count_them_twice",
    ),
    Guard(
        "a snapshot is the one that was signed",
        f"{_QUEUE}/snapshot.py",
        "if unpacking.sha256() != manifest.sha256:",
        "if False:",
        f"{_SYNC}::test_a_snapshot_that_is_not_right_is_left_and_the_rows_are_fetched_instead",
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
        "what the other history lacks goes up again",
        f"{_QUEUE}/mending.py",
        "        _put_back(connection, journal.terminal, epoch)\n",
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
        f"{_FORKS}::test_a_copied_till_and_its_original_both_sell_and_all_of_both_is_kept",
    ),
)
