"""The guards of money and points at a till: card payments, holds, rights, and what a customer is given back."""

from tests.mutations.guard import Guard

_RIGHTS = "tests/unit/test_engine_rights.py"
_PAYMENT = "tests/property/test_payment_once.py"
_PAYING = "tests/unit/test_engine_paying.py"
_IN_DOUBT = "tests/contract/test_holds_in_doubt.py"

MONEY: tuple[Guard, ...] = (
    Guard(
        "a card payment is written down before it is sent",
        "terminal/charges.py",
        "        self._book.keep(kept)\n        do = ",
        "        do = ",
        f"{_PAYMENT}::test_killed_at_every_step_the_next_start_leaves_one_charge_with_a_receipt_or_none",
    ),
    Guard(
        "a card payment in doubt is asked about and not dropped",
        "terminal/charges.py",
        "        except Unproven:\n            return self._asked_again(kept, progress)\n",
        "",
        f"{_PAYMENT}::test_power_of_the_terminal_cut_at_every_byte",
    ),
    Guard(
        "a card payment that a receipt names is not taken back",
        "terminal/charges.py",
        "            if number is not None:",
        "            if False:",
        "tests/unit/test_engine_paying_doubts.py::test_a_till_killed_after_the_receipt_leaves_the_money_where_it_is",
    ),
    Guard(
        "another payment terminal is not believed",
        "terminal/charges.py",
        "        if self._terminal.terminal_id() != kept.terminal:\n            raise Unproven("
        '"other_terminal", "another terminal answers")\n        return',
        "        return",
        f"{_PAYMENT}::test_a_terminal_that_was_swapped_is_not_believed",
    ),
    Guard(
        "what paid a receipt in doubt is not taken back",
        "terminal/paying.py",
        "certain = [each for each in references if each not in in_doubt]",
        "certain = list(references)",
        "tests/unit/test_engine_paying_doubts.py::test_what_paid_a_receipt_in_doubt_waits_for_its_end",
    ),
    Guard(
        "a card that paid a receipt nobody records gives its money back",
        "terminal/session/charging.py",
        "    return after, (*effects, c.ReleaseCards(gone))",
        "    return after, effects",
        f"{_PAYING}::test_a_register_without_paper_and_esc_give_the_money_back",
    ),
    Guard(
        "points held for a receipt in doubt are not given back",
        "terminal/holding.py",
        "        if effect.hold_id not in self._in_doubt():",
        "        if True:",
        f"{_IN_DOUBT}::test_over_the_agent_the_hold_stays_amid_the_doubt_and_is_captured_by_the_receipt_recorded_late",
    ),
    Guard(
        "another hold takes no place of the one that a receipt in doubt names",
        "terminal/holding.py",
        "        if replaces and self._is_named(replaces):",
        "        if not replaces:",
        f"{_IN_DOUBT}::test_on_the_screen_the_hold_stays_whatever_is_done_with_the_basket",
    ),
    Guard(
        "a hold that a receipt recorded late has captured is not given back",
        "terminal/holding.py",
        "            self._captured.append(receipt.hold_id)\n",
        "",
        f"{_IN_DOUBT}::test_a_captured_hold_is_not_given_back_with_the_basket_left_on_the_screen",
    ),
    Guard(
        "of a sale in doubt the register is asked before points are held anew",
        "terminal/agent/selling.py",
        "        desk.till.records.refuse_late()\n",
        "",
        f"{_IN_DOUBT}::test_over_the_agent_the_hold_stays_amid_the_doubt_and_is_captured_by_the_receipt_recorded_late",
    ),
    Guard(
        "a hold nobody wants goes back once it is certain that its receipt was never issued",
        "terminal/committing.py",
        "        self.decided(failed.receipt, False)\n",
        "",
        f"{_IN_DOUBT}::test_on_the_screen_a_receipt_put_aside_and_never_issued_gives_its_hold_back",
    ),
    Guard(
        "rights are asked for again when a receipt is recorded",
        "terminal/rights.py",
        "if on_credit > may.credit_points:",
        "if False:",
        f"{_RIGHTS}::test_two_quotes_of_the_same_points_cannot_both_be_recorded",
    ),
    Guard(
        "a revoked till spends nothing",
        "loyalty/rights.py",
        "if held.revoked:",
        "if False:",
        f"{_RIGHTS}::test_a_revoked_till_spends_nothing_even_after_a_stop",
    ),
    Guard(
        "a balance that is too old is not spent",
        "loyalty/rights.py",
        "if age_s > offline.max_age_days * DAY_S:",
        "if False:",
        f"{_RIGHTS}::test_a_cache_that_is_too_old_spends_nothing",
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
        "a paid sale waits for its hold",
        "terminal/session/holding.py",
        'if hold is not None and hold.stage == "asking":\n        left',
        "if False:\n        left",
        "tests/unit/test_session_holding.py::test_a_paid_sale_waits_for_its_hold_and_takes_no_more_money",
    ),
    Guard(
        "money goes back another way for whoever is sure",
        "terminal/session/returning.py",
        "if not command.sure:",
        "if False:",
        "tests/unit/test_session_payment.py::test_money_a_card_paid_is_paid_out_in_cash_only_to_whoever_is_sure",
    ),
    Guard(
        "a card gets back no more than it paid",
        "loyalty/gift_pay.py",
        " - before.card_minor",
        "",
        "tests/unit/test_loyalty_returns.py::test_what_a_card_paid_goes_back_to_it_as_far_as_it_goes",
    ),
    Guard(
        "a hold nobody needs goes back",
        "terminal/session/holding.py",
        "return tuple(c.GiveHoldBack(each, before.account_id) for each in sorted(ids))",
        "return ()",
        "tests/unit/test_session_holding.py::test_a_hold_nobody_needs_any_more_is_given_back",
    ),
    Guard(
        "an answer that comes too late is given back",
        "terminal/session/holding.py",
        "return state, (c.GiveHoldBack(command.hold_id, command.account_id),)",
        "return state, ()",
        "tests/unit/test_session_holding.py::test_an_answer_that_comes_after_the_sale_is_given_back",
    ),
    Guard(
        "a hold that a recorded receipt names is not given back",
        "terminal/holding.py",
        "if path.name in recorded:",
        "if False:",
        "tests/unit/test_engine_holding.py::test_a_hold_that_a_recorded_receipt_names_is_not_given_back",
    ),
    Guard(
        "a till does not take its own holds off twice",
        "terminal/members.py",
        "            if till != terminal:\n                usable.subtract(points)",
        "            usable.subtract(points)",
        "tests/contract/test_holds_at_tills.py::test_the_other_till_shows_what_can_be_spent_and_the_holder_what_it_has",
    ),
    Guard(
        "money counted stays when something beside the payment fails",
        "terminal/session/payment.py",
        "state.tenders if state.due_minor > 0 else state.tenders[:-1]",
        "state.tenders[:-1]",
        "tests/ui/test_ui_slips_of_hand.py::test_what_fails_beside_a_payment_leaves_the_money_that_was_counted",
    ),
    Guard(
        "goods that nobody has weighed are not paid for",
        "terminal/session/payment.py",
        "    if unweighed is not None:\n",
        "    if False:\n",
        "tests/ui/test_ui_slips_of_hand.py"
        "::test_the_weight_of_goods_sold_by_kg_is_asked_for_at_once_and_before_they_are_paid_for",
    ),
    Guard(
        "a member shown late changes no total that money was taken for",
        "terminal/session/late_card.py",
        "    if state.tenders:",
        "    if False:",
        "tests/unit/test_session_late_card.py::test_once_money_is_taken_the_receipt_stays_as_it_was_told",
    ),
    Guard(
        "no more cash is paid out than the drawer holds by the books",
        "terminal/session/register.py",
        " and command.amount_minor > drawer_minor:",
        " and False:",
        "tests/unit/test_engine_cash.py"
        "::test_without_a_register_no_more_is_taken_out_than_the_drawer_holds_by_the_books",
    ),
    Guard(
        "goods paid after a receipt that was recorded late ask for points of their own",
        "terminal/session/holding.py",
        "command.said.code == RECORDED_LATE and",
        "False and",
        "tests/unit/test_session_holding.py::test_goods_paid_after_a_receipt_that_was_recorded_late_ask_for_points_of_their_own",
    ),
    Guard(
        "money given before a stop is known after it",
        "terminal/open_basket.py",
        " or taken != self._taken:",
        ":",
        "tests/unit/test_open_basket.py"
        "::test_money_given_in_parts_is_kept_with_the_basket_and_forgotten_when_it_goes_back",
    ),
)
