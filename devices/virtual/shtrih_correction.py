"""Correction receipts of a virtual Shtrih-M register: those of FFD 1.05, and what those of FFD 1.2 must say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.shtrih.correction import DOCUMENT_OPEN, PAYMENTS, TAXES
from devices.virtual.shtrih_memory import CORRECTION, Document
from devices.virtual.shtrih_receipt import BAD_VALUE, WRONG_STATE, OpenReceipt

if TYPE_CHECKING:
    from devices.virtual.shtrih import VirtualShtrih

KIND, DATE, NUMBER = 1173, 1178, 1179
TAX_TAGS = (1102, 1103, 1104, 1105, 1106, 1107)
PLACES = (1, 2, 14, 15, 16)
SUMS = 1 + PAYMENTS + TAXES
Answered = tuple[int, bytes]


def begin(register: VirtualShtrih, body: bytes) -> Answered:
    """FF35."""
    refused = register.refused()
    if not refused:
        register.open = OpenReceipt(0, kind=DOCUMENT_OPEN)
    return refused, b""


def build(register: VirtualShtrih, body: bytes) -> Answered:
    """FF4A: a sale or an expense, of sums that are as much as its payments, on a basis given before."""
    opened = register.open
    if opened is None or opened.kind != DOCUMENT_OPEN:
        return WRONG_STATE, b""
    sums = [int.from_bytes(body[2 + 5 * at : 7 + 5 * at], "little") for at in range(SUMS)]
    total, paid, taxes = sums[0], sums[1 : 1 + PAYMENTS], sums[1 + PAYMENTS :]
    tags = (*opened.tags, (KIND, body[:1]), *(_money(tag, minor) for tag, minor in zip(TAX_TAGS, taxes, strict=True)))
    if body[1] not in (1, 3) or not total or sum(paid) != total or not is_based(tags):
        return BAD_VALUE, b""
    if register.cannot_print:
        return 0x6B, b""
    register.open = None
    register.memory.receipts_in_shift += 1
    payments = {place: minor for place, minor in zip(PLACES, paid, strict=True) if minor}
    made = register.store(Document(0, CORRECTION, b"", 0, body[1], total, (), payments, tags, body[2 + 5 * SUMS]))
    number = register.memory.receipts_in_shift.to_bytes(2, "little")
    return 0, number + made.number.to_bytes(4, "little") + made.sign.to_bytes(4, "little")


def is_based(tags: tuple[tuple[int, bytes], ...]) -> bool:
    """Of which kind and day it is; ordered, it has the order's number."""
    said = dict(tags)
    return KIND in said and DATE in said and (said[KIND] == b"\0" or bool(said.get(NUMBER)))


def _money(tag: int, minor: int) -> tuple[int, bytes]:
    return tag, minor.to_bytes(max(1, (minor.bit_length() + 7) // 8), "little")
