"""A device behind a web server, played from its trace: to the next request the reply that the next one had there.

A request is not compared byte by byte: the host's name and the uuids of tasks are others each time. What was not
answered is not answered now: the connection ends when it did.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from devices.transport.trace import Step
from devices.virtual.replay import FAST_PAUSE_S

MOST_BODY_BYTES = 1024 * 1024
TICK_S = 0.05
READ_S = 5.0
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b[0-9a-f]{32}\b")
Told = Callable[[Step], None]


class Exchange(msgspec.Struct, frozen=True):
    """A request and its reply as far as it came, None where there was none, and so long after it."""

    request: Step
    reply: Step | None
    took_s: float


class HttpReplay:
    """The exchanges of a trace, one after the other."""

    def __init__(self, steps: Sequence[Step], *, fast: bool = False) -> None:
        self._exchanges = list(exchanges_of(steps))
        self._fast = fast
        self._at = 0
        self.differed = 0
        """How many requests were others than in the trace, their uuids aside."""

    @property
    def ended(self) -> bool:
        return self._at >= len(self._exchanges)

    def next(self, method: str, path: str, body: bytes) -> Exchange | None:
        """What the next request had in the trace; None after the last."""
        if self.ended:
            return None
        found = self._exchanges[self._at]
        self._at += 1
        head, _, was = found.request.raw.partition(b"\r\n\r\n")
        line = head.partition(b" HTTP/")[0]
        self.differed += _plain(line) != _plain(f"{method} {path}".encode()) or _plain(was) != _plain(body)
        return found

    def pause_s(self, exchange: Exchange) -> float:
        return min(exchange.took_s, FAST_PAUSE_S) if self._fast else exchange.took_s


def exchanges_of(steps: Sequence[Step]) -> Iterator[Exchange]:
    request: Step | None = None
    reply: Step | None = None
    for step in steps:
        match step.way:
            case "out":
                request, reply = step, None
            case "in":
                reply = step
            case "gone" if request is not None:
                yield Exchange(request, reply, ((reply or step).at_us - request.at_us) / 1_000_000)
                request = None


@contextmanager
def replayed_on_http(
    replay: HttpReplay, told: Told = lambda step: None, port: int = 0
) -> Iterator[tuple[str, threading.Event]]:
    """The address, and what is set once all is played. Raises OSError where the port is taken."""
    server = _Server(replay, told, port)
    thread = threading.Thread(target=server.serve_forever, args=(TICK_S,), name="replay", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.ended
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, replay: HttpReplay, told: Told, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.replay = replay
        self.told = told
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.ended = threading.Event()
        if replay.ended:
            self.ended.set()


class _Exchange(BaseHTTPRequestHandler):
    server: _Server
    timeout = READ_S

    def do_GET(self) -> None:
        self._exchange(b"")

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if length.isdigit() and int(length) <= MOST_BODY_BYTES:
            self._exchange(self.rfile.read(int(length)))

    def _exchange(self, body: bytes) -> None:
        server = self.server
        with server.lock:
            begun_s = time.monotonic()
            found = server.replay.next(self.command, self.path, body)
            if found is None:
                return
            server.told(found.request)
            server.stopping.wait(max(0.0, begun_s + server.replay.pause_s(found) - time.monotonic()))
            if found.reply is not None:
                server.told(found.reply)
                with suppress(ConnectionError):
                    self.wfile.write(found.reply.raw)
            if server.replay.ended:
                server.ended.set()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the command tells what goes over the wire."""


def _plain(raw: bytes) -> bytes:
    return _UUID.sub(b"uuid", raw)
