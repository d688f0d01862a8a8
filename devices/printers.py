"""The printers that `devices.toml` can name without another package."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.driver import Baud, Driver, Path, PortNumber, PrinterSettings, need_one_of
from devices.escpos.commands import Drawer, Encoding, Layout
from devices.escpos.line import lines_to
from devices.escpos.printer import EscPosPrinter
from devices.escpos.qr import QrBy
from devices.model import DeviceInfo
from devices.ports import Match
from devices.transport.serial import SerialSettings
from devices.transport.traced import traced_lines

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
QR_DOTS = {32: 4, 42: 6, 48: 6}
"""The module of a QR code by the width of the paper: the longest code fits, and a phone reads the shortest."""


class EscPosSettings(PrinterSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A serial `port` or what it is found by, `host` and `tcp_port`, or the `file` of a printer on USB."""

    port: Path = ""
    match: Match | None = None
    baud: Baud = 115_200
    host: Path = ""
    tcp_port: PortNumber = 9100
    file: Path = ""
    encoding: Encoding = "cp866"
    code_table: Byte | None = None
    feed_lines: Byte = 5
    cut: bool = True
    drawer: Drawer = "none"
    qr: QrBy = "native"
    trace: Path = ""

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match, host=self.host, file=self.file)


def escpos(settings: EscPosSettings) -> EscPosPrinter:
    info = DeviceInfo(settings.id, "printer", "ESC/POS", settings.port or settings.host or settings.file)
    layout = Layout(
        settings.encoding, settings.code_table, settings.feed_lines, settings.cut, settings.qr, QR_DOTS[settings.width]
    )
    serial = SerialSettings(settings.port, settings.baud, settings.match)
    lines = traced_lines(lines_to(serial, settings.host, settings.tcp_port, settings.file), settings.trace, info)
    return EscPosPrinter(info, lines, layout, settings.drawer)


ESCPOS = Driver(EscPosSettings, escpos)
