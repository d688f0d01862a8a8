"""The bytes between till and printer: a serial port, TCP, or a device file as /dev/usb/lp0; every wait is bounded.

A line that is gone says so (OSError), unlike one on which nothing comes: half a slip on an old connection and half on
a new one would be proven by the new one.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from functools import partial

from devices.ports import PortFinder
from devices.transport.serial import SerialSettings

SEND_WAIT_S = 10.0
"""For the whole of what is sent to go on: a printer without paper takes nothing once its buffer is full."""
CONNECT_WAIT_S = 2.0
MOST_BYTES = 4096


class Line:
    """An open descriptor that never blocks. `ends` says that reading nothing is the end of the line."""

    def __init__(self, descriptor: int, close: Callable[[], None], *, ends: bool = True) -> None:
        self._descriptor = descriptor
        self._ends = ends
        self.close = close

    def send(self, raw: bytes) -> None:
        """Raises OSError where the line is gone, TimeoutError where the printer takes no more."""
        until_s = time.monotonic() + SEND_WAIT_S
        while raw:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([], [self._descriptor], [], left_s)[1]:
                raise TimeoutError("the printer takes no more")
            try:
                raw = raw[os.write(self._descriptor, raw[:MOST_BYTES]) :]
            except BlockingIOError:
                continue

    def receive(self, wait_s: float) -> bytes:
        """What came within `wait_s`, nothing where nothing did. Raises OSError where the line is gone."""
        if not select.select([self._descriptor], [], [], wait_s)[0]:
            return b""
        try:
            came = os.read(self._descriptor, MOST_BYTES)
        except BlockingIOError:
            return b""
        if not came and self._ends:
            raise ConnectionResetError("the line ended")
        return came


def lines_to(serial: SerialSettings, host: str, tcp_port: int, file: str) -> Callable[[], Line]:
    """Opens, each time anew, the line to `host`, else of the device `file`, else of the serial port, wherever that is
    now. Raises OSError, ValueError when called."""
    if host:
        return partial(tcp_line, host, tcp_port)
    return partial(file_line, file) if file else partial(serial_line, serial, serial.finder())


def tcp_line(host: str, port: int) -> Line:
    """Raises OSError."""
    connected = socket.create_connection((host, port), CONNECT_WAIT_S)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setblocking(False)
    return Line(connected.fileno(), connected.close)


def serial_line(settings: SerialSettings, finder: PortFinder) -> Line:
    """The port is this program's alone while it is open. Raises OSError, ValueError."""
    import serial

    port = serial.Serial(finder.find(), settings.baud, exclusive=True)
    return Line(port.fileno(), port.close)


def file_line(path: str) -> Line:
    """A printer's device file; the kernel keeps a second program off it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    return Line(descriptor, lambda: os.close(descriptor), ends=False)
