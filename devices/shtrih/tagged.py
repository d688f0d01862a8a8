"""Commands of Shtrih-M registers about tags of fiscal data: those of a receipt and of its lines, codes of marked goods,
and whole documents.

`raw` is TLV (devices.shtrih.tlv). A document is asked for by its number, then read block by block until the register
has no more (error 08) or sends an empty one.
"""

from __future__ import annotations

from devices.shtrih.commands import ADMINISTRATOR, CASHIER, BadAnswer, Command
from devices.shtrih.link import message

MOST_TLV = 249
"""What fits beside command and password."""
NO_MORE = 0x08
PIECE_SOLD, PIECE_RETURNED = 1, 3
"""What is to become of a marked piece (tag 2003)."""
CHECKED, GOOD = 0x01, 0x02
"""Bits of the memory's own look at a code, the first two of tag 2106."""


def receipt_tag(raw: bytes) -> bytes:
    """A tag of the open receipt. Raises ValueError where it is too long for one message."""
    return message(Command.SEND_TAG, CASHIER.to_bytes(4, "little") + raw)


def line_tag(raw: bytes) -> bytes:
    """A tag of the line that was sent last. Raises ValueError where it is too long for one message."""
    return message(Command.SEND_LINE_TAG, CASHIER.to_bytes(4, "little") + raw)


def check_mark(raw: bytes, is_return: bool) -> bytes:
    """Have a code of marking looked at, before its line. Raises ValueError where it is too long for one message."""
    planned = bytes((PIECE_RETURNED if is_return else PIECE_SOLD, 0, len(raw), 0))
    return message(Command.CHECK_MARK, CASHIER.to_bytes(4, "little") + planned + raw)


def is_good_mark(data: bytes) -> bool:
    """What the memory has found of a code: it is good, or nobody could tell."""
    return not data or not data[0] & CHECKED or bool(data[0] & GOOD)


def take_mark(is_taken: bool) -> bytes:
    """The code looked at last is to be used, or is not."""
    return message(Command.TAKE_MARK, CASHIER.to_bytes(4, "little") + bytes((is_taken,)))


def bind_mark(raw: bytes) -> bytes:
    """The line sent last has this code. Raises ValueError where it is too long for one message."""
    return message(Command.BIND_MARK, CASHIER.to_bytes(4, "little") + bytes((len(raw),)) + raw)


def begin_document(number: int) -> bytes:
    body = ADMINISTRATOR.to_bytes(4, "little") + number.to_bytes(4, "little")
    return message(Command.BEGIN_DOCUMENT, body)


def next_block() -> bytes:
    return message(Command.NEXT_BLOCK, ADMINISTRATOR.to_bytes(4, "little"))


def read_begun(data: bytes) -> tuple[int, int]:
    """Kind of the document (3 receipt) and how many bytes it has. Raises BadAnswer."""
    if len(data) < 4:
        raise BadAnswer(f"{len(data)} bytes where 4 were due")
    return int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
