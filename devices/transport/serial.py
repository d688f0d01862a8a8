"""A serial port (RS-232, USB-CDC or a pseudo-terminal) read by a thread of its own.

The port is opened for this program alone. A cable pulled out is a StatusUpdate, never an exception: the thread goes on
trying to open the port with growing waits, and the next scan simply arrives.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.backoff import Backoff
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.ports import Match, find_port

if TYPE_CHECKING:
    from serial import Serial

MOST_BYTES_A_READ = 4096
QUIET_TICK_S = 0.01
"""How often a quiet port says so: the end of a frame without suffix is seen no later than this after its idle time."""


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the port is and how fast; 9600 8N1 is what scanners ship with, and USB-CDC ignores it.

    With `match` the port is looked for anew each time it is opened: a cable may come back under another name.
    """

    path: str
    baud: int = 9600
    match: Match | None = None

    @property
    def named(self) -> str:
        """The port for people: its path, or what it is found by."""
        return self.path or str(self.match)


class SerialPort:
    """A Scanner on a serial port: DataEvents and StatusUpdates come on the reader's thread.

    `on_quiet`, where given, is called on the same thread with the monotonic second whenever nothing came for a tick.
    """

    def __init__(
        self,
        info: DeviceInfo,
        settings: SerialSettings,
        *,
        on_quiet: Callable[[float], None] | None = None,
        backoff: Backoff | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._info = info
        self._settings = settings
        self._on_quiet = on_quiet or (lambda now_s: None)
        self._backoff = backoff or Backoff()
        self._clock_s = clock_s
        self._listener: Callable[[DeviceEvent], None] = lambda event: None
        self._status = StatusUpdate(Health.CLOSED, "closed", "The port is closed.")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def info(self) -> DeviceInfo:
        return self._info

    def check_health(self) -> Health:
        return self._status.health

    def open(self, listener: Callable[[DeviceEvent], None]) -> None:
        if self._thread is not None:
            return
        self._listener = listener
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"serial {self._info.id}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        if thread is not threading.current_thread():
            thread.join()
        self._status = StatusUpdate(Health.CLOSED, "closed", "The port is closed.")

    def _run(self) -> None:
        waits = self._backoff.waits()
        while not self._stopping.is_set():
            try:
                port = open_port(self._settings)
            except (OSError, ValueError) as error:
                self._report(why_not_open(error, self._settings.named))
            else:
                waits = self._backoff.waits()
                self._read_until_gone(port)
            self._stopping.wait(next(waits))

    def _read_until_gone(self, port: Serial) -> None:
        self._report(StatusUpdate(Health.ENABLED, "ready", "The device is connected."))
        try:
            while not self._stopping.is_set():
                self._read_once(port)
        except (OSError, TypeError):
            # pyserial reports a vanished device as SerialException (an OSError), and as TypeError when the
            # descriptor is closed while it reads.
            self._report(lost(self._settings.named))
        finally:
            port.close()

    def _read_once(self, port: Serial) -> None:
        raw: bytes = port.read(1)
        if raw:
            raw += port.read(min(port.in_waiting, MOST_BYTES_A_READ - 1))
            self._tell(DataEvent(raw, self._clock_s()))
        else:
            self._guard(lambda: self._on_quiet(self._clock_s()))

    def _report(self, status: StatusUpdate) -> None:
        if status != self._status:
            self._status = status
            self._tell(status)

    def _tell(self, event: DeviceEvent) -> None:
        self._guard(lambda: self._listener(event))

    def _guard(self, call: Callable[[], None]) -> None:
        """Keep reading though a listener failed: the edge of this thread, where its error becomes a status."""
        try:
            call()
        except Exception as error:  # noqa: BLE001
            self._status = StatusUpdate(Health.ERROR, "listener_failed", f"What reads this device failed: {error!r}")


def open_port(settings: SerialSettings) -> Serial:
    """Open the port for this program alone; raises OSError where it is missing, forbidden or taken."""
    import serial

    path = find_port(settings.match) if settings.match else settings.path
    return serial.Serial(path, settings.baud, timeout=QUIET_TICK_S, exclusive=True)


def why_not_open(error: Exception, path: str) -> StatusUpdate:
    """Say why a port did not open, by the number of the operating system's error."""
    number = getattr(error, "errno", None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return StatusUpdate(
            Health.ERROR, "port_taken", f"Another program uses {path}.", "Close it, or stop ModemManager for this port."
        )
    if number in (errno.EACCES, errno.EPERM):
        return StatusUpdate(
            Health.ERROR, "no_permission", f"No permission to open {path}.", "Add this user to the group dialout."
        )
    if number == errno.ENOTUNIQ:
        return StatusUpdate(Health.ERROR, "not_unique", f"Several ports fit {path}.", "Name its serial number or port.")
    if number is None and isinstance(error, ValueError):
        return StatusUpdate(Health.ERROR, "bad_settings", f"The settings of {path} are not possible: {error}")
    return lost(path)


def lost(path: str) -> StatusUpdate:
    return StatusUpdate(
        Health.OFFLINE, "unplugged", f"No device at {path}.", "Check the cable; it comes back by itself."
    )
