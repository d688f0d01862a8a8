"""A receipt printer made of a list: slips are kept in memory and, with a folder, as one text file each.

It can be switched off, and can run out of paper; a slip that was not cut before that is lost, as torn paper is.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path
from typing import Literal

from devices.errors import DeviceError
from devices.escpos.qr import MOST_QR_BYTES
from devices.model import DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener

MOST_SLIPS_KEPT = 1000
MOST_LINES_A_SLIP = 10_000

Fault = Literal["no_paper", "off"]

READY = StatusUpdate(Health.ENABLED, "ready", "The printer is ready.")
CLOSED = StatusUpdate(Health.CLOSED, "closed", "The printer is closed.")
FAULTS: dict[Fault, StatusUpdate] = {
    "no_paper": StatusUpdate(Health.ERROR, "no_paper", "The printer is out of paper.", "Put in a new roll."),
    "off": StatusUpdate(Health.OFFLINE, "offline", "The printer does not answer.", "Switch it on and check the cable."),
}


class VirtualPrinter:
    """A Printer whose finished slips can be read back; safe to use from several threads."""

    def __init__(self, info: DeviceInfo, folder: Path | None = None) -> None:
        self._info = info
        self._folder = folder
        self._slips: deque[str] = deque(maxlen=MOST_SLIPS_KEPT)
        self._lines: list[str] = []
        self._fault: Fault | None = None
        self._listener: Listener | None = None
        self._lock = threading.RLock()
        self._number = last_number(folder)
        self.drawer_kicks = 0
        self.near_end = False

    @property
    def info(self) -> DeviceInfo:
        return self._info

    @property
    def slips(self) -> tuple[str, ...]:
        """The finished slips, oldest first, the last 1000 of them."""
        with self._lock:
            return tuple(self._slips)

    def open(self, listener: Listener) -> None:
        with self._lock:
            self._listener = listener
            self._tell()

    def close(self) -> None:
        with self._lock:
            self._listener = None
            self._lines.clear()

    def check_health(self) -> Health:
        return self._status().health

    def print_normal(self, text: str) -> None:
        with self._lock:
            self._require_ready()
            lines = text.removesuffix("\n").split("\n")
            if len(self._lines) + len(lines) > MOST_LINES_A_SLIP:
                self._lines.clear()
                raise DeviceError("slip_too_long", f"A slip holds {MOST_LINES_A_SLIP} lines at most.")
            self._lines += lines

    def print_qr(self, text: str) -> None:
        """As a text file has it: what the code says."""
        if len(text.encode()) > MOST_QR_BYTES:
            self._lines.clear()
            raise DeviceError("code_too_long", f"A QR code holds {MOST_QR_BYTES} bytes at most.")
        self.print_normal(f"[QR] {text}")

    def cut_paper(self) -> None:
        with self._lock:
            self._require_ready()
            slip = "".join(f"{line}\n" for line in self._lines)
            self._lines.clear()
            self._number += 1
            if self._folder is not None:
                write_slip(self._folder, self._number, slip)
            self._slips.append(slip)

    def open_drawer(self) -> None:
        """Without paper too."""
        with self._lock:
            if self._fault != "no_paper":
                self._require_ready()
            self.drawer_kicks += 1

    def set_fault(self, fault: Fault | None) -> None:
        """Break the printer in this way, or mend it with None."""
        with self._lock:
            self._fault = fault
            if fault is not None:
                self._lines.clear()
            self._tell()

    def _status(self) -> StatusUpdate:
        if self._listener is None:
            return CLOSED
        return READY if self._fault is None else FAULTS[self._fault]

    def _require_ready(self) -> None:
        status = self._status()
        if status.health is not Health.ENABLED:
            raise DeviceError(status.code, status.sentence, status.hint)

    def _tell(self) -> None:
        if self._listener is not None:
            self._listener(self._status())


def last_number(folder: Path | None) -> int:
    """The number of the last slip in the folder, 0 where there is none."""
    if folder is None or not folder.is_dir():
        return 0
    numbers = [path.stem.removeprefix("slip-") for path in folder.glob("slip-*.txt")]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def write_slip(folder: Path, number: int, slip: str) -> None:
    """Write one slip whole or not at all; a folder that cannot be written is a DeviceError."""
    path = folder / f"slip-{number:06}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(slip, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:
        raise DeviceError("no_room_for_slips", f"No slip can be written to {folder}: {error.strerror}") from error
