"""The scanners that `devices.toml` can name without another package."""

from __future__ import annotations

from collections.abc import Callable

from devices.driver import Driver, SerialScannerSettings
from devices.model import DeviceInfo
from devices.transport.serial import SerialPort, SerialSettings


def serial_scanner(info: DeviceInfo, settings: SerialScannerSettings, on_quiet: Callable[[float], None]) -> SerialPort:
    return SerialPort(info, SerialSettings(settings.port, settings.baud, settings.match), on_quiet=on_quiet)


SERIAL = Driver(SerialScannerSettings, serial_scanner)
