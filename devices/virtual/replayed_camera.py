"""A camera played from a video file or a folder of pictures: an address that a till watches as it would a camera's.

The frames go over HTTP one after the other, each a JPEG (multipart/x-mixed-replace), at the pace of the video, once, to
whoever asks first. A picture of a folder stays in view for half a second: a barcode counts when two frames have it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})
USUAL_FPS, MOST_FPS = 25.0, 60.0
FRAMES_A_PICTURE, PICTURES_FPS = 5, 10.0
JPEG_QUALITY = 95
TICK_S = 0.05
READ_S = 5.0
BOUNDARY = "frame"


@dataclass(frozen=True, slots=True)
class Film:
    """Frames and how many of them a second has."""

    frames: Iterator[Frame]
    fps: float


def film_of(path: Path) -> Film | None:
    """A video file, a picture or a folder of pictures; None where OpenCV reads nothing there."""
    return _of_folder(path) if path.is_dir() else _of_video(path)


def _of_folder(folder: Path) -> Film | None:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    return Film(_pictures(paths), PICTURES_FPS) if paths else None


def _pictures(paths: list[Path]) -> Iterator[Frame]:
    import cv2

    for path in paths:
        frame: Any = cv2.imread(str(path))
        if frame is not None:
            for _ in range(FRAMES_A_PICTURE):
                yield frame


def _of_video(path: Path) -> Film | None:
    import cv2

    capture = cv2.VideoCapture(str(path))
    there, first = capture.read()
    if not there:
        return None
    fps = capture.get(cv2.CAP_PROP_FPS)
    return Film(_video(capture, first), fps if 1.0 <= fps <= MOST_FPS else USUAL_FPS)


def _video(capture: Any, first: Any) -> Iterator[Frame]:
    there, frame = True, first
    while there:
        yield frame
        there, frame = capture.read()
    capture.release()


@contextmanager
def replayed_camera(film: Film, port: int = 0, *, fast: bool = False) -> Iterator[tuple[str, threading.Event]]:
    """The address, and what is set once all is played. Raises OSError where the port is taken."""
    server = _Server(film, port, fast=fast)
    thread = threading.Thread(target=server.serve_forever, args=(TICK_S,), name="replay", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", server.ended
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, film: Film, port: int, *, fast: bool) -> None:
        super().__init__(("127.0.0.1", port), _Watched)
        self.film = film
        self.pause_s = 0.0 if fast else 1.0 / film.fps
        self.begun = threading.Lock()
        self.stopping = threading.Event()
        self.ended = threading.Event()


class _Watched(BaseHTTPRequestHandler):
    server: _Server
    timeout = READ_S
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self.server.begun.acquire(blocking=False):
            self.send_error(404)
            return
        with suppress(ConnectionError, TimeoutError):
            self.send_response(200)
            self.send_header("content-type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.send_header("transfer-encoding", "chunked")
            self.send_header("connection", "close")
            self.end_headers()
            self._play()
            self._send(b"")
        self.server.ended.set()

    def _play(self) -> None:
        import cv2

        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        for frame in self.server.film.frames:
            if self.server.stopping.wait(self.server.pause_s):
                return
            body = cv2.imencode(".jpg", frame, quality)[1].tobytes()
            head = f"--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {len(body)}\r\n\r\n"
            self._send(head.encode() + body + b"\r\n")

    def _send(self, chunk: bytes) -> None:
        """One chunk; an empty one is the end, which a reader without it takes for a line that broke."""
        self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the command does."""
