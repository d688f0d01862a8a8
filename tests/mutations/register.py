"""The guards at the cash register: what it may have made is asked for before anything is made again."""

from tests.mutations.guard import Guard

_ATOL = "tests/property/test_fiscal_once_atol.py"

REGISTER: tuple[Guard, ...] = (
    Guard(
        "PREPARED stands before anything goes to the register",
        "terminal/committing.py",
        "self._journal.prepare(",
        "(lambda *_: None)(",
        "tests/unit/test_engine_sales.py"
        "::test_a_sale_is_prepared_then_registered_then_recorded_and_only_then_shown_as_done",
    ),
    Guard(
        "what goes to the register is written down before it goes",
        "terminal/fiscal/once.py",
        '        self._journal.keep_sent(replace(sent, document=replace(sent.document, buyer="")))\n',
        "",
        "tests/property/test_fiscal_once.py::test_power_cut_at_every_byte_leaves_one_document_in_the_end",
    ),
    Guard(
        "a document in doubt is asked for before anything is sent",
        "terminal/fiscal/once.py",
        "        unknown = self.ask_open(key)\n        if unknown is not None:\n"
        "            return unknown\n        known",
        "        known",
        "tests/property/test_fiscal_once.py::test_while_one_receipt_is_in_doubt_no_other_goes_out",
    ),
    Guard(
        "an answer that never came leaves a doubt",
        "devices/shtrih/link.py",
        "raise Lost from None",
        "raise Silent from None",
        "tests/property/test_fiscal_once.py::test_power_cut_at_every_byte_leaves_one_document_in_the_end",
    ),
    Guard(
        "a receipt recorded at the next start has the id its event was begun with",
        "terminal/committing.py",
        "event_id = begun.event_id or self._new_id()",
        "event_id = self._new_id()",
        "tests/unit/test_engine_fiscal.py"
        "::test_a_receipt_recorded_at_the_next_start_has_the_id_its_event_was_begun_with",
    ),
    Guard(
        "a document found after a doubt is of this very receipt",
        "terminal/fiscal/document.py",
        "return name != OURS or (isinstance(value, str) and value.endswith(self.key))",
        "return True",
        "tests/contract/test_fiscal_registers.py::test_of_two_documents_of_one_kind_and_sum_each_receipt_finds_its_own",
    ),
    Guard(
        "a receipt of ATOL is the same task whenever it is sent",
        "terminal/fiscal/atol_tasks.py",
        'uuid5(NAMES, f"{key}/{attempt}")',
        "__import__('uuid').uuid4()",
        f"{_ATOL}::test_every_exchange_that_fails_leaves_one_document_in_the_end",
    ),
    Guard(
        "a task of ATOL that waits or is in progress has not ended",
        "terminal/fiscal/atol_link.py",
        'ENDED = frozenset({"ready",',
        'ENDED = frozenset({"wait", "inProgress", "ready",',
        f"{_ATOL}::test_in_progress_is_never_taken_for_an_end",
    ),
    Guard(
        "a task of ATOL that was never seen is taken with a question, against one that is late",
        "terminal/fiscal/atol.py",
        "put = self._link.put(uuid, [FN_STATUS])",
        'put = "taken" if self._link.wait(uuid, QUESTION_S) is None else "known"',
        f"{_ATOL}::test_what_was_said_not_to_be_issued_is_not_issued_by_a_request_that_comes_late",
    ),
    Guard(
        "a task of ATOL has failed when its memory says so too",
        "terminal/fiscal/atol.py",
        " or self._last_document() != before",
        "",
        f"{_ATOL}::test_a_receipt_that_ends_otherwise_than_ready_is_one_document_in_the_end",
    ),
    Guard(
        "a task of ATOL whose end nobody knows leaves a doubt",
        "terminal/fiscal/atol.py",
        ' or ended[0].status == "blocked"',
        "",
        "tests/unit/test_fiscal_atol.py"
        "::test_a_task_whose_end_the_server_does_not_know_is_a_doubt_though_the_memory_has_nothing_new",
    ),
    Guard(
        "an answer of ATOL that never came leaves a doubt",
        "terminal/fiscal/atol_link.py",
        "        except (httpx.HTTPError, _TooLong):\n            raise InDoubt from None",
        "        except (httpx.HTTPError, _TooLong):\n            raise NoAnswer from None",
        f"{_ATOL}::test_every_exchange_that_fails_leaves_one_document_in_the_end",
    ),
    Guard(
        "another fiscal memory is never asked",
        "terminal/fiscal/once.py",
        "if state.serial != sent.serial:",
        "if False:",
        "tests/property/test_fiscal_once.py::test_a_receipt_sent_to_another_memory_waits_for_a_person",
    ),
    Guard(
        "what the register says of a receipt goes before what a person says of it",
        "terminal/committing.py",
        """            return self.ask_again()
        except NotNow:""",
        """            self._register.state_seen(self._undone[-1].receipt.receipt_id, document, by)
        except NotNow:""",
        "tests/unit/test_engine_doubts.py::test_what_the_register_says_itself_goes_before_what_the_manager_says",
    ),
    Guard(
        "another fiscal memory is not sold on without a manager's word",
        "terminal/fiscal/once.py",
        "        elif known != serial:",
        "        elif not serial:",
        "tests/unit/test_engine_register.py"
        "::test_another_fiscal_memory_stops_selling_until_the_manager_accepts_it_and_that_is_kept",
    ),
    Guard(
        "cash is written down before the register is told of it",
        "terminal/fiscal/cash.py",
        "        self._journal.keep_cash(sent)\n        try:",
        "        try:",
        "tests/property/test_fiscal_cash.py::test_power_cut_at_every_byte_counts_the_cash_once_in_the_end",
    ),
    Guard(
        "cash in doubt keeps its shift open, whose counts would end with it",
        "terminal/fiscal/once.py",
        "        if self._journal.cash_sent():",
        "        if not self._journal:",
        "tests/unit/test_engine_cash.py"
        "::test_a_doubt_is_said_keeps_the_shift_open_and_is_settled_by_looking_at_the_register",
    ),
    Guard(
        "the same correction is the same document",
        "terminal/fiscal/correction.py",
        'key = uuid5(NAMES, f"{kind}|{parts}").hex',
        'key = uuid5(NAMES, f"{kind}|{parts}|{cashier}").hex',
        "tests/contract/test_fiscal_corrections.py"
        "::test_the_same_correction_is_one_whoever_asks_and_the_second_alike_is_another",
    ),
    Guard(
        "a correction the register has made is the till's to record until it has",
        "terminal/fiscal_book.py",
        "state = TO_RECORD if sent.receipt is None else SETTLED",
        "state = SETTLED",
        "tests/unit/test_engine_correction.py::test_a_till_that_died_amid_one_asks_at_its_start_and_records_it_once",
    ),
    Guard(
        "where the customer wants the receipt sent is kept in no file",
        "terminal/fiscal/once.py",
        'replace(sent, document=replace(sent.document, buyer=""))',
        "sent",
        "tests/unit/test_engine_sending.py::test_the_register_is_told_where_the_receipt_goes_and_no_file_keeps_it",
    ),
    Guard(
        "of a receipt that is voided the next customer's is not sent there",
        "terminal/session/sale.py",
        'changed(replace(state, buyer=""), empty, around)',
        "changed(state, empty, around)",
        "tests/unit/test_engine_sending.py::test_of_a_receipt_that_is_voided_the_next_customer_s_is_not_sent_there",
    ),
    Guard(
        "an address said over the agent is part of what the request says",
        "terminal/agent/selling.py",
        "text = canonical(msgspec.to_builtins(request, str_keys=True))",
        'text = canonical(msgspec.to_builtins(replace(request, send_to=""), str_keys=True))',
        "tests/contract/test_agent_addresses.py"
        "::test_the_next_receipt_is_sent_nowhere_and_another_address_is_another_sale",
    ),
    Guard(
        "cash in doubt that the register has is not moved again",
        "terminal/fiscal/cash.py",
        "return Registered()  # it was in doubt, and the register has it",
        "pass",
        "tests/unit/test_engine_cash.py"
        "::test_cash_in_doubt_that_is_asked_for_again_by_its_id_is_counted_and_recorded_once",
    ),
    Guard(
        "cash a request has moved before is not moved again",
        "terminal/agent/register.py",
        "        if before is not None:",
        "        if before is None and not request:",
        "tests/contract/test_agent_register.py"
        "::test_cash_is_counted_and_recorded_once_for_each_id_also_after_its_shift",
    ),
    Guard(
        "a client's sale that was in doubt is answered with the receipt it is, never with a refusal",
        "terminal/agent/desk.py",
        'if why.code != "sale.recorded_late":',
        "if why:",
        "tests/contract/test_agent_register.py"
        "::test_a_receipt_in_doubt_is_told_until_the_register_answers_and_the_same_sale_ends_it",
    ),
    Guard(
        "a sum left out by command line is what the others leave",
        "terminal/cli/fiscal_correct.py",
        "{rest: total_minor - sum(vat_minor.values()), **vat_minor}",
        "{rest: total_minor, **vat_minor}",
        "tests/contract/test_fiscal_corrections.py"
        "::test_several_sums_and_rates_and_the_sign_of_a_wrong_document_stand_in_one_correction",
    ),
    Guard(
        "a correction is known however many receipts were made since",
        "terminal/fiscal_book.py",
        "SET open = {RECORDED}",
        "SET open = {SETTLED}",
        "tests/unit/test_engine_correction.py::test_it_is_known_however_many_receipts_were_made_since",
    ),
    Guard(
        "what was seen on the tape is of the receipt that was asked about alone",
        "terminal/at_register.py",
        "is_same = asked.key_in_doubt() == key",
        "is_same = True",
        "tests/unit/test_errands.py::test_what_was_seen_on_the_tape_is_of_the_receipt_that_was_asked_about_alone",
    ),
    Guard(
        "nothing is sold while the register is at another command",
        "terminal/session/register.py",
        "c.AskRegister, c.SettleDoubt, c.Tender, c.ConfirmReturn,",
        "c.AskRegister, c.SettleDoubt,",
        "tests/unit/test_errands.py::test_while_it_is_at_a_command_no_other_is_given_and_scans_go_on",
    ),
    Guard(
        "a shift that is to be closed after a look holds up everything as well",
        "terminal/errands.py",
        'max(self._waiting, key=_HOLDS_UP.index, default="")',
        'self._waiting[0] if self._waiting else ""',
        "tests/unit/test_errands.py::test_a_shift_that_is_to_be_closed_after_a_look_holds_up_everything_as_well",
    ),
    Guard(
        "a sale that ends while the register closes its shift is in the shift's report",
        "terminal/at_register.py",
        "record_end(self._records.shift_now(), around",
        "record_end(before, around",
        "tests/unit/test_errands.py::"
        "test_a_sale_that_ends_while_the_register_closes_its_shift_is_in_the_shift_s_report",
    ),
    Guard(
        "what the register refuses late fails no payment",
        "terminal/engine.py",
        'return c.Notify("error", error.said, error.hint)',
        "return c.Failed(error.said, error.hint)",
        "tests/unit/test_errands.py::test_what_the_register_refuses_late_takes_no_card_off_the_payment_terminal",
    ),
    Guard(
        "a register that gives no documents cannot say that it has made no correction",
        "terminal/fiscal/shtrih.py",
        "        if fields is None:\n            raise NoAnswer",
        "        if fields is None:\n            return False",
        "tests/contract/test_fiscal_corrections.py::"
        "test_a_register_that_gives_no_documents_leaves_a_correction_in_doubt",
    ),
    Guard(
        "a till that died amid a receipt asks the register what it has made",
        "terminal/committing.py",
        "recalled = self._register.recall(prepared.sale_id)",
        "recalled = None",
        "tests/unit/test_engine_fiscal.py::test_a_till_that_stops_in_doubt_records_at_its_start_what_the_register_made",
    ),
    Guard(
        "a sale that is recorded is not undone for want of its fiscal code",
        "terminal/records.py",
        '        except StoreFault:\n            log.warning("no_fiscal_code"',
        '        except ZeroDivisionError:\n            log.warning("no_fiscal_code"',
        "tests/contract/test_codes_at_tills.py::test_a_book_that_cannot_be_read_costs_the_code_and_not_the_sale",
    ),
    Guard(
        "a command to the register takes its turn",
        "terminal/fiscal/turns.py",
        "with self.turn.taken():",
        "if True:",
        "tests/unit/test_fiscal_turns.py::test_every_command_waits_for_its_turn_one_within_another_does_not_wait",
    ),
)
