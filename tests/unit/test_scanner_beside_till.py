"""A serial scanner beside a till, over a real pseudo-terminal: scans, rubbish, and a cable pulled out."""

import queue
from pathlib import Path

from devices.virtual.scanner import VirtualScanner
from terminal.scanning import serial_scanner
from terminal.session import commands as c
from terminal.words import TEMPLATES

WAIT_S = 20


def test_a_scanner_s_codes_are_commands_and_its_troubles_are_sentences(tmp_path: Path) -> None:
    posted: queue.Queue[c.Command] = queue.Queue()
    with (
        VirtualScanner(link=tmp_path / "scanner") as scanner,
        serial_scanner(scanner.port, posted.put, suffix_known=True),
    ):
        _until_read(scanner, posted)
        scanner.send(b"46\x01\x02\r\n")
        spoiled = posted.get(timeout=WAIT_S)
        assert isinstance(spoiled, c.Notify)
        assert (spoiled.level, spoiled.said.code) == ("error", "scan.unreadable")
        scanner.unplug()
        gone = posted.get(timeout=WAIT_S)
        assert isinstance(gone, c.Notify)
        assert (gone.level, gone.said.code) == ("warn", "scan.gone")
        scanner.plug()
        back = posted.get(timeout=WAIT_S)
        assert isinstance(back, c.Notify)
        assert back.said.code == "scan.back"
    for said in (spoiled.said, gone.said, back.said, *(n.hint for n in (spoiled, gone) if n.hint)):
        assert said.code in TEMPLATES


def _until_read(scanner: VirtualScanner, posted: "queue.Queue[c.Command]") -> None:
    """Scan until the port is open: what is sent before that is lost, as it is on a real line."""
    for number in range(1000):
        scanner.scan(f"LINE{number}")
        try:
            first = posted.get(timeout=0.2)
        except queue.Empty:
            continue
        assert isinstance(first, c.Scan | c.Notify)
        break
    while not posted.empty():
        posted.get()
