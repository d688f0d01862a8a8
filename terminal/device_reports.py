"""A driver's device under supervision: what it reports by itself, and its health where it has to be asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from devices.model import DeviceEvent, Health, StatusUpdate
from devices.protocols import Device
from terminal.device_said import seen_of
from terminal.supervised import Seen
from terminal.supervising import Supervising

log = logging.getLogger("devices")
CODES = {Health.ENABLED: "ready", Health.OFFLINE: "offline", Health.CLOSED: "closed"}


def listening(supervising: Supervising, id: str, kind: str, place: str) -> Callable[[StatusUpdate], None]:
    """A device that reports by itself, as scanners do: what this gives takes its StatusUpdates, from any thread."""
    watch = supervising.add(id, kind, place)

    def listen(status: StatusUpdate) -> None:
        seen = seen_of(status, kind, place)
        if seen is not None:
            watch.report(seen)

    return listen


def watch_device(supervising: Supervising, device: Device, place: str) -> None:
    """Open a device that only answers, as a printer or a display: it is asked for its health from now on, and what it
    reports meanwhile, as of a slip it could not print, counts too."""
    kind = device.info.kind
    watch = supervising.add(device.info.id, kind, place)
    told = threading.Event()

    def listen(event: DeviceEvent) -> None:
        seen = seen_of(event, kind, place) if isinstance(event, StatusUpdate) else None
        if seen is not None:
            told.set()
            watch.report(seen)

    def look() -> Seen | None:
        told.clear()
        health = device.check_health()
        # What it reported is known already; of a driver that reports nothing its health is all there is.
        return None if told.is_set() else _seen_by(health, kind, place)

    try:
        device.open(listen)
    except Exception as error:
        # The edge of a driver of another package: what it is told to do later fails by itself.
        log.exception("driver_failed")
        listen(StatusUpdate(Health.ERROR, "driver_failed", repr(error)))
    watch.look_by(look)


def _seen_by(health: Health, kind: str, place: str) -> Seen | None:
    code = CODES.get(health, "not_ready")
    return seen_of(StatusUpdate(health, code, code), kind, place)
