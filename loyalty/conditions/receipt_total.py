"""Receipt total: the receipt must come to at least a sum, after the campaigns before this one and before points."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.money import MAX_MINOR
from loyalty.scene import HOLDS, Missing, Scene, Verdict
from loyalty.section import Section
from loyalty.sentences import sentence

SENTENCES = {
    "receipt_total.more": ("Не хватает {more_minor}", "{more_minor} short"),
    "receipt_total.more.gain": (
        "Ещё на {more_minor}: выгода {gain_minor}",
        "Spend {more_minor} more to save {gain_minor}",
    ),
}


class ReceiptTotal(ConditionMechanic, frozen=True, tag="receipt_total"):
    """The whole receipt counts, whatever goods the campaign is about; from half of the sum it is within reach."""

    min_total_minor: int

    @classmethod
    def read(cls, section: Section) -> "ReceiptTotal":
        return cls(section.whole("min_total_minor", 1, MAX_MINOR))

    def judge(self, scene: Scene) -> Verdict:
        total_minor = sum(scene.running_minor)
        more_minor = self.min_total_minor - total_minor
        if more_minor <= 0:
            return HOLDS
        said = sentence("receipt_total.more", more_minor=more_minor)
        return Missing(said, within_reach=more_minor <= total_minor)

    def on_running_price(self) -> bool:
        return True
