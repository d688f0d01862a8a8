"""The guards of a till's journal: its file, its room on the disk, its chain, and how long what it holds is kept."""

from tests.mutations.guard import Guard

_QUEUE = "terminal/offline_queue"
_JOURNAL = "tests/unit/test_queue_journal.py"
_JOURNAL_FILE = "tests/unit/test_queue_journal_file.py"
_RIGHTS = "tests/unit/test_engine_rights.py"

JOURNAL: tuple[Guard, ...] = (
    Guard(
        "every commit of the journal is synced",
        f"{_QUEUE}/journal_file.py",
        'connection.execute("PRAGMA synchronous=FULL")',
        'connection.execute("PRAGMA synchronous=NORMAL")',
        "tests/simulation/test_power_cuts.py"
        "::test_whatever_was_told_is_there_and_nothing_by_half_wherever_the_power_is_cut",
    ),
    Guard(
        "on a full disk the journal gets the room kept back",
        f"{_QUEUE}/journal.py",
        'if fault.code != "store.full" or not self.ballast.let_go():',
        "if True:",
        "tests/unit/test_queue_ballast.py::test_a_receipt_that_is_on_paper_is_recorded_from_the_room_kept_back",
    ),
    Guard(
        "no new sale is begun on the room kept back",
        f"{_QUEUE}/journal.py",
        "if self.ballast.is_out and not self.ballast.make_anew():",
        "if False:",
        "tests/unit/test_queue_ballast.py"
        "::test_while_the_room_is_let_go_nothing_new_is_sold_and_the_sentence_says_how_much_is_missing",
    ),
    Guard(
        "one process owns a till's folder",
        f"{_QUEUE}/lock.py",
        "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "pass",
        f"{_JOURNAL_FILE}::test_a_second_process_gets_the_sentence_with_the_owner",
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
        "if _is_of_the_disk(error):\n                # What",
        "if False:\n                # What",
        "tests/unit/test_queue_writer.py"
        "::test_a_disk_that_fails_at_the_commit_is_left_and_what_is_there_is_checked_before_the_next",
    ),
    Guard(
        "a disk that failed at rest is not written to over the same connection",
        f"{_QUEUE}/writer.py",
        "            if _is_of_the_disk(error):\n                self._shut()\n        finally:",
        "            pass\n        finally:",
        "tests/unit/test_queue_writer.py::test_a_disk_that_fails_at_rest_is_left_and_the_next_transaction_opens_it_anew",
    ),
    Guard(
        "points spent on credit count until the head office has settled them",
        f"{_QUEUE}/journal_follow.py",
        "            _rights(index, event, receipt)\n",
        "",
        f"{_RIGHTS}::test_what_was_spent_on_credit_counts_until_the_head_office_has_settled_it",
    ),
    Guard(
        "the same facts are recorded once",
        f"{_QUEUE}/journal.py",
        "            if before is not None:\n                return before, head, begun\n",
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
        f"{_QUEUE}/journal_prepared.py",
        "    if sale_id not in begun:",
        "    if not sale_id:",
        f"{_JOURNAL}::test_a_sale_completes_only_while_it_is_prepared",
    ),
    Guard(
        "a sale whose receipt is recorded is no longer begun",
        f"{_QUEUE}/journal_prepared.py",
        "if not is_receipt(sale_id)}",
        "if sale_id}",
        f"{_JOURNAL}::test_a_sale_that_ended_leaves_its_row_to_the_next_and_nothing_at_the_next_start",
    ),
    Guard(
        "a row of an ended sale goes before its event does",
        f"{_QUEUE}/journal.py",
        "            sweep(connection, begun)\n            return write(connection)",
        "            return write(connection)",
        "tests/unit/test_queue_retention.py::test_a_sale_that_ended_stays_ended_when_its_event_goes",
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
        f"{_JOURNAL_FILE}::test_a_changed_last_event_is_seen_at_the_start",
    ),
    Guard(
        "personal data are those the event commits to",
        f"{_QUEUE}/journal_record.py",
        "if personal.event_id != event_id or personal_hash(personal) != body.personal_hash:",
        "if personal.event_id != event_id:",
        f"{_JOURNAL}::test_personal_data_that_the_event_does_not_commit_to_are_refused",
    ),
    Guard(
        "a till keeps what is stored and not safe",
        f"{_QUEUE}/retention.py",
        "for at in (journal_read.acked(connection), journal_read.safe(connection)))",
        "for at in (journal_read.acked(connection),))",
        "tests/unit/test_queue_retention.py::test_what_is_stored_and_not_safe_stays",
    ),
    Guard(
        "what a return gives back of a sale that is gone is kept",
        f"{_QUEUE}/retention.py",
        "{**kept, **back}",
        "kept",
        "tests/unit/test_queue_retention.py::test_what_a_return_gave_back_of_a_sale_that_is_gone_stays_counted",
    ),
    Guard(
        "what gone receipts gave of campaigns is kept",
        f"{_QUEUE}/retention.py",
        "hash.hex()), names, uses,",
        "hash.hex()), names, (),",
        "tests/unit/test_queue_retention.py::test_what_gone_receipts_gave_of_a_budget_stays_counted",
    ),
    Guard(
        "one writing connection to a file",
        f"{_QUEUE}/writer.py",
        "assert self._name not in _WRITTEN",
        "assert True",
        "tests/unit/test_queue_writer.py::test_a_file_has_one_writing_connection_and_then_another",
    ),
    Guard(
        "an older journal is seen at the start",
        f"{_QUEUE}/store.py",
        "            compare_place(folder, journal, machine)\n",
        "            pass\n",
        "tests/unit/test_queue_place.py::test_an_older_journal_is_seen_before_anything_is_sent",
    ),
    Guard(
        "a journal is brought up in one transaction",
        f"{_QUEUE}/file_steps.py",
        'connection.execute("BEGIN IMMEDIATE")',
        "pass",
        "tests/upgrades/test_steps.py::test_a_step_that_fails_leaves_the_journal_as_it_was",
    ),
    Guard(
        "a journal nothing leads from is not touched",
        f"{_QUEUE}/journal_file.py",
        "    if not file_steps.can_reach(version, VERSION, file_steps.JOURNAL_STEPS):",
        "    if False:",
        "tests/upgrades/test_steps.py::test_a_journal_no_steps_lead_from_is_refused_and_not_touched",
    ),
)
