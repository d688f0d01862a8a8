"""A device read by a thread of its own, whatever it is attached to.

A device that goes is a StatusUpdate, never an exception: the thread goes on trying to open it with growing waits, and
the next scan simply arrives.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from typing import Protocol

from devices.backoff import Backoff
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate

MOST_BYTES_A_READ = 4096
QUIET_TICK_S = 0.01
"""How often a quiet device says so: a frame without suffix ends no later than this after its idle time."""
CLOSED = StatusUpdate(Health.CLOSED, "closed", "The port is closed.")


class Line(Protocol):
    """An open device. Every method raises OSError once it is gone."""

    def read(self) -> bytes:
        """What came within a tick, at most 4096 bytes; nothing where nothing did."""

    def write(self, raw: bytes) -> None:
        """At once; raises BlockingIOError where the device takes nothing."""

    def close(self) -> None: ...


class Reader:
    """A Scanner: DataEvents and StatusUpdates come on the reader's thread. `named` is the device's place for people.

    `open_line` raises OSError or ValueError where the device cannot be opened. `on_quiet`, where given, is called on
    the same thread with the monotonic second whenever nothing came for a tick. `reject` makes the device beep; `away`
    says, of its place, that it is not there.
    """

    def __init__(
        self,
        info: DeviceInfo,
        named: str,
        open_line: Callable[[], Line],
        *,
        on_quiet: Callable[[float], None] | None = None,
        reject: bytes = b"",
        away: Callable[[str], StatusUpdate] | None = None,
        backoff: Backoff | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._away = away or lost
        self._info = info
        self._named = named
        self._open_line = open_line
        self._reject = reject
        self._on_quiet = on_quiet or (lambda now_s: None)
        self._backoff = backoff or Backoff()
        self._clock_s = clock_s
        self._listener: Callable[[DeviceEvent], None] = lambda event: None
        self._status = CLOSED
        self._stopping = threading.Event()
        self._beep_due = threading.Event()
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
        self._thread = threading.Thread(target=self._run, name=f"reader {self._info.id}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        if thread is not threading.current_thread():
            thread.join()
        self._status = CLOSED

    def beep(self) -> None:
        """The reader's thread tells the device, so that nobody waits for a line that takes nothing."""
        self._beep_due.set()

    def _run(self) -> None:
        waits = self._backoff.waits()
        while not self._stopping.is_set():
            try:
                line = self._open_line()
            except (OSError, ValueError) as error:
                self._report(why_not_open(error, self._named, self._away))
            else:
                waits = self._backoff.waits()
                self._read_until_gone(line)
            self._stopping.wait(next(waits))

    def _read_until_gone(self, line: Line) -> None:
        self._beep_due.clear()
        self._report(StatusUpdate(Health.ENABLED, "ready", "The device is connected."))
        try:
            while not self._stopping.is_set():
                self._read_once(line)
                if self._beep_due.is_set():
                    self._say_no(line)
        except (OSError, TypeError):
            # pyserial reports a vanished device as SerialException (an OSError), and as TypeError when the
            # descriptor is closed while it reads.
            self._report(self._away(self._named))
        finally:
            line.close()

    def _read_once(self, line: Line) -> None:
        raw = line.read()
        if raw:
            self._tell(DataEvent(raw, self._clock_s()))
        else:
            self._guard(lambda: self._on_quiet(self._clock_s()))

    def _say_no(self, line: Line) -> None:
        self._beep_due.clear()
        if not self._reject:
            return
        try:
            line.write(self._reject)
        except BlockingIOError:
            # It takes nothing, so it does not beep; it may scan all the same.
            pass

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


def refuse_no_device(path: str) -> None:
    """A file or a folder is nothing to wait for. Raises OSError."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        # Whoever opens it is told why.
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        raise OSError(errno.ENOTTY, "no device", path)


def why_not_open(error: Exception, path: str, away: Callable[[str], StatusUpdate] | None = None) -> StatusUpdate:
    """Say why a device did not open, by the number of the operating system's error."""
    number = getattr(error, "errno", None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return StatusUpdate(
            Health.ERROR, "port_taken", f"Another program uses {path}.", "Close it, or stop ModemManager for this port."
        )
    if number in (errno.EACCES, errno.EPERM):
        return StatusUpdate(
            Health.ERROR, "no_permission", f"No permission to open {path}.", "Add this user to the group dialout."
        )
    if number == errno.ENOTTY:
        return StatusUpdate(Health.ERROR, "not_port", f"{path} is no such device.", "Name the port of the device.")
    if number == errno.ENOTUNIQ:
        return StatusUpdate(Health.ERROR, "not_unique", f"Several ports fit {path}.", "Name its serial number or port.")
    if number is None and isinstance(error, ValueError):
        return StatusUpdate(Health.ERROR, "bad_settings", f"The settings of {path} are not possible: {error}")
    return (away or lost)(path)


def silent(host: str) -> StatusUpdate:
    return StatusUpdate(Health.OFFLINE, "offline", f"{host} does not answer.", "Check its power and cable.")


def lost(path: str) -> StatusUpdate:
    return StatusUpdate(
        Health.OFFLINE, "unplugged", f"No device at {path}.", "Check the cable; it comes back by itself."
    )
