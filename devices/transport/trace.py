"""A trace: every byte between this machine and a device, with its time and its way, as JSON lines in a file.

    {"kopilka_trace": 1, "device": "front", "kind": "scanner", "begun": "2026-11-22T09:00:00+00:00"}
    {"at_us": 0, "way": "opened"}
    {"at_us": 812400, "way": "in", "hex": "34363030"}
    {"at_us": 815120, "way": "out", "hex": "06"}
    {"at_us": 9000000, "way": "gone"}

`at_us` counts from `begun`; `in` came from the device, `out` went to it. With `"wire": "http"` in the head a piece is
a whole request or reply, without the headers that say who asks. The file is bounded: full, it becomes FILE.1, in the
place of the one before, and another is begun; so does each run. A device works without its trace where that
cannot be written. Cards, phones and names stand in it, as they went over the wire: only its owner may read it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

MOST_FILE_BYTES = 4 * 1024 * 1024
FILE_MODE = 0o600
MOST_NAME = 64
Way = Literal["in", "out", "opened", "gone"]
log = logging.getLogger("devices")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: which device this is of, and when it begins (ISO, UTC)."""

    kopilka_trace: Literal[1] = 1
    device: Annotated[str, msgspec.Meta(max_length=MOST_NAME)]
    kind: Annotated[str, msgspec.Meta(max_length=MOST_NAME)]
    begun: str
    wire: Literal["http"] | msgspec.UnsetType = msgspec.UNSET


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of bytes, or that the device was opened or has gone, so many microseconds after the beginning."""

    at_us: Annotated[int, msgspec.Meta(ge=0)]
    way: Way
    hex: str = ""

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.hex)


class Trace:
    """Where the bytes of one device are noted, from any thread; nothing it does ever raises."""

    def __init__(
        self,
        path: Path,
        device: str,
        kind: str,
        *,
        wire: Literal["http"] | msgspec.UnsetType = msgspec.UNSET,
        most_bytes: int = MOST_FILE_BYTES,
        clock_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = path
        self._device = device
        self._kind = kind
        self._wire = wire
        self._most_bytes = most_bytes
        self._clock_s = clock_s
        self._now = now
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._written = 0
        self._begun_s = self._last_s = 0.0
        self._failed = False

    def note(self, way: Way, raw: bytes = b"", at_s: float | None = None) -> None:
        """`at_s` is the monotonic second at which it was; None is now."""
        with self._lock:
            if self._failed:
                return
            try:
                self._note(way, raw, self._clock_s() if at_s is None else at_s)
            except OSError as error:
                self._failed = True
                log.warning("trace_not_written", extra={"path": str(self._path), "why": str(error)})

    def close(self) -> None:
        with self._lock:
            self._end()

    def _note(self, way: Way, raw: bytes, at_s: float) -> None:
        if self._descriptor is None:
            self._begin(at_s)
        line = self._line(way, raw, at_s)
        if self._written + len(line) > self._most_bytes:
            self._begin(at_s)
            line = self._line(way, raw, at_s)
        self._last_s = max(self._last_s, at_s)
        self._write(line)

    def _line(self, way: Way, raw: bytes, at_s: float) -> bytes:
        # Bytes bear the time at which they were read, so another thread's note may be a moment ahead of them.
        at_us = round((max(at_s, self._last_s) - self._begun_s) * 1_000_000)
        return msgspec.json.encode(Step(at_us, way, raw.hex())) + b"\n"

    def _begin(self, at_s: float) -> None:
        self._end()
        if self._path.exists():
            os.replace(self._path, self._path.with_name(self._path.name + ".1"))
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        self._written, self._begun_s, self._last_s = 0, at_s, at_s
        begun = self._now().isoformat(timespec="milliseconds")
        head = Head(device=self._device[:MOST_NAME], kind=self._kind, begun=begun, wire=self._wire)
        self._write(msgspec.json.encode(head) + b"\n")

    def _write(self, line: bytes) -> None:
        assert self._descriptor is not None
        self._written += os.write(self._descriptor, line)

    def _end(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
