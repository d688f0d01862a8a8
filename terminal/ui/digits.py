"""Figures in large digits: five pixels high, two pixels to a cell, so that a total is read from a step away."""

_PIXELS = {
    "0": "111 101 101 101 111", "1": "010 110 010 010 111", "2": "111 001 111 100 111", "3": "111 001 111 001 111",
    "4": "101 101 111 001 001", "5": "111 100 111 001 111", "6": "111 100 111 101 111", "7": "111 001 001 001 001",
    "8": "111 101 111 101 111", "9": "111 101 111 001 111", "+": "000 010 111 010 000", "\u2212": "000 000 111 000 000",
    ",": "0 0 0 1 1", ".": "0 0 0 0 1", "\u00a0": "0 0 0 0 0", " ": "0 0 0 0 0",
}  # fmt: skip
_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def digits(text: str, scale: int = 1) -> list[str]:
    """`text` as three lines (five with scale 2) of equal width; only digits, signs, separators and blanks are drawn."""
    glyphs = [[[pixel == "1" for pixel in line] for line in _PIXELS[char].split()] for char in text if char in _PIXELS]
    lines = [[pixel for glyph in glyphs for pixel in (*glyph[y], False)] for y in range(5)]
    big = [[pixel for pixel in line for _ in range(scale)] for line in lines for _ in range(scale)]
    if len(big) % 2:
        big.append([False] * len(big[0]))
    return ["".join(_CELLS[pair] for pair in zip(*big[y : y + 2], strict=True)) for y in range(0, len(big), 2)]
