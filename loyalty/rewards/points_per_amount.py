"""Points per amount: so many points for each whole sum paid, as in one star for every 60.00."""

from typing import Literal

from loyalty.documents.section import Section
from loyalty.ledger import MAIN_WALLET
from loyalty.money import MAX_MINOR
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Missing, Scene, earning_minor, share_points
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "points_per_amount.given": (
        "По {points_each:баллу|балла|баллов} за каждые {amount_minor}: +{points}",
        "{points_each:point|points} for every {amount_minor}: +{points}",
    ),
    "points_per_amount.more": ("Не хватает {more_minor} до следующего", "{more_minor} short of the next one"),
}
_MAX_POINTS = 10_000_000
Of = Literal["earning", "original"]
OF: tuple[Of, ...] = ("earning", "original")


class PointsPerAmount(PointsMechanic, frozen=True, tag="points_per_amount"):
    """`reward_points` for each whole `amount_minor` of the chosen goods together; what is over earns nothing.

    `of` says of which prices: `earning`, those the programme's points are of, or `original`, before all discounts.
    """

    amount_minor: int
    reward_points: int = 1
    wallet: str = MAIN_WALLET
    of: Of = "earning"

    @classmethod
    def read(cls, section: Section) -> "PointsPerAmount":
        amount_minor = section.whole("amount_minor", 1, MAX_MINOR)
        points = section.whole("reward_points", 1, _MAX_POINTS, 1)
        return cls(
            amount_minor, points, section.ref("wallet", "wallet", MAIN_WALLET), section.choice("of", OF, "earning")
        )

    def points(self, scene: Scene) -> list[int]:
        amounts = earning_minor(scene, self.of)
        return share_points(sum(amounts) // self.amount_minor * self.reward_points, amounts)

    def short(self, scene: Scene) -> Missing | None:
        """The rest to the next whole sum, once half of it is there."""
        over = sum(earning_minor(scene, self.of)) % self.amount_minor
        more = self.amount_minor - over
        return (
            Missing(sentence("points_per_amount.more", more_minor=more), within_reach=False) if over >= more else None
        )

    def given(self, discount_minor: int, points: int) -> Sentence:
        each, amount = self.reward_points, self.amount_minor
        return sentence("points_per_amount.given", points_each=each, amount_minor=amount, points=points)
