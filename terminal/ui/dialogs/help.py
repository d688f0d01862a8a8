"""All keys on one page."""

from collections.abc import Sequence

from textual.strip import Strip

from terminal.ui.cells import left
from terminal.ui.keys import BACK, CONFIRM, EXIT, KEYS, OFFERS, RECEIPTS, RESOLVE, Key, shown
from terminal.ui.rows import fit, row
from terminal.ui.sight import Sight


def help_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    rare = (OFFERS, CONFIRM, RECEIPTS, RESOLVE)
    keys = (*KEYS, *rare)
    if height < len(keys):
        return [*(_row(sight, key, width) for key in KEYS), _together(sight, rare, width)]
    return [_row(sight, key, width) for key in (keys if height < len(keys) + 2 else (*keys, BACK, EXIT))]


def _together(sight: Sight, keys: Sequence[Key], width: int) -> Strip:
    """Keys in one row, without what they are for, where the rows are too few."""
    caps = [(left(f"  {shown(key.name)}", 6), left(_alias(key), 3), key.label) for key in keys]
    room = width // len(keys) - 9
    parts = [
        part
        for cap, alias, label in caps
        for part in ((cap, "accent"), (alias, "dim"), (left(sight.words.text(label), room), "strong"))
    ]
    return row(sight.palette, width, fit(parts, width))


def _row(sight: Sight, key: Key, width: int) -> Strip:
    _ = sight.words.text
    parts = [
        (left(f"  {shown(key.name)}", 6), "accent"), (left(_alias(key), 4), "dim"),
        (left(_(key.label), 11), "strong"), (_(key.tip), "text"),
    ]  # fmt: skip
    return row(sight.palette, width, fit(parts, width))


def _alias(key: Key) -> str:
    return shown(key.alias) if key.alias != key.name else ""
