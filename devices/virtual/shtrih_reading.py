"""Documents of a virtual Shtrih-M register's memory, as they are looked up and read."""

from __future__ import annotations

from devices.virtual.shtrih_memory import CORRECTION, RECEIPT, Document, FiscalMemory

NO_DOCUMENT = 0x08
BLOCK = 128
"""Bytes of a document given at a time."""


class Reader:
    """Of one memory, and what is left of the document that is being read. The methods give the error and the data."""

    def __init__(self, memory: FiscalMemory) -> None:
        self._memory = memory
        self._left = b""

    def find(self, body: bytes) -> tuple[int, bytes]:
        found = self._named(body)
        if found is None:
            return NO_DOCUMENT, b""
        head = bytes((found.kind, 0)) + found.at + _int(found.number, 4) + _int(found.sign, 4)
        if found.kind not in (RECEIPT, CORRECTION):
            return 0, head
        return 0, head + bytes((found.operation,)) + _int(found.total_minor, 5)

    def begin(self, body: bytes) -> tuple[int, bytes]:
        found = self._named(body)
        if found is None:
            return NO_DOCUMENT, b""
        self._left = found.tlv
        return 0, _int(found.kind, 2) + _int(len(found.tlv), 2)

    def next_block(self) -> tuple[int, bytes]:
        block, self._left = self._left[:BLOCK], self._left[BLOCK:]
        return (0, block) if block else (NO_DOCUMENT, b"")

    def _named(self, body: bytes) -> Document | None:
        number = int.from_bytes(body[:4], "little")
        return self._memory.documents[number - 1] if 1 <= number <= len(self._memory.documents) else None


def _int(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
