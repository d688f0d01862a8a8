"""The serial transport over real pseudo-terminals: bytes, unplugging, coming back, one owner."""

from __future__ import annotations

import errno
import queue
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from devices.backoff import Backoff
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.transport.reader import why_not_open
from devices.transport.serial import SerialPort, SerialSettings
from devices.virtual.scanner import VirtualScanner

INFO = DeviceInfo("front", "scanner", "virtual", "pty")
FAST = Backoff(0.01, 0.02)
WAIT_S = 60.0


class Heard:
    """Collects events and waits for the one a test needs."""

    def __init__(self) -> None:
        self.events: queue.Queue[DeviceEvent] = queue.Queue()

    def until(self, wanted: Callable[[DeviceEvent], bool]) -> list[DeviceEvent]:
        seen: list[DeviceEvent] = []
        while not seen or not wanted(seen[-1]):
            seen.append(self.events.get(timeout=WAIT_S))
        return seen

    def status(self, code: str) -> list[DeviceEvent]:
        return self.until(lambda event: isinstance(event, StatusUpdate) and event.code == code)

    def bytes(self, expected: bytes) -> bytes:
        raw = b""
        while len(raw) < len(expected):
            event = self.events.get(timeout=WAIT_S)
            raw += event.raw if isinstance(event, DataEvent) else b""
        return raw


@pytest.fixture
def heard() -> Heard:
    return Heard()


def open_port(scanner_port: str, heard: Heard) -> SerialPort:
    port = SerialPort(INFO, SerialSettings(scanner_port), backoff=FAST)
    port.open(heard.events.put)
    return port


def test_bytes_arrive_as_they_were_sent(heard: Heard) -> None:
    sent = bytes(range(256))
    with VirtualScanner(gap_s=0.0, suffix=b"") as scanner:
        port = open_port(scanner.port, heard)
        heard.status("ready")
        scanner.send(sent)
        assert heard.bytes(sent) == sent
        port.close()
    assert port.check_health() is Health.CLOSED


def test_an_unplugged_scanner_is_a_status_and_comes_back_by_itself(heard: Heard, tmp_path: Path) -> None:
    with VirtualScanner(gap_s=0.0, suffix=b"", link=tmp_path / "by-id") as scanner:
        port = open_port(scanner.port, heard)
        heard.status("ready")
        scanner.unplug()
        heard.status("unplugged")
        assert port.check_health() is Health.OFFLINE
        scanner.plug()
        heard.status("ready")
        scanner.send(b"back")
        assert heard.bytes(b"back") == b"back"
        port.close()


def test_a_port_that_is_not_there_yet_is_opened_when_it_comes(heard: Heard, tmp_path: Path) -> None:
    link = tmp_path / "later"
    port = open_port(str(link), heard)
    heard.status("unplugged")
    with VirtualScanner(gap_s=0.0, link=link):
        heard.status("ready")
        port.close()


def test_a_port_has_one_owner_and_the_second_waits_for_it(heard: Heard) -> None:
    other = Heard()
    with VirtualScanner(gap_s=0.0) as scanner:
        first = open_port(scanner.port, heard)
        heard.status("ready")
        second = open_port(scanner.port, other)
        other.status("port_taken")
        first.close()
        other.status("ready")
        second.close()


def test_no_event_comes_after_close_and_both_calls_may_be_repeated(heard: Heard) -> None:
    with VirtualScanner(gap_s=0.0) as scanner:
        port = open_port(scanner.port, heard)
        port.open(heard.events.put)
        heard.status("ready")
        port.close()
        port.close()
        scanner.scan("late")
        assert heard.events.empty()


def test_a_listener_that_fails_does_not_stop_the_reading(heard: Heard) -> None:
    def fail_on_first(event: DeviceEvent) -> None:
        heard.events.put(event)
        if isinstance(event, DataEvent) and event.raw.startswith(b"1"):
            raise RuntimeError("listener")

    with VirtualScanner(gap_s=0.0, suffix=b"") as scanner:
        port = SerialPort(INFO, SerialSettings(scanner.port), backoff=FAST)
        port.open(fail_on_first)
        heard.status("ready")
        scanner.send(b"1")
        assert heard.bytes(b"1") == b"1"
        scanner.send(b"2")
        assert heard.bytes(b"2") == b"2"
        port.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "no_permission"),
        (errno.EBUSY, "port_taken"),
        (errno.EAGAIN, "port_taken"),
        (errno.EIO, "unplugged"),
    ],
)
def test_each_reason_not_to_open_has_its_sentence(number: int, code: str) -> None:
    status = why_not_open(OSError(number, "no"), "/dev/ttyUSB0")
    assert status.code == code
    assert "/dev/ttyUSB0" in status.sentence
    assert status.hint


def test_waits_double_up_to_ten_seconds() -> None:
    assert list(islice(Backoff().waits(), 7)) == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_nobody_reading_loses_bytes_but_never_blocks_the_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise BlockingIOError(errno.EAGAIN, "full")

    with VirtualScanner(gap_s=0.0) as scanner, monkeypatch.context() as patch:
        patch.setattr("devices.virtual.scanner.os.write", full)
        scanner.scan("4600000000015")
