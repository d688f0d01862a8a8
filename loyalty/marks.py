"""Codes of marked goods (Chestny ZNAK) as they are scanned: which goods they are of. The rest nobody here takes apart.

A code is GS1 elements, `01` with the GTIN and `21` with the serial number first, then a key and its proof, parted by
the group separator (0x1D); or, on a pack of tobacco, GTIN, serial number, price and proof without identifiers, 29 in
all. It is kept as it was read, byte for byte. A separator before the first element only says that it is GS1.
"""

import re
from collections.abc import Container

import msgspec

from loyalty.catalogue import Product
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "mark.permission": (
        "{name}: нужна проверка «Честного знака», на этой кассе её нет",
        "{name} needs a check with Chestny ZNAK, which this till has not",
    ),
    "mark.permission.hint": ("Продайте на кассе с такой проверкой", "Sell it at a till that asks"),
    "mark.egais": ("{name}: нужен ЕГАИС, на этой кассе его нет", "{name} needs EGAIS, which this till has not"),
    "mark.egais.hint": ("Продайте на кассе, подключённой к ЕГАИС", "Sell it at a till that has one"),
    "mark.needed": ("{name}: нужен код маркировки", "{name}: the marking code is needed"),
    "mark.needed.hint": (
        "Отсканируйте квадратный код DataMatrix на упаковке", "Scan the square DataMatrix code on the pack",
    ),
    "mark.one_each": ("Маркированный товар: каждая штука — своим кодом", "Marked goods: each piece by its own code"),
    "mark.twice": ("Этот код маркировки уже есть в чеке", "This marking code is on the receipt already"),
    "mark.twice.hint": ("У каждой упаковки свой код: отсканируйте другую", "Each pack has its own: scan another one"),
}  # fmt: skip
_ASKED = {"permission": "mark.permission", "egais": "mark.egais"}
"""Goods that another system is asked about before they are sold."""
_HINTS = {
    "mark.permission": "mark.permission.hint", "mark.egais": "mark.egais.hint", "mark.needed": "mark.needed.hint",
    "mark.twice": "mark.twice.hint",
}  # fmt: skip
MAX_MARK_CHARS = 200
"""The longest code in use has 129; a register takes 245 bytes."""
SEPARATOR = "\x1d"
_ELEMENTS = re.compile(r"01([0-9]{14})21[!-~][!-~\x1d]*")
_TOBACCO = re.compile(r"([0-9]{14})[!-~]{15}")
_SERIAL = re.compile(r"01([0-9]{14})21([!-~]{1,20})")


class Mark(msgspec.Struct, frozen=True):
    """`raw` is the code as a register is to have it, `gtin14` the goods."""

    raw: str
    gtin14: str


def read_mark(text: str) -> Mark | None:
    """The code of marked goods, or None where it is none."""
    raw = text.strip(" \t\r\n").removeprefix(SEPARATOR)
    if len(raw) > MAX_MARK_CHARS:
        return None
    found = _ELEMENTS.fullmatch(raw) or _TOBACCO.fullmatch(raw)
    return Mark(raw, found.group(1)) if found else None


def refusal(product: Product, mark: str, qty_milli: int, taken: Container[str]) -> Sentence | None:
    """Why a till with a fiscal register may not sell this so; `taken` are the marks on the receipt. `hint_of` says
    what to do."""
    if product.control in _ASKED:
        return sentence(_ASKED[product.control], name=product.name)
    if product.control != "marked":
        return None
    if not mark:
        return sentence("mark.needed", name=product.name)
    if qty_milli != 1000:
        return sentence("mark.one_each")
    return sentence("mark.twice") if mark in taken else None


def hint_of(said: Sentence) -> Sentence | None:
    return sentence(_HINTS[said.code]) if said.code in _HINTS else None


def gtin_and_serial(raw: str) -> tuple[str, str]:
    """The part of a code that names the piece (tag 1162): its GTIN of 14 digits, its serial number."""
    found = _SERIAL.match(raw)
    return (found.group(1), found.group(2)) if found else (raw[:14], raw[14:21])
