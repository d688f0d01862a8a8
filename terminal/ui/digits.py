"""Figures in large digits: five pixels high, two pixels to a cell, so that a total is read from a step away."""

from functools import cache

_PIXELS = {
    "0": "111 101 101 101 111", "1": "010 110 010 010 111", "2": "111 001 111 100 111", "3": "111 001 111 001 111",
    "4": "101 101 111 001 001", "5": "111 100 111 001 111", "6": "111 100 111 101 111", "7": "111 001 001 001 001",
    "8": "111 101 111 101 111", "9": "111 101 111 001 111", "+": "000 010 111 010 000", "\u2212": "000 000 111 000 000",
    ",": "0 0 0 1 1", ".": "0 0 0 0 1", "\u00a0": "0 0 0 0 0", " ": "0 0 0 0 0",
}  # fmt: skip
_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def digits(text: str, scale: int = 1) -> list[str]:
    """`text` as three lines (five with scale 2) of equal width; only digits, signs, separators and blanks are drawn."""
    glyphs = [_glyph(char, scale) for char in text if char in _PIXELS]
    return ["".join(glyph[y] for glyph in glyphs) for y in range(-(-5 * scale // 2))]


@cache
def _glyph(char: str, scale: int) -> tuple[str, ...]:
    """One character with the gap behind it; an odd number of pixels has an empty row under it."""
    rows = [
        [pixel == "1" for pixel in row for _ in range(scale)] for row in _PIXELS[char].split() for _ in range(scale)
    ]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    gap = " " * scale
    return tuple(
        "".join(map(_CELLS.__getitem__, zip(*pair, strict=True))) + gap
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
