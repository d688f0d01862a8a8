"""`kopilka devices probe` and `sheet`: from two scans to a table of devices.toml that reads the scanner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue

import click
import pytest
import zxingcpp
from PIL import Image

import devices.ports
from devices.driver import SerialScannerSettings, TcpScannerSettings
from devices.ports import Match, Port
from devices.virtual.hid import keys_of, reports_of
from devices.virtual.scanner import VirtualScanner
from devices.virtual.scanner_tcp import TcpScanner
from terminal.cli import main
from terminal.device_file import FILE, read_devices
from terminal.scanner.bursts import Burst
from terminal.scanner.calibration import DIGITS, LETTERS, Inferred, infer
from terminal.scanner_table import free_id, match_of, settings_of, table_text
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.supervising import Supervising

WAIT_S = 60
PLAIN = Inferred("", "", True, False, False, 0.04)
TWINS = (Port("/dev/ttyUSB0", "067b", "2303", "", "usb-A-0"), Port("/dev/ttyUSB1", "067b", "2303", "", "usb-B-0"))
SERIALS = (Port("/dev/ttyACM0", "0c2e", "0b61", "A1", "x"), Port("/dev/ttyACM1", "0c2e", "0b61", "A2", "y"))


class Scans:
    """Stands for the person: scans these codes, one whenever the command has said something."""

    def __init__(self, scanner: VirtualScanner | Behind, codes: list[str]) -> None:
        self._scanner, self._codes = scanner, codes
        self.out: list[str] = []
        self.told: list[str] = []

    def echo(self, text: str = "", err: bool = False, nl: bool = True) -> None:
        (self.told if err else self.out).append(text)
        if err and len(self.told) > 1 and self._codes:
            self._scanner.scan(self._codes.pop(0))


def run(monkeypatch: pytest.MonkeyPatch, scans: Scans, *arguments: str | Path) -> int:
    with monkeypatch.context() as patched:
        patched.setattr(click, "echo", scans.echo)
        patched.setattr(devices.ports, "list_ports", lambda: ())
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in ("devices", "probe", *arguments, "--lang", "en")])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("prefix", "suffix", "russian", "keys"),
    [
        (b"", b"\r\n", False, ['suffix = "always"']),
        (b"", b"", False, []),
        (b"\x02#", b"!\x03", False, ['prefix = "#"', 'postfix = "!"', 'suffix = "always"']),
        (b"~", b"\t", True, ['prefix = "~"', 'suffix = "always"', 'layout = "russian"']),
    ],
)
def test_a_scanner_is_read_by_what_the_probe_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: bytes, suffix: bytes, russian: bool, keys: list[str]
) -> None:
    letters, card = ("Лщзшдлф^2.Яч", "ЛЗД^2990001000018") if russian else (LETTERS, "KPL:2990001000018")
    letters, card = (text.replace("^", "Ж") for text in (letters, card))
    with VirtualScanner(gap_s=0, prefix=prefix, suffix=suffix) as scanner:
        scans = Scans(scanner, [DIGITS, DIGITS, letters])
        assert run(monkeypatch, scans, scanner.port, "--write", "--data", tmp_path) == 0
        table = "".join(scans.out)
        assert (tmp_path / FILE).read_text("utf-8") == table
        assert [line for line in table.splitlines() if "idle" not in line] == [
            "[[device]]", 'kind = "scanner"', 'driver = "serial"', 'id = "scanner"', f'port = "{scanner.port}"', *keys
        ]  # fmt: skip
        posted: Queue[c.Command] = Queue()
        whole = c.Scan("KPL:2990001000018", "serial:scanner")
        with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)):
            read = _read(scanner, card, posted, whole)
    assert read == whole


def _read(scanner: VirtualScanner, code: str, posted: Queue[c.Command], whole: c.Scan) -> c.Command:
    """Scan until the port is open: what is sent before is lost, as on a real line, and a code amid which it opens comes
    torn; the one after that must be whole."""
    ended = threading.Event()

    def scan() -> None:
        for _ in range(1000):
            scanner.scan(code)
            if ended.wait(0.1):
                return

    scanning = threading.Thread(target=scan)
    scanning.start()
    try:
        first = posted.get(timeout=WAIT_S)
        return first if first == whole else posted.get(timeout=WAIT_S)
    finally:
        ended.set()
        scanning.join()


def test_other_codes_are_refused_after_six_scans_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualScanner(gap_s=0) as scanner:
        scans = Scans(scanner, ["4600000000022"] * 7)
        assert run(monkeypatch, scans, scanner.port, "--write", "--data", tmp_path) == 1
    assert capsys.readouterr().err.splitlines()[0] == "not the sheet's codes: scan both, code 1 and code 2"
    assert not (tmp_path / FILE).exists()


def test_one_code_of_the_sheet_twice_asks_for_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualScanner(gap_s=0) as scanner:
        scans = Scans(scanner, [DIGITS, DIGITS, "4600000000022", DIGITS, LETTERS])
        assert run(monkeypatch, scans, scanner.port, "--data", tmp_path) == 0
    told = [line.partition(": ")[2] for line in scans.told if line.startswith("A code has come")]
    other = "the same code of the sheet again: scan the other one"
    assert told == [
        "now the other code of the sheet",
        other,
        "not the sheet's codes: scan both, code 1 and code 2",
        other,
    ]


def test_a_port_that_the_file_names_already_is_not_named_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with VirtualScanner(gap_s=0) as scanner:
        text = f'[[device]]\nkind = "scanner"\ndriver = "serial"\nid = "front"\nport = "{scanner.port}"\n'
        (tmp_path / FILE).write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["devices", "probe", scanner.port, "--data", str(tmp_path), "--lang", "en"])
        assert ended.value.code == 1
        assert capsys.readouterr().err.startswith(f"In devices.toml front has {scanner.port} already")


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (b"460000000001\r", b"Kopilka:2/Zx\r", "no_check_digit"),
        (b"F4600000000015\r", b"#Kopilka:2/Zx\r", "varies"),
        (b"4600000000015\r", b"Kopilka:2/Zx!\r", "varies"),
        (b"\xfe4600000000015\r", b"\xfeKopilka:2/Zx\r", "affix"),
        (b"~" * 65 + b"4600000000015\r", b"~" * 65 + b"Kopilka:2/Zx\r", "affix"),
        (b"4600000000015\r~\r", b"Kopilka:2/Zx\r~\r", "unreadable"),
        (b"4600000000015\r", b"4600000000015\r", "same"),
        (b"Kopilka:2/Zx\r", b"~Kopilka:2/Zx\r", "same"),
        (b"", b"", "not_read"),
    ],
)
def test_what_cannot_be_inferred_has_its_reason(one: bytes, other: bytes, why: str) -> None:
    assert infer(Burst(one), Burst(other)) == why


def test_sixty_four_characters_before_a_code_are_still_a_prefix() -> None:
    found = infer(Burst(b"~" * 64 + b"4600000000015\r"), Burst(b"~" * 64 + b"Kopilka:2/Zx\r"))
    assert isinstance(found, Inferred)
    assert found.prefix == "~" * 64


@pytest.mark.parametrize(("pause_s", "idle_s"), [(0.0, 0.04), (0.02, 0.04), (0.05, 0.1), (0.29, 0.58)])
def test_the_silence_that_ends_a_code_is_twice_its_longest_pause(pause_s: float, idle_s: float) -> None:
    found = infer(Burst(DIGITS.encode(), pause_s), Burst(LETTERS.encode(), 0.0))
    assert isinstance(found, Inferred)
    assert found.idle_s == pytest.approx(idle_s, abs=0.011)
    assert found.idle_s >= 2 * pause_s


@pytest.mark.parametrize(
    ("path", "ports", "match"),
    [
        ("/dev/ttyACM0", SERIALS[:1], Match(vid="0c2e", pid="0b61")),
        ("/dev/ttyACM0", SERIALS, Match(vid="0c2e", pid="0b61", serial="A1")),
        ("/dev/ttyUSB1", TWINS, Match(by_id="usb-B-0")),
        ("/dev/ttyS0", (Port("/dev/ttyS0"),), None),
        ("/dev/pts/7", SERIALS, None),
    ],
)
def test_a_port_is_named_by_what_tells_it_apart(path: str, ports: tuple[Port, ...], match: Match | None) -> None:
    assert match_of(path, ports) == match


def test_a_table_reads_back_whatever_stands_in_it(tmp_path: Path) -> None:
    inferred = Inferred('\x01"\\\x7f', "№\U0001f600", False, True, True, 0.12)
    settings = settings_of(inferred, "/dev/ttyUSB0", 115_200, TWINS, (), "serial")
    (tmp_path / FILE).write_text(table_text(settings), "utf-8")
    (found,) = read_devices(tmp_path)
    assert found.settings == settings
    assert settings == SerialScannerSettings(
        id="scanner", match=Match(by_id="usb-A-0"), baud=115_200, prefix='\x01"\\\x7f', postfix="№\U0001f600",
        layout="russian", idle_ms=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("driver", "encode", "suffix", "keys"),
    [("hidpos", reports_of, b"", []), ("evdev", keys_of, b"\r", ['suffix = "always"'])],
)
def test_a_scanner_that_is_no_serial_port_is_probed_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, encode: Callable[[bytes], bytes], suffix: bytes,
    keys: list[str],
) -> None:  # fmt: skip
    with VirtualScanner(gap_s=0, suffix=suffix, encode=encode, wait_s=WAIT_S) as scanner:
        scans = Scans(scanner, [f"]E0{DIGITS}", LETTERS])
        assert run(monkeypatch, scans, scanner.port, "--driver", driver, "--write", "--data", tmp_path) == 0
        # Of a busy machine a longer pause is noted too.
        assert [line for line in "".join(scans.out).splitlines() if "idle" not in line] == [
            "[[device]]",
            'kind = "scanner"',
            f'driver = "{driver}"',
            'id = "scanner"',
            f'port = "{scanner.port}"',
            *keys,
        ]
        (found,) = read_devices(tmp_path)
        assert found.driver == driver


class Behind:
    """A scanner behind a serial server, that scans once somebody is connected."""

    def __init__(self, scanner: TcpScanner) -> None:
        self._scanner = scanner

    def scan(self, code: str) -> None:
        assert self._scanner.scan(code, WAIT_S)


def test_a_scanner_on_the_network_is_probed_alike_and_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with TcpScanner(suffix=b"!\r") as scanner:
        scans = Scans(Behind(scanner), [DIGITS, LETTERS])
        assert run(monkeypatch, scans, scanner.port, "--write", "--data", tmp_path) == 0
        host, _, number = scanner.port.partition(":")
        assert [line for line in "".join(scans.out).splitlines() if "idle" not in line] == [
            "[[device]]", 'kind = "scanner"', 'driver = "tcp"', 'id = "scanner"', f'host = "{host}"',
            f"tcp_port = {number}", 'postfix = "!"', 'suffix = "always"',
        ]  # fmt: skip
        (found,) = read_devices(tmp_path)
        assert found.settings == TcpScannerSettings(
            id="scanner", host=host, tcp_port=int(number), postfix="!", suffix="always",
            idle_ms=found.settings.idle_ms,  # type: ignore[attr-defined]
        )  # fmt: skip
        assert run(monkeypatch, Scans(Behind(scanner), []), scanner.port, "--data", tmp_path) == 1
    assert capsys.readouterr().err.startswith(f"In devices.toml scanner has {scanner.port} already")


def test_a_further_scanner_gets_an_id_of_its_own() -> None:
    assert free_id(set()) == "scanner"
    assert free_id({"scanner", "scanner2"}) == "scanner3"


def test_both_codes_of_the_sheet_are_read(tmp_path: Path) -> None:
    for name in ("sheet.png", "sheet.pdf"):
        with pytest.raises(SystemExit) as ended:
            main(["devices", "sheet", "--out", str(tmp_path / name)])
        assert not ended.value.code
    found = zxingcpp.read_barcodes(Image.open(tmp_path / "sheet.png"))
    assert sorted(code.text for code in found) == [DIGITS, LETTERS]
    assert (tmp_path / "sheet.pdf").read_bytes()[:5] == b"%PDF-"
