"""A camera that devices.toml names: found by what it is, its codes sent whole, its troubles told."""

from __future__ import annotations

import os
import queue
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

import devices.ports
from devices.buses import list_cameras
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.ports import Match, Port
from devices.virtual.camera import camera_frame
from loyalty.errors import BadDevices
from terminal import device_said
from terminal.cards import card_png
from terminal.cli import main
from terminal.device_file import FILE, Configured, configured, read_devices
from terminal.device_places import places
from terminal.doctor_camera import camera_findings
from terminal.scanner import camera_driver
from terminal.scanner.camera_driver import CAMERA, CameraScanner, CameraSettings, opens_camera
from terminal.scanner.codec import codec_of
from terminal.scanner.framing import Frame, Framing
from terminal.words import TEMPLATES

pytestmark = pytest.mark.camera

WAIT_S = 60
NUMBER = "2990000000019"
INFO = DeviceInfo("desk", "scanner", "camera", "0")
FIRST = Port("/dev/video0", "046d", "0825", "A1", "usb-Logitech-video-index0", "C270", "video")
OTHER = Port("/dev/video2", "046d", "0825", "B2", "", "C270", "video")
TABLE = '[[device]]\nkind = "scanner"\ndriver = "camera"\n'


class Picture:
    """A camera of one frame or several, which is there or not."""

    def __init__(self, frame: Any = None, opens: bool = True, count: int = 1) -> None:
        self._frames = [] if frame is None else [frame] * count
        self.isOpened = lambda: opens
        self.released = False

    def read(self) -> tuple[bool, Any]:
        return (True, self._frames.pop()) if self._frames else (False, None)

    def release(self) -> None:
        self.released = True


def frame() -> Any:
    return camera_frame(card_png(NUMBER, "", "Club", "qr"), 5.0, 0.0, 1, (640, 480))


def place_of(settings: CameraSettings, *ports: Port) -> Any:
    return places([Configured("scanner", "camera", settings, CAMERA, "device[1]")], ports)[0]


def test_a_usb_camera_is_listed_once_by_the_file_that_gives_pictures(tmp_path: Path) -> None:
    usb, names = tmp_path / "usb", tmp_path / "by-id"
    (usb / "interface").mkdir(parents=True)
    for name, text in (("idVendor", "046d\n"), ("idProduct", "0825\n"), ("serial", "A1\n")):
        (usb / name).write_text(text)
    for number in (0, 1):
        entry = tmp_path / "class" / f"video{number}"
        entry.mkdir(parents=True)
        (entry / "index").write_text(f"{number}\n")
        (entry / "name").write_text("C270\n")
        (entry / "device").symlink_to(usb / "interface")
    names.mkdir()
    (names / FIRST.by_id).symlink_to("/dev/video0")
    assert list_cameras(tmp_path / "class", names) == (FIRST,)
    assert FIRST.best_path == f"/dev/v4l/by-id/{FIRST.by_id}"


@pytest.mark.parametrize(
    ("settings", "opened"),
    [
        (CameraSettings(port="0"), 0),
        (CameraSettings(port="/dev/video2"), 2),
        (CameraSettings(port="rtsp://10.0.0.9/1"), "rtsp://10.0.0.9/1"),
        (CameraSettings(port="/srv/day.avi"), "/srv/day.avi"),
        (CameraSettings(match=Match(serial="B2")), 2),
    ],
)
def test_what_the_file_says_is_opened_wherever_it_is(
    settings: CameraSettings, opened: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_driver, "list_cameras", lambda: (FIRST, OTHER))
    asked: list[int | str] = []

    def opens(source: int | str) -> Picture:
        asked.append(source)
        return Picture()

    opens_camera(settings, opens)()
    assert asked == [opened]


def test_a_camera_that_comes_back_under_another_number_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [(FIRST,), (Port("/dev/video4", "046d", "0825", "A1", bus="video"),)]
    monkeypatch.setattr(camera_driver, "list_cameras", lambda: there.pop(0))
    asked: list[int | str] = []
    opened = opens_camera(CameraSettings(port="0"), lambda source: asked.append(source) or Picture())  # type: ignore[func-returns-value]
    opened()
    opened()
    assert asked == [0, 4]


def test_its_codes_come_whole_behind_their_identifiers() -> None:
    heard: queue.Queue[DeviceEvent] = queue.Queue()
    scanner = CameraScanner(INFO, CameraSettings(port="0"), lambda source: Picture(frame()))
    scanner.open(heard.put)
    ready, read = heard.get(timeout=WAIT_S), heard.get(timeout=WAIT_S)
    scanner.close()
    assert isinstance(ready, StatusUpdate)
    assert ready.health is Health.ENABLED
    assert isinstance(read, DataEvent)
    assert read.raw == f"]Q1KPL:{NUMBER}".encode()
    (code,) = codec_of("codes").feed(read.raw, 0.0)
    assert isinstance(code, Frame)
    assert (code.text, code.symbology) == (f"KPL:{NUMBER}", "]Q1")


@pytest.mark.parametrize(("repeat_ms", "told"), [(0, 3), (5000, 1)])
def test_a_code_in_view_counts_anew_as_the_file_says(repeat_ms: int, told: int) -> None:
    """Two frames, and the last once more in full."""
    heard: queue.Queue[DeviceEvent] = queue.Queue()
    seen = [Picture(frame(), count=2)]
    settings = CameraSettings(port="0", repeat_ms=repeat_ms)
    scanner = CameraScanner(INFO, settings, lambda source: seen.pop() if seen else Picture(opens=False))
    scanner.open(heard.put)
    events = [heard.get(timeout=WAIT_S)]
    while not isinstance(events[-1], StatusUpdate) or events[-1].health is not Health.OFFLINE:
        events.append(heard.get(timeout=WAIT_S))
    scanner.close()
    assert sum(isinstance(each, DataEvent) for each in events) == told


def test_a_camera_that_nothing_fits_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[tuple[Port, ...]] = [(OTHER,), ()]
    monkeypatch.setattr(camera_driver, "list_cameras", lambda: there.pop() if there else (OTHER,))
    heard: queue.Queue[DeviceEvent] = queue.Queue()
    scanner = CameraScanner(INFO, CameraSettings(match=Match(serial="B2")), lambda source: Picture(frame()))
    scanner.open(heard.put)
    first, second = heard.get(timeout=WAIT_S), heard.get(timeout=WAIT_S)
    scanner.close()
    assert isinstance(first, StatusUpdate)
    assert isinstance(second, StatusUpdate)
    assert [(first.health, first.code), (second.health, second.code)] == [
        (Health.OFFLINE, "unplugged"), (Health.ENABLED, "ready"),
    ]  # fmt: skip


def test_a_whole_code_is_cleared_of_its_prefix_and_is_one_scan_as_long_as_the_file_says() -> None:
    codec = codec_of("codes", Framing(prefix=b"~", repeat_s=1.5))
    read = [codec.feed(b"]E0~4600000000015", at_s) for at_s in (0.0, 1.4, 3.0)]
    assert [[code.text for code in codes if isinstance(code, Frame)] for codes in read] == [
        ["4600000000015"], [], ["4600000000015"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("", "device[1]: needs port or match, one of them"),
        ('port = "0"\nlayout = "russian"', "device[1]: layout is for scanners that send text"),
        ('port = "0"\ntrace = "day.jsonl"', "device[1]: trace of a camera is a video: end its name with .avi"),
    ],
)
def test_what_no_camera_can_be_is_refused(tmp_path: Path, keys: str, what: str) -> None:
    (tmp_path / FILE).write_text(TABLE + keys)
    with pytest.raises(BadDevices) as told:
        read_devices(tmp_path)
    assert [str(problem).startswith(what) for problem in told.value.problems] == [True]


def test_its_trace_is_a_video_of_the_till_s_folder(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f'{TABLE}port = "0"\ntrace = "day.avi"\n')
    (device,) = read_devices(tmp_path)
    assert isinstance(device.settings, CameraSettings)
    heard: queue.Queue[DeviceEvent] = queue.Queue()

    class Filmed(Picture):
        def get(self, what: int) -> float:
            return 25.0

    scanner = CameraScanner(INFO, device.settings, lambda source: Filmed(frame()))
    scanner.open(heard.put)
    heard.get(timeout=WAIT_S)
    heard.get(timeout=WAIT_S)
    scanner.close()
    there, filmed = cv2.VideoCapture(str(tmp_path / "day.avi")).read()
    assert (there, filmed.shape) == (True, (480, 640, 3))
    assert stat.S_IMODE((tmp_path / "day.avi").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("settings", "ports", "camera", "code"),
    [
        (CameraSettings(port="0"), (), Picture(opens=False), "camera.unplugged"),
        (CameraSettings(match=Match(vid="1111")), (FIRST,), Picture(), "camera.unplugged"),
        (CameraSettings(match=Match(vid="046d")), (FIRST, OTHER), Picture(), "port.not_unique"),
        (CameraSettings(port="0"), (), Picture(), "doctor.no_picture"),
        (CameraSettings(port="0"), (FIRST,), Picture("a picture"), "doctor.named_by_path"),
        (CameraSettings(port=FIRST.best_path), (FIRST,), Picture("a picture"), ""),
        (CameraSettings(match=Match(serial="A1")), (FIRST, OTHER), Picture("a picture"), ""),
        (CameraSettings(port="http://10.0.0.9/"), (FIRST,), Picture("a picture"), ""),
    ],
)
def test_the_doctor_says_what_is_wrong_with_a_camera(
    settings: CameraSettings, ports: tuple[Port, ...], camera: Picture, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_driver, "list_cameras", lambda: ports)
    found = list(camera_findings(place_of(settings, *ports), ports, lambda source: camera))
    assert [each.what.code for each in found] == ([code] if code else [])
    assert {key for each in found for key in (each.what.code, each.do.code)} <= set(TEMPLATES)


def test_a_camera_that_is_not_ours_wants_its_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    settings = CameraSettings(id="desk", port=str(tmp_path))
    (finding,) = camera_findings(place_of(settings), (), lambda source: Picture())
    assert (finding.device, finding.what.code) == ("desk", "camera.no_permission")
    assert "video" in device_said.SENTENCES[finding.do.code][1]


def test_the_doctor_and_listen_say_of_a_file_without_frames_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no frames here")
    (finding,) = camera_findings(place_of(CameraSettings(id="desk", port=str(notes))), ())
    assert (finding.what.code, finding.do.code) == ("camera.no_video", "camera.no_video.hint")
    with pytest.raises(SystemExit) as ended:
        main(["devices", "listen", str(notes), "--driver", "camera", "--data", str(tmp_path), "--lang", "en"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines()[0] == f"{notes} is no video and no picture"


def test_cameras_are_listed_and_listened_to_by_their_ids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2.imwrite(str(tmp_path / "card.png"), frame())
    tables = (("desk", tmp_path / "card.png"), ("door", "/dev/video0"), ("yard", "rtsp://10.0.0.9/1"))
    (tmp_path / FILE).write_text("".join(f'{TABLE}id = "{id}"\nport = "{port}"\n' for id, port in tables))
    monkeypatch.setattr(devices.ports, "list_ports", lambda: ())
    monkeypatch.setattr("devices.buses.list_cameras", lambda: (FIRST,))
    monkeypatch.setattr("os.path.exists", lambda path: str(path) in ("/dev/video0", str(tmp_path / "card.png")))
    assert run("list", "--data", tmp_path, "--lang", "en") == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "/dev/video0  046d:0825  usb-Logitech-video-index0  C270  camera  door",
        "There are no serial ports",
        f"{tmp_path / FILE}:",
        f"  desk  scanner camera  {tmp_path / 'card.png'}  there: {tmp_path / 'card.png'}",
        "  door  scanner camera  /dev/video0  there: /dev/video0",
        "  yard  scanner camera  rtsp://10.0.0.9/1  on the network",
    ]
    assert run("listen", "desk", "--count", "1", "--data", tmp_path, "--lang", "en") == 0
    assert capsys.readouterr().out.splitlines() == [f"KPL:{NUMBER}  AIM ]Q1  a card"]


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["devices", *(str(each) for each in arguments)])
    return int(ended.value.code or 0)


def test_what_opencv_says_of_a_camera_that_is_not_there_never_reaches_the_screen() -> None:
    program = (
        "from terminal.scanner.camera_source import open_capture;"
        "[open_capture(each).isOpened() for each in (97, '/dev/video97', 'no.avi', 'http://127.0.0.1:9/')]"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_camera_has_its_driver_in_the_file() -> None:
    (device,) = configured({"device": [{"kind": "scanner", "driver": "camera", "port": "0"}]})
    assert (device.settings, device.place) == (CameraSettings(id="scanner", port="0"), "0")
