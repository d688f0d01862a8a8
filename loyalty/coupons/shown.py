"""The coupons on a basket as people see them: used, and for what; or not, and why not."""

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.programme import Programme
from loyalty.quoted import Explanation, Quote
from loyalty.quoting.presented import Seen, seen
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "coupon.no_goods_yet": ("Ждёт товаров", "Waits for goods"),
    "coupon.gives_nothing": ("На эти товары не действует", "Gives nothing for these goods"),
}


class ShownCoupon(msgspec.Struct, frozen=True):
    """One coupon: `said` is what it gave where it is `used`, else why it gave nothing. `id` and the names are empty
    for a code of no series here."""

    code: str
    id: str
    series: str
    name_ru: str
    name_en: str
    used: bool
    said: Sentence

    @property
    def why_names_it(self) -> bool:
        """Whether `said` speaks of the coupon by its name, as what refuses it does."""
        return not self.used and (not self.series or "name_ru" in self.said.args or "code" in self.said.args)


def shown_coupons(
    basket: Basket, programme: Programme, moment: Moment, answer: Quote | None
) -> tuple[ShownCoupon, ...]:
    """The coupons in the order presented; `answer` is the quote of this very basket, None where there is none."""
    return tuple(_shown(each, programme, answer) for each in seen(basket, programme, moment))


def _shown(each: Seen, programme: Programme, answer: Quote | None) -> ShownCoupon:
    coupon = each.coupon
    if coupon is None:
        return ShownCoupon(each.code, "", "", "", "", False, each.why or sentence("coupon.gives_nothing"))
    series = next(series for series in programme.coupons if series.id == coupon.series)
    used = answer is not None and coupon.id in answer.coupons
    said = each.why or _reason(programme, coupon.series, answer, used)
    return ShownCoupon(each.code, coupon.id, series.id, series.name_ru, series.name_en, used, said)


def _reason(programme: Programme, series: str, answer: Quote | None, used: bool) -> Sentence:
    """What the campaigns for this series say; of those that gave nothing, what can still be done goes first."""
    if answer is None or not answer.lines:
        return sentence("coupon.no_goods_yet")
    needing = programme.coupon_series
    about = [told for told in answer.explanations if series in needing.get(told.campaign_id, ())]
    order = ("applied", "missing", "blocked") if used else ("missing", "applied", "blocked")
    ranked = sorted(about, key=lambda told: (order.index(told.outcome), _worth(told)))
    return ranked[0].said if ranked else sentence("coupon.gives_nothing")


def _worth(told: Explanation) -> int:
    return -told.gain_minor
