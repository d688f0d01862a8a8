"""The guards of the head office's way of the data: stage 1, stage 2, leases, effects, the feed."""

from tests.mutations.guard import Guard

_APPLY = "tests/contract/test_server_apply.py"
_API = "tests/contract/test_server_api.py"
_CURSOR = "tests/contract/test_server_cursor.py"
_PROCESSES = "tests/contract/test_server_processes.py"
_STORE = "tests/unit/test_server_store.py"
_SIMULATION = "tests/simulation/test_sync_simulation.py"
_TABLES = "sync_server/migrations/versions/0001_first.py"
_OWN_TRANSACTION = """\
    options = {{"kopilka_kind": "write", "isolation_level": "READ COMMITTED"}}
    with tx.connection.engine.execution_options(**options).begin() as own:
        {} = add_rows(Tx(own, tx.sqlite, tx.bucket), """

OFFICE: tuple[Guard, ...] = (
    Guard(
        "a segment's signature is its terminal's",
        "sync_server/ingest.py",
        "    if is_signed(keys.at(header.epoch), segment.signature, segment.signed):",
        "    if True:",
        "tests/contract/test_server_api_pages.py::test_a_segment_is_checked_to_the_last_byte",
    ),
    Guard(
        "a segment's events are the chain its header says",
        "loyalty/chain.py",
        " or hashes[-1].hex() != header.last_hash:",
        ":",
        "tests/unit/test_loyalty_chain.py::test_events_that_are_not_those_of_the_header_are_refused",
    ),
    Guard(
        "a segment's blob is the one that was signed",
        "loyalty/chain.py",
        "    if sha256(segment.blob).hexdigest() != segment.header.blob_sha256:",
        "    if False:",
        "tests/unit/test_loyalty_chain.py::test_what_is_no_segment_is_refused",
    ),
    Guard(
        "a segment follows the past stored here",
        "sync_server/ingest.py",
        'return None if header.prev_hash == cursor.hash else "fork"',
        "return None",
        "tests/contract/test_server_taking_in.py::test_an_event_that_follows_another_past_than_ours_is_a_fork",
    ),
    Guard(
        "a gap is refused",
        "sync_server/ingest.py",
        'if header.first_seq > cursor.seq + 1:\n        return "gap"',
        "if header.first_seq > cursor.seq + 1:\n        return None",
        "tests/contract/test_server_taking_in.py::test_events_after_a_gap_are_refused_with_the_place_to_go_on_from",
    ),
    Guard(
        "what is stored already is compared by its hashes",
        "sync_server/ingest.py",
        "if ours != arrival.hashes[: common - header.first_seq + 1]:",
        "if False:",
        "tests/contract/test_server_taking_in.py::test_a_diverging_event_is_a_fork_and_a_new_epoch_mends_it",
    ),
    Guard(
        "a new epoch commits to an event stored here",
        "sync_server/ingest.py",
        "begins and same_keys and _follows_fork(tx, header, cursor)",
        "begins and same_keys",
        "tests/contract/test_server_taking_in.py::test_a_new_epoch_must_follow_an_event_stored_here",
    ),
    Guard(
        "a worn-out fence is refused",
        "sync_server/ingest.py",
        "if placed is None and not _knows_fence(arrival, cursor):",
        "if False:",
        "tests/contract/test_server_taking_in.py::test_the_fence_before_the_last_is_dead_and_the_last_one_lives",
    ),
    Guard(
        "a lost reply locks no till out",
        "sync_server/ingest.py",
        "arrival.fence in (None, cursor.fence_cur, cursor.fence_prev)",
        "arrival.fence in (None, cursor.fence_cur)",
        "tests/contract/test_server_taking_in.py::test_the_fence_before_the_last_is_dead_and_the_last_one_lives",
    ),
    Guard(
        "a segment that comes twice at once gets one fence",
        "sync_server/till_keys.py",
        'lock = "" if tx.sqlite else " FOR UPDATE"',
        'lock = ""',
        f"{_CURSOR}::test_a_segment_that_comes_twice_at_once_gets_one_fence",
    ),
    Guard(
        "a revoked terminal gives nothing",
        "sync_server/ingest.py",
        'if found.state != "active" and not even_revoked:',
        "if False:",
        f"{_API}::test_a_revoked_terminal_gets_nothing_and_gives_nothing",
    ),
    Guard(
        "segments are numbered in the transaction that stores them",
        "sync_server/ingest.py",
        "    ((_, tseq),) = add_rows(tx, ",
        _OWN_TRANSACTION.format("((_, tseq),)"),
        f"{_CURSOR}::test_a_segment_numbered_first_and_committed_last_is_found",
    ),
    Guard(
        "what is written together is one transaction",
        "sync_server/store.py",
        'connection.exec_driver_sql("BEGIN IMMEDIATE" if kind == "write" else "BEGIN")',
        "pass",
        f"{_STORE}::test_increments_of_two_stores_on_one_file_are_not_lost_either",
    ),
    Guard(
        "a reader sees one moment",
        "sync_server/store.py",
        '"REPEATABLE READ" if kind == "read" else "READ COMMITTED"',
        '"READ COMMITTED"',
        f"{_CURSOR}::test_a_cursor_passes_over_no_row_of_racing_writers",
    ),
    Guard(
        "one transaction, one bucket",
        "sync_server/rows.py",
        'column = shard_column(table) if tx.bucket != "many" else ""',
        'column = ""',
        f"{_STORE}::test_a_transaction_of_one_bucket_refuses_rows_of_another",
    ),
    Guard(
        "a move compares what arrived",
        "sync_server/move.py",
        "    if found != wanted:",
        "    if False:",
        "tests/contract/test_server_move.py::test_a_table_that_is_not_the_same_afterwards_is_not_taken_for_moved",
    ),
    Guard(
        "a lease is taken as it was seen",
        "sync_server/leases.py",
        " & (LEASE.c.holder == seen.holder) & (LEASE.c.until_ms == seen.until_ms)",
        "",
        f"{_PROCESSES}::test_a_slot_two_see_free_at_once_is_one_s",
    ),
    Guard(
        "what a wrong clock wrote into a lease does not last",
        "sync_server/leases.py",
        "now_ms < until_ms <= now_ms + MOST_AHEAD_MS",
        "now_ms < until_ms",
        f"{_PROCESSES}::test_what_a_wrong_clock_wrote_counts_as_run_out",
    ),
    Guard(
        "two processes apply to a bucket one after the other",
        "sync_server/apply.py",
        "    if not tx.sqlite:\n        places.insert(0, (places[0][0], ANY_TERMINAL))\n",
        "",
        f"{_PROCESSES}::test_a_return_and_its_sale_applied_at_the_same_time_by_two_processes_find_one_another",
    ),
    Guard(
        "the watermark: what is applied is not looked at again",
        "sync_server/apply.py",
        "return [event for event in arrived if (event.epoch, event.seq) > marks[event.bucket, event.terminal]]",
        "return list(arrived)",
        f"{_APPLY}::test_a_round_run_again_does_not_touch_the_feed",
    ),
    Guard(
        "the watermark moves with what is applied",
        "sync_server/apply.py",
        "    _advance(tx, above)\n",
        "",
        f"{_APPLY}::test_the_watermark_tells_a_till_which_of_its_events_are_in",
    ),
    Guard(
        "the mark of a shard moves last",
        "sync_server/rounds.py",
        "    apply_events(store, arrived)\n",
        "    _move_marks(store, taken.marks)\n    apply_events(store, arrived)\n",
        f"{_APPLY}::test_a_round_cut_anywhere_runs_again_without_harm",
    ),
    Guard(
        "primary key of the event",
        _TABLES,
        'null=True),\n        sa.PrimaryKeyConstraint("bucket", "event_id"),\n        sqlite_with_rowid=False,\n',
        "null=True),\n",
        f"{_SIMULATION}::test_each_key_alone_keeps_points_from_being_booked_twice[event id]",
    ),
    Guard(
        "primary key of the receipt",
        _TABLES,
        '        sa.PrimaryKeyConstraint("bucket", "receipt_id"),\n',
        "",
        f"{_SIMULATION}::test_each_key_alone_keeps_points_from_being_booked_twice[receipt id]",
    ),
    Guard(
        "primary key of the ledger",
        _TABLES,
        '        sa.PrimaryKeyConstraint("bucket", "event_id", "account_id", "entry_no"),\n'
        "        sqlite_with_rowid=True,\n",
        "",
        f"{_SIMULATION}::test_each_key_alone_keeps_points_from_being_booked_twice[ledger]",
    ),
    Guard(
        "primary key of the effect",
        _TABLES,
        '        _column("at_ms", sa.BigInteger()),\n        sa.PrimaryKeyConstraint("bucket", "effect_id"),\n'
        "        sqlite_with_rowid=False,\n",
        '        _column("at_ms", sa.BigInteger()),\n',
        "tests/contract/test_server_carrying.py::test_an_effect_is_applied_once_though_it_is_sent_and_run_again",
    ),
    Guard(
        "for whom bank cards stand is read again after it was told",
        "sync_server/bank_cards.py",
        "        told = wanted\n",
        '        return {token: now[token].member_id if token in now else "" for token in tokens}\n',
        "tests/contract/test_server_bank_cards.py::test_what_another_process_brings_amid_the_telling_is_told_as_well",
    ),
    Guard(
        "bank cards of a merge are counted anew once it is through",
        "sync_server/effect_kinds.py",
        "slots, AFTER)",
        "slots)",
        "tests/contract/test_server_bank_cards.py::test_a_card_withdrawn_amid_a_merge_is_not_brought_back_by_it",
    ),
    Guard(
        "what a merge brings along is counted before the merge is done",
        "sync_server/effects.py",
        "        failed = _apply_unit(store, bucket, [each.effect for each in unit], handlers[kind], rules)\n",
        "        failed = _apply_unit(store, bucket, [each.effect for each in unit], handlers[kind], rules)\n"
        "        _settle(store, unit, failed)\n",
        "tests/contract/test_server_bank_cards.py::"
        "test_cards_of_a_merge_that_was_killed_before_they_were_counted_are_counted_by_the_next_round",
    ),
    Guard(
        "of too many bank cards tills are told of those registered last",
        "sync_server/bank_cards.py",
        "sorted(cards, reverse=True)",
        "sorted(cards)",
        "tests/contract/test_server_bank_cards.py::"
        "test_of_more_cards_than_tills_are_told_of_the_oldest_wait_until_there_is_room",
    ),
    Guard(
        "a bank card registered again is as old as the first time",
        "sync_server/bank_cards.py",
        "min(standing.get(act.member_id, came), came)",
        "came",
        "tests/contract/test_server_bank_cards.py::test_registered_twice_it_is_as_old_as_the_first_time",
    ),
    Guard(
        "an erased member's bank card is told to whoever else has it",
        "sync_server/erasing/forget.py",
        "    settle(store, trail.bank_cards)\n",
        "",
        "tests/contract/test_server_erase.py::test_a_bank_card_of_the_member_is_nobody_s_or_who_else_has_registered_it",
    ),
    Guard(
        "only effects that are new are applied",
        "sync_server/effects.py",
        "new = [effect for effect in unit if (effect.effect_id,) in added]",
        "new = list(unit)",
        "tests/contract/test_server_carrying.py::test_an_effect_is_applied_once_though_it_is_sent_and_run_again",
    ),
    Guard(
        "only events that are new are folded",
        "sync_server/apply.py",
        "new = [event for event in first.values() if event.key in added]",
        "new = list(first.values())",
        f"{_APPLY}::test_the_same_id_with_other_bytes_changes_nothing_and_is_flagged",
    ),
    Guard(
        "only ledger entries that are new are folded",
        "sync_server/entries.py",
        "new = [each for each in entries if (*each.account, each.entry.event_id, each.entry.entry_no) in added]",
        "new = list(entries)",
        f"{_SIMULATION}::test_each_key_alone_keeps_points_from_being_booked_twice[ledger]",
    ),
    Guard(
        "an event that cannot be applied stops nothing",
        "sync_server/rounds.py",
        "        except Exception as error:  # noqa: BLE001\n",
        "        except KeyError as error:\n",
        f"{_APPLY}::test_an_event_that_fails_in_applying_is_parked_and_the_others_are_applied",
    ),
    Guard(
        "a return gives back no more than its sale gave",
        "sync_server/booking_returns.py",
        "entries = [sale.cut(entry) for entry in printed]",
        "entries = list(printed)",
        "tests/contract/test_server_apply_returns.py::test_returns_never_take_more_points_than_the_sale_gave",
    ),
    Guard(
        "a return waits for its sale",
        "sync_server/booking_returns.py",
        'states.append(_state(event, "waiting", ref, event.raw))',
        "pass",
        "tests/contract/test_server_apply_returns.py::test_a_return_before_its_sale_waits_and_is_booked_when_the_sale_comes",
    ),
    Guard(
        "the bucket's counter moves in the writing transaction",
        "sync_server/heads.py",
        "    found = add_rows(tx, ",
        _OWN_TRANSACTION.format("found"),
        f"{_CURSOR}::test_a_writer_that_takes_its_number_first_is_seen_first",
    ),
    Guard(
        "another generation's places are refused",
        "sync_server/feed.py",
        "if asked_gen != gen:",
        "if False:",
        f"{_API}::test_another_generation_is_refused_with_ours",
    ),
    Guard(
        "a cursor ahead of the head must fetch anew",
        "sync_server/feed.py",
        "refetch = from_seq > seq or 0 < from_seq < low_water",
        "refetch = 0 < from_seq < low_water",
        f"{_API}::test_a_cursor_ahead_of_the_head_must_fetch_anew",
    ),
    Guard(
        "a cursor below the low-water mark must fetch anew",
        "sync_server/feed.py",
        "refetch = from_seq > seq or 0 < from_seq < low_water",
        "refetch = from_seq > seq",
        "tests/contract/test_server_coupon_uses.py::test_a_till_that_knew_the_dropped_row_fetches_the_bucket_afresh",
    ),
)
