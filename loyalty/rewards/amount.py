"""Amount: a sum off the receipt, or off every unit of the goods the campaign is about."""

from typing import Literal

import msgspec

from loyalty.money import MAX_MINOR, line_amount, share_capped
from loyalty.scene import Scene
from loyalty.section import Section
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "amount.receipt": ("Скидка на чек: −{discount_minor}", "Off the receipt: −{discount_minor}"),
    "amount.unit": (
        "Скидка {amount_minor} с каждого: −{discount_minor}",
        "{amount_minor} off each: −{discount_minor}",
    ),
}
Per = Literal["receipt", "unit"]


class Amount(msgspec.Struct, frozen=True, tag="amount"):
    """`amount_minor` once, shared over the selected lines by their prices; or off each piece (each kilogram)."""

    amount_minor: int
    per: Per = "receipt"

    @classmethod
    def read(cls, section: Section) -> "Amount":
        options: tuple[Per, ...] = ("receipt", "unit")
        return cls(section.whole("amount_minor", 1, MAX_MINOR), section.choice("per", options, "receipt"))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        rooms = [scene.room_minor(place) for place in scene.selected]
        if self.per == "receipt":
            return share_capped(self.amount_minor, [scene.running_minor[place] for place in scene.selected], rooms)
        return [
            min(line_amount(self.amount_minor, scene.lines[place].qty_milli, scene.terms.rounding), room)
            for place, room in zip(scene.selected, rooms, strict=True)
        ]

    def given(self, discount_minor: int, points: int) -> Sentence:
        if self.per == "receipt":
            return sentence("amount.receipt", discount_minor=discount_minor)
        return sentence("amount.unit", amount_minor=self.amount_minor, discount_minor=discount_minor)
