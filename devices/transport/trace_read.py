"""A trace read back: its head and its steps, every line checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from devices.transport.trace import MOST_FILE_BYTES, Head, Step

T = TypeVar("T")
_head: Callable[[bytes], Head] = msgspec.json.Decoder(Head).decode
_step: Callable[[bytes], Step] = msgspec.json.Decoder(Step).decode


class BadTrace(Exception):
    """Line `line` is none of a trace: `why`."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class ReadTrace:
    head: Head
    steps: tuple[Step, ...]


def read_trace(path: Path) -> ReadTrace:
    """A last line that was cut short, as when a till was killed, is left out. Raises BadTrace, OSError."""
    with path.open("rb") as file:
        raw = file.read(MOST_FILE_BYTES + 1)
    if len(raw) > MOST_FILE_BYTES:
        raise BadTrace(1, f"over {MOST_FILE_BYTES} bytes")
    lines = raw.split(b"\n")[:-1]
    if not lines:
        raise BadTrace(1, "no trace begins here")
    return ReadTrace(_decoded(_head, lines[0], 1), tuple(_steps(lines)))


def _steps(lines: list[bytes]) -> Iterator[Step]:
    before_us = 0
    for number, line in enumerate(lines[1:], 2):
        step = _decoded(_step, line, number)
        if step.at_us < before_us:
            raise BadTrace(number, "earlier than the line before")
        try:
            step.raw  # noqa: B018
        except ValueError as error:
            raise BadTrace(number, str(error)) from error
        before_us = step.at_us
        yield step


def _decoded(decode: Callable[[bytes], T], line: bytes, number: int) -> T:
    try:
        return decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadTrace(number, str(error)) from error
