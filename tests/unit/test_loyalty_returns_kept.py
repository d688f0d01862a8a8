"""Returns by what is kept: a discount that the rest has no right to by itself is held back, and never for good."""

from itertools import permutations
from typing import Any

from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine
from loyalty.conditions import Birthday, PresentedCoupon, Quantity, ReceiptTotal, Weekdays
from loyalty.coupons.series import CouponSeries
from loyalty.explain import TEMPLATES
from loyalty.gift_card import gift_card
from loyalty.programme import Programme, Redeem, Returns
from loyalty.quote import quote
from loyalty.receipt import Applied, Receipt
from loyalty.returning.parts import given_back
from loyalty.returns import return_receipt, returned_said
from loyalty.rewards import Gift, NForM, Percent, PointsMultiplier
from loyalty.rewards.gift import Option
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, product, programme, receipt

PLACE: dict[str, Any] = {
    "number": "T2-9",
    "store": "s2",
    "terminal": "t2",
    "cashier": "Олег",
    "shift_id": "dd" * 16,
    "moment": SUNDAY,
}


def kept(*campaigns, **more) -> Programme:
    return programme(*campaigns, returns=Returns(rule="kept"), **more)


def sale(of: Basket, rules: Programme) -> Receipt:
    return receipt(quote(of, rules, SUNDAY), of)


def backs(of: Receipt, rules: Programme | None, *wanted: dict[int, int]) -> list[Receipt]:
    """One return after another."""
    done: list[Receipt] = []
    for number, lines in enumerate(wanted):
        parts = [given_back(each) for each in done]
        made = return_receipt(of, {}, lines, receipt_id=f"r{number}", parts=parts, programme=rules, **PLACE)
        done.append(made)
    return done


def totals(made: list[Receipt]) -> list[int]:
    return [each.total_minor for each in made]


def told(back: Receipt, lang="en") -> list[str]:
    assert all(fits(said) for said in returned_said(back))
    return [say(said, lang, TEMPLATES) for said in returned_said(back)]


THREE_FOR_TWO = kept(campaign(NForM(3, 2, "cheapest")))


def test_the_free_third_piece_brings_nothing_and_the_others_their_price():
    # 3 x 100.00 for 200.00. Two kept cost 200.00 by themselves, one 100.00.
    scarves = sale(basket(line(1, 10_000, 3000)), THREE_FOR_TWO)
    assert totals(backs(scarves, THREE_FOR_TWO, {1: 1000}, {1: 1000}, {1: 1000})) == [0, 10_000, 10_000]


def test_at_the_price_paid_each_piece_brings_a_third():
    # 200.00 by thirds: 66.67, 133.33 after two.
    paid = replace(THREE_FOR_TWO, returns=Returns())
    scarves = sale(basket(line(1, 10_000, 3000)), paid)
    made = backs(scarves, paid, {1: 1000}, {1: 1000}, {1: 1000})
    assert (totals(made), made[0].return_rule, told(made[0])) == ([6667, 6666, 6667], "paid", [])


def test_a_threshold_that_no_longer_holds_is_taken_back_and_said():
    # 600.00 + 500.00, 10 % off from 1000.00: 990.00 paid. The 600.00 kept cost 600.00: 390.00 come back of 450.00.
    rules = kept(campaign(Percent(1000), ReceiptTotal(100_000)))
    bought = sale(basket(line(1, 60_000), line(2, 50_000)), rules)
    first, last = backs(bought, rules, {2: 1000}, {1: 1000})
    assert (first.total_minor, first.withheld_minor, first.return_rule) == (39_000, 6_000, "kept")
    assert first.withheld == (Applied("one", "Акция one", "Campaign one", 6_000),)
    assert told(first) == [
        "60.00 less comes back than was paid for this",
        "“Campaign one” takes 60.00 less off what is kept",
    ]
    assert told(first, "ru") == [
        "К возврату на 60,00 меньше, чем за это уплачено",
        "«Акция one»: на то, что остаётся, скидка меньше на 60,00",
    ]
    assert (last.total_minor, last.withheld_minor, last.withheld) == (60_000, -6_000, ())
    assert told(last) == ["Withheld before, paid out now: 60.00"]


def test_whatever_the_order_all_that_was_paid_comes_back():
    rules = kept(campaign(NForM(3, 2, "cheapest"), priority=1), campaign(Percent(1000), ReceiptTotal(40_000), id="sum"))
    bought = sale(basket(line(1, 30_000), line(2, 20_000), line(3, 10_000), line(4, 333)), rules)
    for order in permutations([1, 2, 3, 4]):
        made = backs(bought, rules, *({number: 1000} for number in order))
        assert sum(totals(made)) == bought.total_minor
        assert all(0 <= each.total_minor <= each.base_minor for each in made)


def test_no_more_comes_back_than_the_goods_cost_and_the_rest_waits_for_the_next():
    # 30 % off two pieces or more; then 50 % off from 100.00. 100.00 + 100.00 + 10.00 = 210.00, 147.00, 73.50: by line
    # 35.00, 35.00, 3.50. Without the first: 110.00, 77.00, which is below 100.00. 77.00 is more than was paid: 0 back.
    # Without the third too: 100.00, no 30 %, but 50 %: 50.00. 73.50 - 50.00 = 23.50 are due, for goods of 10.00.
    rules = kept(
        campaign(Percent(3000), Quantity(min_pieces=2), id="two", priority=1),
        campaign(Percent(5000), ReceiptTotal(10_000), id="half", priority=2),
    )
    bought = sale(basket(line(1, 10_000), line(2, 10_000), line(3, 1_000)), rules)
    assert [each.total_minor for each in bought.lines] == [3500, 3500, 350]
    assert totals(backs(bought, rules, {1: 1000}, {3: 1000}, {2: 1000})) == [0, 1000, 6350]


def test_points_are_earned_anew_by_what_is_kept():
    # 10 % in points, twice as many from 1000.00: (600.00 + 500.00) x 10 % x 2 = 220. The 600.00 kept earn 60.
    rules = kept(campaign(PointsMultiplier(20_000), ReceiptTotal(100_000)))
    bought = sale(basket(line(1, 60_000), line(2, 50_000), member=member("fan")), rules)
    first, last = backs(bought, rules, {2: 1000}, {1: 1000})
    assert bought.earned_points == 220
    assert (first.earned_points, first.total_minor) == (160, 50_000)
    assert (last.earned_points, last.total_minor) == (60, 60_000)


def test_what_is_withheld_is_taken_from_the_money_first_then_from_the_points():
    # 3 for 2: 200.00, of them 150 points spent and 50.00 paid. One back: 16.67 and 50 points are due, but the two kept
    # have 66.67 less off: nothing comes back. Two back: 33.33 and 100 points are due, 33.33 less is off: the points.
    rules = kept(campaign(NForM(3, 2, "cheapest")), redeem=Redeem(max_share_bp=10_000))
    bought = sale(basket(line(1, 10_000, 3000), member=member(balance_points=150), redeem_points=150), rules)
    assert (bought.total_minor, bought.redeemed_points) == (5_000, 150)
    made = backs(bought, rules, {1: 1000}, {1: 1000}, {1: 1000})
    assert [(each.total_minor, each.redeemed_minor, each.redeemed_points) for each in made] == [
        (0, 0, 0),
        (0, 10_000, 100),
        (5_000, 5_000, 50),
    ]


def test_a_part_of_the_sale_that_is_kept_has_its_points_still_spent():
    # No campaign: 200.00 with 100 points spent, half by half. One back: 50.00 and 50 points, as at the price paid.
    rules = kept(redeem=Redeem(max_share_bp=10_000))
    bought = sale(basket(line(1), line(2), member=member(balance_points=100), redeem_points=100), rules)
    first, last = backs(bought, rules, {1: 1000}, {2: 1000})
    assert (first.total_minor, first.redeemed_points, first.withheld_minor) == (5_000, 50, 0)
    assert (last.total_minor, last.redeemed_points) == (5_000, 50)


def test_people_times_and_coupons_of_the_sale_are_taken_as_they_were():
    series = CouponSeries("spring", "Весна", "Spring", "promo", ("VESNA26",))
    conditions = (Birthday(0), Weekdays(("sun",)), PresentedCoupon(("spring",)))
    rules = kept(campaign(Percent(1000), *conditions), coupons=(series,))
    of = basket(line(1), line(2), member=member(birthday_md="11-22"), coupons=("VESNA26",))
    bought = sale(of, rules)
    assert bought.discount_minor == 2_000
    assert totals(backs(bought, rules, {1: 1000})) == [9_000]


def test_a_gift_stays_with_the_buyer_and_changes_no_sum():
    rules = kept(campaign(Gift((Option("991", "Значок", "A badge"),)), ReceiptTotal(20_000)))
    bought = sale(basket(line(1), line(2)), rules)
    assert [each.code for each in bought.lines][2:] == ["991"]
    first, last, gift = backs(bought, rules, {1: 1000}, {2: 1000}, {3: 1000})
    assert (first.total_minor, last.total_minor, gift.total_minor) == (10_000, 10_000, 0)


def test_without_the_rules_of_the_sale_it_goes_by_the_price_paid_and_says_so():
    scarves = sale(basket(line(1, 10_000, 3000)), THREE_FOR_TWO)
    made = backs(scarves, None, {1: 1000})[0]
    assert (made.total_minor, made.return_rule) == (6667, "unknown")
    assert told(made) == ["This till has not the rules of this sale (test 1): returned at the price paid"]


def test_what_one_till_withheld_another_without_the_rules_pays_out():
    # 0 of 66.67 came back; the second piece brings 66.67 withheld and 66.66 of its own.
    scarves = sale(basket(line(1, 10_000, 3000)), THREE_FOR_TWO)
    first = backs(scarves, THREE_FOR_TWO, {1: 1000})[0]
    parts = [given_back(first)]
    second = return_receipt(scarves, {}, {1: 1000}, receipt_id="r1", parts=parts, **PLACE)
    # ... but never more than the goods cost: 100.00 of the 133.33.
    assert (second.total_minor, second.withheld_minor) == (10_000, -3_334)


def test_quantities_of_which_only_the_number_is_known_count_as_given_back():
    scarves = sale(basket(line(1, 10_000, 3000)), THREE_FOR_TWO)
    # 66.67 are taken as paid out; the two kept... one is kept: 100.00. 200.00 - 66.67 - 100.00 = 33.33.
    made = return_receipt(scarves, {1: 1000}, {1: 1000}, receipt_id="r", programme=THREE_FOR_TWO, **PLACE)
    assert made.total_minor == 3_333


def test_one_return_told_twice_counts_once():
    scarves = sale(basket(line(1, 10_000, 3000)), THREE_FOR_TWO)
    first = given_back(backs(scarves, THREE_FOR_TWO, {1: 1000})[0])
    given: dict[str, Any] = {"receipt_id": "r", "programme": THREE_FOR_TWO, **PLACE}
    made = return_receipt(scarves, {1: 1000}, {1: 1000}, parts=[first, first], **given)
    assert made.total_minor == 10_000


def test_money_on_a_gift_card_comes_back_whole_whatever_is_withheld_beside_it():
    goods = product(code="g", price_minor=50_000, gift_card=True)
    card = BasketLine(2, goods, 1000, 50_000, gift_card("2601234567890"))
    rules = kept(campaign(Percent(1000), ReceiptTotal(20_000)))
    bought = sale(basket(line(1), card, line(3)), rules)
    assert [each.total_minor for each in bought.lines] == [9_000, 50_000, 9_000]
    # 180.00 for two scarves; the one kept costs 100.00: 80.00 come back, and the 500.00 of the card.
    first, last = backs(bought, rules, {1: 1000, 2: 1000}, {3: 1000})
    assert [each.total_minor for each in first.lines] == [8_000, 50_000]
    assert (first.withheld_minor, last.total_minor) == (1_000, 10_000)
