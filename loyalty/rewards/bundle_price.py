"""Bundle price: the goods of a combination cost so much together, whatever they cost apart."""

from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, share_capped
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.scene import Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "bundle_price.given": ("Вместе за {price_minor}: −{discount_minor}", "Together {price_minor}: −{discount_minor}"),
    "bundle_price.no_combination": ("нет условия combination", "there is no combination condition"),
    "bundle_price.no_combination.mend": (
        'скажите, что продаётся вместе: {{ type = "combination", sets = […] }}',
        'say what is sold together: {{ type = "combination", sets = […] }}',
    ),
}


class BundlePrice(PriceMechanic, frozen=True, tag="bundle_price"):
    """`price_minor` for each combination; goods in it that keep their price are part of it, and the others bear the
    discount. A combination that costs less already keeps its price."""

    price_minor: int

    @classmethod
    def read(cls, section: Section) -> "BundlePrice":
        return cls(section.whole("price_minor", 1, MAX_MINOR))

    @property
    def set_price_minor(self) -> int:
        return self.price_minor

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        taking = scene.taking_part_milli
        places = scene.selected if taking is None else tuple(taking)
        off_minor = sum(map(scene.part_minor, places)) - self.price_minor * scene.times
        parts = [scene.part_minor(place) for place in scene.selected]
        rooms = [min(scene.room_minor(place), part) for place, part in zip(scene.selected, parts, strict=True)]
        return share_capped(max(0, off_minor), parts, rooms)

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("bundle_price.given", price_minor=self.price_minor, discount_minor=discount_minor)
