"""Slips wait for the printer and are printed once it can, over a restart too; what goes wrong is told once."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from devices.backoff import Backoff
from devices.errors import DeviceError, Unproven
from devices.model import DeviceInfo
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.printer import VirtualPrinter
from terminal.fiscal.slip_codes import code_line
from terminal.printing import MAX_WAITING, MENDED_BY_PEOPLE, MOST_TIMES_SENT, Paper, Printing
from terminal.printing_said import SENTENCES
from terminal.session import commands as c
from terminal.unprinted import MOST_BYTES, Unprinted
from tests.support.escpos import printer_on

WAIT_S = 60
SOON = Backoff(0.001, 0.01)


class Desk:
    """A printer's thread whose notices are awaited."""

    def __init__(self, printer: Paper, folder: Path | None = None, backoff: Backoff = SOON) -> None:
        self.told: queue.Queue[c.Notify] = queue.Queue()
        self.printing = Printing(printer, self.told.put, folder, backoff)
        self.printing.start()

    def next_told(self) -> str:
        return self.told.get(timeout=WAIT_S).said.code

    def put(self, text: str) -> None:
        self.printing.put((text,))

    def close(self) -> list[str]:
        """What was told and not awaited."""
        self.printing.close()
        return [self.told.get().said.code for _ in range(self.told.qsize())]


def text_printer() -> VirtualPrinter:
    printer = VirtualPrinter(DeviceInfo("slips", "printer", "virtual", "memory"))
    printer.open(lambda event: None)
    return printer


def test_slips_are_printed_in_their_order_and_closing_waits_for_them() -> None:
    printer = text_printer()
    desk = Desk(printer)
    for text in ("one", "two", "three"):
        desk.put(text)
    assert desk.close() == []
    assert printer.slips == ("one\n", "two\n", "three\n")


@pytest.mark.parametrize(("fault", "told"), [("no_paper", "print.no_paper"), ("off", "print.offline")])
def test_a_slip_waits_for_the_printer_is_told_of_once_and_printed_once(fault: str, told: str) -> None:
    printer = text_printer()
    printer.set_fault(fault)  # type: ignore[arg-type]
    desk = Desk(printer)
    desk.put("one")
    desk.put("two")
    assert desk.next_told() == told
    printer.set_fault(None)
    assert desk.next_told() == "print.done"
    assert desk.close() == []
    assert printer.slips == ("one\n", "two\n")


def test_what_waited_when_the_till_ended_is_printed_first_by_the_next(tmp_path: Path) -> None:
    printer = text_printer()
    printer.set_fault("no_paper")
    desk = Desk(printer, tmp_path / "unprinted", Backoff(60.0, 60.0))
    desk.put("one")
    desk.put("Ёжик")
    assert desk.next_told() == "print.no_paper"
    desk.close()
    printer.set_fault(None)
    after = Desk(printer, tmp_path / "unprinted")
    after.put("three")
    after.close()
    assert printer.slips == ("one\n", "Ёжик\n", "three\n")
    assert list((tmp_path / "unprinted").iterdir()) == []


def test_of_a_receipt_s_slip_it_is_known_that_it_waits_also_after_a_restart_and_that_it_was_given_up(
    tmp_path: Path,
) -> None:
    printer = text_printer()
    printer.set_fault("no_paper")
    desk = Desk(printer, tmp_path / "unprinted", Backoff(600.0, 600.0))
    desk.printing.put(("one",), "T1-000001")
    desk.printing.put(("two",), "../T1")
    assert desk.next_told() == "print.no_paper"
    assert [desk.printing.paper_of(key) for key in ("T1-000001", "../T1", "T1-000002")] == ["waits", "waits", ""]
    desk.close()
    after = Desk(printer, tmp_path / "unprinted", Backoff(600.0, 600.0))
    assert [after.printing.paper_of(key) for key in ("T1-000001", "../T1")] == ["waits", ""]
    printer.set_fault(None)
    after.printing.open_drawer()
    after.close()
    assert (printer.slips, after.printing.paper_of("T1-000001")) == (("one\n", "two\n"), "")
    mute = Desk(Mute())
    mute.printing.put(("one",), "T1-000001")
    assert [mute.next_told(), mute.next_told()] == ["print.unproven", "print.given_up"]
    mute.close()
    assert mute.printing.paper_of("T1-000001") == "failed"


def test_a_new_slip_tries_the_waiting_one_again_at_once() -> None:
    printer = text_printer()
    printer.set_fault("no_paper")
    desk = Desk(printer, backoff=Backoff(600.0, 600.0))
    desk.put("one")
    assert desk.next_told() == "print.no_paper"
    printer.set_fault(None)
    desk.put("two")
    assert desk.next_told() == "print.done"
    desk.close()
    assert printer.slips == ("one\n", "two\n")


class Mute:
    """Takes every slip and never says so."""

    near_end = False

    def __init__(self, code: str = "unproven") -> None:
        self.sent = 0
        self._code = code

    def print_qr(self, text: str) -> None:
        raise AssertionError("no slip here has a code")

    def print_normal(self, text: str) -> None:
        self.sent += 1

    def cut_paper(self) -> None:
        raise Unproven(self._code, "?") if self._code == "unproven" else DeviceError(self._code, "?")


def test_a_slip_without_a_confirmation_is_sent_three_times_and_no_more() -> None:
    printer = Mute()
    desk = Desk(printer)
    desk.put("one")
    assert [desk.next_told(), desk.next_told()] == ["print.unproven", "print.given_up"]
    assert printer.sent == MOST_TIMES_SENT == 3
    desk.put("two")
    assert [desk.next_told(), desk.next_told()] == ["print.unproven", "print.given_up"]
    assert printer.sent == 6
    assert desk.close() == []


def test_what_is_wrong_with_the_slip_itself_holds_up_no_other() -> None:
    printer = Mute("slip_too_long")
    desk = Desk(printer)
    desk.put("one")
    assert desk.next_told() == "print.failed"
    assert desk.close() == []
    assert printer.sent == 1


def test_codes_stand_among_the_lines_of_a_slip_also_after_a_restart(tmp_path: Path) -> None:
    printer = text_printer()
    printer.set_fault("no_paper")
    desk = Desk(printer, tmp_path, Backoff(600.0, 600.0))
    desk.printing.put(("one", "two", code_line("https://a.example"), "three", code_line("t=1&s=2"), code_line("x")))
    assert desk.next_told() == "print.no_paper"
    desk.close()
    printer.set_fault(None)
    assert Desk(printer, tmp_path).close() == []
    assert printer.slips == ("one\ntwo\n[QR] https://a.example\nthree\n[QR] t=1&s=2\n[QR] x\n",)


def test_a_roll_that_runs_low_is_told_once_until_there_is_another_and_everything_is_printed() -> None:
    printer = text_printer()
    desk = Desk(printer)
    printer.near_end = True
    desk.put("one")
    assert desk.next_told() == "print.near_end"
    desk.put("two")
    assert desk.close() == []
    printer.near_end = False
    desk = Desk(printer)
    desk.put("three")
    assert desk.close() == []
    assert printer.slips == ("one\n", "two\n", "three\n")


class Faulty:
    """A driver with a mistake in it."""

    near_end = False

    def print_normal(self, text: str) -> None:
        raise ZeroDivisionError(text)

    def cut_paper(self) -> None:
        """Never comes to it."""

    def print_qr(self, text: str) -> None:
        """Nor to this."""

    open_drawer = cut_paper


def test_whatever_a_driver_raises_is_told_and_printing_goes_on() -> None:
    desk = Desk(Faulty())
    desk.put("one")
    assert desk.next_told() == "print.failed"
    desk.put("two")
    assert desk.next_told() == "print.failed"
    assert desk.close() == []


def test_so_many_slips_wait_and_one_more_is_told_to_be_lost() -> None:
    printer = text_printer()
    printer.set_fault("no_paper")
    desk = Desk(printer, backoff=Backoff(600.0, 600.0))
    for number in range(MAX_WAITING):
        desk.put(str(number))
    assert desk.next_told() == "print.no_paper"
    desk.put("one more")
    assert desk.next_told() == "print.full"
    printer.set_fault(None)
    desk.printing.open_drawer()
    assert desk.next_told() == "print.done"
    desk.close()
    assert len(printer.slips) == MAX_WAITING


def test_the_drawer_opens_while_a_slip_waits_for_paper() -> None:
    device = VirtualEscPos()
    device.paper_lines = 0
    desk = Desk(printer_on(device, drawer="pin2"), backoff=Backoff(600.0, 600.0))
    desk.put("one")
    assert desk.next_told() == "print.no_paper"
    desk.printing.open_drawer()
    desk.close()
    assert device.drawer_kicks == 1


def test_a_drawer_that_cannot_be_opened_is_told() -> None:
    device = VirtualEscPos()
    device.power_off()
    desk = Desk(printer_on(device, drawer="pin2"))
    desk.printing.open_drawer()
    assert desk.next_told() == "print.drawer"
    assert desk.close() == []


def test_every_reason_to_wait_has_its_sentence() -> None:
    assert {code for code in MENDED_BY_PEOPLE if f"print.{code}" not in SENTENCES} == {"no_room_for_slips"}


def test_a_folder_that_cannot_be_written_keeps_slips_in_memory(tmp_path: Path) -> None:
    (tmp_path / "unprinted").write_text("in the way")
    printer = text_printer()
    desk = Desk(printer, tmp_path / "unprinted")
    desk.put("one")
    assert desk.close() == []
    assert printer.slips == ("one\n",)


def test_files_that_are_no_slips_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    (tmp_path / "000001.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "000002.txt").write_text("x" * MOST_BYTES)
    (tmp_path / "000003.txt").write_text("x" * (MOST_BYTES + 1))
    kept = Unprinted(tmp_path)
    assert [slip.number for slip in kept.left(10)] == [2]
    assert kept.left(0) == []
    assert kept.keep("next").number == 4
