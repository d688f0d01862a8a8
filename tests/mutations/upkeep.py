"""The guards of what an operator runs: purge, replay of what was put aside, erasing."""

from tests.mutations.guard import Guard

_PURGE = "tests/contract/test_server_purge.py"
_ERASE = "tests/contract/test_server_erase.py"
_ERASED_AT_TILLS = "tests/simulation/test_erase_at_tills.py"
_PARKED = "tests/contract/test_server_parked.py"

UPKEEP: tuple[Guard, ...] = (
    Guard(
        "a purge raises the mark of what it takes",
        "sync_server/purging/tombstones.py",
        "low_water = max(tx.execute(held).scalar_one(), seqs[-1])",
        "low_water = tx.execute(held).scalar_one()",
        f"{_PURGE}::test_a_cursor_below_what_was_purged_must_fetch_anew_and_one_that_has_had_it_need_not",
    ),
    Guard(
        "a purge takes no row that lives",
        "sync_server/purging/tombstones.py",
        " & table.c.body.is_(None)\n\n",
        "\n\n",
        f"{_PURGE}::test_a_tombstone_goes_90_days_after_a_run_first_saw_it_and_not_a_day_before",
    ),
    Guard(
        "a tombstone is as old as the first note of it",
        "sync_server/purging/tombstones.py",
        "old = _noted(tx, TOMBSTONE_NOTE.c.at_ms <= before_ms)",
        "old = _noted(tx, TOMBSTONE_NOTE.c.at_ms > 0)",
        f"{_PURGE}::test_a_tombstone_goes_90_days_after_a_run_first_saw_it_and_not_a_day_before",
    ),
    Guard(
        "a tombstone counts nothing in the checksum",
        "loyalty/feed.py",
        "    if body is None:\n        return 0\n",
        "    body = body or b''\n",
        "tests/simulation/test_purge_at_tills.py::"
        "test_a_till_away_for_120_days_forgets_who_is_gone_and_one_that_was_there_fetches_nothing_twice",
    ),
    Guard(
        "an event replayed in its own bucket is applied by one only",
        "sync_server/parked.py",
        "    if lay == event.key and not tx.execute(EVENT.delete().where(_aside(lay))).rowcount:\n        return\n",
        "",
        f"{_PARKED}::test_one_whose_applying_failed_is_applied_once_its_cause_is_mended",
    ),
    Guard(
        "an event is put aside until all that follows it is done",
        "sync_server/parked.py",
        "    return True\n",
        "    store.write(partial(_take_out, lay=lay), lay[0])\n    return True\n",
        f"{_PARKED}::test_a_replay_killed_at_any_transaction_is_done_again_and_counts_once",
    ),
    Guard(
        "a replayed event is not held back by its till's watermark",
        "sync_server/apply.py",
        "_apply(tx, arrived, _past_watermark(tx, arrived), rules, owners)",
        "apply_unit(tx, arrived, rules, owners)",
        f"{_PARKED}::test_replayed_after_the_upgrade_all_is_as_if_it_had_been_understood_at_once",
    ),
    Guard(
        "late events of an erased member lose what is personal",
        "sync_server/rounds.py",
        "arrived = without_personal(taken.arrived, gone)",
        "arrived = taken.arrived",
        "tests/contract/test_server_erase_late.py::test_late_receipts_of_the_member_are_booked_without_the_name",
    ),
    Guard(
        "a round that meets an erasing clears up after itself",
        "sync_server/erasing/late.py",
        "meanwhile = erased_among(store, members_of(arrived)) - gone",
        "meanwhile = frozenset[str]()",
        "tests/contract/test_server_erase_late.py::test_an_erasing_amid_a_round_leaves_nothing_of_what_the_round_had_read",
    ),
    Guard(
        "personal data that come late are dropped",
        "sync_server/personal.py",
        "for item in (each for each in items if each.member_id not in gone):",
        "for item in items:",
        "tests/contract/test_server_erase_late.py::test_personal_data_that_come_late_are_dropped_and_the_till_is_told_to_forget_them",
    ),
    Guard(
        "an erased member's late enrolment makes no member anew",
        "sync_server/enrolled.py",
        "body = None if event.erased else canonical(ident)",
        "body = canonical(ident)",
        "tests/contract/test_server_erase_files.py::test_who_joined_after_the_backup_is_not_brought_back_by_the_tills",
    ),
    Guard(
        "a redacted event keeps its hash in the chain",
        "loyalty/redacted.py",
        "bytes.fromhex(known) if known else event_hash(",
        "event_hash(",
        f"{_ERASE}::test_the_books_and_every_chain_still_hold",
    ),
    Guard(
        "a segment is redacted after what was made of it",
        "sync_server/erasing/segments.py",
        "            store.write(partial(_rewrite, event=event, digest=digest), event.bucket)\n",
        "",
        f"{_ERASE}::test_the_books_and_every_chain_still_hold",
    ),
    Guard(
        "who is erased is on record before anything goes",
        "sync_server/erasing/erase.py",
        "    write_log(at.log, chosen)\n",
        "",
        "tests/contract/test_server_erase_files.py::test_the_record_is_written_before_anything_goes",
    ),
    Guard(
        "a restored copy is erased again",
        "sync_server/backups.py",
        "repeat_erasings(store, read_identity(store), erased, now_ms)",
        "read_identity(store)",
        "tests/contract/test_server_erase_files.py::test_a_restored_backup_is_erased_again_before_it_is_in_place",
    ),
    Guard(
        "what is deleted at the head office is overwritten",
        "sync_server/store.py",
        '        "secure_delete=ON",\n',
        "",
        "tests/contract/test_server_erase_files.py::test_what_is_deleted_is_overwritten_whatever_build_of_sqlite_it_is",
    ),
    Guard(
        "nothing of who is gone stays in the log of the head office's file",
        "sync_server/store.py",
        'plain.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")',
        "pass",
        "tests/contract/test_server_erase_files.py::test_no_byte_of_the_database_s_files_has_it_any_more",
    ),
    Guard(
        "what is deleted in a till's cache is overwritten",
        "terminal/offline_queue/cache_disk.py",
        '    connection.execute("PRAGMA secure_delete=ON")\n',
        "",
        "tests/contract/test_server_erase_files.py::test_what_is_deleted_is_overwritten_whatever_build_of_sqlite_it_is",
    ),
    Guard(
        "nothing of who is gone stays in the log of a till's cache",
        "terminal/offline_queue/cache.py",
        "self._mended(self._writer.empty_log)",
        "pass",
        f"{_ERASED_AT_TILLS}::test_every_till_forgets_the_member_and_its_cache_file_every_byte",
    ),
    Guard(
        "snapshots made before an erasing go",
        "sync_server/erasing/erase.py",
        "    drop_snapshots(at.snapshots)\n",
        "",
        f"{_ERASED_AT_TILLS}::test_a_snapshot_made_before_is_gone_and_a_new_one_has_nothing",
    ),
    Guard(
        "an old import does not bring an erased member back",
        "sync_server/import_members.py",
        "return [row for row in rows if row.member_id not in gone]",
        "return list(rows)",
        "tests/contract/test_server_erase_late.py::test_an_old_import_does_not_bring_the_member_back",
    ),
)
