"""Changes between two programmes as JSON: data, and the same in words of both languages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from loyalty.documents.programme_diff import Change, change_text
from loyalty.documents.programme_told import World


def changes_json(found: Sequence[Change], worlds: tuple[World, World]) -> str:
    """A list: `kind`, `place`, `id`, `key`, `before`, `after`, `ru`, `en`."""
    told = [
        {
            **msgspec.to_builtins(change),
            "ru": change_text(change, worlds, "ru"),
            "en": change_text(change, worlds, "en"),
        }
        for change in found
    ]
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
