"""Coupons a receipt gives: the same codes each time, all different, only of what a till can issue."""

from loyalty.coupons.issuing import issued_coupons
from loyalty.coupons.reading import Coupon, read_coupon
from loyalty.coupons.series import CouponSeries
from loyalty.granted import Issue

NEXT = CouponSeries("next", "Следующая", "Next", "series", code="NEXT", serial_chars=6, last="2026-12-31")
WORD = CouponSeries("word", "Слово", "Word", "promo", ("SLOVO",))
SIGNED = CouponSeries("gift", "Подарок", "Gift", "signed", code="GIFT")
SERIES = (NEXT, WORD, SIGNED)


def test_every_coupon_has_a_code_of_its_own_also_when_two_campaigns_issue_one_series() -> None:
    made = issued_coupons((Issue("a", "next", 2), Issue("b", "next")), SERIES, "ab" * 16)
    assert [each.campaign_id for each in made] == ["a", "a", "b"]
    assert len({each.code for each in made}) == 3
    assert {(each.name_ru, each.name_en, each.last) for each in made} == {("Следующая", "Next", "2026-12-31")}
    for each in made:
        read = read_coupon(each.code, SERIES, None)
        assert isinstance(read, Coupon)
        assert (read.series, len(read.serial)) == ("next", 6)


def test_the_same_receipt_gives_the_same_codes_and_another_gives_others() -> None:
    once, again, other = (issued_coupons((Issue("a", "next", 3),), SERIES, id * 16) for id in ("ab", "ab", "cd"))
    assert once == again
    assert {each.code for each in once}.isdisjoint(each.code for each in other)


def test_of_a_promo_code_it_is_the_word_and_of_signed_and_unknown_series_nothing() -> None:
    made = issued_coupons((Issue("a", "word"), Issue("a", "gift"), Issue("a", "gone")), SERIES, "ab" * 16)
    assert [each.code for each in made] == ["SLOVO"]
