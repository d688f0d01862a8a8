"""The guards of what an operator runs: purge, replay of what was put aside, erasing."""

from tests.mutations.guard import Guard

_PURGE = "tests/contract/test_server_purge.py"
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
)
