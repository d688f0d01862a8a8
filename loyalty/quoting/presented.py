"""Coupons on a basket: which of them are good here and now, why the others are not, and which a quote used."""

from collections.abc import Iterable

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.conditions import PresentedCoupon
from loyalty.coupons.reading import Coupon, believed, unusable
from loyalty.coupons.series import CouponSeries
from loyalty.programme import Programme
from loyalty.quoting.turns import Deed
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "coupon.unknown": ("Купон {code} этой программе неизвестен", "This programme does not know coupon {code}"),
    "coupon.second": (
        "Купон «{name_ru}» уже в чеке: второй такой же ничего не добавит",
        "Coupon “{name_en}” is on the receipt already: a second one adds nothing",
    ),
}
MAX_COUPONS = 20
"""So many at most are presented for one receipt."""


class Seen(msgspec.Struct, frozen=True):
    """One code of a basket: the coupon it is (None: of no series here), and why it is not good; `why` None: it is."""

    code: str
    coupon: Coupon | None
    why: Sentence | None


class Presented(msgspec.Struct, frozen=True):
    """Coupons that are good, in the order presented, and a sentence for each that is not."""

    coupons: tuple[Coupon, ...] = ()
    refused: tuple[Sentence, ...] = ()

    @property
    def series(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(coupon.series for coupon in self.coupons))


def presented(basket: Basket, programme: Programme, moment: Moment) -> Presented:
    """Judge every code on its days, its holder and the member; who put it there has checked signature and use."""
    if not basket.coupons:
        return Presented()
    looked_at = seen(basket, programme, moment)
    return Presented(
        tuple(each.coupon for each in looked_at if each.coupon is not None and each.why is None),
        tuple(each.why for each in looked_at if each.why is not None),
    )


def seen(basket: Basket, programme: Programme, moment: Moment) -> tuple[Seen, ...]:
    """What becomes of each code of a basket, in the order presented. A coupon that is there twice counts once; a second
    one of its series gives nothing, so that it is not used up."""
    series = {each.id: each for each in programme.coupons}
    found: dict[str, Seen] = {}
    good: set[str] = set()
    for code in basket.coupons:
        coupon = believed(code, programme.coupons)
        if coupon is None:
            found.setdefault(code, Seen(code, None, sentence("coupon.unknown", code=code[:24])))
        elif coupon.id not in found:
            its = series[coupon.series]
            why = second(its) if coupon.series in good else unfit(coupon, its, basket, moment)
            found[coupon.id] = Seen(code, coupon, why)
            good |= {coupon.series} if why is None else set()
    return tuple(found.values())


def unfit(coupon: Coupon, series: CouponSeries, basket: Basket, moment: Moment) -> Sentence | None:
    """Why a coupon is not good for this basket, whatever else is on it; None: it is good."""
    member = basket.member if basket.member and not basket.member.blocked else None
    account_id, uses = (member.account_id, member.coupon_uses.get(series.id, 0)) if member else (None, 0)
    return unusable(coupon, series, moment.local_date, (), account_id, uses)


def second(series: CouponSeries) -> Sentence:
    """A series gives what it gives once a receipt."""
    return sentence("coupon.second", name_ru=series.name_ru, name_en=series.name_en)


def used(coupons: Iterable[Coupon], deeds: Iterable[Deed]) -> tuple[Coupon, ...]:
    """The coupons something was given for: of several that would do, the one presented first. A gift still to be
    chosen has not been given."""
    presented = tuple(coupons)
    spent: set[str] = set()
    for deed in deeds:
        if not deed.done or deed.granted.pending:
            continue
        for condition in deed.campaign.conditions:
            if isinstance(condition, PresentedCoupon):
                spent.update([each.id for each in presented if each.series in condition.series][:1])
    return tuple(coupon for coupon in presented if coupon.id in spent)
