"""The guards of points set aside for tills: told after a restore, on their way with an account that moves."""

from tests.mutations.guard import Guard

_ESCROW = "tests/contract/test_server_escrow.py"
_UNTOLD = "tests/contract/test_server_untold.py"

RIGHTS: tuple[Guard, ...] = (
    Guard(
        "nothing is held before every till has said what is set aside for it",
        "sync_server/holds.py",
        "    if untold:",
        "    if False:",
        f"{_UNTOLD}::test_until_every_till_has_spoken_nothing_is_held_and_nothing_more_set_aside",
    ),
    Guard(
        "nothing more is set aside before every till has said what is",
        "sync_server/programmes.py",
        " and not untold_tills(store, programme.redeem)",
        "",
        f"{_UNTOLD}::test_until_every_till_has_spoken_nothing_is_held_and_nothing_more_set_aside",
    ),
    Guard(
        "what a till says is set aside counts at its place among its sales",
        "sync_server/escrow.py",
        "key=lambda each: (each.terminal, each.place)",
        "key=lambda each: each.terminal",
        f"{_UNTOLD}::test_what_a_till_says_holds_for_what_it_sold_before_and_what_it_sold_after_comes_out_of_it",
    ),
    Guard(
        "a till's word of another generation is none",
        "sync_server/untold.py",
        " and event.body.gen == gen",
        "",
        f"{_UNTOLD}::test_a_word_of_another_generation_is_not_waited_for_no_more",
    ),
    Guard(
        "what is on its way to another account is told until it is there",
        "sync_server/escrow.py",
        "        after = {key: _sent(aside, left[key]) for key, aside in after.items()}\n",
        "",
        f"{_ESCROW}::test_what_comes_late_for_an_account_that_moved_is_told_to_be_under_way_until_it_has_arrived",
    ),
    Guard(
        "what is on its way to another account is not spent again",
        "terminal/offline_queue/aside.py",
        "aside - spent - released - on_the_way",
        "aside - spent - released",
        "tests/unit/test_queue_aside.py::test_what_is_on_its_way_from_an_account_that_moved_is_not_spent_again",
    ),
    Guard(
        "what is set aside is said before the rows that say so are given up",
        "terminal/offline_queue/sync_steps.py",
        "        tell_aside(self._store, heads.gen, self._new_id, asked_at_ms)\n",
        "",
        "tests/unit/test_queue_aside.py"
        "::test_a_head_office_set_back_is_told_what_is_left_between_what_was_sold_before_and_after",
    ),
    Guard(
        "what is set aside is said behind every sale it was worked out from",
        "terminal/offline_queue/journal.py",
        "            if behind is not None and journal_read.last_place(connection) != behind:\n"
        '                raise store_fault("journal.overtaken")\n',
        "",
        "tests/unit/test_queue_aside.py::test_a_sale_recorded_while_it_is_worked_out_is_not_said_to_be_left_still",
    ),
)
