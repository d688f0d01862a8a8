"""Whether a coupon for one use is used up, as far as this till can know: by its own journal, and by the head office's
word at the last pull."""

from __future__ import annotations

from typing import Protocol

from loyalty.codes import shortened
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "coupon.spent_by": (
        "Купон {code} уже использован: чек {number}",
        "Coupon {code} has been used already: receipt {number}",
    ),
    "coupon.spent_by.hint": ("Esc, уберите купон и оплатите заново", "Esc, take the coupon off and pay again"),
}


class OwnCoupons(Protocol):
    def coupon_receipts(self, coupon_id: str) -> dict[str, bool]: ...


class ToldCoupons(Protocol):
    def coupon_receipt(self, coupon_id: str) -> str: ...


def spent_by(journal: OwnCoupons, cache: ToldCoupons, coupon_id: str) -> str:
    """The number of the receipt that has used the coupon; empty: it is free here.

    What this till took back as a whole is free at once, though the head office has not said so yet.
    """
    own = journal.coupon_receipts(coupon_id)
    used = next((number for number, back in own.items() if not back), "")
    if used:
        return used
    told = cache.coupon_receipt(coupon_id)
    return "" if told in own else told


def spent_said(code: str, number: str) -> Sentence:
    return sentence("coupon.spent_by", code=shortened(code), number=number)
