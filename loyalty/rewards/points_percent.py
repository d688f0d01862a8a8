"""Points percent: more points for the goods the campaign is about, as a percentage of what is paid for them."""

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.rewards.points_per_amount import OF, Of
from loyalty.scene import Scene, earning_minor, points_for, share_points
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_percent.given": (
        "Ещё {rate_bp} баллами: +{points:балл|балла|баллов}",
        "{rate_bp} more in points: +{points:point|points}",
    ),
}


class PointsPercent(PointsMechanic, frozen=True, tag="points_percent"):
    """`rate_bp` of the amount that earns, on top of the status."""

    rate_bp: int
    wallet: str = MAIN_WALLET
    of: Of = "earning"

    @classmethod
    def read(cls, section: Section) -> "PointsPercent":
        return cls(
            section.whole("rate_bp", 1, 100_000),
            section.ref("wallet", "wallet", MAIN_WALLET),
            section.choice("of", OF, "earning"),
        )

    def points(self, scene: Scene) -> list[int]:
        """Points for each selected line."""
        amounts = earning_minor(scene, self.of)
        if scene.terms.earn_per == "line":
            return [points_for(scene.terms, amount, self.rate_bp) for amount in amounts]
        return share_points(points_for(scene.terms, sum(amounts), self.rate_bp), amounts)

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("points_percent.given", rate_bp=self.rate_bp, points=points)
