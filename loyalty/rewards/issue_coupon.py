"""Issue a coupon: coupons of a series with the receipt, for a later purchase; once, or for each whole sum paid."""

from loyalty.documents.section import Section
from loyalty.granted import Granted, Issue
from loyalty.money import MAX_MINOR
from loyalty.rewards.mechanic import GrantMechanic
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "issue_coupon.given": (
        "С чеком — {count:купон|купона|купонов}",
        "{count:coupon comes|coupons come} with the receipt",
    ),
    "issue_coupon.more": ("До купона не хватает {more_minor}", "{more_minor} short of a coupon"),
}
MAX_COUPONS = 20
"""Of one campaign, with one receipt."""


class IssueCoupon(GrantMechanic, frozen=True, tag="issue_coupon"):
    """`count` coupons of `series` (of kind `series`); with `amount_minor` so many for each whole sum of the goods."""

    series: str
    count: int = 1
    amount_minor: int = 0

    @classmethod
    def read(cls, section: Section) -> "IssueCoupon":
        series = section.ref("series", "coupon")
        count = section.whole("count", 1, MAX_COUPONS, 1)
        return cls(series, count, section.whole("amount_minor", 0, MAX_MINOR, 0))

    def grant(self, scene: Scene, campaign_id: str) -> Granted:
        times = self._paid_minor(scene) // self.amount_minor if self.amount_minor else 1
        count = min(MAX_COUPONS, self.count * times)
        return Granted(issues=(Issue(campaign_id, self.series, count),)) if count else Granted()

    def short(self, scene: Scene) -> Missing | None:
        if not self.amount_minor or self._paid_minor(scene) >= self.amount_minor:
            return None
        more = self.amount_minor - self._paid_minor(scene)
        return Missing(sentence("issue_coupon.more", more_minor=more), within_reach=False)

    def told(self, granted: Granted) -> Sentence:
        return sentence("issue_coupon.given", count=sum(issue.count for issue in granted.issues))

    def _paid_minor(self, scene: Scene) -> int:
        return sum(map(scene.part_minor, scene.selected))
