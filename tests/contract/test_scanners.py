"""What every scanner does, whatever it is attached to: one test over each of the till's drivers, on virtual devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue

import pytest
from msgspec.structs import replace

from devices.driver import ScannerSettings
from devices.model import DeviceInfo, Health, StatusUpdate
from devices.virtual.hid import keys_of, reports_of
from devices.virtual.scanner import VirtualScanner
from devices.virtual.scanner_tcp import TcpScanner
from loyalty.errors import BadDevices
from terminal.device_file import FILE, read_devices
from terminal.scanner.framing import Dropped
from terminal.scanner.scan import Scan
from terminal.scanner.serial_source import ScannerSource
from terminal.scanning import configured_scanners, framing_of
from terminal.session import commands as c
from terminal.supervising import Supervising
from tests.support.counter import TEA
from tests.support.small_till import Rig, make_till, opened_rig

WAIT_S = 60
ENCODE: dict[str, Callable[[bytes], bytes]] = {"serial": bytes, "hidpos": reports_of, "evdev": keys_of}
MARKED = "0104600000000015215Qbag!\x1d93Zjqw"


class Networked(TcpScanner):
    """One behind a serial server, that scans once the till is connected."""

    def send(self, raw: bytes, within_s: float = WAIT_S) -> bool:
        assert not self.plugged or super().send(raw, WAIT_S)
        return True


@dataclass
class Till:
    """One scanner of one driver, as `devices.toml` names it, and what came of it."""

    driver: str
    scanner: VirtualScanner | TcpScanner
    folder: Path
    heard: Queue[Scan | Dropped | StatusUpdate]

    def source(self, heard: Queue[Scan | Dropped | StatusUpdate]) -> ScannerSource:
        """As a till has it, with what comes of it in hand; no pause of a busy machine ends a code, or a code held."""
        (device,) = read_devices(self.folder)
        settings = device.settings
        assert isinstance(settings, ScannerSettings)
        info = DeviceInfo(settings.id, device.kind, device.driver, device.place)
        framing = replace(framing_of(settings), idle_s=WAIT_S, stall_s=WAIT_S, repeat_s=WAIT_S)
        return ScannerSource(
            f"{device.driver}:{settings.id}", partial(device.make, info, settings), on_scan=heard.put,
            on_status=heard.put, on_dropped=heard.put, framing=framing, sends=device.made_by.sends,
        )  # fmt: skip

    @property
    def where(self) -> str:
        host, _, number = self.scanner.port.partition(":")
        return f'host = "{host}"\ntcp_port = {number}' if self.driver == "tcp" else f'port = "{self.scanner.port}"'

    @property
    def gone(self) -> str:
        """The code of its status while the cable is out."""
        return "offline" if self.driver == "tcp" else "unplugged"

    def status(self, code: str) -> None:
        event = self.heard.get(timeout=WAIT_S)
        assert isinstance(event, StatusUpdate)
        assert event.code == code


@pytest.fixture(params=["serial", "tcp", "hidpos", "evdev"])
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Till]:
    with Networked() if request.param == "tcp" else _virtual(request.param, tmp_path) as scanner:
        made = Till(request.param, scanner, tmp_path, Queue())
        text = f'[[device]]\nkind = "scanner"\ndriver = "{made.driver}"\nid = "front"\n{made.where}\n'
        (tmp_path / FILE).write_text(f'{text}suffix = "always"\n')
        yield made


def test_a_code_comes_whole_with_its_symbology_and_its_separators(till: Till) -> None:
    source = till.source(till.heard)
    source.open()
    till.status("ready")
    till.scanner.scan("]d2" + MARKED)
    assert till.heard.get(timeout=WAIT_S) == Scan(MARKED, "]d2", f"{till.driver}:front")
    till.scanner.scan("KPL:2990001000018/aZ~")
    assert till.heard.get(timeout=WAIT_S) == Scan("KPL:2990001000018/aZ~", None, f"{till.driver}:front")
    source.close()
    assert source.check_health() is Health.CLOSED


def test_a_code_held_before_it_is_one_scan(till: Till) -> None:
    source = till.source(till.heard)
    source.open()
    till.status("ready")
    for code in ("4600000000015", "4600000000015", "4600000000022"):
        till.scanner.scan(code)
    texts = [scan.text for _ in range(2) if isinstance(scan := till.heard.get(timeout=WAIT_S), Scan)]
    assert texts == ["4600000000015", "4600000000022"]
    source.close()


def test_a_cable_pulled_out_amid_a_code_is_told_and_put_back_the_next_code_is_whole(till: Till) -> None:
    source = till.source(till.heard)
    source.open()
    till.status("ready")
    till.scanner.scan("4600000000015")
    assert isinstance(till.heard.get(timeout=WAIT_S), Scan)
    half = ENCODE.get(till.driver, bytes)(b"4600000000022")
    till.scanner.send(half[: len(half) // 2])
    till.scanner.unplug()
    till.status(till.gone)
    assert source.check_health() is Health.OFFLINE
    till.scanner.plug()
    till.status("ready")
    till.scanner.scan("4600000000039")
    assert till.heard.get(timeout=WAIT_S) == Scan("4600000000039", None, f"{till.driver}:front")
    source.close()


@pytest.mark.parametrize("till", ["serial", "hidpos", "evdev"], indirect=True)
def test_a_second_program_waits_until_the_first_has_let_go(till: Till) -> None:
    others: Queue[Scan | Dropped | StatusUpdate] = Queue()
    source, other = till.source(till.heard), till.source(others)
    source.open()
    till.status("ready")
    other.open()
    codes = []
    for _ in range(2):
        event = others.get(timeout=WAIT_S)
        codes.append(event.code if isinstance(event, StatusUpdate) else "")
        source.close()
    assert codes == ["port_taken", "ready"]
    other.close()


def test_what_makes_no_code_is_told_with_its_size(till: Till) -> None:
    source = till.source(till.heard)
    source.open()
    till.status("ready")
    till.scanner.scan(b"46\x04\r" if till.driver == "evdev" else b"46\x04")
    dropped = till.heard.get(timeout=WAIT_S)
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.size_bytes) == ("not_text", 3)
    source.close()


def test_beside_a_till_a_scan_is_a_command_and_a_cable_a_sentence(till: Till) -> None:
    posted: Queue[c.Command] = Queue()
    till.scanner.unplug()
    with configured_scanners(read_devices(till.folder), posted.put, Supervising(posted.put)):
        gone = posted.get(timeout=WAIT_S)
        till.scanner.plug()
        back = posted.get(timeout=WAIT_S)
        assert [note.said.code for note in (gone, back) if isinstance(note, c.Notify)] == ["scan.gone", "scan.back"]
        till.scanner.scan("KPL:2990001000018")
        assert posted.get(timeout=WAIT_S) == c.Scan("KPL:2990001000018", f"{till.driver}:front")


REJECTS = {
    ("serial", "datalogic"): b"\x01",
    ("serial", "honeywell"): b"\x16\x07\r",
    ("serial", "cipherlab"): b"#@////\r",
    ("serial", "07"): b"\x07",
    ("hidpos", "honeywell"): b"\xfd\x03\x16\x07\r",
    ("hidpos", "04 01 ff"): b"\x04\x01\xff",
}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till")
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


@pytest.mark.parametrize(("driver", "reject"), REJECTS, ids=map(" ".join, REJECTS))
def test_a_scanner_beeps_at_a_code_the_till_refuses_and_at_no_other(
    tmp_path: Path, rig: Rig, driver: str, reject: str
) -> None:
    """A good code first: had it beeped too, its beep would come before the one that is waited for. One is traced."""
    scanner, settled = _virtual(driver, tmp_path), Queue[str]()
    text = f'[[device]]\nkind = "scanner"\ndriver = "{driver}"\nid = "front"\nport = "{scanner.port}"\n'
    traced = 'trace = "front.jsonl"\n' if reject == "07" else ""
    (tmp_path / FILE).write_text(f'{text}suffix = "always"\nreject = "{reject}"\nrepeat_ms = 0\n{traced}')

    def post(command: c.Command) -> None:
        rig.engine.post(command)

    ready = Queue[c.Notify]()
    scanner.unplug()
    with scanner, configured_scanners(read_devices(tmp_path), post, Supervising(ready.put)) as refuse:
        rig.engine.refused = refuse
        rig.engine.watch(lambda view: settled.put(view.sound))
        assert ready.get(timeout=WAIT_S).said.code == "scan.gone"
        scanner.plug()
        assert ready.get(timeout=WAIT_S).said.code == "scan.back"
        sounds = []
        for code in (TEA.code, "4600000000022", "4699999999994"):
            scanner.scan(code)
            sounds.append(settled.get(timeout=WAIT_S))
        assert sounds == ["ok", "ok", "error"]
        assert scanner.heard(WAIT_S) == REJECTS[driver, reject]
        scanner.scan(b"46\x04")
        assert scanner.heard(WAIT_S) == REJECTS[driver, reject]


def _virtual(driver: str, folder: Path) -> VirtualScanner:
    suffix = b"" if driver == "hidpos" else b"\r"
    return VirtualScanner(gap_s=0, suffix=suffix, link=folder / "port", encode=ENCODE[driver], wait_s=WAIT_S)


def test_a_scanner_without_a_beeper_is_refused_in_silence(till: Till) -> None:
    source = till.source(till.heard)
    source.open()
    till.status("ready")
    till.scanner.scan(b"46\x04\r" if till.driver == "evdev" else b"46\x04")
    assert isinstance(till.heard.get(timeout=WAIT_S), Dropped)
    till.scanner.scan("4600000000015")
    assert isinstance(till.heard.get(timeout=WAIT_S), Scan)
    assert till.scanner.heard() == b""
    source.close()


@pytest.mark.parametrize(
    ("driver", "reject"), [("serial", "zebra"), ("serial", "7"), ("hidpos", "datalogic"), ("evdev", "07")]
)
def test_what_is_no_beep_is_a_mistake_of_the_file(tmp_path: Path, driver: str, reject: str) -> None:
    text = f'[[device]]\nkind = "scanner"\ndriver = "{driver}"\nport = "/dev/x"\nreject = "{reject}"\n'
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadDevices) as error:
        read_devices(tmp_path)
    assert "reject" in str(error.value.problems[0])


@pytest.mark.parametrize("driver", ["hidpos", "evdev"])
def test_a_layout_is_a_mistake_where_there_is_none_to_undo(tmp_path: Path, driver: str) -> None:
    text = f'[[device]]\nkind = "scanner"\ndriver = "{driver}"\nport = "/dev/x"\nlayout = "russian"\n'
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadDevices) as error:
        read_devices(tmp_path)
    assert "layout" in str(error.value.problems[0])
