"""Ways for bytes to travel that are noted in a trace: a trace wraps whatever brings the bytes, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.protocols import Beeper, Listener, Scanner
from devices.transport.trace import Trace


class TracedScanner:
    """A Scanner of any driver whose bytes are noted as its listener gets them."""

    def __init__(self, scanner: Scanner, trace: Trace) -> None:
        self._scanner = scanner
        self._trace = trace

    @property
    def info(self) -> DeviceInfo:
        return self._scanner.info

    def check_health(self) -> Health:
        return self._scanner.check_health()

    def open(self, listener: Listener) -> None:
        def listen(event: DeviceEvent) -> None:
            _note_event(self._trace, event)
            listener(event)

        self._scanner.open(listen)

    def beep(self) -> None:
        if isinstance(self._scanner, Beeper):
            self._scanner.beep()

    def close(self) -> None:
        self._scanner.close()
        self._trace.close()


def _note_event(trace: Trace, event: DeviceEvent) -> None:
    if isinstance(event, DataEvent):
        trace.note("in", event.raw, event.at_monotonic_s)
    elif isinstance(event, StatusUpdate):
        trace.note("opened" if event.health is Health.ENABLED else "gone")


class Wire(Protocol):
    """What a printer or a display is on: `devices.escpos.line.Line`."""

    def send(self, raw: bytes) -> None: ...

    def receive(self, wait_s: float) -> bytes: ...

    def close(self) -> None: ...


class TracedWire:
    """An open line that notes what goes over it."""

    def __init__(self, wire: Wire, trace: Trace) -> None:
        self._wire = wire
        self._trace = trace
        trace.note("opened")

    def send(self, raw: bytes) -> None:
        if raw:
            self._trace.note("out", raw)
        self._wire.send(raw)

    def receive(self, wait_s: float) -> bytes:
        came = self._wire.receive(wait_s)
        if came:
            self._trace.note("in", came)
        return came

    def close(self) -> None:
        self._trace.note("gone")
        self._wire.close()


def traced_lines(connect: Callable[[], Wire], path: str, info: DeviceInfo) -> Callable[[], Wire]:
    """Opens lines whose bytes are noted in `path`; without one, lines as they are."""
    if not path:
        return connect
    trace = Trace(Path(path), info.id, info.kind)
    return lambda: TracedWire(connect(), trace)


class Exchange(Protocol):
    """What a register of Shtrih-M is on: `devices.shtrih.wire.Wire`."""

    def transfer(self, raw: bytes, wait_s: float) -> bytes: ...

    def close(self) -> None: ...


class TracedExchange:
    """A register's wire that notes what goes over it."""

    def __init__(self, wire: Exchange, trace: Trace) -> None:
        self._wire = wire
        self._trace = trace

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        if raw:
            self._trace.note("out", raw)
        came = self._wire.transfer(raw, wait_s)
        if came:
            self._trace.note("in", came)
        return came

    def close(self) -> None:
        self._wire.close()
        self._trace.close()
