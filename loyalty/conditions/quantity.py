"""Quantity: so many pieces (or so much weight) of the goods the campaign is about."""

from loyalty.basket import MAX_QTY_MILLI
from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Blocked, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "quantity.pieces": ("Ещё {more_milli} шт.", "{more_milli} more"),
    "quantity.pieces.gain": ("Ещё {more_milli} шт.: выгода {gain_minor}", "{more_milli} more saves {gain_minor}"),
    "quantity.weight": ("Ещё {more_milli} кг", "{more_milli} kg more"),
    "quantity.weight.gain": ("Ещё {more_milli} кг: выгода {gain_minor}", "{more_milli} kg more saves {gain_minor}"),
    "quantity.over": ("Не больше {max_milli} шт.", "At most {max_milli}"),
    "quantity.over_weight": ("Не больше {max_milli} кг", "At most {max_milli} kg"),
    "quantity.one": (
        "нужно число штук (min_pieces, max_pieces) или вес (min_weight_g, max_weight_g), что-то одно",
        "either pieces (min_pieces, max_pieces) or a weight (min_weight_g, max_weight_g) are needed",
    ),
    "quantity.one.mend": ("например, min_pieces = 3", "as in min_pieces = 3"),
    "quantity.order": ("наибольшее меньше наименьшего", "the most is less than the least"),
    "quantity.order.mend": ("{max} не меньше {min}", "let {max} be no less than {min}"),
}

_UNITS = (("pieces", MAX_QTY_MILLI // 1000), ("weight_g", MAX_QTY_MILLI))


class Quantity(ConditionMechanic, frozen=True, tag="quantity"):
    """Pieces count for `min_pieces` and `max_pieces`, weighed goods for `min_weight_g` and `max_weight_g`.

    Pieces or weight, not both; 0 leaves that end open. A piece too many blocks it: a reward for only so many of more
    is the reward's to say.
    """

    min_pieces: int = 0
    min_weight_g: int = 0
    max_pieces: int = 0
    max_weight_g: int = 0

    @classmethod
    def read(cls, section: Section) -> "Quantity":
        pieces, weight = (_bounds(section, unit, most) for unit, most in _UNITS)
        if any(map(section.has, ("min_pieces", "max_pieces"))) == any(
            map(section.has, ("min_weight_g", "max_weight_g"))
        ):
            section.note("", sentence("quantity.one"), sentence("quantity.one.mend"))
        return cls(pieces[0], weight[0], pieces[1], weight[1])

    def judge(self, scene: Scene) -> Verdict:
        by_piece = bool(self.min_pieces or self.max_pieces)
        unit = "piece" if by_piece else "kg"
        places = [place for place in scene.selected if scene.lines[place].product.unit == unit]
        if not places:
            return UNRELATED
        there_milli = sum(map(scene.part_milli, places))
        more_milli = (self.min_pieces * 1000 or self.min_weight_g) - there_milli
        if more_milli > 0:
            cheapest = min(places, key=lambda place: (scene.lines[place].price_minor, place))
            said = sentence("quantity.pieces" if by_piece else "quantity.weight", more_milli=more_milli)
            return Missing(said, {cheapest: more_milli})
        max_milli = self.max_pieces * 1000 or self.max_weight_g
        if 0 < max_milli < there_milli:
            return Blocked(sentence("quantity.over" if by_piece else "quantity.over_weight", max_milli=max_milli))
        return HOLDS


def _bounds(section: Section, unit: str, limit: int) -> tuple[int, int]:
    """The least and the most of one unit."""
    low, high = f"min_{unit}", f"max_{unit}"
    least, most = section.whole(low, 1, limit, 0), section.whole(high, 1, limit, 0)
    if 0 < most < least:
        section.note(high, sentence("quantity.order"), sentence("quantity.order.mend", min=low, max=high))
    return least, most
