"""`kopilka devices doctor`: each thing that can be wrong with a device, with what to do, in order."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import devices.ports
from devices.displays import TextDisplaySettings, cd5220
from devices.driver import HidScannerSettings, SerialScannerSettings
from devices.ports import Bus, Match, Port
from devices.scanners import HID_POS, SERIAL
from devices.transport.serial import SerialSettings
from devices.virtual.display import VirtualDisplay
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.scanner import VirtualScanner
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.cli import devices_doctor, main
from terminal.device_file import FILE, Configured
from terminal.device_places import places
from terminal.doctoring import (
    RULES,
    display_findings,
    doubt_findings,
    modem_manager_findings,
    port_findings,
    printer_findings,
    register_findings,
)
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.shtrih import Shtrih
from terminal.words import TEMPLATES
from tests.support.escpos import printer_on
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_receipts import SALE

NOON = datetime.fromisoformat("2026-11-22T12:00")
SCANNER = '[[device]]\nkind = "scanner"\ndriver = "serial"\n'
TTY = Port("/dev/ttyUSB0", "067b", "2303", "", "usb-Prolific-port0")


class Opened:
    def close(self) -> None:
        pass


def opens(settings: SerialSettings, bus: Bus) -> Opened:
    return Opened()


Opens = Callable[[SerialSettings, Bus], Opened]


def failing(number: int) -> Opens:
    def fail(settings: SerialSettings, bus: Bus) -> Opened:
        raise OSError(number, "no")

    return fail


def port_codes(settings: SerialScannerSettings, opening: Opens, *ports: Port) -> list[str]:
    (place,) = places([Configured("scanner", "serial", settings, SERIAL, "device[1]")], ports)
    found = list(port_findings(place, ports, opening))
    assert all(finding.what.code in TEMPLATES and finding.do.code in TEMPLATES for finding in found)
    return [finding.what.code for finding in found]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, "port.unplugged"),
        (errno.EACCES, "port.no_permission"),
        (errno.EBUSY, "port.port_taken"),
        (errno.EAGAIN, "port.port_taken"),
        (errno.ENOTUNIQ, "port.not_unique"),
    ],
)
def test_a_port_that_does_not_open_has_its_reason(number: int, code: str) -> None:
    assert port_codes(SerialScannerSettings(id="front", port="/dev/ttyUSB0"), failing(number), TTY) == [code]


def test_a_port_that_opens_is_well_unless_its_name_may_change() -> None:
    assert port_codes(SerialScannerSettings(port=TTY.path), opens, TTY) == ["doctor.named_by_path"]
    assert port_codes(SerialScannerSettings(port=TTY.best_path), opens, TTY) == []
    assert port_codes(SerialScannerSettings(match=Match(vid="067b")), opens, TTY) == []
    assert port_codes(SerialScannerSettings(port="/dev/ttyS0"), opens, Port("/dev/ttyS0")) == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Port("/dev/input/event3", "0c2e", bus="evdev"), "doctor.mode_evdev"),
        (Port("/dev/ttyACM0", "0c2e"), "doctor.mode_serial"),
        (Port("/dev/hidraw1", "05e0", bus="hidraw"), "port.unplugged"),
    ],
)
def test_a_scanner_that_is_there_in_another_mode_is_told_from_one_that_is_not(found: Port, code: str) -> None:
    settings = HidScannerSettings(id="front", match=Match(vid="0c2e"))
    (place,) = places([Configured("scanner", "hidpos", settings, HID_POS, "device[1]")], (found,))
    (finding,) = port_findings(place, (found,), failing(errno.ENOENT))
    assert (finding.device, finding.what.code) == ("front", code)
    assert finding.what.code in TEMPLATES
    assert finding.do.code in TEMPLATES


def test_a_device_of_hid_that_may_not_be_opened_wants_the_udev_rules() -> None:
    settings = HidScannerSettings(id="front", match=Match(vid="0c2e"))
    port = Port("/dev/hidraw1", "0c2e", bus="hidraw")
    (place,) = places([Configured("scanner", "hidpos", settings, HID_POS, "device[1]")], (port,))
    (finding,) = port_findings(place, (port,), failing(errno.EACCES))
    assert (finding.what.code, finding.do.code) == ("port.no_permission", "port.no_permission_hid.hint")
    assert finding.do.code in TEMPLATES


def register_codes(register: VirtualShtrih, now: datetime = NOON) -> list[str]:
    found = list(register_findings("kkt", Shtrih(MemoryWire(register)), now))
    assert all(finding.what.code in TEMPLATES and finding.do.code in TEMPLATES for finding in found)
    return [finding.what.code for finding in found]


@pytest.mark.parametrize(
    ("minute", "codes"), [(5, []), (6, ["fiscal.clock"]), (0, [])], ids=["at the limit", "one past", "none"]
)
def test_a_clock_may_be_five_minutes_off(minute: int, codes: list[str]) -> None:
    assert register_codes(VirtualShtrih(), NOON.replace(minute=minute)) == codes
    assert register_codes(VirtualShtrih(now=lambda: (26, 11, 22, 12, minute))) == codes


def test_a_register_that_is_silent_is_all_there_is_to_say() -> None:
    wire = MemoryWire(VirtualShtrih())
    wire.out = True
    (finding,) = register_findings("kkt", Shtrih(wire), NOON)
    assert finding.what.code == "fiscal.silent"


def test_no_paper_an_old_shift_and_unsent_documents_are_told_in_this_order() -> None:
    time = [26, 11, 21, 12, 0]
    register = VirtualShtrih(now=lambda: (time[0], time[1], time[2], time[3], time[4]))
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    port.issue(fiscal_document(SALE))
    time[2:] = [22, 12, 1]
    register.paper = 0
    assert register_codes(register) == ["fiscal.no_paper", "fiscal.over_24h", "doctor.unsent"]


def test_without_paper_nobody_is_told_to_pay_again() -> None:
    register = VirtualShtrih(now=lambda: (26, 11, 22, 12, 0))
    register.paper = 0
    (finding,) = register_findings("kkt", Shtrih(MemoryWire(register)), NOON)
    assert (finding.what.code, finding.do.code) == ("fiscal.no_paper", "fiscal.put_in_roll")


def test_a_display_without_a_line_to_it_is_told_and_one_with_it_keeps_its_text() -> None:
    (finding,) = display_findings("pole", cd5220(TextDisplaySettings(port="/dev/no-such-display")))
    assert (finding.device, finding.what.code) == ("pole", "display.gone")
    assert {finding.what.code, finding.do.code} <= set(TEMPLATES)
    device = VirtualDisplay()
    with on_tcp(device.receive) as (host, port):
        assert list(display_findings("pole", cd5220(TextDisplaySettings(host=host, tcp_port=port)))) == []


def test_receipts_in_doubt_are_named() -> None:
    (finding,) = doubt_findings("", ["T1-000042"])
    assert finding.do.args == {"number": "T1-000042"}


def test_modem_manager_matters_where_it_runs_without_our_rules(tmp_path: Path) -> None:
    process = tmp_path / "proc" / "77"
    process.mkdir(parents=True)
    (process / "comm").write_text("systemd\n")
    rules = tmp_path / "rules"
    rules.mkdir()
    assert list(modem_manager_findings(tmp_path / "proc", (rules,))) == []
    (process / "comm").write_text("ModemManager\n")
    assert [each.what.code for each in modem_manager_findings(tmp_path / "proc", (rules,))] == ["doctor.modem_manager"]
    (rules / RULES).touch()
    assert list(modem_manager_findings(tmp_path / "proc", (rules,))) == []


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, list[str]]]:
    """Runs the command over this file of devices, on a machine without ports of its own."""
    monkeypatch.setattr(devices.ports, "list_ports", lambda: ())
    monkeypatch.setattr(devices_doctor, "PROCESSES", tmp_path / "none")
    monkeypatch.setattr(devices_doctor, "_now", lambda folder: NOON)

    def run(text: str) -> tuple[int, list[str]]:
        (tmp_path / FILE).write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["devices", "doctor", "--data", str(tmp_path), "--lang", "en"])
        return int(ended.value.code or 0), capsys.readouterr().out.splitlines()

    return run


def test_a_till_whose_devices_answer_is_well(run: Callable[[str], tuple[int, list[str]]]) -> None:
    with VirtualScanner() as scanner, on_tcp(VirtualShtrih().receive) as (host, number):
        register = f'[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "{host}"\ntcp_port = {number}\n'
        assert run(f'{SCANNER}port = "{scanner.port}"\n{register}') == (0, ["All is well: scanner, fiscal"])


def test_what_is_wrong_is_numbered_with_what_to_do_and_status_1(run: Callable[[str], tuple[int, list[str]]]) -> None:
    register = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nport = "/dev/no-register"\n'
    assert run(f'{SCANNER}id = "front"\nmatch = {{ vid = "0c2e" }}\n{register}') == (
        1,
        [
            "1. front: There is no vid=0c2e",
            "   Check the cable; kopilka devices list shows ports",
            "2. fiscal: There is no /dev/no-register",
            "   Check the cable; kopilka devices list shows ports",
        ],
    )


def test_a_till_without_devices_says_so(tmp_path: Path, run: Callable[[str], tuple[int, list[str]]]) -> None:
    assert run("") == (0, [f"{tmp_path / FILE}: names no devices"])


def test_a_printer_that_would_not_print_is_named_with_what_to_do() -> None:
    device = VirtualEscPos()

    def codes() -> list[str]:
        found = list(printer_findings("printer", printer_on(device)))
        assert all(finding.do.code == f"{finding.what.code}.hint" in TEMPLATES for finding in found)
        return [finding.what.code for finding in found]

    assert codes() == []
    device.cover_open = True
    assert codes() == ["print.cover_open"]
    device.paper_lines = 0
    assert codes() == ["print.no_paper"]
    device.power_off()
    assert codes() == ["print.offline"]


def test_the_doctor_asks_the_printer_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device = VirtualEscPos()
    device.paper_lines = 0
    with on_tcp(device.receive) as (host, port):
        text = f'[[device]]\nkind = "printer"\ndriver = "escpos"\nhost = "{host}"\ntcp_port = {port}\n'
        (tmp_path / FILE).write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["devices", "doctor", "--data", str(tmp_path), "--lang", "en"])
    assert ended.value.code == 1
    said = "1. printer: The receipt printer is out of paper\n   Put in a new roll\n"
    assert capsys.readouterr().out == said
