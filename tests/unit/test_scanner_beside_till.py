"""A serial scanner beside a till, over a real pseudo-terminal: scans, rubbish, and a cable pulled out."""

import queue
from pathlib import Path

import cv2
import pytest

from devices.virtual.camera import camera_frame
from devices.virtual.scanner import VirtualScanner
from loyalty.codes import card_number
from terminal.cards import card_png
from terminal.device_file import FILE, read_devices
from terminal.scanning import camera_scanner, configured_scanners, serial_scanner
from terminal.session import commands as c
from terminal.supervising import Supervising
from terminal.words import TEMPLATES

WAIT_S = 60


def test_a_scanner_s_codes_are_commands_and_its_troubles_are_sentences(tmp_path: Path) -> None:
    posted: queue.Queue[c.Command] = queue.Queue()
    with (
        VirtualScanner(link=tmp_path / "scanner") as scanner,
        serial_scanner(scanner.port, posted.put, Supervising(posted.put), suffix_known=True),
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
            heard = posted.get(timeout=0.2)
        except queue.Empty:
            continue
        break
    scanner.scan("READ")  # of the line before, its end alone may have been read
    while not isinstance(heard, c.Scan) or heard.text != "READ":
        heard = posted.get(timeout=WAIT_S)


@pytest.mark.camera
def test_a_card_held_before_a_camera_is_a_command(tmp_path: Path) -> None:
    card = card_number("299", 7)
    frame = camera_frame(card_png(card, "", "Club", "qr"), angle_deg=25, noise_sigma=8, seed=1)
    video = tmp_path / "card.avi"
    high, wide = frame.shape[:2]
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (wide, high))
    for _ in range(5):
        writer.write(frame if frame.ndim == 3 else cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    posted: queue.Queue[c.Command] = queue.Queue()
    with camera_scanner(str(video), posted.put, Supervising(posted.put)):
        found = posted.get(timeout=WAIT_S)
    assert found == c.Scan(f"KPL:{card}", "camera", "]Q1")


def test_the_scanners_of_the_file_of_devices_read_as_it_says(tmp_path: Path) -> None:
    posted: queue.Queue[c.Command] = queue.Queue()
    text = """
[[device]]
kind = "scanner"
driver = "serial"
id = "front"
port = "{port}"
prefix = "~~"
postfix = "#"
layout = "russian"
suffix = "always"
"""
    with VirtualScanner(gap_s=0, prefix=b"~~", suffix=b"#\r", link=tmp_path / "scanner") as scanner:
        (tmp_path / FILE).write_text(text.format(port=scanner.port))
        with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)):
            scanner.unplug()
            gone = posted.get(timeout=WAIT_S)
            assert isinstance(gone, c.Notify)
            assert gone.said.code == "scan.gone"
            scanner.plug()
            back = posted.get(timeout=WAIT_S)
            assert isinstance(back, c.Notify)
            assert back.said.code == "scan.back"
            scanner.scan("ЛЗДЖ2990001000018")
            assert posted.get(timeout=WAIT_S) == c.Scan("KPL:2990001000018", "serial:front")
