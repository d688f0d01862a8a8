"""The menu in place of the lines."""

from textual.strip import Strip

from terminal.ui.lists import Item, digit_of, items_of
from terminal.ui.rows import blank, row
from terminal.ui.sight import Sight


def menu_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Where the rows are as many as the items, the heading gives way."""
    items = items_of(sight.view, "menu")
    head = [row(sight.palette, width, [("  " + sight.words.text("Menu"), "head")])] if len(items) < height else []
    return [*head, *item_rows(sight, items, width)]


def item_rows(sight: Sight, items: tuple[Item, ...], width: int) -> list[Strip]:
    return [_row(sight, items, place, width) for place in range(len(items))] or [blank(sight.palette, width)]


def _row(sight: Sight, items: tuple[Item, ...], place: int, width: int) -> Strip:
    here = place == sight.desk.choice
    mark = sight.palette.signs.here if here else " "
    parts = [(f" {mark} {digit_of(items, place):1}  ", "accent"), (sight.words.text(items[place].label), "text")]
    return row(sight.palette, width, parts, "selected" if here else "base")
