"""A customer's display: it only listens, so that a text is shown as soon as its line has taken it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from devices.display.commands import COLUMNS, RESET, ROWS
from devices.errors import DeviceError
from devices.model import DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener

READY = StatusUpdate(Health.ENABLED, "ready", "The display is connected.")
GONE = StatusUpdate(
    Health.OFFLINE, "offline", "The customer's display is not there.", "Check its cable; it comes back by itself."
)


class Wire(Protocol):
    """An open line to the display; `send` and `receive` raise OSError where it is gone."""

    def send(self, raw: bytes) -> None: ...

    def receive(self, wait_s: float) -> bytes: ...

    def close(self) -> None: ...


class TextDisplay:
    """A LineDisplay. The line is opened by the first text, kept, and opened anew once it was lost."""

    columns = COLUMNS
    rows = ROWS

    def __init__(
        self, info: DeviceInfo, connect: Callable[[], Wire], as_bytes: Callable[[Sequence[str]], bytes]
    ) -> None:
        self._info = info
        self._connect = connect
        self._as_bytes = as_bytes
        self._wire: Wire | None = None
        self._listener: Listener | None = None
        self._status: StatusUpdate | None = None
        self._lock = threading.RLock()

    @property
    def info(self) -> DeviceInfo:
        return self._info

    def open(self, listener: Listener) -> None:
        with self._lock:
            self._listener = listener

    def close(self) -> None:
        with self._lock:
            self._listener = self._status = None
            self._hang_up()

    def check_health(self) -> Health:
        """Whether there is a line to it: a display says nothing of itself."""
        with self._lock:
            if self._listener is None:
                return Health.CLOSED
            try:
                self._send(b"")
            except DeviceError:
                return Health.OFFLINE
            return Health.ENABLED

    def display_text(self, lines: Sequence[str]) -> None:
        with self._lock:
            if self._listener is None:
                raise DeviceError("closed", "The display is closed.")
            self._send(self._as_bytes(lines))

    def _send(self, raw: bytes) -> None:
        try:
            if self._wire is None:
                self._wire = self._connect()
                raw = RESET + raw
            # A line that ended on the other side says so only to who reads.
            self._wire.receive(0.0)
            self._wire.send(raw)
        except (OSError, ValueError) as error:
            self._hang_up()
            self._tell(GONE)
            raise DeviceError(GONE.code, GONE.sentence, GONE.hint) from error
        self._tell(READY)

    def _hang_up(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _tell(self, status: StatusUpdate) -> None:
        if self._listener is not None and status != self._status:
            self._status = status
            self._listener(status)
