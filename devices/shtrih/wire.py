"""The bytes between host and register: a serial port or a TCP connection, and the loop that runs an exchange on it."""

from __future__ import annotations

import socket
from typing import Protocol

from devices.shtrih.link import Answer, Steps, exchange
from devices.transport.serial import SerialSettings

ANSWER_WAIT_S = 10.0
"""A register prints before it answers: a long receipt takes seconds."""
MOST_BYTES = 4096


class Wire(Protocol):
    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        """Send `raw`, then what comes, waiting up to `wait_s` for the first byte. Gone or silent, it is nothing."""

    def close(self) -> None: ...


def ask(wire: Wire, raw: bytes, answer_wait_s: float = ANSWER_WAIT_S) -> Answer:
    """One command and its answer. Raises Silent or Lost."""
    return run(exchange(raw, answer_wait_s), wire)


def run(steps: Steps, wire: Wire) -> Answer:
    came: bytes | None = None
    while True:
        try:
            step = steps.send(came) if came is not None else next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        came = wire.transfer(step.raw, step.wait_s)


class SerialWire:
    """A serial port, opened for this program alone; opened again where it has gone."""

    def __init__(self, settings: SerialSettings) -> None:
        self._settings = settings
        self._finder = settings.finder()
        self._port: object | None = None

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        import serial

        try:
            port = self._port
            if not isinstance(port, serial.Serial):
                port = self._port = serial.Serial(
                    self._finder.find(), self._settings.baud, timeout=0, write_timeout=1.0, exclusive=True
                )
            if raw:
                port.write(raw)
            port.timeout = wait_s
            found: bytes = port.read(1)
            return found + port.read(min(port.in_waiting, MOST_BYTES)) if found else b""
        except (OSError, TypeError, ValueError):
            self.close()
            return b""

    def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()  # type: ignore[attr-defined]


class TcpWire:
    """A register on the network; connected again where the connection has gone."""

    def __init__(self, host: str, port: int = 7778, connect_s: float = 2.0) -> None:
        self._at = (host, port)
        self._connect_s = connect_s
        self._socket: socket.socket | None = None

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._at, self._connect_s)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if raw:
                self._socket.settimeout(1.0)
                self._socket.sendall(raw)
            self._socket.settimeout(wait_s)
            return self._read()
        except OSError:
            self.close()
            return b""

    def _read(self) -> bytes:
        assert self._socket is not None
        try:
            found = self._socket.recv(MOST_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        if not found:
            self.close()
        return found

    def close(self) -> None:
        gone, self._socket = self._socket, None
        if gone is not None:
            gone.close()
