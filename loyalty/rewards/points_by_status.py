"""Points by status: a percentage of what is paid for the goods the campaign is about, one for each status."""

import msgspec

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.rewards.points_per_amount import OF, Of
from loyalty.scene import Scene, earning_minor, points_for, share_points
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_by_status.given": (
        "По статусу: +{points:балл|балла|баллов}",
        "By status: +{points:point|points}",
    ),
    "points_by_status.none": ("не названо ни одного статуса", "no status is named"),
    "points_by_status.none.mend": ("добавьте rates со status и rate_bp", "give rates, each with status and rate_bp"),
}


class Rate(msgspec.Struct, frozen=True):
    """`rate_bp` of the amount for members of one status."""

    status: str
    rate_bp: int


class PointsByStatus(PointsMechanic, frozen=True, tag="points_by_status"):
    """The rate of the member's status, on top of what the status itself gives; a status not named gets nothing."""

    rates: tuple[Rate, ...]
    wallet: str = MAIN_WALLET
    of: Of = "earning"

    @classmethod
    def read(cls, section: Section) -> "PointsByStatus":
        rates = []
        for part in section.parts("rates", 100):
            rates.append(Rate(part.ref("status", "status"), part.whole("rate_bp", 1, 100_000)))
            part.finish()
        if not rates:
            section.note("rates", sentence("points_by_status.none"), sentence("points_by_status.none.mend"))
        return cls(tuple(rates), section.ref("wallet", "wallet", MAIN_WALLET), section.choice("of", OF, "earning"))

    def points(self, scene: Scene) -> list[int]:
        status = scene.member.status if scene.member else ""
        rate_bp = next((rate.rate_bp for rate in self.rates if rate.status == status), 0)
        amounts = earning_minor(scene, self.of)
        if scene.terms.earn_per == "line":
            return [points_for(scene.terms, amount, rate_bp) for amount in amounts]
        return share_points(points_for(scene.terms, sum(amounts), rate_bp), amounts)

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("points_by_status.given", points=points)
