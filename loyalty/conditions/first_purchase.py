"""First purchase: the member has bought nothing with the card before, as far as this till knows."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.who import NO_CARD
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, Blocked, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "first_purchase.before": ("Только на первую покупку", "Only on the first purchase"),
    "first_purchase.unknown": (
        "Здесь неизвестно, первая ли это покупка",
        "Whether this is the first purchase is not known here",
    ),
}


class FirstPurchase(ConditionMechanic, frozen=True, tag="first_purchase"):
    """By the till's own figure (`Member.receipts`): the head office's at the last pull and this till's sales since.

    Where nobody knows the figure it does not hold: a welcome is given once, and can be given later.
    """

    @classmethod
    def read(cls, section: Section) -> "FirstPurchase":
        return cls()

    def judge(self, scene: Scene) -> Verdict:
        member = scene.member
        if member is None:
            return NO_CARD
        if member.blocked:
            return Blocked(sentence("who.blocked"))
        if member.receipts is None:
            return Blocked(sentence("first_purchase.unknown"))
        return Blocked(sentence("first_purchase.before")) if member.receipts else HOLDS
