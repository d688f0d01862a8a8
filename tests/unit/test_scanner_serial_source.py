"""An EAN-13 byte by byte over a pseudo-terminal comes out as one Scan."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import pytest

from devices.model import DeviceInfo, StatusUpdate
from devices.transport.serial import SerialSettings
from devices.virtual.scanner import VirtualScanner
from terminal.scanner.framing import NOT_TEXT, Dropped, Framing
from terminal.scanner.scan import Scan
from terminal.scanner.serial_source import SerialSource

INFO = DeviceInfo("front", "scanner", "virtual", "pty")
EAN = "4600000000015"
WAIT_S = 60.0

Heard = queue.Queue[Scan | Dropped]


def opened(scanner: VirtualScanner, heard: Heard, idle_s: float = WAIT_S) -> SerialSource:
    """Without a suffix `idle_s` of silence ends a code; no pause of a busy machine amid a code is so long."""
    ready: queue.Queue[StatusUpdate] = queue.Queue()
    source = SerialSource(
        INFO, SerialSettings(scanner.port), on_scan=heard.put, on_dropped=heard.put, on_status=ready.put,
        framing=Framing(idle_s=idle_s, stall_s=WAIT_S),
    )  # fmt: skip
    source.open()
    assert ready.get(timeout=WAIT_S).code == "ready"
    return source


@pytest.mark.parametrize("suffix", [b"\r\n", b"\r", b"\t", b""])
def test_an_ean_sent_byte_by_byte_is_one_scan(suffix: bytes) -> None:
    heard: Heard = queue.Queue()
    with VirtualScanner(suffix=suffix) as scanner:
        source = opened(scanner, heard, WAIT_S if suffix else 1.0)
        scanner.scan(EAN)
        scan = heard.get(timeout=WAIT_S)
        source.close()
    assert scan == Scan(EAN, None, "serial:front")
    assert heard.empty()


def test_two_codes_sent_at_once_by_two_threads_come_one_after_the_other() -> None:
    heard: Heard = queue.Queue()
    codes = {EAN, "4600000000022"}
    with VirtualScanner() as scanner:
        source = opened(scanner, heard)
        senders = [threading.Thread(target=scanner.scan, args=(code,)) for code in codes]
        for sender in senders:
            sender.start()
        assert {heard.get(timeout=WAIT_S) for _ in codes} == {Scan(code, None, "serial:front") for code in codes}
        for sender in senders:
            sender.join()
        source.close()


def test_the_symbology_comes_with_the_scan() -> None:
    heard: Heard = queue.Queue()
    with VirtualScanner(gap_s=0.0) as scanner:
        source = opened(scanner, heard)
        scanner.scan(f"]E0{EAN}")
        assert heard.get(timeout=WAIT_S) == Scan(EAN, "]E0", "serial:front")
        source.close()


def test_noise_on_the_line_is_told_as_dropped(tmp_path: Path) -> None:
    heard: Heard = queue.Queue()
    with VirtualScanner(gap_s=0.0) as scanner:
        source = opened(scanner, heard)
        scanner.scan(b"\x00\xff")
        assert heard.get(timeout=WAIT_S) == Dropped(NOT_TEXT, 2)
        source.close()
