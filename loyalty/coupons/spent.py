"""The coupons a receipt uses up: as it stands on the receipt, so that whoever books it needs no programme for it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from loyalty.coupons.reading import believed
from loyalty.coupons.series import CouponSeries


class SpentCoupon(msgspec.Struct, frozen=True, omit_defaults=True):
    """A coupon of a receipt that somebody has to remember.

    `single`: nobody may use it again. `counted`: its series allows a member so many. `expires` is the coupon's own
    last day (ISO), which only signed ones have.
    """

    id: str
    series: str
    single: bool = False
    counted: bool = False
    expires: str = ""


def spent_coupons(
    codes: Iterable[str], used: Sequence[str], series: Iterable[CouponSeries], has_member: bool
) -> tuple[SpentCoupon, ...]:
    """Of the codes on a basket those that are used up; `used` are the ids of coupons that something was given for."""
    return tuple(_spent(codes, used, {each.id: each for each in series}, has_member)) if used else ()


def _spent(
    codes: Iterable[str], used: Sequence[str], series: dict[str, CouponSeries], has_member: bool
) -> Iterator[SpentCoupon]:
    left = set(used)
    for code in codes:
        coupon = believed(code, series.values())
        if coupon is None or coupon.id not in left:
            continue
        left.remove(coupon.id)
        of = series[coupon.series]
        single, counted = of.uses == "single", bool(of.per_member and has_member)
        if single or counted:
            yield SpentCoupon(coupon.id, of.id, single, counted, coupon.expires)
