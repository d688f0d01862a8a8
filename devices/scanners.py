"""The scanners that `devices.toml` can name without another package."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from devices.driver import (
    HID_REJECTS,
    SERIAL_REJECTS,
    Driver,
    HidScannerSettings,
    SerialScannerSettings,
    TcpScannerSettings,
    TypingScannerSettings,
    reject_bytes,
)
from devices.model import DeviceInfo
from devices.transport.reader import Reader, silent
from devices.transport.serial import SerialPort, SerialSettings

OnQuiet = Callable[[float], None]


def serial_scanner(info: DeviceInfo, settings: SerialScannerSettings, on_quiet: OnQuiet) -> SerialPort:
    where = SerialSettings(settings.port, settings.baud, settings.match)
    reject = reject_bytes(settings.reject, SERIAL_REJECTS)
    return SerialPort(info, where, on_quiet=on_quiet, reject=reject)


def tcp_scanner(info: DeviceInfo, settings: TcpScannerSettings, on_quiet: OnQuiet) -> Reader:
    from devices.transport.tcp import TcpLine

    reject = reject_bytes(settings.reject, SERIAL_REJECTS)
    connect = partial(TcpLine, settings.host, settings.tcp_port)
    named = f"{settings.host}:{settings.tcp_port}"
    return Reader(info, named, connect, on_quiet=on_quiet, reject=reject, away=silent)


def hid_pos_scanner(info: DeviceInfo, settings: HidScannerSettings, on_quiet: OnQuiet) -> Reader:
    """Linux only, as is the next."""
    from devices.transport.hid import open_reports

    named = settings.port or str(settings.match)
    reject = reject_bytes(settings.reject, HID_REJECTS)
    return Reader(info, named, lambda: open_reports(settings.port, settings.match), on_quiet=on_quiet, reject=reject)


def typing_scanner(info: DeviceInfo, settings: TypingScannerSettings, on_quiet: OnQuiet) -> Reader:
    from devices.transport.hid import open_keys

    named = settings.port or str(settings.match)
    return Reader(info, named, lambda: open_keys(settings.port, settings.match), on_quiet=on_quiet)


SERIAL = Driver(SerialScannerSettings, serial_scanner)
TCP = Driver(TcpScannerSettings, tcp_scanner)
HID_POS = Driver(HidScannerSettings, hid_pos_scanner, "reports", "hidraw")
KEYBOARD = Driver(TypingScannerSettings, typing_scanner, "keys", "evdev")
