"""Combination: goods of all these sets, so many of each. It chooses the pieces that make up complete combinations."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from loyalty.basket import MAX_QTY_MILLI
from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.products import Products
from loyalty.documents.section import Section
from loyalty.quoting.combining import MAX_SETS, Run, best_pieces, lacking, times_complete
from loyalty.scene import UNRELATED, Fact, Holds, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "combination.more": ("Добавьте: {what_ru}", "Add: {what_en}"),
    "combination.more.gain": ("Добавьте: {what_ru} (выгода {gain_minor})", "Add: {what_en} (saves {gain_minor})"),
    "combination.none": ("нет ни одного набора", "no set is given"),
    "combination.none.mend": (
        'например, sets = [{{ categories = ["coffee"] }}, {{ categories = ["buns"] }}]',
        'as in sets = [{{ categories = ["coffee"] }}, {{ categories = ["buns"] }}]',
    ),
}
Pick = Literal["dearest", "cheapest"]
_PICK: tuple[Pick, ...] = ("dearest", "cheapest")
_MAX_PIECES = MAX_QTY_MILLI // 1000
_SHOWN = 3
"""A set without a name is called by its first so many goods."""


class GoodsSet(msgspec.Struct, frozen=True):
    """One set of a combination: its goods, how many pieces of them, and what people call it."""

    goods: Products
    pieces: int = 1
    name_ru: str = ""
    name_en: str = ""

    @classmethod
    def read(cls, section: Section) -> "GoodsSet":
        goods, pieces = Products.read(section), section.whole("pieces", 1, _MAX_PIECES, 1)
        name = section.part("name")
        names = (name.text("ru"), name.text("en")) if name else ("", "")
        if name:
            name.finish()
        section.finish()
        return cls(goods, pieces, *names)

    @property
    def called(self) -> tuple[str, str]:
        """Its name in Russian and in English; without one, the goods it is given by."""
        goods = self.goods
        given = next((each for each in (goods.categories, goods.brands, goods.tags, goods.codes) if each), ())
        plain = ", ".join(given[:_SHOWN])
        return self.name_ru or plain or "товар", self.name_en or plain or "goods"


class Combination(ConditionMechanic, frozen=True, tag="combination"):
    """As many complete combinations as there can be, at most `max_times` (0: any number). A piece counts in one set
    only, also where it would fit several; of all ways to fill the sets, the pieces `pick`ed are the dearest or the
    cheapest together, by the price before any discount. Goods by weight have no pieces.
    """

    sets: tuple[GoodsSet, ...]
    max_times: int = 0
    pick: Pick = "dearest"
    selects = True

    @classmethod
    def read(cls, section: Section) -> "Combination":
        sets = tuple(GoodsSet.read(part) for part in section.parts("sets", MAX_SETS))
        if not sets:
            section.note("sets", sentence("combination.none"), sentence("combination.none.mend"))
        return cls(sets, section.whole("max_times", 0, _MAX_PIECES, 0), section.choice("pick", _PICK, "dearest"))

    def judge(self, scene: Scene) -> Verdict:
        wanted = [each.pieces for each in self.sets]
        runs = self._runs(scene)
        if not runs:
            return UNRELATED
        times = times_complete([*runs.values()], wanted)
        if not times:
            return self._missing(scene, runs, lacking([*runs.values()], wanted))
        times = min(times, self.max_times) if self.max_times else times
        if scene.set_price_minor and self.pick == "dearest":
            times = self._worth_it(scene, runs, times)
        pieces = best_pieces([*runs.values()], [times * want for want in wanted])
        milli = {place: 1000 * taken for place, taken in sorted(zip(runs, pieces, strict=True)) if taken}
        return Holds(tuple(milli), milli, times)

    def facts(self) -> tuple[Fact, ...] | None:
        """The goods of every set: of which a basket has some, the others are missing."""
        found: dict[Fact, None] = {}
        for each in self.sets:
            facts = each.goods.facts()
            if facts is None:
                return None
            found.update(dict.fromkeys(facts))
        return tuple(found)

    def _worth_it(self, scene: Scene, runs: dict[int, Run], times: int) -> int:
        """How many combinations cost more than the price of a set; the first in any case.

        What the dearest pieces of n combinations cost grows by less with each n (the value of a transport problem is
        concave in what is wanted), so the last one worth it is found by halving.
        """

        def cost(count: int) -> int:
            pieces = best_pieces([*runs.values()], [count * each.pieces for each in self.sets])
            return sum(taken * scene.lines[place].price_minor for place, taken in zip(runs, pieces, strict=True))

        low, high = 1, times
        while low < high:
            middle = (low + high + 1) // 2
            if cost(middle) - cost(middle - 1) > scene.set_price_minor:
                low = middle
            else:
                high = middle - 1
        return low

    def _runs(self, scene: Scene) -> dict[int, Run]:
        """place -> its pieces that fit some set, in the order in which they are picked."""
        sign = -1 if self.pick == "dearest" else 1
        found = {}
        for place in sorted(scene.selected, key=lambda place: (sign * scene.lines[place].price_minor, place)):
            product, pieces = scene.lines[place].product, scene.part_milli(place) // 1000
            fits = sum(1 << number for number, each in enumerate(self.sets) if each.goods.covers(product))
            if fits and pieces and product.unit == "piece":
                found[place] = Run(pieces, fits)
        return found

    def _missing(self, scene: Scene, runs: dict[int, Run], more: Sequence[int]) -> Missing:
        """What the sets lack; within reach where the basket has a line of each of those, whose cheapest would do."""
        short = [(each, pieces) for each, pieces in zip(self.sets, more, strict=True) if pieces]
        said = sentence(
            "combination.more",
            what_ru="; ".join(f"{each.called[0]}, {pieces} шт." for each, pieces in short),
            what_en="; ".join(f"{pieces} × {each.called[1]}" for each, pieces in short),
        )
        more_milli: dict[int, int] = {}
        for number, pieces in enumerate(more):
            fitting = [place for place, run in runs.items() if pieces and run.fits >> number & 1]
            if fitting:
                cheapest = min(fitting, key=lambda place: (scene.lines[place].price_minor, place))
                more_milli[cheapest] = more_milli.get(cheapest, 0) + 1000 * pieces
            elif pieces:
                return Missing(said, within_reach=False)
        return Missing(said, more_milli)
