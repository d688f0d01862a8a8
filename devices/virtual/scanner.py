"""A scanner on a pseudo-terminal: the driver opens `port` as it would open a real serial port.

Bytes leave one at a time, as a UART sends them. `unplug` and `plug` act as a cable does; with `link` the port keeps one
name over them, as /dev/serial/by-id does.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from devices.virtual.link import drop, point, refuse_file

BYTE_AT_9600_BAUD_S = 0.00104
MOST_BYTES = 4096


class VirtualScanner:
    """Sends codes into a pseudo-terminal, `gap_s` seconds between bytes, `suffix` after each code. `encode` makes what
    goes over the wire of all that (`devices.virtual.hid`); USB keeps a byte for `wait_s` where nobody takes it, a UART
    loses it at once."""

    def __init__(
        self,
        *,
        gap_s: float = BYTE_AT_9600_BAUD_S,
        prefix: bytes = b"",
        suffix: bytes = b"\r\n",
        link: Path | None = None,
        encode: Callable[[bytes], bytes] = bytes,
        wait_s: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap_s = gap_s
        self._prefix = prefix
        self._suffix = suffix
        self._link = link
        self._encode = encode
        self._wait_s = wait_s
        self._sleep = sleep
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._ends: tuple[int, int] | None = None
        self._port = ""
        if link is not None:
            refuse_file(link)
        self.plug()

    @property
    def port(self) -> str:
        """The path a driver opens."""
        return str(self._link or self._port)

    @property
    def plugged(self) -> bool:
        return self._ends is not None

    def plug(self) -> None:
        """Connect the cable: a new pseudo-terminal, and `link` pointing to it."""
        if self._ends is not None:
            return
        master, slave = pty.openpty()
        os.set_blocking(master, False)
        tty.setraw(slave)
        self._ends = (master, slave)
        self._port = os.ttyname(slave)
        if self._link is not None:
            point(self._link, self._port)

    def unplug(self) -> None:
        """Pull the cable out: whoever reads the port finds it gone."""
        with self._lock:
            ends, self._ends = self._ends, None
        if ends is None:
            return
        for end in ends:
            os.close(end)
        if self._link is not None:
            drop(self._link)

    def scan(self, code: str | bytes) -> None:
        """Read a code as a real scanner would; while unplugged nothing is sent."""
        data = code.encode() if isinstance(code, str) else code
        self.send(self._encode(self._prefix + data + self._suffix))

    def send(self, raw: bytes) -> None:
        """Put these bytes on the wire, one at a time, with nothing added; other senders wait their turn."""
        with self._sending:
            for position in range(len(raw)):
                if position:
                    self._sleep(self._gap_s)
                self._put(raw[position : position + 1])

    def _put(self, byte: bytes) -> None:
        with self._lock:
            if self._ends is None:
                return
            if self._wait_s:
                select.select([], [self._ends[0]], [], self._wait_s)
            try:
                os.write(self._ends[0], byte)
            except BlockingIOError:
                # Nobody reads and the buffer is full: the byte is lost, as it is in a UART.
                return

    def heard(self, within_s: float = 0.0) -> bytes:
        """What the host has sent since the last time, waiting `within_s` for the first of it."""
        ends = self._ends
        if ends is None or not select.select([ends[0]], [], [], within_s)[0]:
            return b""
        return os.read(ends[0], MOST_BYTES)

    def __enter__(self) -> VirtualScanner:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()
