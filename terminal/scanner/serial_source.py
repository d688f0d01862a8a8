"""A scanner as a stream of Scans: the driver's bytes through what reads them (`terminal.scanner.codec`)."""

import logging
from collections.abc import Callable

from devices.driver import Sends
from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.protocols import Beeper, Scanner
from devices.transport.serial import SerialPort, SerialSettings
from terminal.scanner.codec import codec_of
from terminal.scanner.framing import Dropped, Frame, Framing
from terminal.scanner.scan import Scan

log = logging.getLogger("devices")


class ScannerSource:
    """One scanner; all callbacks come on its reader thread and must return at once.

    `make` gets what is to be called with the monotonic second while nothing comes, and gives the driver; `name` is the
    scans' source, as in "serial:scanner".
    """

    def __init__(
        self,
        name: str,
        make: Callable[[Callable[[float], None]], Scanner],
        *,
        on_scan: Callable[[Scan], None],
        on_status: Callable[[StatusUpdate], None] = lambda status: None,
        on_dropped: Callable[[Dropped], None] = lambda dropped: None,
        framing: Framing | None = None,
        sends: Sends = "text",
    ) -> None:
        self._on_scan = on_scan
        self._on_status = on_status
        self._on_dropped = on_dropped
        self._source = name
        self._sends = sends
        self._framing = framing
        self._codec = codec_of(sends, framing)
        self._port = make(self._quiet)

    @property
    def name(self) -> str:
        return self._source

    def open(self) -> None:
        """Start reading; a scanner that is not there yet is read as soon as it comes. A driver that fails is told."""
        try:
            self._port.open(self._on_event)
        except Exception as error:
            # The edge of a driver of another package: the sale goes on without its scanner.
            log.exception("driver_failed")
            self._on_status(StatusUpdate(Health.ERROR, "driver_failed", repr(error)))

    def close(self) -> None:
        _let(self._port.close)

    def check_health(self) -> Health:
        return self._port.check_health()

    def beep(self) -> None:
        """Say at the scanner that its code is no good, where it has a beeper for that."""
        if isinstance(self._port, Beeper):
            _let(self._port.beep)

    def _on_event(self, event: DeviceEvent) -> None:
        if isinstance(event, DataEvent):
            self._deliver(self._codec.feed(event.raw, event.at_monotonic_s))
            return
        if event.health is Health.ENABLED:
            # What came before a cable was pulled out does not go on with what comes after.
            self._codec = codec_of(self._sends, self._framing)
        self._on_status(event)

    def _quiet(self, now_s: float) -> None:
        self._deliver(self._codec.poll(now_s))

    def _deliver(self, done: list[Frame | Dropped]) -> None:
        for item in done:
            if isinstance(item, Frame):
                self._on_scan(Scan(item.text, item.symbology, self._source))
            else:
                self._on_dropped(item)
                self.beep()


def _let(work: Callable[[], None]) -> None:
    """The edge of a driver of another package, whose failure keeps nobody from painting or closing the rest."""
    try:
        work()
    except Exception:
        log.exception("driver_failed")


class SerialSource(ScannerSource):
    """One scanner on a serial port."""

    def __init__(
        self,
        info: DeviceInfo,
        settings: SerialSettings,
        *,
        on_scan: Callable[[Scan], None],
        on_status: Callable[[StatusUpdate], None] = lambda status: None,
        on_dropped: Callable[[Dropped], None] = lambda dropped: None,
        framing: Framing | None = None,
    ) -> None:
        super().__init__(
            f"serial:{info.id}",
            lambda on_quiet: SerialPort(info, settings, on_quiet=on_quiet),
            on_scan=on_scan,
            on_status=on_status,
            on_dropped=on_dropped,
            framing=framing,
        )
