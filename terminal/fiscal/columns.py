"""Text laid out in columns of one width: what paper and a preview have in common."""

from __future__ import annotations

import textwrap
import unicodedata


def cleaned(text: str) -> str:
    """Without controls and line separators: names come from files and people, and a printer obeys what it is sent."""
    return "".join(char for char in text if not breaks_paper(char))


def breaks_paper(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")


def rule(width: int) -> str:
    return "-" * width


def centred(text: str, width: int) -> tuple[str, ...]:
    return tuple(line.center(width).rstrip() for line in wrapped(text, width))


def wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(cleaned(text), width)) if text.strip() else ()


def pair(left: str, right: str, width: int) -> tuple[str, ...]:
    """Left and right on one line with at least one space between; a long left wraps above, the right is never cut."""
    left, right = cleaned(left), cleaned(right)
    if len(left) + 1 + len(right) <= width:
        return (left + right.rjust(width - len(left)),)
    indent = " " * (len(left) - len(left.lstrip()))
    lines = textwrap.wrap(left, width, initial_indent="", subsequent_indent=indent)
    if lines and len(lines[-1]) + 1 + len(right) <= width:
        return (*lines[:-1], lines[-1] + right.rjust(width - len(lines[-1])))
    return (*lines, right.rjust(width)[-width:])
