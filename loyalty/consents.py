"""Which consents of a member hold: of each purpose the last word, wherever it was said and whenever it is heard.

Words join in any order, and twice as well as once. Of two words at one moment the one that withdraws holds.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

Purpose = Literal["processing", "advertising"]
PURPOSES: tuple[Purpose, ...] = ("processing", "advertising")


class Said(msgspec.Struct, frozen=True, array_like=True):
    """A member's word on one purpose: on which version of the text, when, and whether it is a yes."""

    version: str
    at_ms: int
    given: bool


def last_said(one: Said, other: Said) -> Said:
    return max(one, other, key=lambda said: (said.at_ms, not said.given, said.version))


def joined(*held: Mapping[str, Said]) -> dict[str, Said]:
    """purpose -> the last word of all of them."""
    found: dict[str, Said] = {}
    for each in held:
        for purpose, said in each.items():
            found[purpose] = last_said(found[purpose], said) if purpose in found else said
    return found


def is_given(held: Mapping[str, Said], purpose: str) -> bool:
    return purpose in held and held[purpose].given


def agrees(held: Mapping[str, Said], purpose: str, version: str) -> bool:
    """Whether consent to this very version of the text holds."""
    return is_given(held, purpose) and held[purpose].version == version


def word_ms(held: Mapping[str, Said], purpose: str, now_ms: int) -> int:
    """The time of a word that answers what holds: after it, whatever the clock says."""
    return max(now_ms, held[purpose].at_ms + 1) if purpose in held else now_ms
