"""The virtual camera on the network, watched by OpenCV as a till watches any: codes, faults, what the strip says."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import cv2
import numpy as np
import pytest

from devices.backoff import Backoff
from devices.virtual import camera_served
from devices.virtual.camera_codes import MOST_CODE_BYTES, code_png, kind_of
from devices.virtual.camera_served import MOST_WAITING, MOST_WATCHERS, ServedCamera, held_views
from devices.virtual.faults import script
from terminal.cli.devices_played import played_device
from terminal.device_file import FILE, read_devices
from terminal.device_places import places
from terminal.device_reports import listening
from terminal.doctor_camera import camera_findings
from terminal.scanner.camera import decode
from terminal.scanner.camera_source import CameraSource
from terminal.scanner.scan import Scan
from terminal.session import commands as c
from terminal.supervising import Supervising

pytestmark = pytest.mark.camera

WAIT_S = 60
PAUSE_S = 0.005
CARD, GOODS = "KPL:2990000000019", "4600000000015"
CARD_READ, GOODS_READ = Scan(CARD, "]Q1", "camera"), Scan(GOODS, "]E0", "camera")
LABEL = "0104600000000015215Qbag\x1d10L7"


class Eye:
    """A till's camera reader and its strip: what was scanned, what was told, what was heard of the cable."""

    def __init__(self, url: str) -> None:
        frames_s = count(0.0, camera_served.PAUSE_S)
        self.scans: queue.Queue[Scan] = queue.Queue()
        self.told: queue.Queue[c.Notify] = queue.Queue()
        self.changes: queue.Queue[None] = queue.Queue()
        self.supervising = Supervising(self.told.put, lambda: self.changes.put(None))
        self.reader = CameraSource(
            url,
            on_scan=self.scans.put,
            on_status=listening(self.supervising, "camera", "camera", url),
            backoff=Backoff(0.01, 0.01),
            clock_s=lambda: next(frames_s),
        )

    def standing(self) -> str:
        """How the strip shows it, once that has changed."""
        self.changes.get(timeout=WAIT_S)
        return self.supervising.devices()[0].standing


@contextmanager
def watched(camera: ServedCamera) -> Iterator[Eye]:
    eye = Eye(camera.url)
    eye.reader.open()
    try:
        assert eye.standing() == "working"
        yield eye
    finally:
        eye.reader.close()


def test_a_code_held_before_it_is_one_scan_and_the_same_code_typed_again_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reader's clock goes by frames, a tenth of a second each: as usual, however slow this machine is. The pictures
    are made beforehand, so that what keeps two codes apart is the empty counter alone."""
    views = {code: tuple(held_views(code)) for code in (GOODS, CARD)}
    monkeypatch.setattr(camera_served, "held_views", views.__getitem__)
    with ServedCamera(pause_s=PAUSE_S) as camera, watched(camera) as eye:
        assert [camera.hold(code) for code in (GOODS, GOODS, CARD)] == [1, 1, 1]
        read = [eye.scans.get(timeout=WAIT_S) for _ in range(3)]
    assert read == [GOODS_READ, GOODS_READ, CARD_READ]


def test_a_cable_pulled_out_stands_on_the_strip_until_it_is_back() -> None:
    with ServedCamera(pause_s=PAUSE_S) as camera, watched(camera) as eye:
        script("camera", camera, "unplug")
        assert eye.standing() == "waiting"
        assert eye.told.get(timeout=WAIT_S).said.code == "scan.gone"
        with pytest.raises(ConnectionRefusedError):
            refused(camera.url)
        assert camera.hold(CARD) == 0
        script("camera", camera, "plug")
        assert eye.standing() == "working"
        assert eye.told.get(timeout=WAIT_S).said.code == "scan.back"
        camera.hold(GOODS)
        assert eye.scans.get(timeout=WAIT_S) == GOODS_READ


def refused(url: str) -> None:
    try:
        urlopen(url, timeout=WAIT_S)
    except OSError as error:
        raise getattr(error, "reason", error) from error


def test_a_code_held_in_the_dark_is_read_by_nobody() -> None:
    """Every frame that a watcher gets of it is black; the next after the light is on is read."""
    with ServedCamera(pause_s=PAUSE_S) as camera:
        script("camera", camera, "dark")
        capture = cv2.VideoCapture(camera.url)
        there, _ = capture.read()
        assert there
        camera.hold(CARD)
        brightest = 0
        for _ in range(30):
            there, frame = capture.read()
            assert there
            brightest = max(brightest, int(frame.max()))
        assert brightest == 0
        script("camera", camera, "light")
        camera.hold(CARD)
        while decode(np.asarray(frame, np.uint8), "fast") != [CARD_READ]:
            there, frame = capture.read()
            assert there
        capture.release()


def test_the_file_of_devices_takes_its_address_and_the_doctor_a_picture(tmp_path: Path) -> None:
    with ServedCamera() as camera:
        (tmp_path / FILE).write_text(f'[[device]]\nkind = "scanner"\ndriver = "camera"\nport = "{camera.url}"\n')
        (place,) = places(read_devices(tmp_path), ())
        assert list(camera_findings(place, ())) == []
        camera.unplug()
        assert [each.what.code for each in camera_findings(place, ())] == ["camera.unplugged"]


@pytest.mark.parametrize(
    ("code", "kind", "read"),
    [
        (GOODS, "EAN-13", GOODS_READ),
        ("96385074", "EAN-8", Scan("96385074", "]E4", "camera")),
        ("036000291452", "UPC-A", Scan("0036000291452", "]E0", "camera")),
        (LABEL, "DataMatrix", Scan(LABEL, "]d1", "camera")),
        ("4600000000016", "QR Code", Scan("4600000000016", "]Q1", "camera")),
        ("Чай", "QR Code", Scan("Чай", "]Q1", "camera")),
        ("x" * MOST_CODE_BYTES, "QR Code", Scan("x" * MOST_CODE_BYTES, "]Q1", "camera")),
    ],
)
def test_what_is_held_is_the_picture_of_such_a_code_and_is_read_at_a_glance(code: str, kind: str, read: Scan) -> None:
    assert kind_of(code) == kind
    frame = cv2.imdecode(np.frombuffer(next(held_views(code)), np.uint8), cv2.IMREAD_COLOR)
    assert frame is not None
    assert decode(np.asarray(frame, np.uint8), "fast") == [read]


@pytest.mark.parametrize("code", ["", "x" * (MOST_CODE_BYTES + 1)])
def test_what_no_picture_holds_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=rf"1\.\.{MOST_CODE_BYTES}"):
        code_png(code)


def test_so_many_watch_at_most_and_so_many_codes_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.virtual.camera_served.held_views", lambda code: (b"",))
    with ServedCamera(pause_s=WAIT_S) as camera, contextlib.ExitStack() as watching:
        for _ in range(MOST_WATCHERS):
            watching.enter_context(urlopen(camera.url, timeout=WAIT_S))
        with pytest.raises(OSError, match="503"):
            urlopen(camera.url, timeout=WAIT_S)
        assert {camera.hold(CARD) for _ in range(MOST_WAITING)} == {MOST_WATCHERS}
        # One of them each may have begun to see: that picture stays for a minute.
        camera.hold(CARD)
        assert camera.hold(CARD) == 0


def test_the_command_says_what_it_holds_and_when_nobody_saw_it(capsys: pytest.CaptureFixture[str]) -> None:
    played = played_device("camera", None, 0, "serial", ru=False)
    assert played.take is not None
    with played.running as url:
        assert played.take(GOODS) == "Nobody watches, the code was shown to nobody"
        with urlopen(url, timeout=WAIT_S):
            assert played.take("01046<GS>") == "→ '01046\\x1d' (DataMatrix)"
            assert played.take("x" * (MOST_CODE_BYTES + 1)) == "A code holds up to 300 bytes"
        script("camera", played.device, "unplug")
        assert played.take(GOODS) == "Unplugged, the code was shown to nobody: !plug"
