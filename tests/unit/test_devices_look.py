"""`kopilka devices list` and `listen`, over pseudo-terminals and ports made up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import devices.buses
import devices.ports
from devices.ports import Port, by_ids
from devices.virtual.hid import keys_of, reports_of
from devices.virtual.scanner import VirtualScanner
from loyalty.codes import CodeRanges
from terminal.cli import main
from terminal.cli.devices_heard import source_at
from terminal.cli.devices_look import told_burst
from terminal.device_file import FILE
from terminal.scanner.bursts import MOST_BYTES, SILENCE_S, Burst, Bursts, shown_text
from terminal.scanner.framing import Framing

WAIT_S = 60
PORTS = (
    Port("/dev/ttyACM0", "0c2e", "0b61", "A1", "usb-Honeywell-if00", "Xenon 1900"),
    Port("/dev/ttyS0"),
    Port("/dev/ttyUSB0", "067b", "2303"),
    Port("/dev/ttyUSB1", "067b", "2303"),
)
NAMED = """
[[device]]
kind = "scanner"
driver = "serial"
id = "front"
match = { vid = "0c2e" }
[[device]]
kind = "scanner"
driver = "serial"
id = "side"
match = { vid = "067b" }
[[device]]
kind = "scanner"
driver = "serial"
id = "back"
port = "/dev/no-such-port"
[[device]]
kind = "fiscal"
driver = "shtrih"
host = "10.0.0.7"
"""


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return int(ended.value.code or 0)


def test_ports_are_listed_with_what_they_are_and_devices_with_where_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices.ports, "list_ports", lambda: PORTS)
    (tmp_path / FILE).write_text(NAMED)
    assert run("devices", "list", "--data", tmp_path, "--lang", "en") == 0
    assert capsys.readouterr().out.splitlines() == [
        "/dev/ttyACM0  0c2e:0b61  usb-Honeywell-if00  Xenon 1900  front",
        "/dev/ttyS0  -",
        "/dev/ttyUSB0  067b:2303  side",
        "/dev/ttyUSB1  067b:2303  side",
        f"{tmp_path / FILE}:",
        "  front  scanner serial  vid=0c2e  there: /dev/ttyACM0",
        "  side  scanner serial  vid=067b  several fit: /dev/ttyUSB0, /dev/ttyUSB1",
        "  back  scanner serial  /dev/no-such-port  not there",
        "  fiscal  fiscal shtrih  10.0.0.7:7778  on the network",
    ]


def test_without_ports_and_devices_the_list_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices.ports, "list_ports", lambda: ())
    assert run("devices", "list", "--data", tmp_path, "--lang", "ru") == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ["Последовательных портов нет", f"{tmp_path / FILE}: устройств не названо"]


@pytest.mark.parametrize(("driver", "made"), [("serial", "file"), ("serial", "folder"), ("hidpos", "file")])
def test_what_is_no_port_is_told_with_the_ports_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, driver: str, made: str
) -> None:
    path = tmp_path / "receipt.txt"
    path.mkdir() if made == "folder" else path.write_text("4600000000015\n")
    monkeypatch.setattr(devices.buses, "all_ports", lambda: PORTS[:2])
    assert run("devices", "listen", path, "--driver", driver, "--data", tmp_path, "--lang", "en") == 1
    said = [f"{path} is no port of such a device", "Ports of this computer: /dev/ttyACM0, /dev/ttyS0"]
    assert capsys.readouterr().err.splitlines() == said


def test_names_by_id_lead_to_their_ports(tmp_path: Path) -> None:
    (tmp_path / "ttyACM0").touch()
    folder = tmp_path / "by-id"
    assert by_ids(folder) == {}
    folder.mkdir()
    (folder / "usb-Honeywell").symlink_to(tmp_path / "ttyACM0")
    assert by_ids(folder) == {str(tmp_path / "ttyACM0"): "usb-Honeywell"}


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Callable[[VirtualScanner, str], list[str]]:
    """Make the scanner scan this once the command says that it listens; gives the lines it then says."""

    def listen(scanner: VirtualScanner, code: str) -> list[str]:
        lines: list[str] = []

        def echo(text: str, err: bool = False) -> None:
            if err:
                scanner.scan(code)
            else:
                lines.append(text)

        monkeypatch.setattr(click, "echo", echo)
        return lines

    return listen


def test_a_scan_is_shown_as_bytes_as_framing_and_as_what_it_is(
    tmp_path: Path, listening: Callable[[VirtualScanner, str], list[str]]
) -> None:
    with VirtualScanner(gap_s=0, prefix=b"\x02]E0") as scanner:
        lines = listening(scanner, "4600000000015")
        assert run("devices", "listen", scanner.port, "--count", "1", "--data", tmp_path, "--lang", "en") == 0
    assert lines[0] == "02 5d 45 30 34 36 30 30 30 30 30 30 30 30 30 31 35 0d 0a"
    assert lines[1].startswith("  <STX>]E04600000000015<CR><LF>  STX … CR LF, 19 bytes, pauses up to ")
    assert lines[2:] == ["  4600000000015  AIM ]E0  goods"]


def test_a_device_of_the_file_is_listened_to_by_its_id_and_as_the_file_says(
    tmp_path: Path, listening: Callable[[VirtualScanner, str], list[str]]
) -> None:
    with VirtualScanner(gap_s=0, prefix=b"~", suffix=b"") as scanner:
        text = f'[[device]]\nkind = "scanner"\ndriver = "serial"\nid = "front"\nprefix = "~"\nport = "{scanner.port}"\n'
        (tmp_path / FILE).write_text(text)
        lines = listening(scanner, "2990001000018")
        assert run("devices", "listen", "front", "--count", "1", "--data", tmp_path, "--lang", "ru") == 0
    assert "… тишина, 14 байт" in lines[1]
    assert lines[2:] == ["  2990001000018  карта"]


def test_a_port_that_is_not_there_is_a_sentence_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("devices", "listen", "/dev/no-such-port", "--data", tmp_path, "--lang", "en") == 1
    assert capsys.readouterr().err.splitlines() == [
        "There is no /dev/no-such-port",
        "Check the cable; kopilka devices list shows ports",
    ]


@pytest.mark.parametrize("named", ["its address", "its id"])
def test_a_scanner_on_the_network_where_nobody_answers_is_no_missing_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    text = f'[[device]]\nkind = "scanner"\ndriver = "tcp"\nid = "gate"\nhost = "127.0.0.1"\ntcp_port = {number}\n'
    (tmp_path / FILE).write_text(text if named == "its id" else "")
    asked = "gate" if named == "its id" else f"127.0.0.1:{number}"
    assert run("devices", "listen", asked, "--data", tmp_path, "--lang", "en") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"127.0.0.1:{number} does not answer",
        "Check its power and cable",
    ]


@pytest.mark.parametrize(
    ("given", "driver", "place"),
    [
        ("10.0.0.9:4002", None, "10.0.0.9:4002"),
        ("gate.shop", "tcp", "gate.shop:4001"),
        ("[fe80::9]:4001", None, "fe80::9:4001"),
        ("/dev/serial/by-path/pci-0:4:1", None, "/dev/serial/by-path/pci-0:4:1"),
    ],
)
def test_an_address_is_a_scanner_on_the_network_and_a_path_is_none(given: str, driver: str | None, place: str) -> None:
    found = source_at(given, None, driver)
    assert (found.driver, found.named) == ("serial" if place.startswith("/") else "tcp", place)


def test_bytes_that_make_no_code_are_shown_all_the_same() -> None:
    told = list(told_burst(Burst(b"46\x01\xff\r"), Framing(), CodeRanges(), "en"))
    assert told[0] == "34 36 01 ff 0d"
    assert told[1].startswith("  46<01><ff><CR>  ")
    assert told[2:] == ["  no code: not_text"]


def test_a_burst_ends_by_silence_and_knows_its_longest_pause() -> None:
    bursts = Bursts()
    assert bursts.feed(b"46", 1.0) == []
    assert bursts.feed(b"00", 1.25) == []
    assert bursts.feed(b"15\r", 1.26) == []
    assert bursts.poll(1.26 + SILENCE_S - 0.001) == []
    assert bursts.poll(1.26 + SILENCE_S + 0.001) == [Burst(b"460015\r", 0.25)]
    assert bursts.feed(b"7", 9.0) == []
    assert bursts.feed(b"8", 10.0) == [Burst(b"7", 0.0)]


def test_a_burst_has_a_limit() -> None:
    bursts = Bursts()
    assert bursts.feed(b"x" * MOST_BYTES, 1.0) == []
    assert bursts.feed(b"x", 1.0) == [Burst(b"x" * MOST_BYTES, 0.0)]


@pytest.mark.parametrize(
    ("raw", "ends"), [(b"46", ""), (b"46\r\n", "CR LF"), (b"\r46\x03\r", "ETX CR"), (b"46\t", "TAB"), (b"46\x1d", "")]
)
def test_a_burst_tells_its_suffix(raw: bytes, ends: str) -> None:
    assert Burst(raw).shown_ends == ends


def test_text_is_shown_with_control_characters_by_name() -> None:
    assert shown_text("лс\x1d7".encode() + b"\xfe") == "лс<GS>7<fe>"


def test_hid_scanners_and_keyboards_are_listed_with_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hid = Port("/dev/hidraw1", "0c2e", "0b8f", "A17", description="Voyager", bus="hidraw")
    keys = Port("/dev/input/event3", "0c2e", "0b01", "", "usb-H-event-kbd", "Voyager", "evdev")
    monkeypatch.setattr(devices.ports, "list_ports", lambda: ())
    monkeypatch.setattr(devices.buses, "list_hid_scanners", lambda: (hid,))
    monkeypatch.setattr(devices.buses, "list_keyboards", lambda: (keys,))
    (tmp_path / FILE).write_text(
        """
[[device]]
kind = "scanner"
driver = "hidpos"
id = "front"
match = { vid = "0c2e" }
[[device]]
kind = "scanner"
driver = "evdev"
id = "side"
match = { by_id = "usb-H*" }
"""
    )
    assert run("devices", "list", "--data", tmp_path, "--lang", "en") == 0
    assert capsys.readouterr().out.splitlines() == [
        "/dev/hidraw1  0c2e:0b8f  Voyager  HID-POS  front",
        "/dev/input/event3  0c2e:0b01  usb-H-event-kbd  Voyager  keyboard  side",
        "There are no serial ports",
        f"{tmp_path / FILE}:",
        "  front  scanner hidpos  vid=0c2e  there: /dev/hidraw1",
        "  side  scanner evdev  by_id=usb-H*  there: /dev/input/event3",
    ]


@pytest.mark.parametrize(
    ("driver", "encode", "shown"),
    [
        ("hidpos", reports_of, "  ]E04600000000015  … report, 16 bytes, pauses up to 0 ms"),
        ("evdev", keys_of, "  ]E04600000000015<CR>  … CR, 17 bytes, pauses up to "),
    ],
)
def test_reports_and_keys_are_shown_as_what_they_mean(
    tmp_path: Path, listening: Callable[[VirtualScanner, str], list[str]], driver: str,
    encode: Callable[[bytes], bytes], shown: str,
) -> None:  # fmt: skip
    suffix = b"" if driver == "hidpos" else b"\r"
    with VirtualScanner(gap_s=0, suffix=suffix, encode=encode, wait_s=WAIT_S) as scanner:
        lines = listening(scanner, "]E04600000000015")
        asked = ("--driver", driver, "--count", "1", "--data", tmp_path, "--lang", "en")
        assert run("devices", "listen", scanner.port, *asked) == 0
    assert lines[0].startswith("5d 45 30 34 36")
    assert lines[1].startswith(shown)
    assert lines[2:] == ["  4600000000015  AIM ]E0  goods"]
