"""A sum between two bounds, at the running or the original price: what `receipt_total` and `goods_total` share."""

from collections.abc import Iterable
from typing import Literal, Self

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, divide
from loyalty.scene import Scene
from loyalty.sentences import sentence

SENTENCES = {
    "sums.none": ("нет ни min_total_minor, ни max_total_minor", "neither min_total_minor nor max_total_minor is given"),
    "sums.none.mend": ("укажите хотя бы одну сумму", "give at least one sum"),
    "sums.order": ("наибольшая сумма меньше наименьшей", "the largest sum is less than the least"),
    "sums.order.mend": (
        "max_total_minor не меньше min_total_minor",
        "let max_total_minor be no less than min_total_minor",
    ),
}
Of = Literal["running", "original"]
_OF: tuple[Of, ...] = ("running", "original")


class SumMechanic(ConditionMechanic, frozen=True):
    """Both bounds are in; 0 leaves one open. `of` says which price: after the campaigns before this one, or before all
    of them."""

    min_total_minor: int = 0
    max_total_minor: int = 0
    of: Of = "running"

    @classmethod
    def read(cls, section: Section) -> Self:
        least = section.whole("min_total_minor", 1, MAX_MINOR, 0)
        most = section.whole("max_total_minor", 1, MAX_MINOR, 0)
        if not section.has("min_total_minor") and not section.has("max_total_minor"):
            section.note("min_total_minor", sentence("sums.none"), sentence("sums.none.mend"))
        if 0 < most < least:
            section.note("max_total_minor", sentence("sums.order"), sentence("sums.order.mend"))
        return cls(least, most, section.choice("of", _OF, "running"))

    def on_running_price(self) -> bool:
        return self.of == "running"

    def prices_minor(self, scene: Scene) -> tuple[int, ...]:
        return scene.running_minor if self.of == "running" else scene.original_minor

    def parts_minor(self, scene: Scene, places: Iterable[int]) -> int:
        """What so much of some lines as takes part comes to."""
        prices, lines = self.prices_minor(scene), scene.lines
        return sum(divide(prices[place] * scene.part_milli(place), lines[place].qty_milli) for place in places)

    def is_over(self, total_minor: int) -> bool:
        return 0 < self.max_total_minor < total_minor
