"""Where each part of the screen stands, by its size alone: from 80x24, with more beside the lines on a wide screen."""

from itertools import chain

import msgspec
from textual.strip import Strip

from terminal.ui.rows import blank
from terminal.ui.sight import Rows, Sight
from terminal.ui.widgets.body import body_rows
from terminal.ui.widgets.command import command_rows
from terminal.ui.widgets.footer import footer_rows
from terminal.ui.widgets.member import member_rows
from terminal.ui.widgets.notice import hint_rows, notice_rows
from terminal.ui.widgets.strip import strip_rows
from terminal.ui.widgets.total import total_rows

WIDE_CELLS = 132
"""From here the explanations stand beside lines that still have the width of a narrow screen."""
TALL_CELLS = 32
SIDE_CELLS = 52
MEMBER_CELLS = 64
BAND_ROWS, TALL_BAND_ROWS = 6, 8
FOOTER_ROWS = 2
LEAST_CELLS, LEAST_ROWS = 40, 14
"""Below this nothing of use can be shown; the screen is painted from its upper left corner as far as it goes."""


class Part(msgspec.Struct, frozen=True):
    """One part: its name, its pane, its place and its size in cells."""

    name: str
    rows: Rows
    x: int
    y: int
    width: int
    height: int


def parts(width: int, height: int) -> tuple[Part, ...]:
    """The parts of a screen, from the top; together they cover every cell once."""
    width, height = max(width, LEAST_CELLS), max(height, LEAST_ROWS)
    wide, tall = width >= WIDE_CELLS, height >= TALL_CELLS
    band = TALL_BAND_ROWS if wide and tall else BAND_ROWS
    member = MEMBER_CELLS if wide else width // 2
    side = SIDE_CELLS if wide else 0
    foot = height - FOOTER_ROWS
    middle, top = foot - 3 - 1 - band, 1 + band
    placed = [
        Part("strip", strip_rows, 0, 0, width, 1),
        Part("total", total_rows, 0, 1, width - member, band),
        Part("member", member_rows, width - member, 1, member, band),
        Part("body", body_rows, 0, top, width - side, middle),
        Part("hint", hint_rows, 0, foot - 3, width, 1),
        Part("notice", notice_rows, 0, foot - 2, width, 1),
        Part("command", command_rows, 0, foot - 1, width, 1),
        Part("footer", footer_rows, 0, foot, width, FOOTER_ROWS),
    ]
    if wide:
        placed.insert(4, Part("side", _side_rows, width - side, top, side, middle))
    return tuple(placed)


def screen_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Every row of the screen."""
    lines: list[list[Strip]] = [[] for _ in range(max(height, LEAST_ROWS))]
    for part in parts(width, height):
        made = part.rows(sight, part.width, part.height)[: part.height]
        made += [blank(sight.palette, part.width)] * (part.height - len(made))
        for y, strip in enumerate(made, start=part.y):
            lines[y].append(strip)
    return [_across(line).crop(0, width) for line in lines[:height]]


def _across(strips: list[Strip]) -> Strip:
    """Strips beside one another as one."""
    if len(strips) == 1:
        return strips[0]
    return Strip(chain.from_iterable(strips), sum(strip.cell_length for strip in strips))


def _side_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Loaded by the first wide screen."""
    from terminal.ui.widgets.side import side_rows

    return side_rows(sight, width, height)
