"""`kopilka devices try`: what stands on the paper and on the display, and what is said where nothing does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from devices.virtual.display import VirtualDisplay
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.paper import Code
from devices.virtual.served import on_pty
from terminal.cli import main
from terminal.device_file import FILE

PRINTER = '[[device]]\nkind = "printer"\ndriver = "escpos"\nid = "receipts"\nwidth = 32\nport = "{}"\n'
DISPLAY = '[[device]]\nkind = "display"\ndriver = "{}"\nid = "pole"\nport = "{}"\n'
SCANNER = '[[device]]\nkind = "scanner"\ndriver = "serial"\nid = "front"\nport = "/dev/null"\n'
Try = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Try:
    def tried(table: str, id: str) -> tuple[int, str]:
        (tmp_path / FILE).write_text(table)
        with pytest.raises(SystemExit) as ended:
            main(["devices", "try", id, "--data", str(tmp_path), "--lang", "en"])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out + told.err

    return tried


def test_a_printer_prints_every_letter_a_ruler_of_its_width_and_a_code(run: Try) -> None:
    device = VirtualEscPos(cjk=True)
    with on_pty(device.receive) as port:
        status, told = run(PRINTER.format(port), "receipts")
    assert (status, "code_table" in told) == (0, True)
    (slip,) = device.slips
    lines = slip.splitlines()
    assert lines[0] == "12345678901234567890123456789012"
    assert max(map(len, lines)) == 32
    letters = "".join(lines[1:5])
    assert letters == "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    assert '№ руб. " " - x' in lines
    assert Code("KPL:2990000000019", 4, centred=True) in device.papers[0]


@pytest.mark.parametrize("driver", ["cd5220", "epson"])
def test_a_display_shows_letters_and_its_twenty_places_and_keeps_them(run: Try, driver: str) -> None:
    device = VirtualDisplay()
    with on_pty(device.receive) as port:
        status, _ = run(DISPLAY.format(driver, port), "pole")
    assert status == 0
    assert device.lines == ("ЁЖИК съел щавель 1ю", "12345678901234567890")


@pytest.mark.parametrize(
    ("table", "id", "said"),
    [
        (PRINTER.format("/dev/no-such-printer"), "receipts", "The receipt printer does not answer"),
        (DISPLAY.format("epson", "/dev/no-such-display"), "pole", "The customer's display does not answer"),
        (SCANNER, "front", "front is no printer and no display"),
        (SCANNER, "pole", "It names: front"),
        ("", "pole", "devices.toml names no device pole"),
    ],
)
def test_what_cannot_be_tried_is_told(run: Try, table: str, id: str, said: str) -> None:
    status, told = run(table, id)
    assert status == 1
    assert said in told


def test_a_printer_without_paper_says_so(run: Try) -> None:
    device = VirtualEscPos()
    device.paper_lines = 0
    with on_pty(device.receive) as port:
        status, told = run(PRINTER.format(port), "receipts")
    assert (status, "out of paper" in told) == (1, True)
