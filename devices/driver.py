"""What a package brings so that `devices.toml` can name its driver: the keys it understands, and how it is made.

A package of its own names its drivers in the entry points of the group `kopilka.devices`, as `KIND.NAME`:

    [project.entry-points."kopilka.devices"]
    "scanner.acme" = "acme_scanner:DRIVER"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from devices.ports import Bus, Match

GROUP = "kopilka.devices"

Short = Annotated[str, msgspec.Meta(max_length=64)]
Path = Annotated[str, msgspec.Meta(max_length=255)]
Baud = Annotated[int, msgspec.Meta(ge=300, le=4_000_000)]
Sends = Literal["text", "reports", "keys", "codes"]
"""What a scanner's bytes are: text with framing, HID-POS reports of 64 bytes, key events of Linux (input_event), or one
whole code an event, behind its AIM identifier."""
PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


SERIAL_REJECTS = {
    "datalogic": b"\x01",
    "honeywell": b"\x16\x07\x0d",
    "cipherlab": b"#@////\x0d",
}
"""Host commands that sound a beep, from the makers' manuals: Datalogic's force good read tone (its F, not on file, also
switches hand-held scanners off), Honeywell's SYN BEL CR, CipherLab's respond with a beep."""
HID_REJECTS = {"honeywell": b"\xfd\x03\x16\x07\x0d"}
"""The same as output reports."""


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of one `[[device]]` beside `kind` and `driver`; a driver adds its own in a subclass.

    A driver whose settings have a `trace` notes there what goes over its wire (devices.transport.traced).

    A ValueError of `__post_init__` says what is wrong with keys that do not go together.
    """

    id: Short = ""


class ScannerSettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the codes of a scanner are read, whatever brings its bytes.

    `prefix` and `postfix` are what the scanner puts round each code; `suffix` says whether it certainly ends each with
    CR, LF, TAB or ETX ("always") or that this is seen from what it sends ("auto"); with `layout` "russian" its letters
    come through a Russian keyboard.
    """

    prefix: Short = ""
    postfix: Short = ""
    suffix: Literal["auto", "always"] = "auto"
    layout: Literal["us", "russian"] = "us"
    idle_ms: Annotated[int, msgspec.Meta(ge=30, le=1000)] = 40
    repeat_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 500
    trace: Path = ""


class SerialScannerSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner on a serial port: its path, or what it is found by wherever it is plugged in."""

    port: Path = ""
    match: Match | None = None
    baud: Baud = 9600
    reject: Short = ""

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match)
        reject_bytes(self.reject, SERIAL_REJECTS)


class TcpScannerSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner on the network, as behind a serial server."""

    host: Path
    tcp_port: PortNumber = 4001
    reject: Short = ""

    def __post_init__(self) -> None:
        reject_bytes(self.reject, SERIAL_REJECTS)


class HidScannerSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner that is an HID device: its file, or what it is found by wherever it is plugged in."""

    port: Path = ""
    match: Match | None = None
    reject: Short = ""

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match)
        need_no_layout(self.layout)
        reject_bytes(self.reject, HID_REJECTS)


class TypingScannerSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner that types: the silence that ends a code without Enter is longer than its slowest key (100 ms)."""

    port: Path = ""
    match: Match | None = None
    idle_ms: Annotated[int, msgspec.Meta(ge=30, le=1000)] = 250

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match)
        need_no_layout(self.layout)


class PrinterSettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every printer of slips has: so many signs in a line of its paper."""

    width: Literal[32, 42, 48] = 42


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver: `settings` is a subclass of its kind's settings, `make` brings the device to life without opening it.

    `make` of a scanner takes (info, settings, on_quiet) and gives a `devices.protocols.Scanner`; of any other kind it
    takes (settings) and gives that kind's port. `sends` says what the bytes of a scanner are, `bus` where `port` and
    `match` look for it.
    """

    settings: type[DeviceSettings]
    make: Callable[..., Any]
    sends: Sends = "text"
    bus: Bus = "serial"


def reject_bytes(reject: str, named: dict[str, bytes]) -> bytes:
    """What makes a scanner beep: by its maker's name, or in hex. Raises ValueError."""
    if reject in named:
        return named[reject]
    try:
        return bytes.fromhex(reject)
    except ValueError:
        raise ValueError(f"reject is one of {', '.join(named)}, or bytes in hex as 07") from None


def need_no_layout(layout: str) -> None:
    """Raises ValueError: what comes through no keyboard layout would be spoilt by undoing one."""
    if layout != "us":
        raise ValueError("layout is for scanners that send text: leave it out")


def need_one_of(**given: object) -> None:
    """Raises ValueError unless exactly one of these keys is set."""
    if sum(bool(value) for value in given.values()) != 1:
        raise ValueError(f"needs {' or '.join(given)}, one of them")
