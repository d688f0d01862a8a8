"""Text in cells of a terminal: made harmless, cut to a width, set left or right."""

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
NO_BREAK_SPACE = "\u00a0"
MAX_CHARS = 500
"""No text from data is looked at any further."""


def clean(text: str) -> str:
    """One line no terminal can obey: control and direction characters are gone, line ends become spaces."""
    if text.isprintable() and len(text) <= MAX_CHARS:
        return text
    return "".join(_harmless(char) for char in text[:MAX_CHARS])


def _harmless(char: str) -> str:
    if char.isprintable() or char == NO_BREAK_SPACE:
        return char
    return " " if char.isspace() else ""


def cut(text: str, width: int) -> str:
    """At most `width` cells; what was longer ends in an ellipsis."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def left(text: str, width: int) -> str:
    """Exactly `width` cells, text at the left, cut if it must be."""
    return set_cell_size(cut(text, width), width)


def right(text: str, width: int) -> str:
    """Exactly `width` cells, text at the right; a figure that does not fit becomes `#`, never a shorter figure."""
    size = cell_len(text)
    if size > width:
        return "#" * width
    return " " * (width - size) + text


def wrap(text: str, width: int, most: int) -> list[str]:
    """At most `most` lines of at most `width` cells, broken at spaces; the last is cut if text is left over."""
    lines: list[str] = []
    rest = text.split(" ")
    while rest and len(lines) < most:
        taken = 1
        while taken < len(rest) and cell_len(" ".join(rest[: taken + 1])) <= width:
            taken += 1
        last = len(lines) == most - 1
        lines.append(cut(" ".join(rest if last else rest[:taken]), width))
        rest = rest[taken:]
    return lines
