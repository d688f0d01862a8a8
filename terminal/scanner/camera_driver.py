"""The camera as a scanner of `devices.toml`: found as a port is; it sends whole codes behind their AIM identifiers."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import msgspec

from devices import driver as d
from devices.buses import list_cameras
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.ports import Match, PortFinder
from terminal.scanner.camera_recording import SUFFIX, RecordedCapture, Source
from terminal.scanner.camera_source import CameraSource, Capture, open_capture
from terminal.scanner.scan import Scan

NODE = re.compile(r"/dev/video(\d+)")
Opens = Callable[[int | str], Capture]


class CameraSettings(d.ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`port` is its number, a device, an address, a video file or a picture; `repeat_ms` how long a code must have been
    out of sight to count anew. Its trace is a video."""

    port: d.Path = ""
    match: Match | None = None
    repeat_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 1500

    def __post_init__(self) -> None:
        d.need_one_of(port=self.port, match=self.match)
        d.need_no_layout(self.layout)
        if self.trace and not self.trace.endswith(SUFFIX):
            raise ValueError(f"trace of a camera is a video: end its name with {SUFFIX}")

    @property
    def named(self) -> str:
        """Its place for people."""
        return self.port or str(self.match)


def node_of(port: str) -> str:
    """The device or file of a port; an address stays what it is."""
    if port.isdecimal():
        return f"/dev/video{port}"
    return os.path.realpath(port) if port.startswith("/dev/") else port


def is_address(port: str) -> bool:
    return "://" in port


def opens_camera(settings: CameraSettings, opens: Opens = open_capture) -> Callable[[], Capture]:
    """What opens it, wherever it is now; that raises OSError where it is not there, not ours, or not the only one."""
    finder = PortFinder(node_of(settings.port) if settings.port else "", settings.match, list_cameras)

    def opened() -> Capture:
        path = finder.find()
        if os.path.exists(path) and not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        node = NODE.fullmatch(path)
        return opens(int(node.group(1)) if node else path)

    return opened


class CameraScanner:
    """A devices.protocols.Scanner. OpenCV is imported by its own thread, once it is opened."""

    def __init__(self, info: DeviceInfo, settings: CameraSettings, opens: Opens = open_capture) -> None:
        self._info = info
        self._health = Health.CLOSED
        self._listener: Callable[[DeviceEvent], None] = lambda event: None
        opened = opens_camera(settings, opens)
        record = partial(RecordedCapture, path=Path(settings.trace)) if settings.trace else None
        self._source = CameraSource(
            settings.named,
            on_scan=self._read,
            on_status=self._say,
            capture=lambda _: record(cast(Source, opened())) if record else opened(),
            repeat_s=settings.repeat_ms / 1000,
        )

    @property
    def info(self) -> DeviceInfo:
        return self._info

    def check_health(self) -> Health:
        return self._health

    def open(self, listener: Callable[[DeviceEvent], None]) -> None:
        self._listener = listener
        self._source.open()

    def close(self) -> None:
        self._source.close()
        self._health = Health.CLOSED

    def _read(self, scan: Scan) -> None:
        self._listener(DataEvent(f"{scan.symbology or ''}{scan.text}".encode(), time.monotonic()))

    def _say(self, status: StatusUpdate) -> None:
        self._health = status.health
        self._listener(status)


def camera(info: DeviceInfo, settings: CameraSettings, on_quiet: Callable[[float], None]) -> CameraScanner:
    return CameraScanner(info, settings)


CAMERA = d.Driver(CameraSettings, camera, "codes", "video")
