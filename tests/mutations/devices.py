"""The guards at printers and scanners."""

from tests.mutations.guard import Guard

_ESCPOS = "tests/unit/test_devices_escpos.py"
_FAILING = "tests/unit/test_failing_drivers.py"
_SCANS = "tests/unit/test_agent_scans_kept.py"

DEVICES: tuple[Guard, ...] = (
    Guard(
        "a printer is asked to prove a slip, and is still there after it",
        "devices/escpos/talk.py",
        "    yield from _asked(1, Unproven)\n",
        "",
        f"{_ESCPOS}::test_power_that_goes_at_any_byte_never_leaves_a_slip_taken_for_printed",
    ),
    Guard(
        "nothing is sent to a printer that is not through with what was before",
        "devices/escpos/talk.py",
        '    yield from _passed(NO_REPORTS, "offline")\n',
        "",
        f"{_ESCPOS}::test_while_the_rest_of_another_slip_is_in_the_printer_nothing_is_sent_after_it",
    ),
    Guard(
        "answers of before prove nothing",
        "devices/escpos/talk.py",
        '        if not came:\n            break\n        came = yield Step(b"", QUIET_S',
        '        if not came or answered:\n            break\n        came = yield Step(b"", QUIET_S',
        f"{_ESCPOS}::test_answers_left_over_from_before_prove_nothing",
    ),
    Guard(
        "what was given up of a slip stands on no other",
        "devices/escpos/printer.py",
        "        self._lines.clear()\n        return DeviceError(code, sentence)",
        "        return DeviceError(code, sentence)",
        "tests/contract/test_printers.py::"
        "test_a_code_stands_among_the_lines_and_one_that_is_too_long_gives_the_slip_up",
    ),
    Guard(
        "a slip that waits is kept in a file",
        "terminal/unprinted.py",
        "os.replace(unfinished, self._path(slip))",
        "pass",
        "tests/unit/test_printing.py::test_what_waited_when_the_till_ended_is_printed_first_by_the_next",
    ),
    Guard(
        "a slip printed again says that it is a copy",
        "terminal/shift_receipts.py",
        "copy=True",
        "copy=False",
        "tests/unit/test_engine_receipts.py::"
        "test_a_receipt_looked_at_is_its_slip_and_a_copy_says_above_and_below_that_it_is_one",
    ),
    Guard(
        "a receipt the register has copied itself is printed by nobody else",
        "terminal/shift_receipts.py",
        "            if refused is None:",
        "            if False:",
        "tests/unit/test_engine_receipts.py::test_the_register_copies_its_own_document_and_makes_no_other",
    ),
    Guard(
        "a device is known by its serial number or not at all",
        "devices/ports.py",
        "if port.serial and (port.vid, port.pid, port.serial) == self._known",
        "if (port.vid, port.pid, port.serial) == self._known",
        "tests/unit/test_devices_found_again.py::test_a_port_without_a_serial_number_is_only_ever_its_path",
    ),
    Guard(
        "what came before a cable was pulled out does not go on with what comes after",
        "terminal/scanner/serial_source.py",
        "            self._codec = codec_of(self._sends, self._framing)\n        self._on_status",
        "            pass\n        self._on_status",
        "tests/contract/test_scanners.py"
        "::test_a_cable_pulled_out_amid_a_code_is_told_and_put_back_the_next_code_is_whole",
    ),
    Guard(
        "a code of which keys were lost is given up until its end",
        "terminal/scanner/typed.py",
        "        if self._torn:\n",
        "        if False:\n",
        "tests/unit/test_scanner_typed.py::test_after_keys_were_lost_the_code_is_given_up_until_its_end",
    ),
    Guard(
        "a program that asks for scans for the first time gets none of before",
        "terminal/agent/scans.py",
        "seen_no = self._newest_no if after is None else after",
        "seen_no = after or -1",
        f"{_SCANS}::test_numbers_go_on_from_the_millisecond_of_the_start",
    ),
    Guard(
        "a scan of a minute ago is of another customer",
        "terminal/agent/scans.py",
        " or now_s - self._kept[0][0] > KEPT_S",
        "",
        f"{_SCANS}::test_a_scan_is_kept_for_a_minute_and_not_a_moment_longer",
    ),
    Guard(
        "a program that has missed a scan is told",
        "terminal/agent/scans.py",
        "seen_no < self._gone_no",
        "False",
        f"{_SCANS}::test_so_many_are_kept_and_who_has_missed_one_is_told",
    ),
    Guard(
        "a scanner that cannot beep does not keep what was refused from the screen",
        "terminal/scanner/serial_source.py",
        "            _let(self._port.beep)",
        "            self._port.beep()",
        f"{_FAILING}::test_a_scanner_that_can_neither_beep_nor_be_closed_keeps_nobody_from_going_on",
    ),
)
