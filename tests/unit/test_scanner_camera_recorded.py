"""A camera's trace: its frames in a file, whole and bounded, and that file or a folder played to a till as a camera."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import pytest

from devices.virtual.camera import camera_frame
from devices.virtual.replayed_camera import film_of, replayed_camera
from terminal.cards import card_png
from terminal.cli import main
from terminal.cli.devices_camera import film_at
from terminal.scanner.camera_recording import RecordedCapture
from terminal.scanner.camera_source import CameraSource
from terminal.scanner.scan import Scan

pytestmark = pytest.mark.camera

NUMBER = "2990000000019"
QR = Scan(f"KPL:{NUMBER}", "]Q1", "camera")
WAIT_S = 60.0
SIZE = (320, 240)


class Frames:
    """Stands for cv2.VideoCapture: so many frames of 10 a second, each grey of its own number."""

    def __init__(self, count: int) -> None:
        self.left = [np.full((SIZE[1], SIZE[0], 3), 40 * number, np.uint8) for number in range(count)]

    def isOpened(self) -> bool:
        return True

    def read(self) -> tuple[bool, Any]:
        return (True, self.left.pop(0)) if self.left else (False, None)

    def release(self) -> None: ...

    def get(self, what: int) -> float:
        return 10.0


def greys(path: Path) -> list[int]:
    """Of each frame in the file the grey it was, to the nearest of ours."""
    capture, found = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        found.append(round(float(read[1].mean()) / 40))
    return found


def test_every_frame_is_kept_and_a_pause_is_as_long_as_it_was(tmp_path: Path) -> None:
    path, times = tmp_path / "day.avi", iter([0.0, 0.0, 0.1, 0.45])
    path.write_text("before")
    recorded = RecordedCapture(Frames(3), path, clock_s=lambda: next(times))
    while recorded.read()[0]:
        pass
    recorded.release()
    assert greys(path) == [0, 1, 2, 2, 2]
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "day.avi.1").read_text() == "before"


def test_a_full_recording_ends_and_the_camera_goes_on(tmp_path: Path) -> None:
    """Noise: of these frames each has more than 100 kB, and the file is written some kilobytes at a time."""
    path, chance = tmp_path / "day.avi", np.random.default_rng(7)
    frames = Frames(0)
    frames.left = [chance.integers(0, 255, (480, 640, 3), np.uint8) for _ in range(12)]
    recorded = RecordedCapture(frames, path, most_bytes=500_000, clock_s=lambda: 0.0)
    seen = 0
    while recorded.read()[0]:
        seen += 1
    recorded.release()
    assert (seen, 500_000 <= path.stat().st_size < 1_000_000) == (12, True)
    assert cv2.VideoCapture(str(path)).read()[0]


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "pictures" / "1.png"
    path.parent.mkdir()
    frame = camera_frame(card_png(NUMBER, "", "Club", "qr"), 12.0, 5.0, 1, (640, 480))
    cv2.imwrite(str(path), frame)
    (path.parent / "notes.txt").write_text("no picture")
    return path


def test_a_folder_of_pictures_is_played_and_read_as_a_camera_is(card: Path) -> None:
    film = film_of(card.parent)
    assert film is not None
    scans: queue.Queue[Scan] = queue.Queue()
    with replayed_camera(film, fast=True) as (url, ended):
        camera = CameraSource(url, on_scan=scans.put, once=True)
        camera.open()
        assert scans.get(timeout=WAIT_S) == QR
        assert ended.wait(WAIT_S)
        camera.close()


@pytest.fixture
def kopilka(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[str]]]:
    def run(*arguments: str | Path) -> tuple[int, list[str]]:
        said: list[str] = []
        monkeypatch.setattr(click, "echo", lambda text="", err=False, nl=True: said.append(str(text)))
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in (*arguments, "--lang", "en")])
        return int(ended.value.code or 0), said

    return run


def test_what_listens_to_a_camera_shows_its_codes_and_records_it(
    tmp_path: Path, card: Path, kopilka: Callable[..., tuple[int, list[str]]]
) -> None:
    day = tmp_path / "day.avi"
    status, said = kopilka(
        "devices", "listen", card, "--driver", "camera", "--record", day, "--data", tmp_path / "till"
    )  # fmt: skip
    assert (status, said) == (0, [f"{card}: hold a code before it", f"KPL:{NUMBER}  AIM ]Q1  a card"])
    assert kopilka("devices", "listen", day, "--driver", "camera", "--data", tmp_path)[1][1:] == said[1:]
    assert film_at(day) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.avi",), "The camera none.avi does not answer"),
        (("0", "--record", "day.mp4"), "A camera is recorded in a file .avi of a folder that is there: day.mp4"),
        (("0", "--record", "no/day.avi"), "A camera is recorded in a file .avi of a folder that is there: no/day.avi"),
    ],
)
def test_what_no_camera_or_recording_can_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["devices", "listen", *arguments, "--driver", "camera", "--data", str(tmp_path), "--lang", "en"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines()[0] == said


@pytest.mark.parametrize("text", ["", '{"kopilka_trace":1}', "no film at all"])
def test_what_is_no_film_is_left_to_what_reads_traces(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text)
    assert film_at(tmp_path / "x") is None
    assert film_at(tmp_path / "none") is None
