"""Coupons on a basket: which series they are of, and which of them a quote used."""

from collections.abc import Iterable

from loyalty.basket import Basket, Moment
from loyalty.conditions import PresentedCoupon
from loyalty.coupons import series_of
from loyalty.programme import Programme
from loyalty.turns import Deed


def presented(basket: Basket, programme: Programme, moment: Moment) -> tuple[str, ...]:
    """The series presented, each once, that are good on this day."""
    days = {each.id: (each.first, each.last) for each in programme.coupons}
    found = (series_of(code, programme.coupons) for code in basket.coupons)
    good = [each for each in found if each is not None and _runs(days[each], moment.local_date)]
    return tuple(dict.fromkeys(good))


def used(basket: Basket, programme: Programme, deeds: Iterable[Deed]) -> tuple[str, ...]:
    """The codes without which something given would not have been."""
    wanted = {
        series
        for deed in deeds
        if deed.done
        for condition in deed.campaign.conditions
        if isinstance(condition, PresentedCoupon)
        for series in condition.series
    }
    return tuple(code for code in basket.coupons if series_of(code, programme.coupons) in wanted) if wanted else ()


def _runs(days: tuple[str, str], today: str) -> bool:
    first, last = days
    return first <= today and (not last or today <= last)
