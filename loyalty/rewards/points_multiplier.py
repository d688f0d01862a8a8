"""Points multiplier: the points by status, times a factor, for the goods the campaign is about."""

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.money import divide
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Scene, share_points
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_multiplier.given": (
        "Баллы ×{times_ru}: +{points:балл|балла|баллов}",
        "Points ×{times_en}: +{points:point|points}",
    ),
}


class PointsMultiplier(PointsMechanic, frozen=True, tag="points_multiplier"):
    """`factor_bp` 20000 doubles: as many points again as the status gives."""

    factor_bp: int
    wallet: str = MAIN_WALLET

    @classmethod
    def read(cls, section: Section) -> "PointsMultiplier":
        return cls(section.whole("factor_bp", 10_001, 1_000_000), section.ref("wallet", "wallet", MAIN_WALLET))

    def points(self, scene: Scene) -> list[int]:
        """Points for each selected line, beyond those by status."""
        extra_bp = self.factor_bp - 10_000
        base = [scene.share_of(scene.base_points[place], place, scene.part_milli(place)) for place in scene.selected]
        if scene.terms.earn_per == "line":
            return [divide(points * extra_bp, 10_000, scene.terms.earn_rounding) for points in base]
        return share_points(divide(sum(base) * extra_bp, 10_000, scene.terms.earn_rounding), base)

    def given(self, discount_minor: int, points: int) -> Sentence:
        whole, fraction = divmod(self.factor_bp, 10_000)
        tail = f"{fraction:04d}".rstrip("0")
        times = (f"{whole}{mark}{tail}" if tail else str(whole) for mark in ",.")
        return sentence("points_multiplier.given", times_ru=next(times), times_en=next(times), points=points)
