"""The quote: the order of things, groups, floors, earning, the reasons and the hints."""

import pytest
from msgspec.structs import replace

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, Basket
from loyalty.conditions import Hours, Paid, Products, Quantity, ReceiptTotal, Weekdays, Who
from loyalty.errors import BadInput
from loyalty.explain import TEMPLATES
from loyalty.ledger import MAIN_WALLET
from loyalty.money import MAX_MINOR
from loyalty.programme import Cost, Group
from loyalty.quote import MAX_CHOICES, Standing, quote
from loyalty.rewards import Amount, FixedPrice, Percent, PointsFixed, PointsMultiplier, PointsPercent
from loyalty.sentences import say, sentence
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, moment, programme, sentences_of

SCARVES = Products(categories=("scarves",))
LINES = Group("lines", "best_line")


def priced(of: Basket, *campaigns, at=SUNDAY, **more):
    made = quote(of, programme(*campaigns, **more), at)
    assert all(map(fits, sentences_of(made)))
    return made


def outcomes(made):
    return {each.campaign_id: (each.outcome, each.said.code) for each in made.explanations}


class TestPrices:
    def test_without_campaigns_or_a_member_goods_cost_what_they_cost(self):
        made = priced(basket(line(1, 10_000, 2000), line(2, 89_900, 456, unit="kg")), statuses=())
        assert [each.total_minor for each in made.lines] == [20_000, 40_994]  # 899.00 x 0.456 = 409.944
        assert (made.base_minor, made.discount_minor, made.total_minor, made.earned_points) == (60_994, 0, 60_994, 0)
        assert made.explanations == made.hints == ()

    def test_an_empty_basket_is_an_empty_quote(self):
        made = priced(basket(member=member()), campaign(Amount(100)))
        assert (made.lines, made.total_minor, made.explanations, made.redemption.limit) == ((), 0, (), None)

    def test_campaigns_work_on_the_price_left_by_those_before_them(self):
        ten, half = campaign(Percent(1000), id="ten", priority=2), campaign(Percent(5000), id="half", priority=1)
        made = priced(basket(line()), ten, half)
        # 100.00 less half is 50.00, less 10 % of 50.00 is 45.00
        assert [(done.campaign_id, done.discount_minor) for done in made.lines[0].applied] == [
            ("half", 5000),
            ("ten", 500),
        ]
        assert made.total_minor == 4500

    def test_of_one_priority_the_id_decides(self):
        made = priced(basket(line()), campaign(Amount(1000), id="b"), campaign(Percent(5000), id="a"))
        assert made.total_minor == 4000

    def test_results_stand_in_the_order_of_the_basket(self):
        lines = (line(7, 300, code="9"), line(3, 200, code="1"), line(5, 100, code="5"))
        made = priced(basket(*lines), campaign(Percent(1000)))
        assert [each.line_id for each in made.lines] == [7, 3, 5]
        assert made.explanations[0].lines == (7, 3, 5)

    def test_a_kopeck_that_cannot_be_shared_falls_on_the_same_goods_in_any_order(self):
        goods = (line(1, code="1"), line(2, code="2"), line(3, code="3"))
        for of in (basket(*goods), basket(*reversed(goods)), basket(goods[1], goods[2], goods[0])):
            made = priced(of, campaign(Amount(100)))
            off = {bought.product.code: each.discount_minor for bought, each in zip(of.lines, made.lines, strict=True)}
            assert off == {"1": 34, "2": 33, "3": 33}
        renumbered = (line(3, code="1"), line(2, code="2"), line(1, code="3"))
        assert [each.discount_minor for each in priced(basket(*renumbered), campaign(Amount(100))).lines] == [
            34,
            33,
            33,
        ]

    def test_no_line_goes_below_its_legal_minimum(self):
        made = priced(basket(line(1, 10_000, 2000, min_price_minor=9_000)), campaign(Percent(5000)))
        assert made.total_minor == 18_000
        assert [note.code for note in made.lines[0].notes] == ["line.discount", "line.minimum"]

    def test_a_line_already_at_its_minimum_says_that_nothing_could_be_done(self):
        made = priced(basket(line(min_price_minor=10_000)), campaign(Percent(5000)))
        assert outcomes(made)["one"] == ("blocked", "campaign.no_room")

    def test_a_discount_under_a_kopeck_is_told_as_such(self):
        made = priced(basket(line(1, 10)), campaign(Percent(1)))
        assert outcomes(made)["one"] == ("blocked", "campaign.too_little")

    def test_a_price_that_is_no_lower_lowers_nothing_alone_and_in_a_group(self):
        for group in ("", "lines"):
            made = priced(basket(line(1, 9_900)), campaign(FixedPrice(9_900), group=group), groups=(LINES,))
            assert outcomes(made)["one"] == ("blocked", "campaign.too_little")

    def test_of_discounts_on_one_line_the_smaller_says_that_another_is_larger(self):
        less, more = (
            campaign(Percent(1000), id="less", group="lines"),
            campaign(Percent(2000), id="more", group="lines"),
        )
        made = priced(basket(line()), less, more, groups=(LINES,))
        assert made.total_minor == 8000
        assert outcomes(made)["less"] == ("blocked", "campaign.outdone")

    def test_what_the_cap_of_its_group_leaves_nothing_to_says_so(self):
        first, second = (campaign(Percent(1000), id=each, group="sum") for each in ("first", "second"))
        made = priced(basket(line()), first, second, groups=(Group("sum", "sum", cap_minor=1000),))
        assert made.total_minor == 9000
        assert outcomes(made)["second"] == ("blocked", "campaign.group_cap")

    def test_goods_without_discounts_keep_their_price_and_say_so(self):
        made = priced(basket(line(1, no_discount=True), line(2)), campaign(Amount(5000)))
        assert [each.total_minor for each in made.lines] == [10_000, 5000]
        assert made.lines[0].notes[0].code == "goods.no_discount"

    def test_a_campaign_on_goods_without_discounts_alone_is_blocked(self):
        made = priced(basket(line(no_discount=True)), campaign(Percent(1000)))
        assert outcomes(made)["one"] == ("blocked", "goods.no_discount")

    def test_the_threshold_of_a_receipt_counts_what_is_left_to_pay(self):
        first, second = campaign(Percent(2000), id="a"), campaign(Amount(1000), ReceiptTotal(10_000), id="b")
        assert outcomes(priced(basket(line()), first, second))["b"] == ("missing", "receipt_total.more.gain")
        assert priced(basket(line(1, 12_500)), first, second).total_minor == 9000

    def test_other_goods_are_not_worth_a_word(self):
        assert priced(basket(line(category="books")), campaign(Percent(1000), SCARVES), statuses=()).explanations == ()


class TestGroups:
    def test_the_best_of_a_group_wins_and_the_other_says_which(self):
        five, ten = campaign(Percent(500), id="a", group="g"), campaign(Percent(1000), id="b", group="g")
        made = priced(basket(line()), five, ten, statuses=())
        assert made.discount_minor == 1000
        assert outcomes(made) == {"a": ("blocked", "campaign.better"), "b": ("applied", "percent.given")}
        assert say(made.explanations[0].said, "ru", TEMPLATES) == "Выгоднее «Акция b»"

    def test_of_equal_ones_the_first_wins(self):
        made = priced(basket(line()), *(campaign(Percent(500), id=each, group="g") for each in "ba"))
        assert outcomes(made)["a"][0] == "applied"

    def test_points_compete_with_prices_at_their_value(self):
        price, points = campaign(Amount(1000), id="a", group="g"), campaign(PointsFixed(11), id="b", group="g")
        made = priced(basket(line(), member=member()), price, points, statuses=())
        assert (made.discount_minor, made.earned_points) == (0, 11)

    def test_the_choice_looks_at_what_comes_after(self):
        # 1.10 off the second line looks better than 1.00 off the first, but half of it is lost to the next campaign.
        first = campaign(Amount(100), Products(codes=("1",)), id="a", group="g", priority=1)
        second = campaign(Amount(110), Products(codes=("2",)), id="b", group="g", priority=1)
        half = campaign(Percent(5000), Products(codes=("2",)), id="c", priority=2)
        made = priced(basket(line(1, code="1"), line(2, code="2")), first, second, half)
        assert outcomes(made)["a"][0] == "applied"
        assert made.discount_minor == 100 + 5000

    def test_one_that_does_not_hold_does_not_compete(self):
        absent = campaign(Percent(9000), Weekdays(("mon",)), id="a", group="g")
        made = priced(basket(line()), absent, campaign(Percent(500), id="b", group="g"), statuses=())
        assert outcomes(made) == {"a": ("blocked", "weekdays.other"), "b": ("applied", "percent.given")}

    def test_beyond_the_limit_of_choices_groups_are_settled_one_by_one(self):
        rates = range(1, MAX_CHOICES + 2)
        rivals = [campaign(Percent(100 * rate), id=f"r{rate:02d}", group="g") for rate in rates]
        others = [campaign(Percent(100), id="x", group="h"), campaign(Percent(200), id="y", group="h")]
        made = priced(basket(line()), *rivals, *others)
        applied = [each.campaign_id for each in made.explanations if each.outcome == "applied"]
        assert applied == [f"r{MAX_CHOICES + 1}", "y"]


class TestEarning:
    def test_points_follow_the_status_and_are_rounded_once(self):
        # 3 % of 59.90 + 59.90 = 3.594 roubles: 3 points, shared to the lines
        made = priced(basket(line(1, 5990), line(2, 5990), member=member()))
        assert made.earned_points == 3
        assert sorted(each.earned_points for each in made.lines) == [1, 2]

    def test_points_may_be_counted_line_by_line(self):
        made = priced(basket(line(1, 5990), line(2, 5990), member=member()), earn_per="line")
        assert [each.earned_points for each in made.lines] == [1, 1]

    def test_points_are_earned_on_what_is_paid(self):
        made = priced(basket(line(), member=member("legend")), campaign(Percent(5000)))
        assert made.earned_points == 15  # 30 % of 50.00

    def test_some_goods_earn_nothing_and_say_so(self):
        made = priced(basket(line(1, no_earn=True), line(2), member=member("legend")), campaign(PointsPercent(1000)))
        assert [each.earned_points for each in made.lines] == [0, 40]
        assert made.lines[0].notes[0].code == "goods.no_earn"

    def test_a_status_the_programme_no_longer_has_counts_as_the_lowest(self):
        assert priced(basket(line(1, 100_000), member=member("gone"))).earned_points == 30

    def test_points_spent_earn_nothing_unless_the_programme_says_so(self):
        of = basket(line(), member=member("legend"), redeem_points=50)
        assert priced(of).earned_points == 15
        assert priced(of, earn_on_redeemed=True).earned_points == 30

    def test_campaigns_add_points_on_top_of_the_status(self):
        double, gift = campaign(PointsMultiplier(20_000), id="a"), campaign(PointsFixed(5), id="b")
        made = priced(basket(line(), member=member()), double, gift)
        assert made.earned_points == 3 + 3 + 5
        assert [(done.campaign_id, done.points) for done in made.lines[0].applied] == [("a", 3), ("b", 5)]

    def test_points_too_few_for_one_are_told_as_such(self):
        made = priced(basket(line(1, 100), member=member()), campaign(PointsPercent(100)))
        assert outcomes(made)["one"] == ("blocked", "campaign.too_small")

    def test_a_point_may_be_worth_other_money_and_come_in_parts(self):
        # 3 % of 100.00 is 3.00: at 0.50 a point and hundredths of points, 6.00 points
        from loyalty.programme import Redeem

        made = priced(
            basket(line(), member=member()), point_scale=100, redeem=Redeem(point_value_minor=50, step_points=2)
        )
        assert made.earned_points == 600


class TestMembers:
    def test_a_blocked_card_gets_public_prices_and_nothing_else(self):
        public, closed = campaign(Percent(1000), id="a"), campaign(Percent(1000), Who(), id="b")
        points = campaign(PointsFixed(5), id="c")
        of = basket(line(), member=member("legend", blocked=True), redeem_points=50)
        made = priced(of, public, closed, points)
        assert (made.total_minor, made.earned_points, made.redeemed_points) == (9000, 0, 0)
        assert made.redemption.limit.code == "redeem.blocked"
        assert outcomes(made) == {
            "a": ("applied", "percent.given"),
            "b": ("blocked", "who.blocked"),
            "c": ("blocked", "who.blocked"),
            "": ("blocked", "member.blocked"),
        }

    def test_a_guest_hears_what_a_card_would_bring(self):
        made = priced(basket(line(1, 100_000)), campaign(Percent(1000), Who()))
        hint = made.hints[0]
        assert say(hint.said, "ru", TEMPLATES) == "С картой: дешевле на 100,00 и +27 баллов"
        assert (hint.campaign_id, hint.name_en, hint.gain_minor) == ("", "Club", 12_700)

    def test_a_guest_is_promised_points_alone_or_price_alone_where_it_is_so(self):
        assert priced(basket(line())).hints[0].said.code == "member.card_points"
        made = priced(basket(line()), campaign(Percent(1000), Who()), statuses=())
        assert made.hints[0].said.code == "member.card_price"

    def test_a_guest_hears_nothing_where_a_card_brings_nothing(self):
        assert priced(basket(line(1, 100))).hints == ()

    def test_campaigns_in_points_need_a_card(self):
        assert outcomes(priced(basket(line()), campaign(PointsFixed(5))))["one"] == ("missing", "who.card")


class TestHints:
    def test_one_more_piece_says_how_much_it_brings(self):
        made = priced(basket(line(1, 10_000, 2000)), campaign(Percent(2000), Quantity(min_pieces=3)), statuses=())
        assert say(made.hints[0].said, "ru", TEMPLATES) == "Ещё 1 шт.: выгода 60,00"  # 20 % of three
        assert made.hints[0].lines == (1,)

    def test_a_sum_missing_says_how_much_and_what_it_brings(self):
        made = priced(basket(line(1, 90_000)), campaign(Amount(5000), ReceiptTotal(100_000)), statuses=())
        assert say(made.hints[0].said, "en", TEMPLATES) == "Spend 100.00 more to save about 50.00"

    def test_a_later_hour_says_when(self):
        made = priced(basket(line()), campaign(Percent(2000), Hours(("15:00-16:00",))), statuses=())
        assert say(made.hints[0].said, "ru", TEMPLATES) == "Начнётся в 15:00: выгода 20,00"

    def test_the_three_best_are_told_greatest_first(self):
        later = [campaign(Percent(100 * n), Hours((f"{14 + n}:00-{15 + n}:00",)), id=f"c{n}") for n in (1, 4, 2, 3)]
        made = priced(basket(line()), *later, statuses=())
        assert [each.campaign_id for each in made.hints] == ["c4", "c3", "c2"]

    def test_a_sum_out_of_reach_is_explained_but_no_hint(self):
        made = priced(basket(line()), campaign(Amount(5000), ReceiptTotal(20_001)), statuses=())
        assert made.hints == ()
        assert say(made.explanations[0].said, "ru", TEMPLATES) == "Не хватает 100,01"

    def test_with_two_things_missing_nothing_is_promised(self):
        both = campaign(Percent(2000), Hours(("15:00-16:00",)), Quantity(min_pieces=3))
        made = priced(basket(line()), both, statuses=())
        assert made.hints == ()
        assert outcomes(made)["one"] == ("missing", "hours.later")

    def test_a_threshold_missing_besides_is_a_second_thing(self):
        both = campaign(Percent(2000), Hours(("15:00-16:00",)), ReceiptTotal(1_000_000))
        assert priced(basket(line()), both, statuses=()).hints == ()

    def test_what_is_missing_to_a_better_rival_counts_only_the_difference(self):
        now = campaign(Percent(1000), id="now", group="g")
        more = campaign(Percent(1500), Hours(("15:00-16:00",)), id="more", group="g")
        less = campaign(Percent(500), Hours(("15:00-16:00",)), id="less", group="g")
        made = priced(basket(line()), now, more, less, statuses=())
        assert [(each.campaign_id, each.gain_minor) for each in made.hints] == [("more", 500)]

    def test_what_others_have_had_of_the_groups_cap_is_not_promised_again(self):
        both = Group("g", "sum", cap_minor=1500)
        now = campaign(Percent(1000), id="now", group="g")
        later = campaign(Percent(1000), Hours(("15:00-16:00",)), id="later", group="g")
        made = priced(basket(line()), now, later, statuses=(), groups=(both,))
        assert made.discount_minor == 1000
        assert [(each.campaign_id, each.gain_minor) for each in made.hints] == [("later", 500)]  # 15.00 - 10.00

    def test_points_another_offer_has_taken_promise_nothing(self):
        taken = replace(campaign(Percent(5000), id="taken"), cost=Cost(60, MAIN_WALLET), asked=True)
        open_ = replace(campaign(Percent(5000), id="open"), cost=Cost(30, MAIN_WALLET), asked=True)
        rich, poor = (
            priced(
                basket(line(1, 40_000), member=member(balance_points=has), asked=("taken",)), taken, open_, statuses=()
            )
            for has in (90, 89)
        )
        assert [each.campaign_id for each in rich.hints] == ["open"]
        assert poor.hints == ()

    def test_five_are_tried_and_of_a_sixth_no_figure_is_told(self):
        later = [campaign(Percent(100 * n), Hours((f"{14 + n}:00-{15 + n}:00",)), id=f"c{n}") for n in range(1, 7)]
        made = priced(basket(line()), *later, statuses=())
        assert [each.gain_minor for each in made.explanations] == [0, 200, 300, 400, 500, 600]
        assert made.explanations[0].said == sentence("hours.later", start="15:00")

    def test_what_no_receipt_can_hold_is_no_hint(self):
        def hints(more, *lines):
            return priced(basket(*lines), campaign(Percent(1000), more), statuses=()).hints

        assert hints(Quantity(min_weight_g=999_999), line(1, 10, 999_000, unit="kg"))
        assert not hints(Quantity(min_weight_g=1_000_000), line(1, 10, 999_000, unit="kg"))
        assert hints(ReceiptTotal(500_000), *(line(n, 999) for n in range(1, 500)))
        assert not hints(ReceiptTotal(500_000), *(line(n, 999) for n in range(1, 501)))
        assert hints(ReceiptTotal(MAX_MINOR), line(1, MAX_MINOR - 1))
        assert not hints(Quantity(min_pieces=2), line(1, MAX_MINOR // 2 + 1))

    def test_a_hint_that_can_be_done_in_several_ways_is_worth_the_least_of_them(self):
        paid = campaign(Percent(1000), Paid(("cash", "card")), id="paid")
        cash = campaign(Percent(500), Paid(("cash",)), id="cash", priority=200)
        made = priced(basket(line()), paid, cash, statuses=())
        # by card 10.00; in cash 10.00, and 5 % of 90.00
        gains = {each.campaign_id: each.gain_minor for each in made.hints}
        assert gains == {"paid": 1_000, "cash": 1_450}

    def test_points_missing_are_counted_at_their_value(self):
        made = priced(basket(line(), member=member()), campaign(PointsFixed(25), Quantity(min_pieces=2)))
        assert made.hints[0].gain_minor == 2800  # 25, and 3 % of another 100.00


class TestRefused:
    @pytest.mark.parametrize(
        ("of", "code"),
        [
            (basket(*(line(n) for n in range(MAX_LINES + 1))), "basket.lines"),
            (basket(line(1), line(1)), "basket.line_id"),
            (basket(line(qty_milli=0)), "basket.quantity"),
            (basket(line(qty_milli=-1000)), "basket.quantity"),
            (basket(line(qty_milli=MAX_QTY_MILLI + 1)), "basket.quantity"),
            (basket(line(price_minor=-1)), "basket.price"),
            (basket(line(price_minor=10**12 + 1)), "basket.price"),
            (basket(line(1, 10**12), line(2, 1)), "basket.total"),
            (basket(line(), redeem_points=-1), "basket.redeem"),
        ],
    )
    def test_a_basket_that_cannot_be_is_refused_with_a_sentence(self, of, code):
        with pytest.raises(BadInput) as refused:
            quote(of, programme(), SUNDAY)
        assert refused.value.code == code
        assert fits(refused.value.said)

    def test_the_limits_themselves_are_allowed(self):
        assert len(quote(basket(*(line(n) for n in range(MAX_LINES))), programme(), SUNDAY).lines) == MAX_LINES
        assert quote(basket(line(qty_milli=MAX_QTY_MILLI)), programme(), SUNDAY).total_minor == 9_999_990
        assert quote(basket(line(price_minor=10**12)), programme(), SUNDAY).total_minor == 10**12


def test_the_moment_decides():
    lunch = campaign(Percent(2000), Hours(("12:00-14:00",)))
    assert priced(basket(line()), lunch, at=moment(minute=13 * 60)).total_minor == 8000
    assert priced(basket(line()), lunch, at=moment(minute=15 * 60)).total_minor == 10_000


def test_a_till_is_online_unless_it_says_otherwise():
    assert quote(basket(line(), member=member()), programme(), SUNDAY) == quote(
        basket(line(), member=member()), programme(), SUNDAY, Standing(True, 0)
    )
