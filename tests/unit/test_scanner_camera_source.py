"""Every kind of source OpenCV opens: a device, a video file, a picture, an address; and one that comes and goes."""

from __future__ import annotations

import functools
import http.server
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from devices.backoff import Backoff
from devices.model import Health, StatusUpdate
from devices.virtual.camera import camera_frame
from terminal.cards import CardKind, card_png
from terminal.device_said import seen_of
from terminal.scanner import camera_source
from terminal.scanner.camera_source import CameraSource
from terminal.scanner.scan import Scan
from terminal.scanning import camera_scanner
from terminal.supervising import Supervising

pytestmark = pytest.mark.camera

NUMBER = "2990000000019"
QR = Scan(f"KPL:{NUMBER}", "]Q1", "camera")
EAN = Scan(NUMBER, "]E0", "camera")
WAIT_S = 60.0


def seen(kind: CardKind, angle_deg: float, noise_sigma: float, seed: int, size: tuple[int, int]) -> Any:
    return camera_frame(card_png(NUMBER, "Иван И.", "Клуб", kind), angle_deg, noise_sigma, seed, size)


def watched(source: int | str) -> tuple[list[Scan], list[str]]:
    """What a source that ends gave: its scans and its states."""
    scans: list[Scan] = []
    statuses: queue.Queue[StatusUpdate] = queue.Queue()
    camera = CameraSource(source, on_scan=scans.append, on_status=statuses.put, once=True)
    camera.open()
    told = [statuses.get(timeout=WAIT_S).code]
    while told[-1] not in ("ended", "camera_failed"):
        told.append(statuses.get(timeout=WAIT_S).code)
    camera.close()
    return scans, told


@pytest.fixture
def video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(camera_source, "REPEAT_S", WAIT_S)  # on a busy machine two pictures of one card lie far apart
    path = tmp_path / "card.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for kind in ("qr", "barcode"):
        for step in range(8):
            writer.write(seen(kind, 5.0 + step, 5.0, step, (640, 480)))
    writer.release()
    return path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The folder over HTTP."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_video_of_two_cards_gives_two_scans_and_ends(video: Path) -> None:
    assert watched(str(video)) == ([QR, EAN], ["ready", "ended"])


def test_an_address_is_watched_as_a_file_is(video: Path, served: str) -> None:
    assert watched(f"{served}/{video.name}") == ([QR, EAN], ["ready", "ended"])


@pytest.mark.parametrize(("kind", "scan"), [("qr", QR), ("barcode", EAN)])
def test_a_picture_is_a_source_of_one_frame_that_is_looked_at_in_full(
    kind: CardKind, scan: Scan, tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "card.png"), seen(kind, 40.0, 20.0, 3, (640, 480)))
    assert watched(str(tmp_path / "card.png")) == ([scan], ["ready", "ended"])


@pytest.mark.parametrize("source", [99, "/dev/video99", "none.avi"])
def test_a_device_or_a_file_that_is_not_there_is_a_camera_that_does_not_answer(source: int | str) -> None:
    statuses: queue.Queue[StatusUpdate] = queue.Queue()
    camera = CameraSource(source, on_scan=lambda scan: None, on_status=statuses.put, backoff=Backoff(0.01, 0.02))
    camera.open()
    status = statuses.get(timeout=WAIT_S)
    camera.close()
    assert (status.health, status.code) == (Health.OFFLINE, "unplugged")


@pytest.mark.parametrize("once", [True, False])
def test_a_file_that_is_no_video_and_no_picture_has_no_cable_to_check(tmp_path: Path, once: bool) -> None:
    (tmp_path / "notes.txt").write_text("no frames here")
    statuses: queue.Queue[StatusUpdate] = queue.Queue()
    place = str(tmp_path / "notes.txt")
    camera = CameraSource(place, on_scan=lambda scan: None, on_status=statuses.put, once=once)
    camera.open()
    status = statuses.get(timeout=WAIT_S)
    camera.close()
    assert (status.health, status.code) == (Health.ERROR, "no_video")
    shown = seen_of(status, "camera", place)
    assert shown is not None
    assert shown.said is not None
    assert (shown.standing, shown.said.code) == ("wrong", "camera.no_video")


@pytest.mark.parametrize(
    ("camera", "source"), [("0", 0), ("12", 12), ("/dev/video2", "/dev/video2"), ("a.avi", "a.avi")]
)
def test_digits_are_the_number_of_a_camera_and_all_else_is_where_it_is(
    camera: str, source: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: queue.Queue[int | str] = queue.Queue()
    posted: queue.Queue[object] = queue.Queue()
    monkeypatch.setattr(camera_source.CameraSource, "open", lambda self: asked.put(self._source))
    with camera_scanner(camera, posted.put, Supervising(posted.put)):
        assert asked.get_nowait() == source


def test_a_camera_takes_one_core_and_leaves_the_others_to_the_till(video: Path) -> None:
    cv2.setNumThreads(2)
    camera_source.open_capture(str(video)).release()
    assert cv2.getNumThreads() == 1


class Flaky:
    """A camera that opens at the third try and is gone after one frame."""

    def __init__(self, tries: list[int]) -> None:
        self._opens = len(tries) >= 3
        self._frames = 1

    def isOpened(self) -> bool:
        return self._opens

    def read(self) -> tuple[bool, Any]:
        self._frames -= 1
        return self._frames >= 0, seen("qr", 0, 0.0, 1, (640, 480))

    def release(self) -> None:
        self._opens = False


def test_a_camera_that_comes_and_goes_is_a_status_and_is_opened_again() -> None:
    tries: list[int] = []
    statuses: queue.Queue[StatusUpdate] = queue.Queue()
    scans: queue.Queue[Scan] = queue.Queue()

    def capture(source: int | str) -> Flaky:
        tries.append(1)
        return Flaky(tries)

    camera = CameraSource(0, on_scan=scans.put, on_status=statuses.put, capture=capture, backoff=Backoff(0.01, 0.02))
    camera.open()
    assert [statuses.get(timeout=WAIT_S).code for _ in range(3)] == ["unplugged", "ready", "unplugged"]
    assert scans.get(timeout=WAIT_S) == QR
    camera.close()


def test_a_code_in_view_when_the_camera_goes_and_comes_back_at_once_is_still_one_scan() -> None:
    scans: list[Scan] = []
    opened: queue.Queue[int] = queue.Queue()

    def capture(source: int | str) -> Flaky:
        opened.put(1)
        return Flaky([1, 1, 1])

    camera = CameraSource(
        0, on_scan=scans.append, capture=capture, backoff=Backoff(0.001, 0.002), clock_s=lambda: 100.0
    )
    camera.open()
    for _ in range(4):
        opened.get(timeout=WAIT_S)
    camera.close()
    assert scans == [QR]


def test_a_picture_stays_in_view_as_one_scan_of_a_camera_that_works(tmp_path: Path) -> None:
    picture = tmp_path / "card.png"
    picture.write_bytes(b"")
    opened: queue.Queue[int] = queue.Queue()
    statuses: list[str] = []
    scans: list[Scan] = []

    def capture(source: int | str) -> Flaky:
        opened.put(1)
        return Flaky([1, 1, 1])

    camera = CameraSource(
        str(picture), on_scan=scans.append, on_status=lambda status: statuses.append(status.code), capture=capture,
        backoff=Backoff(0.001, 0.002), clock_s=lambda: 100.0,
    )  # fmt: skip
    camera.open()
    for _ in range(4):
        opened.get(timeout=WAIT_S)
    camera.close()
    assert (statuses, scans) == (["ready"], [QR])


def test_a_camera_that_cannot_be_used_says_so_and_does_not_break_the_till() -> None:
    statuses: queue.Queue[StatusUpdate] = queue.Queue()

    def capture(source: int | str) -> Flaky:
        raise RuntimeError("no driver")

    camera = CameraSource(0, on_scan=lambda scan: None, on_status=statuses.put, capture=capture)
    camera.open()
    status = statuses.get(timeout=WAIT_S)
    camera.close()
    assert (status.health, status.code) == (Health.ERROR, "camera_failed")
