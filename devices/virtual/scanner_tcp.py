"""A scanner behind a serial server: codes go to whoever is connected to its TCP port, the last one who came.

`unplug` and `plug` act as the server's power does: the connection ends and nobody answers, until it is back.
"""

from __future__ import annotations

import select
import socket
import threading

MOST_BYTES = 4096
TICK_S = 0.1


class TcpScanner:
    """As devices.virtual.scanner.VirtualScanner, on a port of this computer; `port` 0 is a free one. Raises OSError."""

    def __init__(self, port: int = 0, *, suffix: bytes = b"\r") -> None:
        self._suffix = suffix
        self._came = threading.Condition()
        self._server: socket.socket | None = None
        self._host: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._number = port
        self.plug()

    @property
    def port(self) -> str:
        return f"127.0.0.1:{self._number}"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    def plug(self) -> None:
        if self._server is not None:
            return
        server = socket.create_server(("127.0.0.1", self._number))
        server.settimeout(TICK_S)
        self._server, self._number = server, server.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, args=(server,), name="virtual scanner", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        with self._came:
            ends, self._server, self._host = (self._server, self._host), None, None
        for end in ends:
            if end is not None:
                end.close()
        if self._thread is not None:
            self._thread.join()

    def scan(self, code: str | bytes, within_s: float = 0.0) -> bool:
        """Whether anybody was there to take it, waiting `within_s` for somebody."""
        data = code.encode() if isinstance(code, str) else code
        return self.send(data + self._suffix, within_s)

    def send(self, raw: bytes, within_s: float = 0.0) -> bool:
        """The same of bytes with nothing added."""
        with self._came:
            if not self._came.wait_for(lambda: self._host is not None, within_s) or self._host is None:
                return False
            try:
                self._host.sendall(raw)
            except OSError:
                self._host = None
                return False
            return True

    def heard(self, within_s: float = 0.0) -> bytes:
        """What the host has sent since the last time, waiting `within_s` for the first of it."""
        host = self._host
        if host is None or not select.select([host], [], [], within_s)[0]:
            return b""
        try:
            raw = host.recv(MOST_BYTES)
        except OSError:
            raw = b""
        if not raw:
            with self._came:
                self._host = None if self._host is host else self._host
        return raw

    def _accept(self, server: socket.socket) -> None:
        while self._server is server:
            try:
                host, _ = server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._came:
                before, self._host = self._host, host
                self._came.notify_all()
            if before is not None:
                before.close()

    def __enter__(self) -> TcpScanner:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()
