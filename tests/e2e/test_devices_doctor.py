"""`kopilka devices doctor` over virtual devices: everything that can be wrong, with what to type, in its order."""

from __future__ import annotations

import os
import queue
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from devices import buses
from devices.model import DeviceInfo
from devices.ports import Port
from devices.transport.serial import SerialPort, SerialSettings
from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.scanner import VirtualScanner
from devices.virtual.served import on_pty, on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.cli import devices_doctor, main
from terminal.device_file import FILE
from terminal.doctor_layout import SENTENCES as LAYOUT
from terminal.doctoring import SENTENCES as DOCTOR
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.sent import Sent
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_receipts import SALE
from tests.support.kept_payments import kept, opened

NOON = datetime.fromisoformat("2026-11-22T12:00")
NOBODY = 65_534
SOON_S = 60.0
Findings = list[tuple[str, str]]


class Bench:
    """A till's folder and a machine of its own: `doctor` runs the command over what was plugged in."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.machine = folder / "machine"
        self.stack = ExitStack()
        self.ports: list[Port] = []
        self.others: list[Port] = []
        self._tables: list[str] = []
        self._count: Counter[str] = Counter()
        self._capsys = capsys
        (self.machine / "rules").mkdir(parents=True)
        monkeypatch.setattr(list_ports, "comports", lambda: [self._as_system(port) for port in self.ports])
        monkeypatch.setattr(buses, "list_hid_scanners", lambda: tuple(p for p in self.others if p.bus == "hidraw"))
        monkeypatch.setattr(buses, "list_keyboards", lambda: tuple(p for p in self.others if p.bus == "evdev"))
        monkeypatch.setattr(devices_doctor, "PROCESSES", self.machine)
        monkeypatch.setattr(devices_doctor, "RULES", (self.machine / "rules",))
        monkeypatch.setattr(devices_doctor, "KEYBOARD", (self.machine / "keyboard",))
        monkeypatch.setattr(devices_doctor, "_now", lambda folder: NOON)

    def _as_system(self, port: Port) -> SimpleNamespace:
        vid, pid = (int(each, 16) if each else None for each in (port.vid, port.pid))
        return SimpleNamespace(device=port.path, vid=vid, pid=pid, serial_number=port.serial, description="n/a")

    def device(self, kind: str, driver: str, *lines: str) -> None:
        """Another of a kind gets an id of its own."""
        self._count[kind] += 1
        if self._count[kind] > 1:
            lines = (f'id = "{kind}{self._count[kind]}"', *lines)
        self._tables.append("\n".join(["[[device]]", f'kind = "{kind}"', f'driver = "{driver}"', *lines]))

    def register(self, register: VirtualShtrih) -> None:
        port = self.stack.enter_context(on_pty(register.receive))
        self.device("fiscal", "shtrih", f'port = "{port}"')

    def printer(self, receive: Callable[[bytes], bytes]) -> None:
        host, port = self.stack.enter_context(on_tcp(receive))
        self.device("printer", "escpos", f'host = "{host}"', f"tcp_port = {port}")

    def scanner(self) -> VirtualScanner:
        return self.stack.enter_context(VirtualScanner())

    def doctor(self) -> tuple[int, Findings]:
        """The status, and each finding with what to do."""
        (self.folder / FILE).write_text("\n\n".join(self._tables))
        with pytest.raises(SystemExit) as ended:
            main(["devices", "doctor", "--data", str(self.folder), "--lang", "en"])
        lines = self._capsys.readouterr().out.splitlines()
        return int(ended.value.code or 0), list(zip(lines[::2], (line.strip() for line in lines[1::2]), strict=False))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Bench]:
    found = Bench(tmp_path, monkeypatch, capsys)
    with found.stack:
        yield found


# -- one thing wrong: how it is made, and what is said of it

Case = tuple[Callable[[Bench], None], str, str]


def unplugged(bench: Bench) -> None:
    bench.device("scanner", "serial", 'port = "/dev/no-scanner"')


def port_taken(bench: Bench) -> None:
    scanner = bench.scanner()
    held = SerialPort(DeviceInfo("held", "scanner", "", ""), SerialSettings(scanner.port))
    by_another: queue.Queue[object] = queue.Queue()
    held.open(by_another.put)
    by_another.get(timeout=SOON_S)
    bench.stack.callback(held.close)
    bench.device("scanner", "serial", 'match = { vid = "0c2e" }')
    bench.ports.append(Port(scanner.port, "0c2e"))


def not_unique(bench: Bench) -> None:
    bench.ports += [Port("/dev/ttyACM0", "0c2e"), Port("/dev/ttyACM1", "0c2e")]
    bench.device("scanner", "serial", 'match = { vid = "0c2e" }')


def mode(bus: str, driver: str) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        port = Port(f"/dev/{bus}0", "0c2e", "0b61", bus=bus)  # type: ignore[arg-type]
        (bench.ports if bus == "serial" else bench.others).append(port)
        bench.device("scanner", driver, 'match = { vid = "0c2e" }')

    return make


def modem_manager(bench: Bench) -> None:
    (bench.machine / "77").mkdir()
    (bench.machine / "77" / "comm").write_text("ModemManager\n")
    bench.device("scanner", "serial", f'port = "{bench.scanner().port}"')


def named_by_path(bench: Bench) -> None:
    scanner = bench.scanner()
    bench.ports.append(Port(scanner.port, "0c2e", "0b61", "S-1"))
    bench.device("scanner", "serial", f'port = "{scanner.port}"')


def keyboard(text: str) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        (bench.machine / "keyboard").write_text(text)
        bench.device("scanner", "serial", f'port = "{bench.scanner().port}"')

    return make


def silent_register(bench: Bench) -> None:
    register = VirtualShtrih()
    register.link.cut_after(0)
    bench.register(register)


def register_with(**state: object) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        register = VirtualShtrih()
        for name, value in state.items():
            setattr(register, name, value)
        bench.register(register)

    return make


def wrong_clock(bench: Bench) -> None:
    bench.register(VirtualShtrih(now=lambda: (26, 11, 22, 12, 7)))


def swapped(bench: Bench) -> None:
    with_book(bench, lambda book: book.keep_memory("9999078902001730", ""))
    bench.register(VirtualShtrih())


def in_doubt(bench: Bench) -> None:
    with_book(bench, lambda book: book.keep_sent(Sent(fiscal_document(SALE), SALE, "9999078902001730", 7)))
    bench.device("scanner", "serial", f'port = "{bench.scanner().port}"')


def with_book(bench: Bench, do: Callable[[FiscalBook], None]) -> None:
    book = FiscalBook(bench.folder)
    do(book)
    book.close()


def unsettled(bench: Bench) -> None:
    opened(bench.folder, kept(0xAB12, "undoing", amount_minor=123_45)).close()
    bench.device("scanner", "serial", f'port = "{bench.scanner().port}"')


def atol_denied(bench: Bench) -> None:
    url = bench.stack.enter_context(on_http(VirtualAtol(login="till", password="right"), 0))
    bench.device("fiscal", "atol", f'url = "{url}"', 'login = "till"', 'password = "wrong"')


def printer_with(**state: object) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        device = VirtualEscPos()
        for name, value in state.items():
            setattr(device, name, value)
        bench.printer(device.receive)

    return make


def printer_that_says(*status: int) -> Callable[[Bench], None]:
    """A printer whose answers to DLE EOT 1, 2 and 4 are these."""
    answers = dict(zip((1, 2, 4), status, strict=True))

    def receive(raw: bytes) -> bytes:
        return bytes(answers[raw[at + 2]] for at in range(len(raw) - 2) if raw[at : at + 2] == b"\x10\x04")

    return lambda bench: bench.printer(receive)


def no_display(bench: Bench) -> None:
    bench.device("display", "cd5220", 'host = "127.0.0.1"', "tcp_port = 9")


def silent_terminal(bench: Bench) -> None:
    bench.device("payment", "virtual", 'host = "127.0.0.1"', "tcp_port = 9")


GROUP = "sudo usermod -aG dialout $USER, then log in anew"
CABLE = "Check the cable; kopilka devices list shows ports"
MODE = 'Change its mode, its manual says how, or write driver = "{}"'
CASES: dict[str, Case] = {
    "port.unplugged": (unplugged, "scanner: There is no /dev/no-scanner", CABLE),
    "port.port_taken": (
        port_taken, "scanner: Another program has vid=0c2e",
        "Close it: fuser vid=0c2e. If it is ModemManager, put the udev rules in place (docs/DEVICES.md)",
    ),
    "port.not_unique": (
        not_unique, "scanner: Several ports fit vid=0c2e", "Add serial or by_id to match, or name the port",
    ),
    "doctor.mode_serial": (
        mode("serial", "hidpos"), "scanner: Scanner /dev/serial0 is in serial mode", MODE.format("serial"),
    ),
    "doctor.mode_hidraw": (
        mode("hidraw", "serial"), "scanner: Scanner /dev/hidraw0 is in HID-POS mode", MODE.format("hidpos"),
    ),
    "doctor.mode_evdev": (
        mode("evdev", "serial"), "scanner: Scanner /dev/evdev0 is in keyboard mode", MODE.format("evdev"),
    ),
    "doctor.modem_manager": (
        modem_manager, "ModemManager runs, and talks to every new port",
        "Put the udev rules in place (docs/DEVICES.md), or: sudo systemctl disable --now ModemManager",
    ),
    "doctor.named_by_path": (
        named_by_path, "scanner: {port} may be another port once it is plugged in again",
        'Instead of port write match = {{ vid = "0c2e", pid = "0b61" }}',
    ),
    "doctor.layout": (
        keyboard('XKBMODEL="pc105"\nXKBLAYOUT="de,ru"\nXKBVARIANT=","\n'),
        "The keyboard layout de: a scanner that types gives other signs in it",
        'sudo localectl set-x11-keymap us,ru, then log in anew; or driver = "evdev" (docs/DEVICES.md)',
    ),
    "fiscal.silent": (
        silent_register, "fiscal: The fiscal register does not answer", "Check its power and cable, try again",
    ),
    "fiscal.no_paper": (
        register_with(paper=0), "fiscal: The fiscal register is out of paper", "Put in a new roll",
    ),
    "fiscal.cover_open": (
        register_with(cover_open=True), "fiscal: The fiscal register's cover is open", "Close it",
    ),
    "fiscal.clock": (
        wrong_clock, "fiscal: The register's clock is 7 minutes off ours: 22 Nov 2026 12:07",
        "Check this computer's clock, then set the register's while its shift is closed",
    ),
    "fiscal.swapped": (
        swapped, "fiscal: Another fiscal memory: it was 9999078902001730, now it is {serial}",
        "Connect the register before it again, or the manager confirms the change: Ctrl+X",
    ),
    "atol.denied": (
        atol_denied, "fiscal: The ATOL web server does not accept the login and password",
        "Check login and password in devices.toml",
    ),
    "doctor.doubt": (
        in_doubt, "It is not known whether receipt {number} was issued",
        "Start the till and pay; if that register is gone: kopilka fiscal settle {number}",
    ),
    "doctor.unsettled": (
        unsettled, "A card payment is not settled: {payment}",
        "Start the till with that terminal: it settles it by itself; if it is gone: kopilka payment settle",
    ),
    "print.offline": (
        printer_with(on=False), "printer: The receipt printer does not answer",
        "Switch it on; check the cable, the paper and the cover",
    ),
    "print.no_paper": (
        printer_with(paper_lines=0), "printer: The receipt printer is out of paper", "Put in a new roll",
    ),
    "print.cover_open": (printer_with(cover_open=True), "printer: The receipt printer's cover is open", "Close it"),
    "print.broken": (
        printer_that_says(0x1A, 0x52, 0x12), "printer: The receipt printer reports a fault",
        "Look at its knife, switch it off and on",
    ),
    "print.not_ready": (
        printer_that_says(0x1A, 0x12, 0x12), "printer: The receipt printer is not ready", "Let go of its feed key",
    ),
    "display.gone": (
        no_display, "display: The customer's display does not answer", "Check its cable; the sale goes on",
    ),
    "payment.silent": (
        silent_terminal, "payment: The bank terminal does not answer",
        "Check the terminal's power and cable, and port or host in devices.toml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_what_is_wrong_is_told_with_what_to_do(bench: Bench, code: str) -> None:
    make, said, do = CASES[code]
    make(bench)
    serial = VirtualShtrih().memory.serial
    port = bench.ports[0].path if bench.ports else ""
    status, found = bench.doctor()
    (told,) = found
    fill = {
        "port": port, "serial": serial, "number": SALE.number,
        "payment": told[0].partition("settled: ")[2],
    }  # fmt: skip
    assert (status, told) == (1, (f"1. {said.format_map(fill)}", do.format_map(fill)))


def test_everything_wrong_at_once_is_told_in_the_order_to_put_it_right(bench: Bench) -> None:
    time = [26, 11, 21, 11, 0]
    register = VirtualShtrih(now=lambda: (time[0], time[1], time[2], time[3], time[4]))
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    port.issue(fiscal_document(SALE))
    time[2:], register.paper = [22, 12, 7], 0
    bench.register(register)
    printer_with(cover_open=True)(bench)
    no_display(bench)
    modem_manager(bench)
    (bench.machine / "keyboard").write_text("XKBLAYOUT=us\nXKBVARIANT=dvorak\n")
    unsettled(bench)
    unplugged(bench)
    status, found = bench.doctor()
    assert status == 1
    assert [what.partition("settled: ")[0] for what, _ in found] == [
        "1. scanner3: There is no /dev/no-scanner",
        "2. ModemManager runs, and talks to every new port",
        "3. The keyboard layout us(dvorak): a scanner that types gives other signs in it",
        "4. display: The customer's display does not answer",
        "5. fiscal: The fiscal register is out of paper",
        "6. printer: The receipt printer's cover is open",
        "7. fiscal: The register's clock is 7 minutes off ours: 22 Nov 2026 12:07",
        "8. fiscal: The register's shift is over 24 hours old",
        "9. fiscal: Not sent to the operator of fiscal data: 2 documents",
        "10. A card payment is not ",
    ]
    assert found[7][1] == "Close the shift (Z report) and open a new one: Ctrl+X, the receipt stays"
    assert found[8][1] == "Check the register's link to its operator: after 30 days it stops selling"


def test_documents_that_wait_for_days_are_told_since_when(bench: Bench) -> None:
    time = [26, 11, 18, 12, 0]
    register = VirtualShtrih(now=lambda: (time[0], time[1], time[2], time[3], time[4]))
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    port.close_shift("Анна")
    time[2] = 22
    bench.register(register)
    assert bench.doctor() == (
        1,
        [
            (
                "1. fiscal: Not sent to the operator of fiscal data since 18 Nov 2026 12:00: 2 documents",
                "Check the register's link to its operator: after 30 days it stops selling",
            )
        ],
    )


def test_a_trace_of_the_till_is_left_as_it_is(bench: Bench) -> None:
    """Two looks of the doctor would else be all that is left of what was recorded."""
    trace = bench.folder / "printer.jsonl"
    trace.write_text("recorded")
    host, port = bench.stack.enter_context(on_tcp(VirtualEscPos().receive))
    bench.device("printer", "escpos", f'host = "{host}"', f"tcp_port = {port}", f'trace = "{trace.name}"')
    assert bench.doctor() == (0, [])
    assert [path.read_text() for path in bench.folder.glob("printer.jsonl*")] == ["recorded"]


def test_a_document_that_waits_for_paper_is_told(bench: Bench) -> None:
    register = VirtualShtrih()
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    register.torn_at = 2
    port.issue(fiscal_document(SALE))
    register.memory.sent = 2
    bench.register(register)
    assert bench.doctor() == (
        1,
        [
            (
                "1. fiscal: The register waits for paper to print a document on",
                "Put in a roll; the document is made already and will be printed",
            )
        ],
    )


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, where the tests run as root; what else runs keeps them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_port_that_is_another_s_is_told_with_the_group_to_join(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        bench = Bench(folder, monkeypatch, capsys)
        with bench.stack:
            scanner = bench.scanner()
            bench.device("scanner", "serial", f'port = "{scanner.port}"')
            # Once as root: whatever the command loads is loaded then, since nobody may not read everything.
            assert bench.doctor() == (0, [])
            os.chmod(scanner.port, 0)
            for each in (folder, *folder.iterdir()):
                each.chmod(0o777)
            with as_nobody():
                assert bench.doctor() == (1, [(f"1. scanner: No permission for {scanner.port}", GROUP)])


@pytest.mark.parametrize(
    "text",
    [
        "", "XKBLAYOUT=us\n", 'XKBLAYOUT="us,ru"\nXKBVARIANT=",winkeys"\n', "KEYMAP=ru\n", "# XKBLAYOUT=de\n",
    ],
)  # fmt: skip
def test_the_layouts_a_till_reads_anyway_are_well(bench: Bench, text: str) -> None:
    keyboard(text)(bench)
    assert bench.doctor() == (0, [])


def test_a_scanner_read_by_its_key_events_needs_no_layout(bench: Bench) -> None:
    keyboard("KEYMAP=fr\n")(bench)
    assert bench.doctor()[1][0][0].startswith("1. The keyboard layout fr")
    pipe = bench.folder / "keys"
    os.mkfifo(pipe)
    bench.stack.callback(os.close, os.open(pipe, os.O_RDWR))
    bench.device("scanner", "evdev", f'port = "{pipe}"')
    assert bench.doctor() == (0, [])


def test_every_sentence_of_the_doctor_is_shown_here() -> None:
    """But for a camera's, which tests/unit/test_scanner_camera_driver.py looks at."""
    own = {code for code in (*DOCTOR, *LAYOUT) if not code.endswith(".hint")}
    assert own - {*CASES, "doctor.unsent", "doctor.no_picture"} == set()
