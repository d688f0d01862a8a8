"""The words for pieces that are missing to a reward."""

from loyalty.quoting.units import in_price_order, pieces_of
from loyalty.scene import Missing, Scene
from loyalty.sentences import sentence

SENTENCES = {
    "pieces.more": ("Не хватает: {more_milli} шт.", "{more_milli} pc. short"),
    "pieces.more.gain": ("Ещё {more_milli} шт.: выгода {gain_minor}", "{more_milli} more saves {gain_minor}"),
}


def pieces_short(scene: Scene, pieces: int) -> Missing | None:
    """So many more pieces are wanted; the cheapest goods in the basket would do."""
    places = in_price_order(scene, pieces_of(scene), dearest=False)
    if pieces <= 0 or not places:
        return None
    return Missing(sentence("pieces.more", more_milli=pieces * 1000), {places[0]: pieces * 1000})
