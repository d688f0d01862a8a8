"""The guards of the keys of new epochs, and of what copies of a till bring."""

from tests.mutations.guard import Guard

_KEYS = "tests/contract/test_till_keys.py"
_FORKS = "tests/contract/test_forks_at_tills.py"

KEYS: tuple[Guard, ...] = (
    Guard(
        "the first chain of keys heard is the till's",
        "sync_server/till_keys.py",
        "told.keys[: len(known)] != known or",
        "False or",
        f"{_KEYS}::test_of_two_chains_of_keys_the_first_heard_counts_and_the_other_is_flagged_once",
    ),
    Guard(
        "a key is announced by the one before it",
        "loyalty/device_keys.py",
        "not verify(before, each.signature, told)",
        "False",
        f"{_KEYS}::test_a_key_is_taken_only_where_the_one_before_it_says_so",
    ),
    Guard(
        "an epoch is stored under the key it was checked by",
        "sync_server/ingest.py",
        "begins and same_keys and",
        "begins and",
        f"{_KEYS}::test_an_epoch_that_begins_while_its_key_is_announced_is_not_stored_under_the_old_one",
    ),
    Guard(
        "a key comes before the epoch it is for",
        "sync_server/till_keys.py",
        " or (new and new[0].epoch <= cursor.epoch)",
        "",
        f"{_KEYS}::test_a_key_for_an_epoch_that_has_begun_without_it_is_refused",
    ),
    Guard(
        "a new key is on the disk before the epoch begins",
        "terminal/offline_queue/mending.py",
        "    keys.begin(epoch)\n",
        "",
        f"{_FORKS}::test_two_copies_mended_without_a_link_are_not_both_the_till",
    ),
    Guard(
        "a key made for an epoch that did not begin is used when it does",
        "terminal/offline_queue/keyring.py",
        "        if self._later and self._later[-1][0].epoch >= epoch:",
        "        if False:",
        f"{_FORKS}::test_a_till_that_dies_between_its_new_key_and_the_new_epoch_goes_on_with_that_key",
    ),
    Guard(
        "keys a head office has forgotten are announced again",
        "terminal/offline_queue/sync_steps.py",
        "            self._store.keys.doubt()",
        "            pass",
        "tests/contract/test_forks_and_set_back_offices.py::test_a_running_till_announces_its_keys_again_to_a_head_office_set_back",
    ),
    Guard(
        "a copy does not begin a new epoch",
        "terminal/offline_queue/mending.py",
        '    if fork.why == "replaced":',
        "    if False:",
        f"{_FORKS}::test_of_a_copied_till_and_its_original_the_first_mended_is_the_till_and_the_other_comes_by_a_file",
    ),
    Guard(
        "a copy's event that is kept already is not kept twice",
        "sync_server/copied_tills.py",
        "if not _is_kept(raw, known)]",
        "]",
        f"{_KEYS}::test_a_copy_s_receipts_come_by_a_file_as_of_a_till_of_their_own",
    ),
    Guard(
        "of an erased member a copy's event is kept once",
        "sync_server/copied_tills.py",
        "{_digest(raw), _digest(redacted(raw))}",
        "{_digest(raw)}",
        f"{_KEYS}::test_a_copy_s_file_brought_again_after_an_erasing_adds_nothing",
    ),
    Guard(
        "who carries a file announces no keys before they are asked for",
        "terminal/offline_queue/carry.py",
        "    try:\n        return client.carry(segment)\n",
        "    _tell_keys(file, client)\n    try:\n        return client.carry(segment)\n",
        f"{_FORKS}::test_a_file_is_carried_whatever_keys_its_till_has_had_since",
    ),
    Guard(
        "a copy's events are signed by a key of the till",
        "sync_server/copied_tills.py",
        "        if not any(is_signed(key, segment.signature, segment.signed) for key in keys):",
        "        if False:",
        f"{_KEYS}::test_a_stranger_s_file_is_no_copy_s",
    ),
)
