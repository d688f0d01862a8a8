"""Traces in tests: a device's bytes noted as they would be, and a trace read back through what reads a scanner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from devices.driver import Sends
from devices.transport.trace import MOST_FILE_BYTES, Step, Trace, Way
from terminal.scanner.codec import codec_of
from terminal.scanner.framing import Dropped, Frame, Framing

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def written(path: Path, pieces: Iterable[tuple[float, Way, bytes]], most_bytes: int = MOST_FILE_BYTES) -> Path:
    """A trace of these pieces: second, way, bytes."""
    trace = Trace(path, "front", "scanner", most_bytes=most_bytes, now=lambda: NOON)
    for at_s, way, raw in pieces:
        trace.note(way, raw, at_s)
    trace.close()
    return path


def scans_of(
    steps: Sequence[Step], framing: Framing | None = None, sends: Sends = "text", tick_s: float = 0.01
) -> list[Frame | Dropped]:
    """What a till makes of what came from a scanner, with every silence of the trace."""
    codec = codec_of(sends, framing)
    done: list[Frame | Dropped] = []
    now_s = 0.0
    for step in steps:
        at_s = step.at_us / 1_000_000
        while now_s + tick_s < at_s:
            now_s += tick_s
            done += codec.poll(now_s)
        now_s = at_s
        if step.way == "in":
            done += codec.feed(step.raw, now_s)
    return [*done, *codec.poll(now_s + 10.0)]
