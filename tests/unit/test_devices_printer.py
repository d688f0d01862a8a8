"""The virtual printer: slips in memory and in files, and its faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.errors import DeviceError
from devices.model import DeviceEvent, DeviceInfo, Health
from devices.virtual.printer import FAULTS, MOST_LINES_A_SLIP, VirtualPrinter

INFO = DeviceInfo("receipt", "printer", "virtual", "memory")


def opened(folder: Path | None = None) -> tuple[VirtualPrinter, list[DeviceEvent]]:
    printer = VirtualPrinter(INFO, folder)
    events: list[DeviceEvent] = []
    printer.open(events.append)
    return printer, events


def test_a_cut_slip_can_be_read_back_from_memory_and_from_its_file(tmp_path: Path) -> None:
    printer, _ = opened(tmp_path / "slips")
    printer.print_normal("Молоко\n")
    printer.print_normal("ИТОГО 79,90\nСпасибо")
    printer.cut_paper()
    assert printer.slips == ("Молоко\nИТОГО 79,90\nСпасибо\n",)
    assert (tmp_path / "slips" / "slip-000001.txt").read_text(encoding="utf-8") == printer.slips[0]


def test_a_second_start_goes_on_numbering_its_files(tmp_path: Path) -> None:
    for _ in range(2):
        printer, _events = opened(tmp_path)
        printer.print_normal("x")
        printer.cut_paper()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["slip-000001.txt", "slip-000002.txt"]


@pytest.mark.parametrize("fault", ["no_paper", "off"])
def test_a_broken_printer_says_so_prints_nothing_and_prints_again_when_mended(fault: str) -> None:
    printer, events = opened()
    printer.print_normal("torn")
    printer.set_fault(fault)  # type: ignore[arg-type]
    with pytest.raises(DeviceError) as error:
        printer.print_normal("lost")
    assert error.value.code == FAULTS[fault].code  # type: ignore[index]
    assert error.value.hint
    with pytest.raises(DeviceError):
        printer.cut_paper()
    printer.set_fault(None)
    assert printer.check_health() is Health.ENABLED
    printer.print_normal("whole")
    printer.cut_paper()
    assert printer.slips == ("whole\n",)
    assert [getattr(event, "code", "") for event in events] == ["ready", error.value.code, "ready"]


def test_a_closed_printer_does_not_print() -> None:
    printer, _ = opened()
    printer.close()
    assert printer.check_health() is Health.CLOSED
    with pytest.raises(DeviceError) as error:
        printer.print_normal("x")
    assert error.value.code == "closed"


def test_a_slip_at_the_limit_is_printed_and_one_line_more_is_refused() -> None:
    printer, _ = opened()
    printer.print_normal("x\n" * MOST_LINES_A_SLIP)
    with pytest.raises(DeviceError) as error:
        printer.print_normal("one more")
    assert error.value.code == "slip_too_long"


def test_a_folder_that_cannot_be_written_is_a_device_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    printer, _ = opened(tmp_path / "file")
    printer.print_normal("x")
    with pytest.raises(DeviceError) as error:
        printer.cut_paper()
    assert error.value.code == "no_room_for_slips"
    assert not printer.slips
    (tmp_path / "file").unlink()
    printer.print_normal("next")
    printer.cut_paper()
    assert printer.slips == ("next\n",)
