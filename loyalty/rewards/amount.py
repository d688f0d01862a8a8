"""Amount: a sum off the receipt, or off every unit of the goods the campaign is about."""

from typing import Literal

from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, line_amount, share_capped
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.pieces_short import pieces_short
from loyalty.rewards.reach import Reach
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "amount.receipt": ("Скидка на чек: −{discount_minor}", "Off the receipt: −{discount_minor}"),
    "amount.unit": (
        "Скидка {amount_minor} с каждого: −{discount_minor}",
        "{amount_minor} off each: −{discount_minor}",
    ),
}
Per = Literal["receipt", "unit"]


class Amount(PriceMechanic, frozen=True, tag="amount"):
    """`amount_minor` once, shared over the selected lines by their prices; or off each piece (each kilogram)."""

    amount_minor: int
    per: Per = "receipt"
    reach: Reach = Reach()

    @property
    def by_line(self) -> bool:
        return self.reach.on == "lines" and self.per == "unit"

    @classmethod
    def read(cls, section: Section) -> "Amount":
        options: tuple[Per, ...] = ("receipt", "unit")
        amount_minor = section.whole("amount_minor", 1, MAX_MINOR)
        return cls(amount_minor, section.choice("per", options, "receipt"), Reach.read(section))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        touched = self.reach.touched_milli(scene)
        parts = [scene.part_minor(place, touched[place]) for place in scene.selected]
        rooms = [min(scene.room_minor(place), part) for place, part in zip(scene.selected, parts, strict=True)]
        if self.per == "receipt":
            return share_capped(self.amount_minor, parts, rooms)
        return [
            min(line_amount(self.amount_minor, touched[place], scene.terms.rounding), room)
            for place, room in zip(scene.selected, rooms, strict=True)
        ]

    def short(self, scene: Scene) -> Missing | None:
        return pieces_short(scene, self.reach.short(scene))

    def given(self, discount_minor: int, points: int) -> Sentence:
        if self.per == "receipt":
            return sentence("amount.receipt", discount_minor=discount_minor)
        return sentence("amount.unit", amount_minor=self.amount_minor, discount_minor=discount_minor)
