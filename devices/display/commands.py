"""What a customer's display is told, as bytes, in the two languages nearly all of them understand.

Each text goes whole, with its code table: a display that lost its power meanwhile shows it right all the same.
Sources: the command lists of Partner Tech's CD5220 and of Epson's DM-D; tables as printers have them.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.escpos.commands import RESET, TABLES, Encoding, encoded

COLUMNS = 20
ROWS = 2
MINE = b"\x1b=\x02"
"""What follows is for the display, where printer and display are on one cable."""
RUSSIA = b"\x1bcR"
__all__ = ["COLUMNS", "RESET", "ROWS", "cd5220_text", "epson_text"]


def cd5220_text(lines: Sequence[str], encoding: Encoding, table: int | None) -> bytes:
    """ESC Q A and ESC Q B write a line each; without `table` the font of Russia is chosen (ESC c R)."""
    upper, lower = _rows(lines, encoding)
    font = RUSSIA if table is None else _table(table)
    return font + b"\x1bQA" + upper + b"\r" + b"\x1bQB" + lower + b"\r"


def epson_text(lines: Sequence[str], encoding: Encoding, table: int | None) -> bytes:
    """US $ puts the cursor on the first sign of each line, which is then written over."""
    upper, lower = _rows(lines, encoding)
    font = _table(TABLES[encoding] if table is None else table)
    return MINE + font + b"\x1f$\x01\x01" + upper + b"\x1f$\x01\x02" + lower


def _table(number: int) -> bytes:
    return b"\x1bt" + bytes((number,))


def _rows(lines: Sequence[str], encoding: Encoding) -> tuple[bytes, bytes]:
    """Two rows of exactly twenty bytes; what is longer is cut, what is more is left out."""
    upper, lower, *_ = (*(encoded(line, encoding)[:COLUMNS].ljust(COLUMNS) for line in lines), *[b" " * COLUMNS] * ROWS)
    return upper, lower
