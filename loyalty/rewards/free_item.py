"""Free item: some pieces in the basket cost nothing, of the goods the campaign is about or of goods of its own."""

from typing import Literal

from msgspec.structs import replace

from loyalty.conditions.products import Products
from loyalty.documents.section import Section
from loyalty.quoting.units import count, taken
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.pieces_short import pieces_short
from loyalty.rewards.reach import MAX_PIECES
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "free_item.given": ("Бесплатно: −{discount_minor}", "Free: −{discount_minor}"),
    "free_item.add": ("Добавьте товар: он будет бесплатным", "Add the goods: they will be free"),
}
Pick = Literal["cheapest", "dearest"]
_PICKS: tuple[Pick, ...] = ("cheapest", "dearest")


class FreeItem(PriceMechanic, frozen=True, tag="free_item"):
    """`pieces` free, for each combination where one is asked for; with `goods`, of those in the basket that take no
    part in the combination themselves."""

    pieces: int = 1
    pick: Pick = "cheapest"
    goods: Products | None = None

    @classmethod
    def read(cls, section: Section) -> "FreeItem":
        part = section.part("goods")
        goods = Products.read(part) if part else None
        if part:
            part.finish()
        return cls(section.whole("pieces", 1, MAX_PIECES, 1), section.choice("pick", _PICKS, "cheapest"), goods)

    def places(self, scene: Scene) -> tuple[int, ...]:
        if self.goods is None:
            return scene.selected
        return tuple(place for place, line in enumerate(scene.lines) if self.goods.covers(line.product))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        free_milli = taken(self._pool(scene), self.pick, self.pieces * scene.times)
        return [min(scene.part_minor(place, free_milli[place]), scene.room_minor(place)) for place in scene.selected]

    def short(self, scene: Scene) -> Missing | None:
        if not scene.selected:
            return Missing(sentence("free_item.add"), within_reach=False)
        return pieces_short(scene, self.pieces * scene.times - count(self._pool(scene)))

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("free_item.given", discount_minor=discount_minor)

    def _pool(self, scene: Scene) -> Scene:
        """The scene in which just what may be free takes part."""
        if self.goods is None or scene.taking_part_milli is None:
            return scene
        free = {place: scene.lines[place].qty_milli - scene.part_milli(place) for place in scene.selected}
        return replace(scene, taking_part_milli=free)
