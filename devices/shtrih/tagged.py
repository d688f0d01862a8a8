"""Commands of Shtrih-M registers about tags of fiscal data: those of a receipt and of its lines, and whole documents.

`raw` is TLV (devices.shtrih.tlv). A document is asked for by its number, then read block by block until the register
has no more (error 08) or sends an empty one.
"""

from __future__ import annotations

from devices.shtrih.commands import ADMINISTRATOR, CASHIER, BadAnswer, Command
from devices.shtrih.link import message

MOST_TLV = 249
"""What fits beside command and password."""
NO_MORE = 0x08


def receipt_tag(raw: bytes) -> bytes:
    """A tag of the open receipt. Raises ValueError where it is too long for one message."""
    return message(Command.SEND_TAG, CASHIER.to_bytes(4, "little") + raw)


def line_tag(raw: bytes) -> bytes:
    """A tag of the line that was sent last. Raises ValueError where it is too long for one message."""
    return message(Command.SEND_LINE_TAG, CASHIER.to_bytes(4, "little") + raw)


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
