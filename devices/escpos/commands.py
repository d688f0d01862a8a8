"""The few commands of ESC/POS a slip is made of, as bytes, and its text in the printer's code table.

Written out here because they are ten, and because python-escpos, which makes the same (tests/contract), does not load
where the disk is full, lets a name command the printer, and lacks some of them (docs/ARCHITECTURE.md). Source: Epson's
command reference.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from devices.escpos.qr import QrBy, qr_bytes

Encoding = Literal["cp866", "cp1251"]
Drawer = Literal["none", "pin2", "pin5"]

RESET = b"\x1b@"
NO_CJK = b"\x1c."
"""Printers made for China take two bytes for one sign until told not to; the others ignore it."""
TABLES: dict[Encoding, int] = {"cp866": 17, "cp1251": 46}
CUT = b"\x1dV\x00"
MOST_LINES = 10_000
MOST_LINE_CHARS = 512
IN_WORDS = str.maketrans({
    "₽": "руб.", "€": "EUR", "×": "x", "\u2212": "-", "–": "-", "—": "-", "…": "...", "«": '"', "»": '"', "“": '"',
    "”": '"', "„": '"', "’": "'", "•": "*", "·": "*", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How this printer is told things. `table` is the number of its code table; `feed_lines` brings the paper from
    the head to the knife; a QR code is drawn `qr` by the printer or as a picture, its modules `qr_dots` wide."""

    encoding: Encoding = "cp866"
    table: int | None = None
    feed_lines: int = 5
    cut: bool = True
    qr: QrBy = "native"
    qr_dots: int = 6


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code between two lines of a slip."""

    text: str


def slip_bytes(parts: Sequence[str | Qr], layout: Layout) -> bytes:
    """A whole slip: the printer set as it must be, its lines and codes, the paper brought out and cut."""
    table = TABLES[layout.encoding] if layout.table is None else layout.table
    head = RESET + NO_CJK + b"\x1bt" + bytes((table,))
    return head + b"".join(_part_bytes(part, layout) for part in parts) + ended(layout)


def _part_bytes(part: str | Qr, layout: Layout) -> bytes:
    if isinstance(part, Qr):
        return qr_bytes(part.text, layout.qr, layout.qr_dots)
    return encoded(part, layout.encoding) + b"\n"


def ended(layout: Layout) -> bytes:
    """What is on the paper comes out, and off."""
    return b"\x1bd" + bytes((layout.feed_lines,)) + (CUT if layout.cut else b"")


def encoded(line: str, encoding: Encoding) -> bytes:
    """One line as the printer's bytes; what its table lacks is said in other signs, at worst `?`.

    Control characters become `?` too: a name must not command the printer.
    """
    return b"".join(_sign(sign, encoding) for sign in line[:MOST_LINE_CHARS].translate(IN_WORDS))


def _sign(sign: str, encoding: Encoding) -> bytes:
    if unicodedata.category(sign) in ("Cc", "Cf"):
        return b"?"
    try:
        return sign.encode(encoding)
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", sign)[0]
        return plain.encode(encoding, "replace")


def kick(drawer: Drawer) -> bytes:
    """Open the drawer on this pin of its socket, in turn with what is printed."""
    return b"\x1bp" + bytes((0 if drawer == "pin2" else 1,)) + b"22"


def kick_at_once(drawer: Drawer) -> bytes:
    """The same for a printer that is not ready: without paper it takes only commands in real time."""
    return b"\x10\x14\x01" + bytes((0 if drawer == "pin2" else 1,)) + b"\x01"
