"""A customer's display made of memory: bytes in, and the text that stands on it, two lines of twenty signs.

It knows both languages of devices.display.commands. Like a real one it answers nothing, starts with a code table
without Cyrillic, and has forgotten text and table when its power comes back.
"""

from __future__ import annotations

import threading
from collections import deque

COLUMNS, ROWS = 20, 2
MOST_SHOWN_KEPT = 1000
NO_CYRILLIC = "cp437"
TABLES = {0: NO_CYRILLIC, 17: "cp866", 46: "cp1251"}
OPERANDS = {
    b"\x1b@": 0, b"\x1bc": 1, b"\x1bf": 1, b"\x1bt": 1, b"\x1bR": 1, b"\x1b*": 1, b"\x1b=": 1, b"\x1bl": 2,
    b"\x1f$": 2, b"\x1f\x01": 0,
}  # fmt: skip
"""Bytes after each command it knows; of others it shows what follows their two bytes."""
LINES = {b"A": 0, b"B": 1}
Text = tuple[str, ...]


def framed(lines: Text) -> str:
    """A picture of it, for a terminal."""
    edge = f"+{'-' * COLUMNS}+"
    return "\n".join((edge, *(f"|{line:<{COLUMNS}}|" for line in lines), edge))


class VirtualDisplay:
    """`receive` is for devices.virtual.served. `lines` is what stands there; `shown` all that ever did, in order."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._waiting = bytearray()
        self.on = True
        self.shown: deque[Text] = deque(maxlen=MOST_SHOWN_KEPT)
        self._begin()

    @property
    def lines(self) -> Text:
        with self._lock:
            return tuple("".join(row).rstrip() for row in self._rows) if self.on else ("",) * ROWS

    def receive(self, raw: bytes) -> bytes:
        """Bytes of the host in; nothing ever comes back."""
        with self._lock:
            if self.on:
                self._waiting += raw
                while self._work():
                    pass
                if not self.shown or self.shown[-1] != self.lines:
                    self.shown.append(self.lines)
            return b""

    def power_off(self) -> None:
        with self._lock:
            self.on = False
            self._waiting.clear()
            self._begin()

    def power_on(self) -> None:
        with self._lock:
            self.on = True

    def _begin(self) -> None:
        self._rows = [[" "] * COLUMNS for _ in range(ROWS)]
        self._table = NO_CYRILLIC
        self._at = 0

    def _work(self) -> bool:
        """Do the first of what waits, once all of it is there."""
        raw = bytes(self._waiting[:2])
        if not raw:
            return False
        if raw[0] not in b"\x1b\x1f":
            del self._waiting[:1]
            self._sign(raw[0])
            return True
        if raw == b"\x1bQ":
            return self._string()
        length = 2 + OPERANDS.get(raw, 0)
        if len(self._waiting) < length:
            return False
        operands = bytes(self._waiting[2:length])
        del self._waiting[:length]
        self._do(raw, operands)
        return True

    def _string(self) -> bool:
        """ESC Q, a line's letter, its text, CR."""
        end = self._waiting.find(b"\r")
        if end < 0:
            return False
        row, text = LINES.get(bytes(self._waiting[2:3])), bytes(self._waiting[3:end])
        del self._waiting[: end + 1]
        if row is not None:
            self._rows[row] = list(text.decode(self._table, "replace")[:COLUMNS].ljust(COLUMNS))
        return True

    def _do(self, name: bytes, operands: bytes) -> None:
        if name == b"\x1b@":
            self._begin()
        elif name == b"\x1bt":
            self._table = TABLES.get(operands[0], NO_CYRILLIC)
        elif name == b"\x1bc":
            self._table = "cp866" if operands == b"R" else NO_CYRILLIC
        elif name in (b"\x1f$", b"\x1bl"):
            self._at = (operands[0] - 1) + COLUMNS * (operands[1] - 1)

    def _sign(self, byte: int) -> None:
        """CLR and HOM; any other sign stands where the cursor is, which goes on to the next place."""
        if byte == 0x0C:
            self._rows = [[" "] * COLUMNS for _ in range(ROWS)]
            self._at = 0
        elif byte == 0x0B:
            self._at = 0
        elif byte >= 0x20:
            row, column = divmod(self._at % (COLUMNS * ROWS), COLUMNS)
            self._rows[row][column] = bytes((byte,)).decode(self._table, "replace")
            self._at += 1
