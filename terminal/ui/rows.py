"""Strips from parts: each part a text with its ink, on one ground, exactly as wide as the pane."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from terminal.ui.cells import cut
from terminal.ui.palette import Palette, style

Part = tuple[str, str]
"""A text and its ink."""


def row(palette: Palette, width: int, parts: Sequence[Part], ground: str = "base") -> Strip:
    """The parts one after another, cut and filled to `width` cells."""
    segments = [Segment(text, style(palette.name, ink, ground)) for text, ink in parts if text]
    return filled(segments, width, style(palette.name, "text", ground))


def filled(segments: list[Segment], width: int, rest: Style) -> Strip:
    """A strip of segments, cut or filled to `width` cells."""
    left = width - sum(cell_len(segment.text) for segment in segments)
    if left < 0:
        return Strip(segments, width - left).adjust_cell_length(width)
    return Strip([*segments, Segment(" " * left, rest)] if left else segments, width)


def ends(palette: Palette, width: int, start: Sequence[Part], end: Sequence[Part], ground: str = "base") -> Strip:
    """Parts at the left and parts at the right; where both do not fit, the left is cut."""
    end_width = min(cells(end), width)
    room = width - end_width
    return row(palette, width, [*fit(start, room), *end], ground)


def fit(parts: Sequence[Part], width: int) -> list[Part]:
    """Parts of exactly `width` cells: the one that passes the edge ends in an ellipsis."""
    fitted: list[Part] = []
    left = width
    for text, ink in parts:
        shown = cut(text, left)
        fitted.append((shown, ink))
        left -= cell_len(shown)
        if shown != text:
            break
    fitted.append((" " * left, "text"))
    return fitted


def centred(palette: Palette, width: int, parts: Sequence[Part], ground: str = "base") -> Strip:
    before = max(0, (width - cells(parts)) // 2)
    return row(palette, width, [(" " * before, "text"), *fit(parts, width - before)], ground)


def cells(parts: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)


def blank(palette: Palette, width: int, ground: str = "base") -> Strip:
    return Strip.blank(width, style(palette.name, "text", ground))
