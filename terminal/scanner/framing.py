"""Bytes of a serial scanner -> whole codes, whatever prefix, suffix or silence the scanner ends them with.

Grammar: `[STX] [prefix] [AIM identifier] DATA [postfix] [ETX] (CR | LF | CRLF | TAB | silence)`. Inside DATA nothing is
trimmed: the group separator 0x1D and what follows it belong to GS1 codes. No clock here; the caller gives the time.
"""

import re

import msgspec

from terminal.scanner.layout import of_russian_keys
from terminal.scanner.repeats import Repeats
from terminal.scanner.scan import is_code_text

STX = 0x02
ETX = 0x03
ENDS = frozenset({ETX, 0x0D, 0x0A, 0x09})
PIECES = re.compile(rb"([^%(ends)s]*)([%(ends)s]?)" % {b"ends": bytes([STX, *ENDS])})
"""Bytes of a code, and what ends them or begins another."""
AIM_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")
AIM_BYTES = re.compile(AIM_IDENTIFIER.pattern.encode())

TOO_LONG = "too_long"
CUT_SHORT = "cut_short"
NOT_TEXT = "not_text"


class Framing(msgspec.Struct, frozen=True):
    """How one scanner ends its codes; the defaults suit every scanner that sends plain data.

    `idle_s` ends a code without suffix; below 0.03 it would cut codes, as USB converters pause up to 20 ms inside.
    Once a scanner has sent a suffix, or where `suffix_known`, only `stall_s` of silence ends a code: a computer that
    was busy for a moment then cuts nothing. With `russian_layout` the letters came through a Russian keyboard.
    """

    prefix: bytes = b""
    postfix: bytes = b""
    suffix_known: bool = False
    russian_layout: bool = False
    idle_s: float = 0.04
    stall_s: float = 0.5
    max_bytes: int = 4096
    repeat_s: float = 0.5


class Frame(msgspec.Struct, frozen=True):
    """One whole code: its text without the AIM identifier, the identifier, and the bytes as they came."""

    text: str
    symbology: str | None
    raw: bytes


class Dropped(msgspec.Struct, frozen=True):
    """Bytes that made no code: `reason` is too_long, cut_short (a new STX came first) or not_text (control bytes)."""

    reason: str
    size_bytes: int


class Framer:
    """Collects bytes into frames; the same bytes give the same frames in any chunking."""

    def __init__(self, framing: Framing | None = None) -> None:
        self._framing = framing or Framing()
        self._whole = Whole(self._framing)
        self._held = bytearray()
        self._overflow_bytes = 0
        self._last_byte_s = 0.0
        self._sends_suffix = self._framing.suffix_known

    def feed(self, data: bytes, now_s: float) -> list[Frame | Dropped]:
        """Take the bytes read at `now_s` and return what ended with them, in order."""
        done = self.poll(now_s)
        for code, end in PIECES.findall(data):
            self._hold(code)
            if end and end[0] == STX:
                done += self._cut()
            elif end:
                self._sends_suffix = self._sends_suffix or self._holds_something
                done += self._end(now_s)
        if data:
            self._last_byte_s = now_s
        return done

    def heard(self, now_s: float) -> None:
        """The scanner is at work though no byte came of it: silence begins anew."""
        self._last_byte_s = now_s

    def poll(self, now_s: float) -> list[Frame | Dropped]:
        """End a code without suffix once silence has lasted long enough."""
        silence_s = self._framing.stall_s if self._sends_suffix else self._framing.idle_s
        if not self._holds_something or now_s - self._last_byte_s < silence_s:
            return []
        self._sends_suffix = self._framing.suffix_known
        return self._end(now_s)

    @property
    def _holds_something(self) -> bool:
        return bool(self._held or self._overflow_bytes)

    def _hold(self, code: bytes) -> None:
        size_bytes = (self._overflow_bytes or len(self._held)) + len(code)
        if size_bytes > self._framing.max_bytes:
            self._overflow_bytes = size_bytes
            self._held.clear()
        else:
            self._held += code

    def _cut(self) -> list[Frame | Dropped]:
        lost_bytes = self._overflow_bytes or len(self._held)
        reason = TOO_LONG if self._overflow_bytes else CUT_SHORT
        self._clear()
        return [Dropped(reason, lost_bytes)] if lost_bytes else []

    def _end(self, now_s: float) -> list[Frame | Dropped]:
        if self._overflow_bytes:
            return self._cut()
        raw = bytes(self._held)
        self._clear()
        return self._whole.read(raw, now_s)

    def _clear(self) -> None:
        self._held.clear()
        self._overflow_bytes = 0


class Whole:
    """The bytes of whole codes -> frames, without the empty ones and the repeats."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._repeats = Repeats(framing.repeat_s)

    def read(self, raw: bytes, now_s: float, symbology: str = "") -> list[Frame | Dropped]:
        """`symbology` is what is known of the code beside its bytes."""
        if not raw:
            return []
        if len(raw) > self._framing.max_bytes:
            return [Dropped(TOO_LONG, len(raw))]
        frame = read_frame(raw, self._framing)
        if isinstance(frame, Dropped):
            return [frame]
        if not frame.text or self._repeats.is_repeat(frame.text, now_s):
            return []
        return [Frame(frame.text, symbology, raw) if symbology else frame]


def read_frame(raw: bytes, framing: Framing) -> Frame | Dropped:
    """Read the bytes between two ends: UTF-8, every character printable or the group separator."""
    try:
        text = raw.removeprefix(framing.prefix).removesuffix(framing.postfix).decode()
    except UnicodeDecodeError:
        return Dropped(NOT_TEXT, len(raw))
    if not is_code_text(text):
        return Dropped(NOT_TEXT, len(raw))
    if framing.russian_layout:
        text = of_russian_keys(text)
    aim = AIM_IDENTIFIER.match(text)
    if aim is None:
        return Frame(text, None, raw)
    return Frame(text[aim.end() :], aim.group(), raw)
