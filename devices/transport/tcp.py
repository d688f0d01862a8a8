"""A scanner on the network, as behind a serial server: a TCP connection as a line.

One whose other end lost its power says nothing for ever, so the system asks after it: within half a minute it is gone.
"""

from __future__ import annotations

import select
import socket

from devices.transport.reader import MOST_BYTES_A_READ, QUIET_TICK_S

CONNECT_WAIT_S = 2.0
ASK_AFTER_S, ASK_EVERY_S, ASK_TIMES = 10, 5, 3


class TcpLine:
    """An open connection as a `devices.transport.reader.Line`. Raises OSError where nobody answers."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), CONNECT_WAIT_S)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, ASK_AFTER_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, ASK_EVERY_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ASK_TIMES)
        self.close = self._socket.close

    def read(self) -> bytes:
        if not select.select([self._socket], [], [], QUIET_TICK_S)[0]:
            return b""
        try:
            raw = self._socket.recv(MOST_BYTES_A_READ)
        except BlockingIOError:
            return b""
        if not raw:
            raise ConnectionResetError("the other end hung up")
        return raw

    def write(self, raw: bytes) -> None:
        self._socket.send(raw)
