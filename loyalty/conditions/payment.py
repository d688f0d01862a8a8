"""Payment: the campaign is for receipts paid in a certain way: cash, card, gift card."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.receipt import PaymentKind
from loyalty.scene import HOLDS, Blocked, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "payment.open": ("При оплате {how_ru}", "When paid {how_en}"),
    "payment.open.gain": ("При оплате {how_ru}: выгода {gain_minor}", "Paid {how_en}, it saves {gain_minor}"),
    "payment.other": ("Только при оплате {how_ru}", "Only when paid {how_en}"),
    "payment.none": ("не сказано, какая оплата", "no kind of payment is given"),
    "payment.none.mend": ('например, kinds = ["card"]', 'as in kinds = ["card"]'),
}
_KINDS: tuple[PaymentKind, ...] = ("cash", "card", "gift_card")
_HOW = {
    "cash": ("наличными", "in cash"),
    "card": ("картой", "by card"),
    "gift_card": ("подарочной картой", "by gift card"),
}


class Paid(ConditionMechanic, frozen=True, tag="payment"):
    """The whole receipt is paid in one of these ways; where money is mixed, it is none of them. What a gift card leaves
    over counts as it is paid, if gift cards are one of the ways.

    While nobody has said how it will be paid, the buyer can still choose.
    """

    kinds: tuple[PaymentKind, ...]

    @classmethod
    def read(cls, section: Section) -> "Paid":
        kinds = section.choices("kinds", _KINDS)
        if not kinds:
            section.note("kinds", sentence("payment.none"), sentence("payment.none.mend"))
        return cls(kinds)

    def judge(self, scene: Scene) -> Verdict:
        paid = scene.basket.payment
        if paid in self.kinds and (not scene.basket.beside_gift_card or "gift_card" in self.kinds):
            return HOLDS
        ways = [_HOW[kind] for kind in _KINDS if kind in self.kinds]
        ru, en = " или ".join(way[0] for way in ways), " or ".join(way[1] for way in ways)
        if paid == "":
            return Missing(sentence("payment.open", how_ru=ru, how_en=en), paid=self.kinds)
        return Blocked(sentence("payment.other", how_ru=ru, how_en=en))
