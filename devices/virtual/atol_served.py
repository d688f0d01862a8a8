"""The virtual ATOL web server behind a real socket, with the faults of a connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devices.virtual.atol import Gone, Reply, Request, Silence, VirtualAtol

MOST_BODY_BYTES = 1024 * 1024
TICK_S = 0.05
READ_S = 5.0


@contextmanager
def on_http(register: VirtualAtol, port: int = 0) -> Iterator[str]:
    """The address behind which the register is, until the end; `port` 0 is a free one. Raises OSError."""
    server = _Server(register, port)
    thread = threading.Thread(target=server.serve_forever, args=(TICK_S,), name="virtual web server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, register: VirtualAtol, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.register = register
        self.lock = threading.Lock()
        self.stopping = threading.Event()


class _Exchange(BaseHTTPRequestHandler):
    server: _Server
    timeout = READ_S

    def do_GET(self) -> None:
        self._exchange(b"")

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            self._send(Reply(400))
            return
        self._exchange(self.rfile.read(int(length)))

    def _exchange(self, body: bytes) -> None:
        request = Request(self.command, self.path, body, self.headers.get("authorization", ""))
        try:
            with self.server.lock:
                reply = self.server.register.answer(request)
        except Silence:
            self.server.stopping.wait(READ_S)
            return
        except Gone:
            return
        with suppress(ConnectionError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if reply.is_cut else reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal it runs in shows what the register makes."""
