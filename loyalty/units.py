"""Pieces of the goods a campaign is about: the cheapest, the dearest, some of each so many.

Only goods sold by the piece are counted; what is weighed has no pieces. Lines are never taken apart into pieces: a
run is so many equal pieces of one line, so 500,000 pieces cost no more than 500 lines.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from loyalty.basket import MAX_QTY_MILLI
from loyalty.scene import Scene
from loyalty.section import Section

On = Literal["lines", "cheapest", "dearest"]
_ON: tuple[On, ...] = ("lines", "cheapest", "dearest")
_MAX_PIECES = MAX_QTY_MILLI // 1000


class Reach(msgspec.Struct, frozen=True):
    """Which part of the selected goods a reward touches: whole lines, or `pieces` of the cheapest or the dearest;
    with `each`, so many of each `each` pieces."""

    on: On = "lines"
    pieces: int = 1
    each: int = 0

    @classmethod
    def read(cls, section: Section) -> "Reach":
        on = section.choice("on", _ON, "lines")
        if on == "lines":
            return cls()
        pieces = section.whole("pieces", 1, _MAX_PIECES, 1)
        return cls(on, pieces, section.whole("each", pieces, _MAX_PIECES, 0) if section.has("each") else 0)

    def touched_milli(self, scene: Scene) -> dict[int, int]:
        """place -> quantity touched, of each selected place."""
        if self.on == "lines":
            return {place: scene.part_milli(place) for place in scene.selected}
        return taken(scene, self.on, self._count(scene))

    def short(self, scene: Scene) -> int:
        """How many pieces are missing before anything is touched."""
        return 0 if self.on == "lines" else max(0, max(self.each, 1) - count(scene))

    def _count(self, scene: Scene) -> int:
        there = count(scene)
        return min(there, self.pieces) if not self.each else there // self.each * self.pieces


def count(scene: Scene) -> int:
    """How many pieces take part."""
    return sum(scene.part_milli(place) // 1000 for place in pieces_of(scene))


def taken(scene: Scene, on: Literal["cheapest", "dearest"], pieces: int) -> dict[int, int]:
    """place -> quantity, of so many pieces, cheapest or dearest first; equal prices in canonical order."""
    left, part = pieces, dict.fromkeys(scene.selected, 0)
    for place in in_price_order(scene, pieces_of(scene), dearest=on == "dearest"):
        some = min(left, scene.part_milli(place) // 1000)
        part[place] = some * 1000
        left -= some
    return part


def pieces_of(scene: Scene) -> list[int]:
    """The selected places sold by the piece."""
    return [place for place in scene.selected if scene.lines[place].product.unit == "piece"]


def in_price_order(scene: Scene, places: Iterable[int], *, dearest: bool) -> list[int]:
    """Places by the running price of a piece."""
    sign = -1 if dearest else 1
    return sorted(places, key=lambda place: (sign * unit_price(scene, place), place))


def unit_price(scene: Scene, place: int) -> Fraction:
    """The running price of one unit, exactly."""
    return Fraction(scene.running_minor[place] * 1000, scene.lines[place].qty_milli)
