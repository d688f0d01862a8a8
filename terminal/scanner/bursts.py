"""What a scanner sends for one scan, from outside: the bytes between two long silences, and how they are framed."""

from __future__ import annotations

import re

import msgspec

from devices.driver import Sends
from terminal.scanner.codec import data_of
from terminal.scanner.framing import ENDS, STX
from terminal.scanner.reports import Messages
from terminal.scanner.typed import Typed

SILENCE_S = 0.3
"""Ends a burst; above what any converter pauses inside a code, below what a person needs between two scans."""
MOST_BYTES = 8192
ENDING = re.compile(rb"[%s]*\Z" % re.escape(bytes(sorted(ENDS))))
NAMES = {0x02: "STX", 0x03: "ETX", 0x09: "TAB", 0x0A: "LF", 0x0D: "CR", 0x1D: "GS"}


class Burst(msgspec.Struct, frozen=True):
    """The bytes of one scan as they came, and the longest pause between two pieces of them. `whole`: the scanner said
    itself where it ends."""

    raw: bytes
    longest_pause_s: float = 0.0
    whole: bool = False

    @property
    def ends(self) -> bytes:
        """The suffix: the control characters after the last of the data."""
        found = ENDING.search(self.raw)
        return found.group() if found else b""

    @property
    def has_stx(self) -> bool:
        return self.raw[:1] == bytes([STX])

    @property
    def shown_ends(self) -> str:
        """As "CR LF"; empty where silence alone ends the code."""
        return " ".join(NAMES[byte] for byte in self.ends)


class Bursts:
    """Collects what a scanner sends into bursts, key events and reports as the text they mean; the caller gives the
    time."""

    def __init__(self, sends: Sends = "text") -> None:
        self._typed = Typed() if sends == "keys" else None
        self._messages = Messages() if sends == "reports" else None
        self._comes_whole = sends == "codes"
        self._held = bytearray()
        self._last_s = 0.0
        self._longest_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[Burst]:
        """Take the bytes read at `now_s`; returns what ended before them, or for being too long."""
        done = self.poll(now_s)
        if self._messages is not None:
            return done + [Burst(m.aim.encode() + data_of(m), whole=True) for m in self._messages.feed(data)]
        if self._comes_whole:
            return [Burst(data[:MOST_BYTES], whole=True)]
        if self._typed is not None:
            data = self._typed.feed(data)
        if not data:
            return done
        if self._held:
            self._longest_s = max(self._longest_s, now_s - self._last_s)
        self._held += data
        self._last_s = now_s
        return done if len(self._held) <= MOST_BYTES else [*done, self._end()]

    def poll(self, now_s: float) -> list[Burst]:
        return [self._end()] if self._held and now_s - self._last_s >= SILENCE_S else []

    def _end(self) -> Burst:
        burst = Burst(bytes(self._held[:MOST_BYTES]), self._longest_s)
        self._held.clear()
        self._longest_s = 0.0
        return burst


def hex_of(raw: bytes) -> str:
    return raw.hex(" ")


def shown_text(raw: bytes) -> str:
    """The bytes for people: text as it is, control characters by name, what is no text in hex."""
    return "".join(
        char if char.isprintable() and not 0xDC80 <= ord(char) <= 0xDCFF else _named(ord(char))
        for char in raw.decode("utf-8", "surrogateescape")
    )


def _named(point: int) -> str:
    number = point - 0xDC00 if 0xDC80 <= point <= 0xDCFF else point
    return f"<{NAMES.get(number, f'{number:02x}')}>"
