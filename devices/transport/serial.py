"""A serial port: RS-232, USB-CDC or a pseudo-terminal, opened for this program alone."""

from __future__ import annotations

import errno
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.backoff import Backoff
from devices.model import DeviceInfo
from devices.ports import Match, PortFinder
from devices.transport.reader import MOST_BYTES_A_READ, QUIET_TICK_S, Reader, refuse_no_device

if TYPE_CHECKING:
    from serial import Serial


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the port is and how fast; 9600 8N1 is what scanners ship with, and USB-CDC ignores it.

    The port is looked for anew each time it is opened: a cable may come back under another name.
    """

    path: str
    baud: int = 9600
    match: Match | None = None

    def finder(self) -> PortFinder:
        return PortFinder(self.path, self.match)

    @property
    def named(self) -> str:
        """The port for people: its path, or what it is found by."""
        return self.path or str(self.match)


class SerialPort(Reader):
    """A Scanner on a serial port."""

    def __init__(
        self,
        info: DeviceInfo,
        settings: SerialSettings,
        *,
        on_quiet: Callable[[float], None] | None = None,
        reject: bytes = b"",
        backoff: Backoff | None = None,
        finder: PortFinder | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        where = finder or settings.finder()
        super().__init__(
            info,
            settings.named,
            lambda: SerialLine(open_port(settings, where)),
            on_quiet=on_quiet,
            reject=reject,
            backoff=backoff,
            clock_s=clock_s,
        )


class SerialLine:
    """An open serial port as a `devices.transport.reader.Line`."""

    def __init__(self, port: Serial) -> None:
        self._port = port
        self._waiting = select.poll()
        self._waiting.register(port.fileno(), select.POLLIN)
        self.close = port.close

    def read(self) -> bytes:
        """As pyserial reads, which takes the first byte and the rest apart and longer than all that is done with them
        after it."""
        if not self._waiting.poll(QUIET_TICK_S * 1000):
            return b""
        raw = os.read(self._port.fileno(), MOST_BYTES_A_READ)
        if not raw:
            raise OSError(errno.ENODEV, "ready to be read, and nothing there")
        return raw

    def write(self, raw: bytes) -> None:
        os.write(self._port.fileno(), raw)


def open_port(settings: SerialSettings, finder: PortFinder | None = None) -> Serial:
    """Open the port for this program alone; raises OSError where it is missing, forbidden, taken, or no port at all."""
    import serial

    path = (finder or settings.finder()).find()
    refuse_no_device(path)
    return serial.Serial(path, settings.baud, timeout=QUIET_TICK_S, exclusive=True)
