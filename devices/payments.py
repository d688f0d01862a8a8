"""The payment terminals that `devices.toml` can name without another package."""

from __future__ import annotations

from devices.driver import Baud, DeviceSettings, Driver, Path, PortNumber, need_one_of
from devices.escpos.line import lines_to
from devices.model import DeviceInfo
from devices.payment.manual import ManualTerminal
from devices.payment.terminal import LineTerminal
from devices.ports import Match
from devices.transport.serial import SerialSettings
from devices.transport.traced import traced_lines


class ManualSettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank terminal worked by hand has no keys of its own."""


class LineTerminalSettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A serial `port` or what it is found by, or `host` and `tcp_port`."""

    port: Path = ""
    match: Match | None = None
    baud: Baud = 115_200
    host: Path = ""
    tcp_port: PortNumber = 9600
    trace: Path = ""

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match, host=self.host)


def manual(settings: ManualSettings) -> ManualTerminal:
    return ManualTerminal(DeviceInfo(settings.id, "payment", "by hand", ""))


def virtual(settings: LineTerminalSettings) -> LineTerminal:
    info = DeviceInfo(settings.id, "payment", "virtual", settings.port or settings.host)
    serial = SerialSettings(settings.port, settings.baud, settings.match)
    lines = traced_lines(lines_to(serial, settings.host, settings.tcp_port, ""), settings.trace, info)
    return LineTerminal(info, lines)


MANUAL = Driver(ManualSettings, manual)
VIRTUAL = Driver(LineTerminalSettings, virtual)
