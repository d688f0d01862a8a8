"""The keys, at the same places on every screen: pale where they are of no use now."""

from rich.segment import Segment
from textual.strip import Strip

from terminal.ui.cells import cut, left
from terminal.ui.keys import BACK, KEYS, Key, is_of_use, shown
from terminal.ui.palette import style
from terminal.ui.rows import filled
from terminal.ui.sight import Sight

ROOM_FOR_ALIAS = 20
SHOWN = (*KEYS, BACK)


def footer_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    across = per_row(height)
    return [
        _row(sight, SHOWN[start : start + across], width // across, width) for start in range(0, len(SHOWN), across)
    ]


def per_row(height: int) -> int:
    return -(-len(SHOWN) // max(1, height))


def key_at(x: int, y: int, width: int, height: int) -> Key | None:
    """The key a pointer has hit."""
    across = per_row(height)
    column, place = x // max(1, width // across), y * across + x // max(1, width // across)
    return SHOWN[place] if column < across and 0 <= place < len(SHOWN) else None


def _row(sight: Sight, keys: tuple[Key, ...], each: int, width: int) -> Strip:
    name = sight.palette.name
    segments: list[Segment] = []
    for key in keys:
        ink = "text" if is_of_use(key, sight.view.state) else "dim"
        cap = f" {shown(key.name)} "
        label = sight.words.text(key.label)
        if each >= ROOM_FOR_ALIAS and key.alias != key.name:
            label += f" {shown(key.alias)}"
        segments += [
            Segment(cap, style(name, "key", "keycap")),
            Segment(left(cut(label, each - len(cap)), each - len(cap)), style(name, ink, "bar")),
        ]
    return filled(segments, width, style(name, "text", "bar"))
