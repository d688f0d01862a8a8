"""Percent: a percentage off the lines the campaign is about, up to a cap."""

import msgspec

from loyalty.money import MAX_MINOR, part_bp, share
from loyalty.scene import Scene
from loyalty.section import Section
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "percent.given": ("Скидка {rate_bp}: −{discount_minor}", "{rate_bp} off: −{discount_minor}"),
    "percent.capped": ("Скидка {rate_bp}, но не больше {discount_minor}", "{rate_bp} off, at most {discount_minor}"),
}


class Percent(msgspec.Struct, frozen=True, tag="percent"):
    """`rate_bp` hundredths of a percent of the running price; `cap_minor` limits the sum per receipt (0: no cap)."""

    rate_bp: int
    cap_minor: int = 0

    @classmethod
    def read(cls, section: Section) -> "Percent":
        return cls(section.whole("rate_bp", 1, 10_000), section.whole("cap_minor", 0, MAX_MINOR, 0))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        rounding = scene.terms.rounding
        parts = [
            min(part_bp(scene.running_minor[place], self.rate_bp, rounding), scene.room_minor(place))
            for place in scene.selected
        ]
        return share(self.cap_minor, parts) if 0 < self.cap_minor < sum(parts) else parts

    def given(self, discount_minor: int, points: int) -> Sentence:
        code = "percent.capped" if discount_minor == self.cap_minor else "percent.given"
        return sentence(code, rate_bp=self.rate_bp, discount_minor=discount_minor)
