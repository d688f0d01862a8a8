"""TLV, as fiscal data are kept: a tag and a length of two bytes each, then the value; a group's value is TLV itself.

Integers are little-endian. What a tag means and how its value is written is for whoever knows tags.
"""

from __future__ import annotations

from collections.abc import Iterator

HEAD = 4
MOST_VALUE = 0xFFFF


class BadTlv(Exception):
    """Bytes that end amid a field."""


def field(tag: int, value: bytes) -> bytes:
    """Raises ValueError where the value is too long for any."""
    if len(value) > MOST_VALUE:
        raise ValueError(f"A value of {len(value)} bytes; at most {MOST_VALUE} fit.")
    return tag.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value


def fields(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each field, in their order. Raises BadTlv."""
    at = 0
    while at < len(raw):
        if at + HEAD > len(raw):
            raise BadTlv(f"{len(raw) - at} bytes where a field should begin")
        tag, size = int.from_bytes(raw[at : at + 2], "little"), int.from_bytes(raw[at + 2 : at + HEAD], "little")
        at += HEAD
        if at + size > len(raw):
            raise BadTlv(f"tag {tag} of {size} bytes ends after {len(raw) - at}")
        yield tag, raw[at : at + size]
        at += size
