"""Ports of this machine, and finding a device by what it is instead of by where it is plugged in.

Serial ports here; what hangs on others (`Bus`) is in `devices.buses`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

import msgspec

BY_ID = Path("/dev/serial/by-id")
INPUT_BY_ID = Path("/dev/input/by-id")
VIDEO_BY_ID = Path("/dev/v4l/by-id")
Bus = Literal["serial", "hidraw", "evdev", "video"]
"""What a port is of: a serial line, reports of an HID device, key events of a keyboard, a camera."""
Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a port must be, each with `*` and `?`: ids of vendor and product in four hex digits, serial number, name
    under /dev/serial/by-id (of a keyboard /dev/input/by-id, of a camera /dev/v4l/by-id). What is not given fits all."""

    vid: Pattern = "*"
    pid: Pattern = "*"
    serial: Pattern = "*"
    by_id: Pattern = "*"

    def __post_init__(self) -> None:
        if not self.given:
            raise ValueError("match needs vid, pid, serial or by_id")

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != "*"}

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.given.items())


@dataclass(frozen=True, slots=True)
class Port:
    """One port; ids, serial number and by-id name are empty where it has none, as a serial port on the board."""

    path: str
    vid: str = ""
    pid: str = ""
    serial: str = ""
    by_id: str = ""
    description: str = ""
    bus: Bus = "serial"

    @property
    def best_path(self) -> str:
        """The name that survives replugging, where there is one."""
        folder = {"evdev": INPUT_BY_ID, "video": VIDEO_BY_ID}.get(self.bus, BY_ID)
        return str(folder / self.by_id) if self.by_id else self.path


def list_ports() -> tuple[Port, ...]:
    """The serial ports there are, by path."""
    from serial.tools import list_ports as system

    names = by_ids()
    found = [
        Port(
            each.device,
            f"{each.vid:04x}" if each.vid is not None else "",
            f"{each.pid:04x}" if each.pid is not None else "",
            each.serial_number or "",
            names.get(each.device, ""),
            each.description if each.description != "n/a" else "",
        )
        for each in system.comports()
    ]
    return tuple(sorted(found, key=lambda port: port.path))


def by_ids(folder: Path = BY_ID) -> dict[str, str]:
    """The device's path -> its name under `folder`."""
    try:
        return {str(link.resolve()): link.name for link in sorted(folder.iterdir())}
    except OSError:
        # Linux makes the folder with the first device that has a name to put there.
        return {}


def fits(port: Port, match: Match) -> bool:
    """Letters of either case are the same."""
    pairs = ((getattr(port, name), wanted) for name, wanted in match.given.items())
    return all(fnmatchcase(value.lower(), wanted.lower()) for value, wanted in pairs)


def find_port(match: Match, ports: Callable[[], tuple[Port, ...]] = list_ports) -> str:
    """The path of the one port that fits. Raises OSError: ENOENT where none does, ENOTUNIQ where several do."""
    found = [port.path for port in ports() if fits(port, match)]
    if not found:
        raise FileNotFoundError(errno.ENOENT, "no port fits", str(match))
    if len(found) > 1:
        raise OSError(errno.ENOTUNIQ, f"fits {', '.join(found)}", str(match))
    return found[0]


class PortFinder:
    """Where one device's port is now: cable out and in again, a port may come back under another number.

    With a `match` that decides. A port named by its path alone is known by its vendor, product and serial number from
    the first time it was there, and found again by them; one without a serial number only ever by its path.
    """

    def __init__(
        self, path: str, match: Match | None = None, ports: Callable[[], tuple[Port, ...]] = list_ports
    ) -> None:
        self._path = path
        self._match = match
        self._ports = ports
        self._known = ("", "", "")

    def find(self) -> str:
        """The path to open, also one that is not there. Of a `match` it raises OSError as `find_port` does."""
        if self._match is not None:
            return find_port(self._match, self._ports)
        ports = self._ports()
        again = [port.path for port in ports if port.serial and (port.vid, port.pid, port.serial) == self._known]
        if len(again) == 1:
            return again[0]
        here = next((port for port in ports if port.path == os.path.realpath(self._path)), None)
        if here is not None:
            self._known = (here.vid, here.pid, here.serial)
        return self._path
