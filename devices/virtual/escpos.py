"""An ESC/POS receipt printer made of memory: bytes in, status bytes out, and the paper read back.

`slips` are its paper as text, `papers` the same as pieces that devices.virtual.paper draws. It has the faults of real
ones: no paper, an open cover, no power, power that goes after so many bytes, and a start in
which Cyrillic comes out as Chinese.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from devices.virtual.paper import Code, Line, Piece, Raster, text_of

MOST_SLIPS_KEPT = 1000
MOST_WAITING = 65_536
"""Bytes it holds while it cannot print; more are lost, as in a printer whose handshake nobody heeds."""
TABLES = {0: "cp437", 17: "cp866", 46: "cp1251"}
OPERANDS = {
    b"\x1b@": 0, b"\x1bt": 1, b"\x1bd": 1, b"\x1bp": 3, b"\x1ba": 1, b"\x1bE": 1, b"\x1d!": 1, b"\x1dV": 1,
    b"\x1dr": 1, b"\x1da": 1, b"\x1c.": 0, b"\x1c&": 0,
}  # fmt: skip
"""Bytes after each command it knows, but for those that say their own length."""
CODES, PICTURE = b"\x1d(", b"\x1dv"


@dataclass(slots=True)
class _Head:
    """What is forgotten when the power goes; `line` is what stands under the head, not yet on the paper."""

    cjk: bool
    table: int = 0
    centred: bool = False
    code: bytes = b""
    code_dots: int = 3
    line: bytearray = field(default_factory=bytearray)
    waiting: bytearray = field(default_factory=bytearray)
    at_once: bytearray = field(default_factory=bytearray)


class VirtualEscPos:
    """`receive` is for devices.virtual.served. `paper_lines` is how many lines the roll still has; None: no end."""

    def __init__(self, *, cjk: bool = False) -> None:
        self._cjk = cjk
        self._head = _Head(cjk)
        self._lock = threading.RLock()
        self._paper: list[Piece] = []
        self._power_bytes: int | None = None
        self._unasked = b""
        self.slips: deque[str] = deque(maxlen=MOST_SLIPS_KEPT)
        self.papers: deque[tuple[Piece, ...]] = deque(maxlen=MOST_SLIPS_KEPT)
        self.on = True
        self.cover_open = False
        self.stalled = False
        """Busy with something: its status is good, and what comes waits."""
        self.paper_lines: int | None = None
        self.near_end = False
        """The roll is nearly used up."""
        self.drawer_kicks = 0

    def receive(self, raw: bytes) -> bytes:
        """Bytes of the host in, bytes of the printer out."""
        with self._lock:
            return b"".join(self._take(byte) for byte in raw)

    def die_after(self, count: int) -> None:
        """The power goes when this many bytes more have come."""
        with self._lock:
            self._power_bytes = count
            self._wears_out(0)

    def power_off(self) -> None:
        with self._lock:
            self.on, self._power_bytes, self._head = False, None, _Head(self._cjk)

    def power_on(self) -> None:
        with self._lock:
            self.on = True

    def mend(self, paper_lines: int | None = None) -> bytes:
        """A new roll, the cover closed, nothing stalled: what waited is printed, what it answers then is returned."""
        with self._lock:
            self.paper_lines, self.cover_open, self.stalled, self.near_end = paper_lines, False, False, False
            answer = self._work()
            self._unasked += answer
            return answer

    def unasked(self) -> bytes:
        """What it has answered since it was mended, for devices.virtual.served."""
        with self._lock:
            said, self._unasked = self._unasked, b""
            return said

    def _take(self, byte: int) -> bytes:
        if not self.on:
            return b""
        answer = self._in_real_time(byte)
        if answer is None:
            answer = b""
            if len(self._head.waiting) < MOST_WAITING:
                self._head.waiting.append(byte)
            answer = self._work()
        return b"" if self._wears_out(1) else answer

    def _wears_out(self, count: int) -> bool:
        """Whether the power goes with these bytes."""
        if self._power_bytes is None:
            return False
        self._power_bytes -= count
        if self._power_bytes > 0:
            return False
        self.power_off()
        return True

    def _in_real_time(self, byte: int) -> bytes | None:
        """None where the byte is no part of DLE EOT n or DLE DC4 1 m t, which wait for nothing."""
        begun = self._head.at_once
        begun.append(byte)
        if begun[:2] == b"\x10\x04" and len(begun) == 3:
            begun.clear()
            return bytes((self._status(byte),))
        if begun[:3] == b"\x10\x14\x01" and len(begun) == 5:
            begun.clear()
            self.drawer_kicks += 1
            return b""
        if any(whole.startswith(bytes(begun[:3])) for whole in (b"\x10\x04", b"\x10\x14\x01")) or (
            begun[:2] == b"\x10\x04" or begun[:3] == b"\x10\x14\x01"
        ):
            return b""
        begun.clear()
        return None

    def _status(self, which: int) -> int:
        no_paper = self.paper_lines == 0
        said = {
            1: 0x08 if no_paper or self.cover_open else 0,
            2: (0x20 if no_paper else 0) | (0x04 if self.cover_open else 0),
            4: (0x60 if no_paper else 0) | (0x0C if self.near_end else 0),
        }
        return 0x12 | said.get(which, 0)

    def _work(self) -> bytes:
        """Everything that can be done with what has come."""
        out = b""
        while self._head.waiting and self._can_print():
            waiting = self._head.waiting
            length = _length(bytes(waiting[:8]))
            if length is None or len(waiting) < length:
                break
            done = bytes(waiting[:length])
            del waiting[:length]
            out += self._do(done)
        return out

    def _can_print(self) -> bool:
        return self.on and self.paper_lines != 0 and not self.cover_open and not self.stalled

    def _do(self, command: bytes) -> bytes:
        name, operands = command[:2], command[2:]
        if name == b"\x1b@":
            self._head.line.clear()
            self._head.table, self._head.centred = 0, False
        elif name in (b"\x1c.", b"\x1c&"):
            self._head.cjk = name == b"\x1c&"
        elif name == b"\x1bt":
            self._head.table = operands[0]
        elif name == b"\x1bp":
            self.drawer_kicks += 1
        elif name == b"\x1dV":
            self.slips.append(text_of(self._paper))
            self.papers.append(tuple(self._paper))
            self._paper.clear()
        elif name == b"\x1ba":
            self._head.centred = operands == b"\x01"
        elif name == CODES:
            self._code(command[6:7], command[7:])
        elif name == PICTURE:
            wide = int.from_bytes(command[4:6], "little")
            rows = tuple(command[at : at + wide] for at in range(8, len(command), wide))
            self._paper.append(Raster(rows, self._head.centred))
        elif name == b"\x1dr":
            return b"\x00"
        elif command == b"\n":
            self._print_line()
        elif len(command) == 1:
            self._head.line += command
        return b""

    def _code(self, function: bytes, operands: bytes) -> None:
        """GS ( k of QR codes: the size of a module, the data, and at last the printing."""
        if function == b"C":
            self._head.code_dots = operands[0]
        elif function == b"P":
            self._head.code = operands[1:]
        elif function == b"Q":
            text = self._head.code.decode("utf-8", "replace")
            self._paper.append(Code(text, self._head.code_dots, self._head.centred))

    def _print_line(self) -> None:
        raw = bytes(self._head.line)
        self._head.line.clear()
        if self._head.cjk:
            text = raw.decode("gb18030", "replace")
        else:
            text = raw.decode(TABLES.get(self._head.table, "cp437"), "replace")
        self._paper.append(Line(text))
        if self.paper_lines is not None:
            self.paper_lines -= 1


def _length(begun: bytes) -> int | None:
    """How many bytes the command has that begins so; None while that cannot be said."""
    if begun[:1] not in (b"\x1b", b"\x1c", b"\x1d"):
        return 1
    if begun[:2] == CODES:
        return 5 + int.from_bytes(begun[3:5], "little") if len(begun) >= 5 else None
    if begun[:2] == PICTURE:
        return (
            8 + int.from_bytes(begun[4:6], "little") * int.from_bytes(begun[6:8], "little") if len(begun) >= 8 else None
        )
    return 2 + OPERANDS.get(begun[:2], 0) if len(begun) >= 2 else None
