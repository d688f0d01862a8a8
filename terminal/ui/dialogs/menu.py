"""The menu in place of the lines."""

from textual.strip import Strip

from terminal.ui.lists import Item, digit_of, items_of
from terminal.ui.rows import blank, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import window


def menu_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Where the rows are too few the heading gives way, then what is far from the item chosen."""
    items = items_of(sight.view, "menu")
    head = [row(sight.palette, width, [("  " + sight.words.text("Menu"), "head")])] if len(items) < height else []
    rows = item_rows(sight, items, width)
    first, last = window([1] * len(rows), min(sight.desk.choice, len(rows) - 1), height - len(head))
    return [*head, *rows[first:last]]


def item_rows(sight: Sight, items: tuple[Item, ...], width: int) -> list[Strip]:
    return [_row(sight, items, place, width) for place in range(len(items))] or [blank(sight.palette, width)]


def _row(sight: Sight, items: tuple[Item, ...], place: int, width: int) -> Strip:
    here = place == sight.desk.choice
    mark = sight.palette.signs.here if here else " "
    parts = [(f" {mark} {digit_of(items, place):1}  ", "accent"), (sight.words.text(items[place].label), "text")]
    return row(sight.palette, width, parts, "selected" if here else "base")
