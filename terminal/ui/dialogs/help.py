"""All keys on one page."""

from textual.strip import Strip

from terminal.ui.cells import left
from terminal.ui.keys import BACK, EXIT, KEYS, OFFERS, Key, shown
from terminal.ui.rows import fit, row
from terminal.ui.sight import Sight


def help_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    shown_here = (*KEYS, OFFERS)
    keys = shown_here if height < len(shown_here) + 2 else (*shown_here, BACK, EXIT)
    return [_row(sight, key, width) for key in keys]


def _row(sight: Sight, key: Key, width: int) -> Strip:
    _ = sight.words.text
    alias = shown(key.alias) if key.alias != key.name else ""
    parts = [
        (left(f"  {shown(key.name)}", 6), "accent"), (left(alias, 4), "dim"),
        (left(_(key.label), 11), "strong"), (_(key.tip), "text"),
    ]  # fmt: skip
    return row(sight.palette, width, fit(parts, width))
