"""A driver of one's own: a scanner behind a serial server, whose bytes come over TCP."""

import socket
from collections.abc import Callable

from devices.driver import Driver, Path, PortNumber, ScannerSettings
from devices.model import DeviceInfo
from devices.transport.reader import Reader, silent


class AcmeSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Path
    tcp_port: PortNumber = 4001


class AcmeLine:
    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), 2.0)
        self._socket.settimeout(0.01)
        self.write, self.close = self._socket.sendall, self._socket.close

    def read(self) -> bytes:
        try:
            raw = self._socket.recv(4096)
        except TimeoutError:
            return b""
        if not raw:
            raise ConnectionResetError("the scanner has gone")
        return raw


def acme(info: DeviceInfo, settings: AcmeSettings, on_quiet: Callable[[float], None]) -> Reader:
    host, port = settings.host, settings.tcp_port
    return Reader(info, f"{host}:{port}", lambda: AcmeLine(host, port), on_quiet=on_quiet, away=silent)


DRIVER = Driver(AcmeSettings, acme)
