"""Goods total: the goods the campaign is about come to a sum together."""

from loyalty.conditions.sums import SumMechanic
from loyalty.scene import HOLDS, Blocked, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "goods_total.more": ("Таких товаров не хватает на {more_minor}", "{more_minor} short of such goods"),
    "goods_total.more.gain": (
        "Ещё таких товаров на {more_minor}: выгода около {gain_minor}",
        "{more_minor} more of such goods saves about {gain_minor}",
    ),
    "goods_total.over": ("Только если таких товаров до {max_minor}", "Only for up to {max_minor} of such goods"),
}


class GoodsTotal(SumMechanic, frozen=True, tag="goods_total"):
    """The chosen goods count, those too that keep their price; of a combination, what takes part in it.

    From half of the sum it is within reach.
    """

    def judge(self, scene: Scene) -> Verdict:
        total_minor = self.parts_minor(scene, scene.selected)
        more_minor = self.min_total_minor - total_minor
        if more_minor > 0:
            said = sentence("goods_total.more", more_minor=more_minor)
            return Missing(said, any_minor=more_minor, like=scene.selected[0], within_reach=more_minor <= total_minor)
        if self.is_over(total_minor):
            return Blocked(sentence("goods_total.over", max_minor=self.max_total_minor))
        return HOLDS
