"""Coupons on a basket: a campaign for a coupon works with it, and is not mentioned without it."""

from msgspec.structs import replace

from loyalty.conditions import PresentedCoupon
from loyalty.coupon_series import CouponSeries
from loyalty.coupons import coupon_id
from loyalty.programme_file import parse_programme
from loyalty.quote import quote
from loyalty.rewards import Percent
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, member, moment, programme

SPRING = CouponSeries("spring", "Весна", "Spring", "promo", ("VESNA26",), first="2026-11-01", last="2026-11-30")
OTHER = CouponSeries("other", "Другая", "Other", "promo", ("DRUGOE",))
RULES = replace(programme(campaign(Percent(1000), PresentedCoupon(("spring",)))), coupons=(SPRING, OTHER))


def total(at=SUNDAY, *coupons: str) -> int:
    return quote(basket(line(1), coupons=coupons), RULES, at).total_minor


def test_with_its_coupon_a_campaign_works() -> None:
    # 10 % off 100.00
    assert total(SUNDAY, "vesna 26") == 9_000


def test_without_it_there_is_not_a_word_of_the_campaign() -> None:
    done = quote(basket(line(1)), RULES, SUNDAY)
    assert done.total_minor == 10_000
    assert [each for each in done.explanations if each.campaign_id] == []


def test_another_coupon_and_nonsense_do_nothing() -> None:
    assert total(SUNDAY, "DRUGOE", "KCNONSENSE", "") == 10_000


def test_a_series_holds_on_its_days_only() -> None:
    assert total(moment("2026-10-31"), "VESNA26") == total(moment("2026-12-01"), "VESNA26") == 10_000
    assert total(moment("2026-11-01"), "VESNA26") == total(moment("2026-11-30"), "VESNA26") == 9_000


def test_the_quote_names_the_codes_something_was_given_for() -> None:
    done = quote(basket(line(1), coupons=("DRUGOE", "VESNA26")), RULES, SUNDAY)
    assert done.coupons == (coupon_id("promo", "VESNA26", ""),)
    nothing = quote(basket(line(1, no_discount=True), coupons=("VESNA26",)), RULES, SUNDAY)
    assert nothing.coupons == ()


def test_a_coupon_that_is_not_good_says_why() -> None:
    def said(at, *coupons: str) -> list[str]:
        done = quote(basket(line(1), coupons=coupons, member=member()), RULES, at)
        return [each.said.code for each in done.explanations if not each.campaign_id]

    assert said(moment("2026-12-01"), "VESNA26") == ["coupon.over"]
    assert said(SUNDAY, "HELLO") == ["coupon.unknown"]
    assert said(SUNDAY, "VESNA26") == []


def test_a_limit_per_member_needs_a_member() -> None:
    rules = replace(RULES, coupons=(replace(SPRING, per_member=1),))
    of = basket(line(1), coupons=("VESNA26",))
    assert quote(of, rules, SUNDAY).total_minor == 10_000
    assert quote(replace(of, member=member()), rules, SUNDAY).total_minor == 9_000


def test_a_programme_s_promo_words_are_codes_at_the_till() -> None:
    text = """id = "x"
version = 1
name = { ru = "Х", en = "X" }
[[coupon]]
id = "spring"
name = { ru = "Весна", en = "Spring" }
kind = "promo"
words = ["Vesna26"]
"""
    assert parse_programme(text).codes.promo_words == ("VESNA26",)
