"""A receipt of a virtual Shtrih-M register: what is added to it while it is open, and its fields once it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from devices.shtrih.tlv import BadTlv, fields
from devices.shtrih.tlv import field as tlv
from devices.virtual.shtrih_memory import CORRECTION, RECEIPT, Document, FiscalMemory, Line

BAD_VALUE, WRONG_STATE = 0x33, 0x73
OF_OPENING, OF_RECEIPT, OF_CLOSING = 0x02, 0x04, 0x08
MAX_LINES = 1000
RATES = {0: 6, 0x01: 1, 0x02: 2, 0x10: 3, 0x20: 4, 0x04: 5, 0x08: 6, 0x81: 7, 0x82: 8, 0x84: 9, 0x88: 10, 0xCB: 11,
         0xCC: 12}  # fmt: skip
"""The register's codes of VAT as values of tag 1199; 0 is what programs say that know of none."""
PAID = {1: 1031, 14: 1215, 15: 1216, 16: 1217}
"""Places of payments by tag; all others are electronic."""
ELECTRONIC = 1081
BASIS = (1178, 1179)
FFD_1_05, FFD_1_2 = 2, 4


@dataclass(slots=True)
class OpenReceipt:
    """`operation`: 1 sale, 2 return; `kind` as the memory names an open document, an opening or a closing of the shift
    too. The methods give the register's error, 0 for none."""

    operation: int
    lines: list[Line] = field(default_factory=list)
    tags: list[tuple[int, bytes]] = field(default_factory=list)
    kind: int = OF_RECEIPT
    is_correction: bool = False

    def add(self, line: Line, operation: int) -> int:
        if self.operation != operation or len(self.lines) >= MAX_LINES:
            return WRONG_STATE
        if abs(line.price_minor * line.qty_micro - line.amount_minor * 1_000_000) > 1_000_000 or line.vat not in RATES:
            return BAD_VALUE
        self.lines.append(line)
        return 0

    def tag(self, raw: bytes) -> int:
        try:
            self.tags += fields(raw)
        except BadTlv:
            return BAD_VALUE
        return 0

    def tag_line(self, raw: bytes) -> int:
        if not self.lines:
            return WRONG_STATE
        try:
            tags = (*self.lines[-1].tags, *fields(raw))
        except BadTlv:
            return BAD_VALUE
        self.lines[-1] = replace(self.lines[-1], tags=tags)
        return 0

    def bind(self, body: bytes, taken: set[bytes]) -> int:
        """The line sent last has this code, which was looked at before; each line has one, each code one line."""
        mark = body[1 : 1 + body[0]]
        if not self.lines or self.lines[-1].mark or mark not in taken:
            return WRONG_STATE
        taken.discard(mark)
        self.lines[-1] = replace(self.lines[-1], mark=mark)
        return 0


class Marks:
    """The memory's look at codes of marking; `bad` are those whose proof it finds wrong."""

    def __init__(self) -> None:
        self.bad: set[bytes] = set()
        self.taken: set[bytes] = set()
        self._seen = b""

    def check(self, body: bytes) -> tuple[int, bytes]:
        self._seen = body[4 : 4 + body[2]]
        if len(body) != 4 + body[2] + body[3] or not self._seen:
            return BAD_VALUE, b""
        return 0, bytes((1 if self._seen in self.bad else 3, 0, 0, 0))

    def take(self, body: bytes) -> tuple[int, bytes]:
        if not self._seen:
            return WRONG_STATE, b""
        if body[0] == 1:
            self.taken.add(self._seen)
        self._seen = b""
        return 0, b"\x03"


def document_tlv(memory: FiscalMemory, made: Document) -> bytes:
    """A document as FF3A and FF3B give it."""
    return b"".join(tlv(tag, value) for tag, value in _fields(memory, made))


def _fields(memory: FiscalMemory, made: Document) -> Iterator[tuple[int, bytes]]:
    yield 1041, memory.serial.encode()
    yield 1040, _int(made.number, 4)
    yield 1012, _moment(made.at)
    yield 1038, _int(memory.shift_number, 4)
    if made.kind in (RECEIPT, CORRECTION):
        yield from _receipt(memory, made)
    else:
        yield from made.tags
    yield 1077, b"\x21\x04" + made.sign.to_bytes(4, "big")


def _receipt(memory: FiscalMemory, made: Document) -> Iterator[tuple[int, bytes]]:
    yield 1042, _int(memory.receipts_in_shift, 4)
    yield 1054, _int(made.operation, 1)
    yield 1055, _int(made.tax_system, 1)
    yield 1209, _int(FFD_1_2 if made.lines else FFD_1_05, 1)
    for line in made.lines:
        yield 1059, b"".join(tlv(tag, value) for tag, value in _line(line))
    yield from _based(made.tags)
    yield 1020, _money(made.total_minor)
    for tag in (*PAID.values(), ELECTRONIC):
        paid = (minor for place, minor in made.settled_minor.items() if PAID.get(place, ELECTRONIC) == tag)
        yield tag, _money(sum(paid))


def _based(tags: tuple[tuple[int, bytes], ...]) -> Iterator[tuple[int, bytes]]:
    """The basis of a correction stands in a group of its own."""
    yield from (each for each in tags if each[0] not in BASIS)
    basis = b"".join(tlv(tag, value) for tag, value in tags if tag in BASIS)
    if basis:
        yield 1174, basis


def _line(line: Line) -> Iterator[tuple[int, bytes]]:
    yield 1030, line.name.encode("cp866", "replace")
    yield 1079, _money(line.price_minor)
    yield 1023, b"\x06" + _money(line.qty_micro)
    yield 1043, _money(line.amount_minor)
    yield 1199, _int(RATES[line.vat], 1)
    yield 1214, _int(line.method, 1)
    yield 1212, _int(line.subject, 1)
    yield from line.tags
    if line.mark:
        yield 1163, tlv(1305, _piece(line.mark))
        yield 2106, b"\x03"


def _piece(mark: bytes) -> bytes:
    """A code without its key and proof."""
    return mark.partition(b"\x1d")[0][:38]


def _moment(at: bytes) -> bytes:
    year, month, day, hour, minute = at
    return _int(int(datetime(2000 + year, month, day, hour, minute, tzinfo=UTC).timestamp()), 4)


def _money(minor: int) -> bytes:
    return _int(minor, max(1, (minor.bit_length() + 7) // 8))


def _int(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
