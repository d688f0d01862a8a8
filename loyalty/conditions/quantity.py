"""Quantity: at least so many pieces (or so much weight) of the goods the campaign is about."""

from loyalty.basket import MAX_QTY_MILLI
from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.scene import HOLDS, UNRELATED, Missing, Scene, Verdict
from loyalty.section import Section
from loyalty.sentences import sentence

SENTENCES = {
    "quantity.pieces": ("Ещё {more_milli} шт.", "{more_milli} more"),
    "quantity.pieces.gain": ("Ещё {more_milli} шт.: выгода {gain_minor}", "{more_milli} more saves {gain_minor}"),
    "quantity.weight": ("Ещё {more_milli} кг", "{more_milli} kg more"),
    "quantity.weight.gain": ("Ещё {more_milli} кг: выгода {gain_minor}", "{more_milli} kg more saves {gain_minor}"),
    "quantity.one": (
        "нужен ровно один из ключей min_pieces, min_weight_g",
        "exactly one of min_pieces, min_weight_g is needed",
    ),
    "quantity.one.mend": ("например, min_pieces = 3", "as in min_pieces = 3"),
}


class Quantity(ConditionMechanic, frozen=True, tag="quantity"):
    """Pieces count for `min_pieces`, weighed goods for `min_weight_g`; exactly one of the two is given."""

    min_pieces: int = 0
    min_weight_g: int = 0

    @classmethod
    def read(cls, section: Section) -> "Quantity":
        if section.has("min_pieces") == section.has("min_weight_g"):
            section.note("", sentence("quantity.one"), sentence("quantity.one.mend"))
        pieces = section.whole("min_pieces", 1, MAX_QTY_MILLI // 1000, 0)
        return cls(pieces, section.whole("min_weight_g", 1, MAX_QTY_MILLI, 0))

    def judge(self, scene: Scene) -> Verdict:
        unit = "piece" if self.min_pieces else "kg"
        places = [place for place in scene.selected if scene.lines[place].product.unit == unit]
        if not places:
            return UNRELATED
        wanted_milli = self.min_pieces * 1000 or self.min_weight_g
        more_milli = wanted_milli - sum(scene.lines[place].qty_milli for place in places)
        if more_milli <= 0:
            return HOLDS
        cheapest = min(places, key=lambda place: (scene.lines[place].price_minor, place))
        code = "quantity.pieces" if self.min_pieces else "quantity.weight"
        return Missing(sentence(code, more_milli=more_milli), {cheapest: more_milli})
