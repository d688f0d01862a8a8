"""Percent: a percentage off the goods the campaign is about, or off the cheapest or dearest of them, up to a cap."""

from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, part_bp, share
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.pieces_short import pieces_short
from loyalty.rewards.reach import Reach
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "percent.given": ("Скидка {rate_bp}: −{discount_minor}", "{rate_bp} off: −{discount_minor}"),
    "percent.capped": ("Скидка {rate_bp}, но не больше {discount_minor}", "{rate_bp} off, at most {discount_minor}"),
}


class Percent(PriceMechanic, frozen=True, tag="percent"):
    """`rate_bp` hundredths of a percent of the running price; `cap_minor` limits the sum per receipt (0: no cap)."""

    rate_bp: int
    cap_minor: int = 0
    reach: Reach = Reach()

    @property
    def by_line(self) -> bool:
        return self.reach.on == "lines" and not self.cap_minor

    @classmethod
    def read(cls, section: Section) -> "Percent":
        rate_bp = section.whole("rate_bp", 1, 10_000)
        return cls(rate_bp, section.whole("cap_minor", 0, MAX_MINOR, 0), Reach.read(section))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        touched = self.reach.touched_milli(scene)
        parts = [
            min(part_bp(scene.part_minor(place, touched[place]), self.rate_bp, scene.terms.rounding), room)
            for place, room in ((place, scene.room_minor(place)) for place in scene.selected)
        ]
        return share(self.cap_minor, parts) if 0 < self.cap_minor < sum(parts) else parts

    def short(self, scene: Scene) -> Missing | None:
        return pieces_short(scene, self.reach.short(scene))

    def given(self, discount_minor: int, points: int) -> Sentence:
        code = "percent.capped" if discount_minor == self.cap_minor else "percent.given"
        return sentence(code, rate_bp=self.rate_bp, discount_minor=discount_minor)
