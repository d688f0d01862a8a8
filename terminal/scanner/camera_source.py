"""A camera, a video file or any other source OpenCV opens, as a stream of Scans.

Which pass a frame gets and when a read counts is decided without a clock or a camera; the thread around it is dull.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Protocol, cast

from devices.backoff import Backoff
from devices.model import Health, StatusUpdate
from devices.transport.reader import why_not_open
from terminal.scanner.camera import Effort, decode
from terminal.scanner.repeats import Repeats
from terminal.scanner.scan import Scan, is_linear

if TYPE_CHECKING:
    from terminal.scanner.camera import Frame

AGREE_WITHIN_S = 0.5
REPEAT_S = 1.5
"""A card held before the camera is one scan; it must have been out of sight this long to be another."""

READY = StatusUpdate(Health.ENABLED, "ready", "The camera is ready.")
LOST = StatusUpdate(
    Health.OFFLINE, "unplugged", "The camera does not answer.", "Check the cable; it comes back by itself."
)
NO_VIDEO = StatusUpdate(
    Health.ERROR, "no_video", "The file is no video and no picture.", "Name a camera, a video or a picture."
)
ENDED = StatusUpdate(Health.CLOSED, "ended", "The video has ended.")


def effort_for(frame_number: int) -> Effort:
    """How hard to look at the n-th frame, from 0: mostly quick, every third thorough, every fifth in full."""
    if frame_number % 5 == 4:
        return "full"
    return "thorough" if frame_number % 3 == 2 else "fast"


class Agreement:
    """Lets a 1D code through once two reads within half a second agree; a 2D code at once. Each counts once in view,
    and anew once it has been out of sight for `repeat_s`."""

    def __init__(self, repeat_s: float | None = None) -> None:
        self._linear = Repeats(AGREE_WITHIN_S)
        self._told = Repeats(REPEAT_S if repeat_s is None else repeat_s)

    def agreed(self, scans: list[Scan], now_s: float) -> list[Scan]:
        """What of this frame's reads is a scan."""
        return self.new([s for s in scans if not is_linear(s) or self._linear.is_repeat(s.text, now_s)], now_s)

    def new(self, scans: list[Scan], now_s: float) -> list[Scan]:
        """What of these is not told already."""
        return [scan for scan in scans if not self._told.is_repeat(scan.text, now_s)]


class Capture(Protocol):
    """What cv2.VideoCapture has: `read` waits for the next frame."""

    def isOpened(self) -> bool: ...
    def read(self) -> tuple[bool, Frame]: ...
    def release(self) -> None: ...


def open_capture(source: int | str) -> Capture:
    # What OpenCV and its ffmpeg say of a camera that is not there would stand in the middle of the till's screen.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2
    from cv2.utils import logging

    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    # One core is the camera's, the others are left to the till.
    cv2.setNumThreads(1)
    return cast(Capture, cv2.VideoCapture(source))


class CameraSource:
    """Looks at every frame of `source` (a camera's number, a device, an address or a video file) on its own thread.

    A camera that vanishes is opened again with growing waits; with `once`, as for a file, the end is the end.
    """

    def __init__(
        self,
        source: int | str,
        *,
        on_scan: Callable[[Scan], None],
        on_status: Callable[[StatusUpdate], None] = lambda status: None,
        once: bool = False,
        capture: Callable[[int | str], Capture] = open_capture,
        backoff: Backoff | None = None,
        repeat_s: float | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._on_scan = on_scan
        self._on_status = on_status
        self._once = once
        self._capture = capture
        self._backoff = backoff or Backoff()
        self._clock_s = clock_s
        self._agreement = Agreement(repeat_s)
        self._status: StatusUpdate | None = None
        self._saw = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=f"camera {self._source}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        waits = self._backoff.waits()
        while not self._stopping.is_set():
            try:
                opened = self._watch_once()
                if opened:
                    waits = self._backoff.waits()
                if not opened and self._is_file():
                    self._report(NO_VIDEO)
                elif self._once or not self._begins_anew():
                    self._report(ENDED if self._once else LOST)
            except OSError as error:
                self._report(why_not_open(error, str(self._source), lambda path: LOST))
            except Exception as error:  # noqa: BLE001  the edge of this thread: a failure is a state of the camera
                self._report(StatusUpdate(Health.ERROR, "camera_failed", f"The camera cannot be used: {error}"))
            if self._once:
                return
            self._stopping.wait(next(waits))

    def _begins_anew(self) -> bool:
        """At the end of a video or a picture no cable is out: it is watched again, and what it shows stays in view."""
        return self._saw and self._is_file()

    def _is_file(self) -> bool:
        return isinstance(self._source, str) and os.path.isfile(self._source)

    def _watch_once(self) -> bool:
        """Open the source and watch it until it ends; False if it did not open."""
        self._saw = False
        capture = self._capture(self._source)
        try:
            if not capture.isOpened():
                return False
            self._report(READY)
            self._watch(capture)
            return True
        finally:
            capture.release()

    def _watch(self, capture: Capture) -> None:
        """Each frame in its turn; the last of a source that ends, or the only one of a picture, in full."""
        last: Frame | None = None
        for number in count():
            there, frame = capture.read()
            if self._stopping.is_set():
                return
            if not there:
                break
            self._tell(self._agreement.agreed(decode(frame, effort_for(number)), self._clock_s()))
            last = frame
            self._saw = True
        if last is not None:
            self._tell(self._agreement.new(decode(last, "full"), self._clock_s()))

    def _tell(self, scans: list[Scan]) -> None:
        for scan in scans:
            self._on_scan(scan)

    def _report(self, status: StatusUpdate) -> None:
        if status != self._status and not self._stopping.is_set():
            self._status = status
            self._on_status(status)
