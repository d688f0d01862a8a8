"""HID devices of Linux as lines: reports of /dev/hidrawN, and the key events of a keyboard that nobody else then gets.

A pipe or a pseudo-terminal in place of the device works alike, for trying it without hardware.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import select
import struct
from collections.abc import Callable

from devices.buses import list_bus
from devices.keys import EV_LED, EVENT, LED_CAPS
from devices.ports import Bus, Match, find_port
from devices.transport.reader import MOST_BYTES_A_READ, QUIET_TICK_S, refuse_no_device

REPORT_BYTES = 64
HIDIOCGRAWINFO = 0x80084803
HIDIOCSFEATURE_2 = 0xC0024806
WANT_ENABLING = frozenset({0x0C2E, 0x23D0})
"""Honeywell and Youjie send reports once feature report 254 is set to 1."""
ENABLE = bytes((254, 1))
EVIOCGRAB = 0x40044590
EVIOCGLED_1 = 0x80014519


class HidLine:
    """An open descriptor as a `devices.transport.reader.Line`; `first` is read before what comes."""

    def __init__(self, descriptor: int, *, record_bytes: int = 0, first: bytes = b"") -> None:
        self._descriptor = descriptor
        self._record_bytes = record_bytes
        self._first = first

    def read(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        if not select.select([self._descriptor], [], [], QUIET_TICK_S)[0]:
            return b""
        try:
            raw = os.read(self._descriptor, MOST_BYTES_A_READ)
        except BlockingIOError:
            return b""
        if not raw:
            raise OSError(errno.ENODEV, "the device has gone")
        # Each read of an HID device is one report, shorter where the device made it so.
        return raw.ljust(self._record_bytes, b"\0")[: self._record_bytes] if self._record_bytes else raw

    def write(self, raw: bytes) -> None:
        os.write(self._descriptor, raw)

    def close(self) -> None:
        os.close(self._descriptor)


def open_reports(path: str, match: Match | None) -> HidLine:
    """Raises OSError."""
    return _opened(path, match, "hidraw", os.O_RDWR, _as_reports)


def open_keys(path: str, match: Match | None) -> HidLine:
    """From now on nobody else gets the keys, the screen included. Raises OSError."""
    return _opened(path, match, "evdev", os.O_RDONLY, _as_keys)


def _opened(path: str, match: Match | None, bus: Bus, flags: int, make: Callable[[int], HidLine]) -> HidLine:
    found = find_port(match, lambda: list_bus(bus)) if match else path
    refuse_no_device(found)
    descriptor = os.open(found, flags | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        # The kernel gives reports to everyone who has the device open: our own programs keep off one another.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return make(descriptor)
    except OSError:
        os.close(descriptor)
        raise


def _as_reports(descriptor: int) -> HidLine:
    try:
        info = fcntl.ioctl(descriptor, HIDIOCGRAWINFO, bytes(8))
    except OSError:
        return HidLine(descriptor)
    if struct.unpack("IHH", info)[1] in WANT_ENABLING:
        try:
            fcntl.ioctl(descriptor, HIDIOCSFEATURE_2, ENABLE)
        except OSError:
            # A model without that report sends without being told to.
            pass
    return HidLine(descriptor, record_bytes=REPORT_BYTES)


def _as_keys(descriptor: int) -> HidLine:
    try:
        fcntl.ioctl(descriptor, EVIOCGRAB, 1)
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL):
            return HidLine(descriptor)
        raise
    lights = array.array("B", [0])
    fcntl.ioctl(descriptor, EVIOCGLED_1, lights)
    return HidLine(descriptor, first=struct.pack(EVENT, 0, 0, EV_LED, LED_CAPS, lights[0] >> LED_CAPS & 1))
