"""Receipt total: the whole receipt comes to a sum, before points."""

from loyalty.conditions.sums import SumMechanic
from loyalty.scene import HOLDS, Blocked, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "receipt_total.more": ("Не хватает {more_minor}", "{more_minor} short"),
    "receipt_total.more.gain": (
        "Ещё на {more_minor}: выгода около {gain_minor}",
        "Spend {more_minor} more to save about {gain_minor}",
    ),
    "receipt_total.over": ("Только для чека до {max_minor}", "Only for a receipt of up to {max_minor}"),
}


class ReceiptTotal(SumMechanic, frozen=True, tag="receipt_total"):
    """The whole receipt counts, whatever goods the campaign is about; from half of the sum it is within reach."""

    def judge(self, scene: Scene) -> Verdict:
        total_minor = sum(self.prices_minor(scene))
        more_minor = self.min_total_minor - total_minor
        if more_minor > 0:
            said = sentence("receipt_total.more", more_minor=more_minor)
            return Missing(said, any_minor=more_minor, within_reach=more_minor <= total_minor)
        if self.is_over(total_minor):
            return Blocked(sentence("receipt_total.over", max_minor=self.max_total_minor))
        return HOLDS
