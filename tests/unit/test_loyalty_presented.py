"""Coupons on a basket: a campaign for a coupon works with it, and is not mentioned without it."""

from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.conditions import PresentedCoupon, ReceiptTotal
from loyalty.coupons.codes import series_code
from loyalty.coupons.reading import coupon_id
from loyalty.coupons.series import CouponSeries
from loyalty.coupons.shown import shown_coupons
from loyalty.documents.programme_file import parse_programme
from loyalty.programme import Campaign
from loyalty.quote import quote
from loyalty.rewards import Gift, Percent
from loyalty.rewards.gift import Option
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


KC1, KC2 = series_code("NEXT", "0000000001"), series_code("NEXT", "0000000002")
NEXT = CouponSeries("next", "Следующая", "Next", "series", code="NEXT", uses="single")


def rules(*campaigns: Campaign):
    return replace(programme(*campaigns), coupons=(SPRING, OTHER, NEXT))


def test_a_second_coupon_of_a_series_gives_nothing_and_is_not_used_up() -> None:
    both = basket(line(1), coupons=(KC1, KC2, KC1), member=member())
    done = quote(both, rules(campaign(Percent(1000), PresentedCoupon(("next",)))), SUNDAY)
    assert done.total_minor == 9_000
    assert done.coupons == (coupon_id("series", "NEXT", "0000000001"),)
    assert [each.said.code for each in done.explanations if not each.campaign_id] == ["coupon.second"]


def test_of_two_coupons_that_would_both_do_the_first_is_used() -> None:
    either = rules(campaign(Percent(1000), PresentedCoupon(("spring", "next"))))
    assert quote(basket(line(1), coupons=(KC1, "VESNA26")), either, SUNDAY).coupons == (
        coupon_id("series", "NEXT", "0000000001"),
    )


def test_a_coupon_is_not_used_up_by_a_gift_nobody_has_chosen_yet() -> None:
    options = (Option("1", "Значок", "Badge"), Option("2", "Магнит", "Magnet"))
    gift = rules(campaign(Gift(options), PresentedCoupon(("next",))))
    waiting = basket(line(1), coupons=(KC1,))
    assert quote(waiting, gift, SUNDAY).coupons == ()
    chosen = replace(waiting, choices={"one": "2"})
    assert quote(chosen, gift, SUNDAY).coupons == (coupon_id("series", "NEXT", "0000000001"),)


def test_a_member_who_has_used_a_series_often_enough_has_no_more_of_it() -> None:
    once = replace(RULES, coupons=(replace(SPRING, per_member=2),))
    of = basket(line(1), coupons=("VESNA26",), member=member(coupon_uses={"spring": 1}))
    assert quote(of, once, SUNDAY).discount_minor == 1_000
    twice = replace(of, member=member(coupon_uses={"spring": 2}))
    assert quote(twice, once, SUNDAY).discount_minor == 0


# -- as people see them


def shown(of: Basket, of_rules=RULES) -> list[tuple[str, bool, str]]:
    answer = quote(of, of_rules, SUNDAY) if of.lines or of.member else None
    return [(each.code, each.used, each.said.code) for each in shown_coupons(of, of_rules, SUNDAY, answer)]


def test_a_coupon_is_shown_with_what_it_gave_or_why_not() -> None:
    assert shown(basket(line(1), coupons=("VESNA26",))) == [("VESNA26", True, "percent.given")]
    assert shown(basket(line(1), coupons=("DRUGOE", "HELLO"))) == [
        ("DRUGOE", False, "coupon.gives_nothing"),
        ("HELLO", False, "coupon.unknown"),
    ]
    assert shown(basket(line(1, no_discount=True), coupons=("VESNA26",))) == [
        ("VESNA26", False, "goods.no_discount"),
    ]


def test_a_coupon_waits_for_goods_and_says_how_much_is_missing() -> None:
    assert shown(basket(coupons=("VESNA26",))) == [("VESNA26", False, "coupon.no_goods_yet")]
    dear = replace(
        RULES, campaigns=(campaign(Percent(1000), PresentedCoupon(("spring",)), ReceiptTotal(15_000)),)
    )  # fmt: skip
    assert shown(basket(line(1), coupons=("VESNA26",)), dear) == [("VESNA26", False, "receipt_total.more.gain")]
