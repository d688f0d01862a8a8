"""Which part of the chosen goods a reward touches: whole lines, or some pieces, the cheapest or the dearest of them."""

from typing import Literal

import msgspec

from loyalty.basket import MAX_QTY_MILLI
from loyalty.documents.section import Section
from loyalty.quoting.units import cheapest_of_all, count, taken
from loyalty.scene import Scene

On = Literal["lines", "cheapest", "dearest"]
_ON: tuple[On, ...] = ("lines", "cheapest", "dearest")
MAX_PIECES = MAX_QTY_MILLI // 1000


class Reach(msgspec.Struct, frozen=True):
    """Whole lines, or `pieces` of the cheapest or the dearest (of each combination, where one is asked for); with
    `each`, so many of each `each` pieces."""

    on: On = "lines"
    pieces: int = 1
    each: int = 0

    @classmethod
    def read(cls, section: Section) -> "Reach":
        on = section.choice("on", _ON, "lines")
        if on == "lines":
            return cls()
        pieces = section.whole("pieces", 1, MAX_PIECES, 1)
        return cls(on, pieces, section.whole("each", pieces, MAX_PIECES, 0) if section.has("each") else 0)

    def touched_milli(self, scene: Scene) -> dict[int, int]:
        """place -> quantity touched, of each selected place."""
        if self.on == "lines":
            return {place: scene.part_milli(place) for place in scene.selected}
        if not self.each:
            return taken(scene, self.on, self.pieces * scene.times)
        if self.on == "cheapest":
            return cheapest_of_all(scene, self.each, self.pieces)
        return taken(scene, "dearest", count(scene) // self.each * self.pieces)

    def short(self, scene: Scene) -> int:
        """How many pieces are missing before anything is touched, or to the next `each` where it has been begun."""
        if self.on == "lines":
            return 0
        there, each = count(scene), max(self.each, 1)
        return max(each - there, 0) or -there % each
