"""The faults of virtual devices by name: each does what the page says, and what is none is told with what there are."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest

from devices.errors import DeviceError
from devices.printers import EscPosSettings, escpos
from devices.virtual.atol import Gone, Request, VirtualAtol
from devices.virtual.display import VirtualDisplay
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.faults import FAULTS, MOST, script
from devices.virtual.payment import VirtualTerminal
from devices.virtual.scanner import VirtualScanner
from devices.virtual.served import on_pty
from devices.virtual.shtrih import VirtualShtrih
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.port import InDoubt, NoAnswer, NotIssued
from terminal.fiscal.shtrih import Shtrih
from tests.support.escpos import printer_on
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_receipts import SALE

SOON_S = 60
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "DEVICES.md").read_text("utf-8")


def test_the_page_names_every_fault_of_every_device_with_its_figure() -> None:
    table = PAGE.partition("| Device | Fault |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)(?: (\w+))?` \|", table, re.MULTILINE)
    assert [(kind, name, figure) for kind, name, figure in rows] == [
        (kind, name, "N" if fault.figure else "") for kind, faults in FAULTS.items() for name, fault in faults.items()
    ]
    for kind, faults in FAULTS.items():
        for name, fault in faults.items():
            if fault.figure:
                (told,) = re.findall(rf"^\| `{kind}` \| `{name} N` \| (.*) \|$", table, re.MULTILINE)
                assert fault.figure.rstrip("s") in told, (kind, name)


@pytest.mark.parametrize(
    "line", ["on_fire", "", "no_paper x", "no_paper -1", f"no_paper {MOST + 1}", "busy 1", "mend 0"]
)
def test_what_is_no_fault_is_refused_and_does_nothing(line: str) -> None:
    device = VirtualEscPos()
    with pytest.raises(ValueError, match=r"no_paper|busy|mend"):
        script("printer", device, line)
    assert (device.paper_lines, device.stalled) == (None, False)


def test_a_figure_at_its_limit_is_taken() -> None:
    device = VirtualEscPos()
    script("printer", device, f"no_paper {MOST}")
    assert device.paper_lines == MOST


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("no_paper", "no_paper"), ("no_paper 1", "no_paper"), ("cover_open", "cover_open"), ("busy", "offline"),
        ("power_cut 3", "offline"), ("near_end", ""),
    ],
)  # fmt: skip
def test_a_printer_has_its_fault_until_it_is_mended(fault: str, code: str) -> None:
    device = VirtualEscPos()
    printer = printer_on(device)
    script("printer", device, fault)
    printer.print_normal("one\ntwo")
    if code:
        with pytest.raises(DeviceError) as caught:
            printer.cut_paper()
        assert caught.value.code == code
        script("printer", device, "power_on")
        script("printer", device, "mend")
        printer.print_normal("one\ntwo")
    printer.cut_paper()
    assert device.slips[-1].endswith("one\ntwo\n")
    assert printer.near_end == (fault == "near_end")


def test_a_display_without_power_shows_nothing() -> None:
    device = VirtualDisplay()
    script("display", device, "power_off")
    device.receive(b"\x1bQAx\r")
    assert device.lines == ("", "")
    script("display", device, "power_on")
    device.receive(b"\x1bQAx\r")
    assert device.lines == ("x", "")


def test_a_scanner_is_pulled_out_and_put_back(tmp_path: Path) -> None:
    with VirtualScanner(link=tmp_path / "scanner") as scanner:
        script("scanner", scanner, "unplug")
        assert not (tmp_path / "scanner").exists()
        script("scanner", scanner, "plug")
        assert (tmp_path / "scanner").exists()


@pytest.mark.parametrize(
    ("fault", "made"),
    [("lose_request", 1), ("lose_answer", 1), ("forget_answer", 1), ("power_cut 200", 0), ("no_paper", 0)],
)
def test_a_register_makes_its_document_or_not_whatever_the_host_hears(fault: str, made: int) -> None:
    """A request that is lost is sent again by the link itself."""
    register = VirtualShtrih()
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    before = len(register.memory.documents)
    script("register", register, fault)
    try:
        port.issue(fiscal_document(SALE))
    except (InDoubt, NoAnswer, NotIssued):
        pass
    script("register", register, "power_on")
    script("register", register, "new_roll")
    assert len(register.memory.documents) - before == made
    assert register.paper is None


def test_a_bank_says_no_once_and_takes_the_next_card() -> None:
    terminal = VirtualTerminal()
    script("payment", terminal, "decline")

    def paid(reference: str) -> str:
        asked = {"do": "sale", "no": 1, "reference": reference, "amount_minor": 100}
        return str(json.loads(terminal.receive(json.dumps(asked).encode() + b"\n"))["state"])

    assert [paid(reference) for reference in ("a1", "a1", "b2")] == ["declined", "declined", "approved"]


def test_a_web_server_of_atol_loses_spoils_and_stops_as_it_is_told() -> None:
    atol = VirtualAtol()
    script("atol", atol, "lose_answer 1")
    assert atol.answer(Request("GET", "/api/v2/requests/none")).status == 404
    with pytest.raises(Gone):
        atol.answer(Request("GET", "/api/v2/requests/none"))
    script("atol", atol, "page")
    assert b"<html>" in atol.answer(Request("GET", "/api/v2/requests/none")).body
    script("atol", atol, "blocked")
    task = b'{"uuid":"u","request":[{"type":"openShift","operator":{"name":"A"}},{"type":"sell"}]}'
    atol.answer(Request("POST", "/api/v2/requests", task))
    script("atol", atol, "unblock")
    assert not atol.is_stopped
    script("atol", atol, "power_cut")
    with pytest.raises(Gone):
        atol.answer(Request("GET", "/api/v2/requests/none"))
    script("atol", atol, "power_on")
    assert atol.answer(Request("GET", "/api/v2/requests/none")).status == 404


def test_a_slip_that_paper_ran_out_under_comes_out_whole_and_is_proven_once_there_is_a_roll() -> None:
    device, without_paper = VirtualEscPos(), threading.Event()

    def receive(raw: bytes) -> bytes:
        out = device.receive(raw)
        if device.paper_lines == 0 and raw.endswith(b"\x1dr\x01"):
            without_paper.set()
        return out

    def put_in_paper() -> None:
        assert without_paper.wait(SOON_S)
        script("printer", device, "mend")

    script("printer", device, "no_paper 1")
    with on_pty(receive, device.unasked) as port:
        printer = escpos(EscPosSettings(id="receipts", port=port))
        printer.open(lambda event: None)
        printer.print_normal("one\ntwo")
        helper = threading.Thread(target=put_in_paper)
        helper.start()
        printer.cut_paper()
        helper.join()
    assert list(device.slips) == ["one\ntwo\n"]
