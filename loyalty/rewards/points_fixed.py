"""Points fixed: so many points, once a receipt."""

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Scene, share_points
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_fixed.given": ("В подарок: +{points:балл|балла|баллов}", "A gift: +{points:point|points}"),
}
_MAX_POINTS = 10_000_000


class PointsFixed(PointsMechanic, frozen=True, tag="points_fixed"):
    """`reward_points` once, shared over the selected lines so that a return takes back its part."""

    reward_points: int
    wallet: str = MAIN_WALLET

    @classmethod
    def read(cls, section: Section) -> "PointsFixed":
        return cls(section.whole("reward_points", 1, _MAX_POINTS), section.ref("wallet", "wallet", MAIN_WALLET))

    def points(self, scene: Scene) -> list[int]:
        """Points for each selected line."""
        return share_points(self.reward_points, [scene.running_minor[place] for place in scene.selected])

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("points_fixed.given", points=points)
