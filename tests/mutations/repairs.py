"""The guards of a damaged journal's repair."""

from tests.mutations.guard import Guard

_REPAIR = "tests/contract/test_repair_at_tills.py"

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
)
