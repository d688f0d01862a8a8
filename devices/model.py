"""What a device is, in what state it is, and what it reports; names follow UnifiedPOS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """The state of a device, from closed to ready (enabled), or why it is not ready."""

    CLOSED = "closed"
    ENABLED = "enabled"
    OFFLINE = "offline"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Which device this is: our own id ("front-scanner"), its kind ("scanner", "printer") and where it is attached."""

    id: str
    kind: str
    model: str
    port: str


@dataclass(frozen=True, slots=True)
class DataEvent:
    """Bytes that came from a device, as they came, and the monotonic second at which they were read."""

    raw: bytes
    at_monotonic_s: float


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A device changed its state: `code` ("no_paper") for programs, `sentence` and `hint` for people, in English."""

    health: Health
    code: str
    sentence: str
    hint: str = ""


DeviceEvent = DataEvent | StatusUpdate
