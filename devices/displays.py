"""The customer's displays that `devices.toml` can name without another package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

from devices.display.commands import COLUMNS, ROWS, cd5220_text, epson_text
from devices.display.display import TextDisplay
from devices.driver import Baud, DeviceSettings, Driver, Path, PortNumber, need_one_of
from devices.escpos.commands import Encoding
from devices.escpos.line import lines_to
from devices.model import DeviceInfo
from devices.ports import Match
from devices.transport.serial import SerialSettings
from devices.transport.traced import traced_lines

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Greeting = Annotated[str, msgspec.Meta(max_length=ROWS * COLUMNS + ROWS - 1)]


class DisplaySettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every customer's display has: the text it shows between two customers, of one line or two."""

    greeting: Greeting = ""

    def __post_init__(self) -> None:
        lines = self.greeting.split("\n")
        if len(lines) > ROWS or any(len(line) > COLUMNS for line in lines):
            raise ValueError(f"greeting has more than {ROWS} lines of {COLUMNS} signs")


class TextDisplaySettings(DisplaySettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A serial `port` or what it is found by, `host` and `tcp_port`, or a device `file`."""

    port: Path = ""
    match: Match | None = None
    baud: Baud = 9600
    host: Path = ""
    tcp_port: PortNumber = 9100
    file: Path = ""
    encoding: Encoding = "cp866"
    code_table: Byte | None = None
    trace: Path = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        need_one_of(port=self.port, match=self.match, host=self.host, file=self.file)


def cd5220(settings: TextDisplaySettings) -> TextDisplay:
    return _made(settings, "CD5220", lambda lines: cd5220_text(lines, settings.encoding, settings.code_table))


def epson(settings: TextDisplaySettings) -> TextDisplay:
    return _made(settings, "Epson", lambda lines: epson_text(lines, settings.encoding, settings.code_table))


def _made(settings: TextDisplaySettings, model: str, as_bytes: Callable[[Sequence[str]], bytes]) -> TextDisplay:
    serial = SerialSettings(settings.port, settings.baud, settings.match)
    info = DeviceInfo(settings.id, "display", model, settings.host or settings.file or serial.named)
    lines = traced_lines(lines_to(serial, settings.host, settings.tcp_port, settings.file), settings.trace, info)
    return TextDisplay(info, lines, as_bytes)


CD5220 = Driver(TextDisplaySettings, cd5220)
EPSON = Driver(TextDisplaySettings, epson)
