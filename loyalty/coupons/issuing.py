"""The coupons a receipt gives: their codes follow from the receipt's id, so that a second print has the same."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from loyalty.coupons.codes import issued_code
from loyalty.coupons.series import CouponSeries
from loyalty.granted import Issue


class IssuedCoupon(msgspec.Struct, frozen=True, omit_defaults=True):
    """One coupon as it stands on paper; `last` is the last day it is taken (ISO), empty where it has none."""

    campaign_id: str
    series: str
    name_ru: str
    name_en: str
    code: str
    last: str = ""


def issued_coupons(
    issues: Sequence[Issue], series: Iterable[CouponSeries], receipt_id: str
) -> tuple[IssuedCoupon, ...]:
    """Codes for what a quote grants, in its order; coupons of one series are numbered over the whole receipt.

    Of promo codes it is the word itself. Signed coupons only the head office can make: of them there are none.
    """
    return tuple(_issued(issues, {each.id: each for each in series}, receipt_id)) if issues else ()


def _issued(issues: Iterable[Issue], series: dict[str, CouponSeries], receipt_id: str) -> Iterator[IssuedCoupon]:
    counted: Counter[str] = Counter()
    for issue in issues:
        of = series.get(issue.series)
        if of is None or of.kind == "signed":
            continue
        for _ in range(issue.count):
            counted[of.id] += 1
            code = (
                of.words[0] if of.kind == "promo" else issued_code(of.code, receipt_id, counted[of.id], of.serial_chars)
            )
            yield IssuedCoupon(issue.campaign_id, of.id, of.name_ru, of.name_en, code, of.last)
