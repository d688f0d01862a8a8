"""Coupons on a basket: which of them are good here and now, why the others are not, and which a quote used."""

from collections.abc import Iterable

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.conditions import PresentedCoupon
from loyalty.coupons import Coupon, believed, unusable
from loyalty.programme import Programme
from loyalty.sentences import Sentence, sentence
from loyalty.turns import Deed

SENTENCES = {
    "coupon.unknown": ("Купон {code} этой программе неизвестен", "This programme does not know coupon {code}"),
}


class Presented(msgspec.Struct, frozen=True):
    """Coupons that are good, in the order presented, and a sentence for each that is not."""

    coupons: tuple[Coupon, ...] = ()
    refused: tuple[Sentence, ...] = ()

    @property
    def series(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(coupon.series for coupon in self.coupons))


def presented(basket: Basket, programme: Programme, moment: Moment) -> Presented:
    """Judge every code on its days, its holder and the member; who put it there has checked signature and use."""
    series = {each.id: each for each in programme.coupons}
    account_id = basket.member.account_id if basket.member and not basket.member.blocked else None
    good: dict[str, Coupon] = {}
    refused: list[Sentence] = []
    for code in basket.coupons:
        coupon = believed(code, programme.coupons)
        if coupon is None:
            refused.append(sentence("coupon.unknown", code=code[:24]))
            continue
        why = unusable(coupon, series[coupon.series], moment.local_date, (), account_id)
        if why is not None:
            refused.append(why)
        else:
            good.setdefault(coupon.id, coupon)
    return Presented(tuple(good.values()), tuple(refused))


def used(coupons: Iterable[Coupon], deeds: Iterable[Deed]) -> tuple[Coupon, ...]:
    """The coupons something was given for."""
    wanted = {
        series
        for deed in deeds
        if deed.done
        for condition in deed.campaign.conditions
        if isinstance(condition, PresentedCoupon)
        for series in condition.series
    }
    return tuple(coupon for coupon in coupons if coupon.series in wanted)
