"""Fixed price: each unit of the goods the campaign is about costs so much, whatever it cost before."""

from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, line_amount
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.pieces_short import pieces_short
from loyalty.rewards.reach import Reach
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "fixed_price.given": ("По {price_minor}: −{discount_minor}", "At {price_minor}: −{discount_minor}"),
}


class FixedPrice(PriceMechanic, frozen=True, tag="fixed_price"):
    """`price_minor` for each piece or kilogram touched; what costs less keeps its price."""

    price_minor: int
    reach: Reach = Reach()

    @property
    def by_line(self) -> bool:
        return self.reach.on == "lines"

    @classmethod
    def read(cls, section: Section) -> "FixedPrice":
        return cls(section.whole("price_minor", 1, MAX_MINOR), Reach.read(section))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        touched = self.reach.touched_milli(scene)
        return [min(self._off_minor(scene, place, touched[place]), scene.room_minor(place)) for place in scene.selected]

    def short(self, scene: Scene) -> Missing | None:
        return pieces_short(scene, self.reach.short(scene))

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("fixed_price.given", price_minor=self.price_minor, discount_minor=discount_minor)

    def _off_minor(self, scene: Scene, place: int, part_milli: int) -> int:
        wanted_minor = line_amount(self.price_minor, part_milli, scene.terms.rounding)
        return max(0, scene.part_minor(place, part_milli) - wanted_minor)
