"""A driver of one's own: a scanner behind a serial server, whose bytes come over TCP."""

import socket
import threading
import time
from collections.abc import Callable

from devices.backoff import Backoff
from devices.driver import Driver, Path, PortNumber, ScannerSettings
from devices.model import DataEvent, DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener


class AcmeSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Path
    tcp_port: PortNumber = 4001


class AcmeScanner:
    def __init__(self, info: DeviceInfo, settings: AcmeSettings, on_quiet: Callable[[float], None]) -> None:
        self.info, self._settings, self._on_quiet = info, settings, on_quiet
        self._health, self._stopping = Health.CLOSED, threading.Event()
        self._thread: threading.Thread | None = None

    def open(self, listener: Listener) -> None:
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def check_health(self) -> Health:
        return self._health

    def _run(self, listener: Listener) -> None:
        waits = Backoff().waits()
        while not self._stopping.is_set():
            try:
                with socket.create_connection((self._settings.host, self._settings.tcp_port), 2.0) as line:
                    waits = Backoff().waits()
                    self._tell(listener, Health.ENABLED, "ready", "The scanner is connected.")
                    self._read(line, listener)
            except OSError:
                self._tell(listener, Health.OFFLINE, "offline", "The scanner does not answer.")
            self._stopping.wait(next(waits))

    def _read(self, line: socket.socket, listener: Listener) -> None:
        line.settimeout(0.01)
        while not self._stopping.is_set():
            try:
                raw = line.recv(4096)
            except TimeoutError:
                self._on_quiet(time.monotonic())
                continue
            if not raw:
                raise ConnectionResetError
            listener(DataEvent(raw, time.monotonic()))

    def _tell(self, listener: Listener, health: Health, code: str, sentence: str) -> None:
        self._health = health
        listener(StatusUpdate(health, code, sentence))


DRIVER = Driver(AcmeSettings, AcmeScanner)
