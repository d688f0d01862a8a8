"""Coupon: a coupon or a promo code of one of these series has been presented."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Fact, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "coupon_condition.none": ("не названо ни одной серии", "no series is named"),
    "coupon_condition.none.mend": ('например, series = ["spring"]', 'as in series = ["spring"]'),
}


class PresentedCoupon(ConditionMechanic, frozen=True, tag="coupon"):
    """`series` of the programme's `[[coupon]]`. Without a coupon there is not a word of it: a code is not for all."""

    series: tuple[str, ...]

    @classmethod
    def read(cls, section: Section) -> "PresentedCoupon":
        series = section.refs("series", "coupon")
        if not series:
            section.note("series", sentence("coupon_condition.none"), sentence("coupon_condition.none.mend"))
        return cls(series)

    def judge(self, scene: Scene) -> Verdict:
        return HOLDS if set(self.series) & set(scene.coupons) else UNRELATED

    def facts(self) -> tuple[Fact, ...] | None:
        return tuple(("coupon", each) for each in self.series)
