"""A camera's trace is a video: every frame it gives is written to an AVI file as well, at the pace at which it came.

Each frame in it is a JPEG of its own, so what one frame showed is not mixed with the next. Cards and faces may be in
it: only its owner may read it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from loyalty.errors import BadInput
from loyalty.sentences import sentence

if TYPE_CHECKING:
    from terminal.scanner.camera import Frame

SUFFIX = ".avi"
FILE_MODE = 0o600
MOST_FILE_BYTES = 256 * 1024 * 1024
"""Some minutes; what comes after is not recorded."""
USUAL_FPS, MOST_FPS = 25.0, 60.0
MOST_REPEATS = 250
"""A camera that gave nothing for longer does so in less time when it is played."""
SENTENCES = {
    "camera.record": (
        "Запись камеры — файл {suffix} в папке, которая есть: {name}",
        "A camera is recorded in a file {suffix} of a folder that is there: {name}",
    ),
}


def require_place(path: Path) -> None:
    """Raises BadInput where no recording can be written."""
    if path.suffix != SUFFIX or not path.parent.is_dir():
        raise BadInput(sentence("camera.record", suffix=SUFFIX, name=str(path)))


class Source(Protocol):
    """What is needed of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...
    def read(self) -> tuple[bool, Frame]: ...
    def release(self) -> None: ...
    def get(self, what: int) -> float: ...


class RecordedCapture:
    """An opened source whose frames are written to `path` too; a file that was there becomes FILE.1."""

    def __init__(
        self,
        source: Source,
        path: Path,
        *,
        most_bytes: int = MOST_FILE_BYTES,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._path = path
        self._most_bytes = most_bytes
        self._clock_s = clock_s
        self._writer: Any = None
        self._full = False
        self._fps = USUAL_FPS
        self._begun_s = 0.0
        self._written = 0
        self.isOpened = source.isOpened

    def read(self) -> tuple[bool, Frame]:
        there, frame = self._source.read()
        if there and not self._full:
            self._write(frame)
        return there, frame

    def release(self) -> None:
        self._source.release()
        if self._writer is not None:
            self._writer.release()

    def _write(self, frame: Frame) -> None:
        """Once, and once more for each frame's time in which none came."""
        if self._writer is None:
            self._begin(frame)
        due = int((self._clock_s() - self._begun_s) * self._fps) + 1 - self._written
        for _ in range(min(max(due, 1), MOST_REPEATS)):
            self._writer.write(frame)
            self._written += 1
        if self._path.stat().st_size >= self._most_bytes:
            self._full = True
            self._writer.release()

    def _begin(self, frame: Frame) -> None:
        import cv2

        fps = self._source.get(cv2.CAP_PROP_FPS)
        self._fps = fps if 1.0 <= fps <= MOST_FPS else USUAL_FPS
        if self._path.exists():
            os.replace(self._path, self._path.with_name(self._path.name + ".1"))
        os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        high, wide = frame.shape[:2]
        codec = cv2.VideoWriter.fourcc(*"MJPG")
        self._writer = cv2.VideoWriter(str(self._path), cv2.CAP_OPENCV_MJPEG, codec, self._fps, (wide, high))
        self._begun_s = self._clock_s()
