"""All keys on one page."""

from textual.strip import Strip

from terminal.ui.cells import left
from terminal.ui.keys import BACK, CONFIRM, EXIT, KEYS, OFFERS, Key, shown
from terminal.ui.rows import fit, row
from terminal.ui.sight import Sight


def help_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    keys = (*KEYS, OFFERS, CONFIRM)
    if height < len(keys):
        return [*(_row(sight, key, width) for key in KEYS), _both(sight, OFFERS, CONFIRM, width)]
    return [_row(sight, key, width) for key in (keys if height < len(keys) + 2 else (*keys, BACK, EXIT))]


def _both(sight: Sight, one: Key, other: Key, width: int) -> Strip:
    """Two keys in a row, without what they are for, where the rows are too few."""
    caps = [(left(f"  {shown(key.name)}", 6), left(shown(key.alias), 4), key.label) for key in (one, other)]
    parts = [
        part
        for cap, alias, label in caps
        for part in ((cap, "accent"), (alias, "dim"), (left(sight.words.text(label), width // 2 - 10), "strong"))
    ]
    return row(sight.palette, width, fit(parts, width))


def _row(sight: Sight, key: Key, width: int) -> Strip:
    _ = sight.words.text
    alias = shown(key.alias) if key.alias != key.name else ""
    parts = [
        (left(f"  {shown(key.name)}", 6), "accent"), (left(alias, 4), "dim"),
        (left(_(key.label), 11), "strong"), (_(key.tip), "text"),
    ]  # fmt: skip
    return row(sight.palette, width, fit(parts, width))
