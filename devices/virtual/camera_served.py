"""A virtual camera on a port of this computer: pictures over HTTP, as cameras on the network give them (MJPEG).

Whoever watches sees an empty counter; a code is held before the camera for some frames, each a little otherwise, as a
hand holds it, and then the counter is empty for as long as a till needs to take the same code for another scan.
`unplug` and `plug` act as the camera's cable does.
"""

from __future__ import annotations

import queue
import socket
import threading
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAUSE_S = 0.1
ANGLES_DEG = (-6.0, -3.0, 0.0, 3.0, 6.0)
TIMES_HELD, EMPTY_FRAMES = 2, 20
"""One second and two: a till counts a code anew once it has been out of sight for 1.5 s."""
SIZE = (640, 480)
NOISE_SIGMA = 4.0
MOST_WAITING, MOST_WATCHERS = 100, 8
TICK_S = 0.05
WRITE_S = 5.0
BOUNDARY = "frame"

Held = queue.Queue[tuple[bytes, ...]]


class ServedCamera:
    """Serves from the start; `port` 0 is a free one. Raises OSError where it is taken."""

    def __init__(self, port: int = 0, *, pause_s: float = PAUSE_S) -> None:
        self.is_dark = False
        self._pause_s = pause_s
        self._number = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.plug()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._number}/"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    def plug(self) -> None:
        if self._server is not None:
            return
        server = _Server(self, self._number, self._pause_s)
        self._server, self._number = server, server.server_address[1]
        self._thread = threading.Thread(target=server.serve_forever, args=(TICK_S,), name="virtual camera", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """The pictures end, and nobody answers at the port."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        server.shutdown()
        self._thread.join()
        server.server_close()
        server.hang_up()

    def hold(self, code: str) -> int:
        """How many watch and will see it, after what waits; who has 100 codes waiting does not. Raises ValueError for
        what makes no code (devices.virtual.camera_codes)."""
        frames = tuple(held_views(code)) * TIMES_HELD
        return 0 if self._server is None else self._server.show(frames)

    def __enter__(self) -> ServedCamera:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()


def held_views(code: str) -> Iterator[bytes]:
    """JPEGs of the code in a hand. Raises ValueError."""
    from devices.virtual.camera import camera_frame
    from devices.virtual.camera_codes import code_png

    png = code_png(code)
    for seed, angle_deg in enumerate(ANGLES_DEG):
        yield jpeg(camera_frame(png, angle_deg, NOISE_SIGMA, seed, SIZE))


@cache
def empty_frame(grey: int) -> bytes:
    import numpy as np

    return jpeg(np.full((SIZE[1], SIZE[0], 3), grey, np.uint8))


def jpeg(frame: object) -> bytes:
    import cv2

    return cv2.imencode(".jpg", frame)[1].tobytes()  # type: ignore[call-overload,no-any-return]


class _Server(ThreadingHTTPServer):
    def __init__(self, camera: ServedCamera, port: int, pause_s: float) -> None:
        super().__init__(("127.0.0.1", port), _Watched)
        self.camera = camera
        self.pause_s = pause_s
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._watchers: dict[socket.socket, Held] = {}

    def admit(self, watcher: socket.socket) -> Held | None:
        """What this one is to see; None where too many watch, or the cable is out."""
        with self._lock:
            if len(self._watchers) >= MOST_WATCHERS or self.stopping.is_set():
                return None
            return self._watchers.setdefault(watcher, queue.Queue(MOST_WAITING))

    def dismiss(self, watcher: socket.socket) -> None:
        with self._lock:
            self._watchers.pop(watcher, None)

    def show(self, frames: tuple[bytes, ...]) -> int:
        with self._lock:
            watchers = list(self._watchers.values())
        seen = 0
        for held in watchers:
            with suppress(queue.Full):
                held.put_nowait(frames)
                seen += 1
        return seen

    def hang_up(self) -> None:
        """End every stream, also to a watcher that has stopped taking it."""
        with self._lock:
            self.stopping.set()
            for watcher in self._watchers:
                with suppress(OSError):
                    watcher.shutdown(socket.SHUT_RDWR)


class _Watched(BaseHTTPRequestHandler):
    server: _Server
    timeout = WRITE_S

    def do_GET(self) -> None:
        held = self.server.admit(self.connection)
        if held is None:
            self.send_error(503)
            return
        try:
            with suppress(ConnectionError, TimeoutError):
                self._stream(held)
        finally:
            self.server.dismiss(self.connection)

    def _stream(self, held: Held) -> None:
        from devices.virtual.camera import TABLE_GREY

        self.send_response(200)
        self.send_header("content-type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        empty = empty_frame(TABLE_GREY)
        while not self.server.stopping.is_set():
            try:
                self._send((*held.get_nowait(), *[empty] * EMPTY_FRAMES))
            except queue.Empty:
                self._send((empty,))

    def _send(self, frames: Sequence[bytes]) -> None:
        for frame in frames:
            body = empty_frame(0) if self.server.camera.is_dark else frame
            head = f"--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body + b"\r\n")
            if self.server.stopping.wait(self.server.pause_s):
                return

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the command does."""
