"""`kopilka devices simulate` as a process, driven by our drivers, with faults told at its start and as it runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import pytest

from devices.displays import TextDisplaySettings, epson
from devices.errors import DeviceError
from devices.escpos.line import tcp_line
from devices.escpos.talk import ASK_PRINTED
from devices.model import Health
from devices.payments import LineTerminalSettings, virtual
from devices.printers import EscPosSettings, escpos
from devices.shtrih.wire import TcpWire
from devices.virtual.faults import script
from terminal.cli.devices_played import Played, played_device
from terminal.cli.devices_simulate import told_faults
from terminal.fiscal.shtrih import Shtrih

ROOT = Path(__file__).resolve().parents[2]
KOPILKA = [sys.executable, "-c", "from terminal.cli import main; main()", "devices", "simulate"]
SOON_S = 60
ASK_PAPER, NO_PAPER = b"\x10\x04\x04", b"\x72"
"""Answered at once, so that all before it has come to the printer."""
Start = Callable[..., subprocess.Popen[str]]


def test_what_may_be_typed_is_said_in_the_person_s_language() -> None:
    faults = "no_paper N, new_roll, lose_request, lose_answer, forget_answer, power_cut N, power_on"
    assert told_faults("register", ru=False) == f"Type a fault and Enter: {faults}. Stop with Ctrl+C"
    assert told_faults("scanner", ru=True) == ("Наберите код или сбой и Enter: !unplug, !plug. Остановить: Ctrl+C")


def test_a_scanner_whose_cable_is_out_says_that_its_code_went_nowhere() -> None:
    scanner = played_device("scanner", None, None, "serial", ru=False)
    assert scanner.take is not None
    script("scanner", scanner.device, "unplug")
    assert scanner.take("4600000000015") == "Unplugged, the code went nowhere: !plug"
    script("scanner", scanner.device, "plug")
    assert scanner.take("4600000000015") == "→ '4600000000015'"
    script("scanner", scanner.device, "unplug")


def test_every_device_with_a_wire_is_played_on_the_network_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A till that names it by `host` and `tcp_port` reaches it; what a printer says by itself comes too."""
    with _network("printer") as (played, host, port):
        script("printer", played.device, "no_paper")
        wire = tcp_line(host, port)
        wire.send(b"x\n" + ASK_PRINTED + ASK_PAPER)
        assert wire.receive(SOON_S) == NO_PAPER
        script("printer", played.device, "mend")
        assert wire.receive(SOON_S) == b"\x00"
        wire.close()
    with _network("display") as (played, host, port):
        display = epson(TextDisplaySettings(id="display", host=host, tcp_port=port))
        display.open(lambda event: None)
        assert display.check_health() is Health.ENABLED
    with _network("payment") as (played, host, port):
        terminal = virtual(LineTerminalSettings(id="bank", host=host, tcp_port=port))
        assert terminal.terminal_id() == "VT000001"
        terminal.close()
    with _network("register") as (played, host, port), closing(Shtrih(TcpWire(host, port))) as register:
        assert register.state().shift == "closed"
    with _network("scanner") as (played, host, port):
        assert played.take is not None
        assert played.take("4600000000015") == "Nobody is connected, the code went nowhere"


def test_a_scanner_of_reports_or_keys_has_no_port_of_this_computer() -> None:
    with pytest.raises(click.UsageError, match="--driver tcp"):
        played_device("scanner", None, 0, "hidpos", ru=False)


@contextmanager
def _network(kind: str) -> Iterator[tuple[Played, str, int]]:
    played = played_device(kind, None, 0, "serial", ru=False)
    with played.running as place:
        host, _, port = place.partition(":")
        yield played, host, int(port)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one at `port` of the test's folder and waits until it stands there."""
    running: list[subprocess.Popen[str]] = []

    def started(*arguments: str) -> subprocess.Popen[str]:
        command = [*KOPILKA, *arguments, "--link", str(tmp_path / "port"), "--lang", "en"]
        process = subprocess.Popen(
            command, cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )  # fmt: skip
        running.append(process)
        assert str(tmp_path / "port") in line_of(process)
        assert line_of(process).startswith("Type a ")
        return process

    yield started
    for process in running:
        process.terminate()
        process.wait(SOON_S)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def tell(process: subprocess.Popen[str], line: str) -> str:
    """Type a line, and what is said to it."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    return line_of(process)


def test_a_printer_begins_without_paper_and_prints_once_it_is_mended(start: Start, tmp_path: Path) -> None:
    process = start("printer", "--fault", "no_paper")
    printer = escpos(EscPosSettings(id="receipts", port=str(tmp_path / "port")))
    printer.open(lambda event: None)
    printer.print_normal("Чек 1")
    with pytest.raises(DeviceError) as caught:
        printer.cut_paper()
    assert caught.value.code == "no_paper"
    assert tell(process, "on_fire") == "? no_paper, near_end, cover_open, busy, power_cut, power_on, mend"
    assert tell(process, "mend") == "! mend"
    printer.print_normal("Чек 2")
    printer.cut_paper()
    assert line_of(process) == "Чек 2"


def test_a_display_shows_what_stands_on_it_and_goes_dark(start: Start, tmp_path: Path) -> None:
    process = start("display")
    display = epson(TextDisplaySettings(id="display", port=str(tmp_path / "port")))
    display.open(lambda event: None)
    display.display_text(("Чай     79,90", "ИТОГО   79,90"))
    seen = [line_of(process) for _ in range(4)]
    while seen[-3:-1] != ["|Чай     79,90       |", "|ИТОГО   79,90       |"]:
        seen.append(line_of(process))
        assert len(seen) < 40
    assert tell(process, "power_off") == "! power_off"


def test_a_fault_that_is_none_is_refused_at_the_start_with_those_there_are(tmp_path: Path) -> None:
    command = [*KOPILKA, "display", "--fault", "no_paper", "--link", str(tmp_path / "port")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SOON_S, check=False)
    assert done.returncode == 2
    assert "power_off, power_on" in done.stderr
