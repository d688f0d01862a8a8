"""Points per unit: so many points for each piece, or each whole kilogram, of the goods the campaign is about."""

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_per_unit.given": (
        "По {points_each:баллу|балла|баллов} за каждый: +{points}",
        "{points_each:point|points} each: +{points}",
    ),
}
_MAX_POINTS = 1_000_000


class PointsPerUnit(PointsMechanic, frozen=True, tag="points_per_unit"):
    """`reward_points` for each piece or whole kilogram of a line; of a combination, for the pieces that take part."""

    reward_points: int = 1
    wallet: str = MAIN_WALLET

    @classmethod
    def read(cls, section: Section) -> "PointsPerUnit":
        return cls(section.whole("reward_points", 1, _MAX_POINTS, 1), section.ref("wallet", "wallet", MAIN_WALLET))

    def points(self, scene: Scene) -> list[int]:
        return [scene.part_milli(place) // 1000 * self.reward_points for place in scene.selected]

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("points_per_unit.given", points_each=self.reward_points, points=points)
