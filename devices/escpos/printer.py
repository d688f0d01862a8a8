"""A receipt printer over ESC/POS: lines are gathered, and go to it as one slip that is proven to have been printed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from devices.errors import DeviceError, Unproven
from devices.escpos.commands import MOST_LINES, Drawer, Layout, Qr, ended, kick, kick_at_once, slip_bytes
from devices.escpos.qr import MOST_QR_BYTES
from devices.escpos.talk import WHY, Step, Talk, kicking, printing, ready
from devices.model import DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener

T = TypeVar("T")
READY = StatusUpdate(Health.ENABLED, "ready", "The printer is ready.")
CLOSED = DeviceError("closed", "The printer is closed.")


class Wire(Protocol):
    """An open line to the printer; both raise OSError where it is gone."""

    def send(self, raw: bytes) -> None: ...

    def receive(self, wait_s: float) -> bytes: ...

    def close(self) -> None: ...


class EscPosPrinter:
    """A Printer and its CashDrawer. The line is open only for the time of a slip, so that tills may share a printer."""

    def __init__(
        self, info: DeviceInfo, connect: Callable[[], Wire], layout: Layout | None = None, drawer: Drawer = "none"
    ) -> None:
        self._info = info
        self._connect = connect
        self._layout = layout or Layout()
        self._drawer = drawer
        self._lines: list[str | Qr] = []
        self._near_end = False
        self._torn = False
        self._listener: Listener | None = None
        self._lock = threading.RLock()

    @property
    def info(self) -> DeviceInfo:
        return self._info

    def open(self, listener: Listener) -> None:
        with self._lock:
            self._listener = listener

    def close(self) -> None:
        with self._lock:
            self._listener = None
            self._lines.clear()

    def check_health(self) -> Health:
        """Asks the printer; this may take a few seconds where none answers."""
        with self._lock:
            if self._listener is None:
                return Health.CLOSED
            try:
                self._near_end = self._hold(ready())
            except DeviceError as error:
                return Health.OFFLINE if error.code == "offline" else Health.ERROR
            return Health.ENABLED

    @property
    def near_end(self) -> bool:
        """Whether the roll was nearly used up when the printer was last asked."""
        return self._near_end

    def print_normal(self, text: str) -> None:
        """Nothing is sent before the slip is cut."""
        with self._lock:
            self._require_open()
            lines = text.removesuffix("\n").split("\n")
            if len(self._lines) + len(lines) > MOST_LINES:
                raise self._given_up("slip_too_long", f"A slip holds {MOST_LINES} lines at most.")
            self._lines += lines

    def print_qr(self, text: str) -> None:
        """Among the lines, where it stands. Raises DeviceError for more than 300 bytes."""
        with self._lock:
            self._require_open()
            if len(text.encode()) > MOST_QR_BYTES:
                raise self._given_up("code_too_long", f"A QR code holds {MOST_QR_BYTES} bytes at most.")
            self._lines.append(Qr(text))

    def cut_paper(self) -> None:
        """Print the slip and wait until it is. Raises DeviceError where that is not so; the slip is given up then,
        and what came out of an Unproven one is cut off before the next."""
        with self._lock:
            self._require_open()
            slip = slip_bytes(self._lines, self._layout)
            self._lines.clear()
            rest = ended(self._layout) if self._torn else b""
            try:
                self._near_end = self._hold(printing(rest + slip))
            except Unproven:
                self._torn = True
                raise
            self._torn = False

    def open_drawer(self) -> None:
        """Kick the drawer, where one is set. Raises DeviceError where no printer answers."""
        with self._lock:
            self._require_open()
            if self._drawer != "none":
                self._hold(kicking(kick(self._drawer), kick_at_once(self._drawer)))

    def _given_up(self, code: str, sentence: str) -> DeviceError:
        """Nothing of this slip may stand on the next one."""
        self._lines.clear()
        return DeviceError(code, sentence)

    def _require_open(self) -> None:
        if self._listener is None:
            raise CLOSED

    def _hold(self, talk: Talk[T]) -> T:
        """Hold the conversation on a line of its own, and tell how it went."""
        try:
            found = self._held(talk)
        except DeviceError as error:
            health = Health.OFFLINE if error.code == "offline" else Health.ERROR
            self._tell(StatusUpdate(health, error.code, error.sentence, error.hint))
            raise
        self._tell(READY)
        return found

    def _held(self, talk: Talk[T]) -> T:
        try:
            wire = self._connect()
        except (OSError, ValueError) as error:
            raise DeviceError(*WHY["offline"]) from error
        try:
            return run(talk, wire)
        finally:
            wire.close()

    def _tell(self, status: StatusUpdate) -> None:
        if self._listener is not None:
            self._listener(status)


def run(talk: Talk[T], wire: Wire) -> T:
    """Raises DeviceError. A line that goes is one on which nothing comes any more."""
    came: bytes | None = None
    gone = False
    while True:
        try:
            step = talk.send(came) if came is not None else next(talk)
        except StopIteration as end:
            found: T = end.value
            return found
        try:
            came = b"" if gone else _stepped(step, wire)
        except OSError:
            gone, came = True, b""


def _stepped(step: Step, wire: Wire) -> bytes:
    if step.raw:
        wire.send(step.raw)
    return wire.receive(step.wait_s)
