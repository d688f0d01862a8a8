"""The guards of a damaged journal's repair."""

from tests.mutations.guard import Guard

_REPAIR = "tests/contract/test_repair_at_tills.py"
_ERASED = "tests/contract/test_repair_erased.py"
_PRUNED = "tests/contract/test_repair_pruned.py"

REPAIRS: tuple[Guard, ...] = (
    Guard(
        "only what this till has signed is put in its journal",
        "terminal/offline_queue/repair_sources.py",
        "        if header.terminal != self.terminal or",
        "        if False and",
        f"{_REPAIR}::test_what_is_not_signed_by_this_till_is_not_put_in_its_journal",
    ),
    Guard(
        "a till gets no other till's segments",
        "sync_server/segment_events.py",
        "(SEGMENT.c.tshard == tshard_of(terminal)) & (SEGMENT.c.terminal == terminal) & (SEGMENT.c.epoch == epoch)",
        "(SEGMENT.c.epoch == epoch)",
        f"{_REPAIR}::test_a_till_gets_its_own_segments_and_nobody_elses",
    ),
    Guard(
        "a lost event is lost only by a person's word",
        "terminal/offline_queue/repair.py",
        "    if not by.strip():",
        "    if False:",
        f"{_REPAIR}::test_an_event_that_nobody_has_is_lost_by_name_and_the_others_go_up_in_a_new_epoch",
    ),
    Guard(
        "what the head office has is never given up for lost",
        "terminal/offline_queue/repair.py",
        "    if place_of(epoch, seq) <= place_of(acked.epoch, acked.seq):",
        "    if False:",
        f"{_REPAIR}::test_what_is_not_signed_by_this_till_is_not_put_in_its_journal",
    ),
    Guard(
        "a repair cut short is finished before the journal is opened",
        "terminal/offline_queue/store.py",
        "        finish_repair(folder)\n",
        "",
        f"{_REPAIR}::test_cut_anywhere_the_old_journal_is_there_or_the_new",
    ),
    Guard(
        "an event is put in place only where the chain proves it",
        "terminal/offline_queue/repair_fill.py",
        "        if own == row.hash or _followed(old, terminal, epoch, seq, own):",
        "        if True:",
        f"{_REPAIR}::test_a_changed_byte_of_what_the_head_office_has_is_put_right",
    ),
    Guard(
        "what only the head office says of an erased member's event is taken by a person's word",
        "terminal/offline_queue/repair_fill.py",
        "    told = not known or event_hash(before, terminal, epoch, seq, raw) != digest",
        "    told = False",
        f"{_ERASED}::test_an_erased_event_is_taken_by_a_person_s_word_and_all_from_there_goes_up_once_in_a_new_epoch",
    ),
    Guard(
        "an event that the journal itself proves to be another is not taken",
        "terminal/offline_queue/repair_fill.py",
        "    if row is not None and row.hash != digest and _followed(old, terminal, epoch, seq, row.hash):",
        "    if False:",
        f"{_ERASED}::test_only_what_the_chain_leaves_open_is_believed",
    ),
    Guard(
        "what was given before the journal begins is not given again",
        "terminal/offline_queue/repair_fill.py",
        "        count_as_given(connection)",
        "        pass",
        f"{_PRUNED}::test_where_the_journal_begins_is_proved_and_all_of_the_share_counts_as_given",
    ),
    Guard(
        "a base that goes past events that are here takes none of them along",
        "terminal/offline_queue/repair_base.py",
        "    if kept is not None and (not places or base_place(kept) < places[0]):",
        "    if kept is not None:",
        f"{_PRUNED}::test_a_base_that_says_more_is_gone_than_is_takes_nothing_along",
    ),
    Guard(
        "only what the head office has safely counts as let go",
        "terminal/offline_queue/repair_base.py",
        "(epoch, seq) == (1, 1) or (epoch, seq - 1) > (safe.epoch, safe.seq)",
        "(epoch, seq) == (1, 1)",
        f"{_PRUNED}::test_where_it_cannot_be_told_what_may_be_gone_every_event_is_had_again",
    ),
    Guard(
        "without the till's shares what was given is counted from the events themselves",
        "terminal/offline_queue/repair_base.py",
        '    if last is None or not old.is_sound("campaign_share"):',
        "    if last is None:",
        f"{_PRUNED}::test_where_it_cannot_be_told_what_may_be_gone_every_event_is_had_again",
    ),
    Guard(
        "what nobody has signed is unpacked to its limit and no further",
        "terminal/offline_queue/repair_sources.py",
        "reader.read(size + 1)",
        "reader.readall()",
        f"{_ERASED}::test_what_unpacks_to_more_than_a_payload_takes_no_room_and_is_not_believed",
    ),
)
