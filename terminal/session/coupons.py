"""Coupons and promo codes on the receipt: read, looked up, put on, taken off."""

import msgspec

from loyalty.coupons.reading import Coupon, Refused, read_coupon
from loyalty.coupons.series import CouponSeries
from loyalty.programme import Programme
from loyalty.quoting.presented import MAX_COUPONS, second, unfit
from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c
from terminal.session.parts import Step, changed, refuse, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace
SHOWN_CHARS = 24


def read(state: State, text: str, around: Surroundings) -> Step:
    """Refuse what cannot be used here today, whoever the member is; then ask whether it has been used."""
    coupon = read_coupon(text, around.programme.coupons, around.shop)
    if isinstance(coupon, Refused):
        return refuse(state, coupon.why)
    series = _series(around.programme, coupon)
    there = {each.id for each in state.coupons}
    if coupon.id in there:
        return told(state, "info", "coupon.twice", name_ru=series.name_ru, name_en=series.name_en), ()
    why = _refusal(state, coupon, series, around)
    if why is not None:
        return refuse(state, why)
    return state, (c.FindCoupon(coupon, series.uses == "single"),)


def _refusal(state: State, coupon: Coupon, series: CouponSeries, around: Surroundings) -> Sentence | None:
    """What no card scanned later could mend; the want of a card is shown with the coupon, and mends itself."""
    if any(each.series == series.id for each in state.coupons):
        return second(series)
    if len(state.basket.coupons) >= MAX_COUPONS:
        return sentence("coupon.too_many", limit=MAX_COUPONS)
    why = unfit(coupon, series, state.basket, around.moment)
    return None if why is None or why.code == "coupon.needs_member" else why


def free(state: State, command: c.CouponFree, around: Surroundings) -> Step:
    code = command.coupon.code
    state = changed(state, replace(state.basket, coupons=(*state.basket.coupons, code)), around)
    shown = next(each for each in state.coupons if each.code == code)
    said = sentence("coupon.added", name_ru=shown.name_ru, name_en=shown.name_en)
    return say(state, "ok" if shown.used else "info", said, shown.said), (c.Signal("ok"),)


def drop(state: State, command: c.DropCoupon, around: Surroundings) -> Step:
    shown = next((each for each in state.coupons if each.code == command.code), None)
    if shown is None:
        return refused(state, "coupon.not_there")
    left = tuple(code for code in state.basket.coupons if code != command.code)
    state = changed(state, replace(state.basket, coupons=left), around)
    ru, en = (name or shown.code[:SHOWN_CHARS] for name in (shown.name_ru, shown.name_en))
    return told(state, "info", "coupon.dropped", name_ru=ru, name_en=en), ()


def _series(programme: Programme, coupon: Coupon) -> CouponSeries:
    return next(series for series in programme.coupons if series.id == coupon.series)
