"""Spending points: how many may be spent, what limits them, how they fall on the lines."""

import pytest
from msgspec import structs

from loyalty.conditions import ProductSet
from loyalty.explain import TEMPLATES
from loyalty.programme import Label, Redeem, Wallet
from loyalty.quote import Standing, quote
from loyalty.rewards import Percent
from loyalty.sentences import say, sentence
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme

CLUB = Redeem(max_share_bp=5000, offline_max_points=30)
OFFLINE = Standing(online=False)


def spent(*lines, asked=0, rule=CLUB, standing=Standing(), campaigns=(), **who):  # noqa: B008 - a frozen value
    of = basket(*lines, member=member(**who), redeem_points=asked)
    made = quote(of, programme(*campaigns, redeem=rule), SUNDAY, standing)
    assert made.redemption.limit is not None
    assert fits(made.redemption.limit)
    return made


def allowed(*lines, **more):
    redemption = spent(*lines, **more).redemption
    return redemption.allowed_points, redemption.limit.code


def test_a_share_of_the_receipt_may_be_paid():
    assert allowed(line()) == (50, "redeem.share")


def test_the_share_is_of_what_is_left_after_discounts():
    assert allowed(line(), campaigns=(campaign(Percent(1000)),)) == (45, "redeem.share")


def test_the_share_is_rounded_down_to_whole_points():
    assert allowed(line(1, 10_199)) == (50, "redeem.share")
    assert allowed(line(1, 10_200)) == (51, "redeem.share")


def test_nobody_spends_more_than_the_balance():
    assert allowed(line(), balance_points=49) == (49, "redeem.balance")
    assert allowed(line(), balance_points=0) == (0, "redeem.no_points")


def test_a_debt_is_no_balance():
    assert allowed(line(), balance_points=-20) == (0, "redeem.no_points")


def test_points_are_spent_in_steps():
    rule = Redeem(step_points=20)
    assert allowed(line(), rule=rule) == (40, "redeem.share")
    made = spent(line(), rule=rule, asked=35)
    assert (made.redeemed_points, made.redeemed_minor) == (20, 2000)


def test_fewer_points_than_the_least_are_not_spent():
    rule = Redeem(min_points=50)
    assert allowed(line(), rule=rule) == (50, "redeem.share")
    assert spent(line(), rule=rule, asked=49).redeemed_points == 0
    assert allowed(line(1, 9_999), rule=rule) == (0, "redeem.from")


def test_what_was_asked_beyond_the_limit_is_not_spent():
    made = spent(line(), asked=1000)
    assert (made.redemption.used_points, made.redemption.used_minor, made.total_minor) == (50, 5000, 5000)
    assert made.lines[0].notes[-1].code == "line.redeemed"


def test_some_goods_cannot_be_paid_with_points():
    assert allowed(line(1, no_redeem=True), line(2)) == (50, "redeem.share")
    assert allowed(line(1, no_redeem=True)) == (0, "redeem.no_goods")
    made = spent(line(1, no_redeem=True), line(2), asked=50)
    assert [each.redeemed_points for each in made.lines] == [0, 50]
    assert made.lines[0].notes[0].code == "line.no_redeem"


def test_points_never_take_a_line_below_its_legal_minimum():
    assert allowed(line(min_price_minor=8000)) == (20, "redeem.minimum")
    assert allowed(line(min_price_minor=10_000)) == (0, "redeem.minimum")
    made = spent(line(1, min_price_minor=9000), line(2), asked=100)
    assert [each.redeemed_minor for each in made.lines] == [909, 9091]
    assert all(each.total_minor >= floor for each, floor in zip(made.lines, (9000, 0), strict=True))


@pytest.mark.parametrize(("how", "points"), [("card", 50), ("phone", 0), ("manual", 0)])
def test_how_the_member_was_identified_decides(how, points):
    found, code = allowed(line(), identified_by=how)
    assert found == points
    assert code == ("redeem.share" if points else "redeem.card_only")


BY_CODE = Redeem(max_share_bp=5000, offline_max_points=30, identified_by=("card", "phone_code"))


def test_a_phone_spends_nothing_until_a_code_confirms_it():
    assert allowed(line(), identified_by="phone", rule=BY_CODE) == (0, "redeem.confirm_phone")
    assert allowed(line(), identified_by="phone_code", rule=BY_CODE) == (50, "redeem.share")
    assert allowed(line(), identified_by="manual", rule=BY_CODE) == (0, "redeem.card_only")


@pytest.mark.parametrize(("how", "missing"), [("phone", "redeem.confirm_phone"), ("manual", "redeem.card_only")])
def test_nobody_without_points_is_asked_for_a_code_or_a_card(how, missing):
    assert allowed(line(), identified_by=how, rule=BY_CODE, balance_points=1) == (0, missing)
    assert allowed(line(), identified_by=how, rule=BY_CODE, balance_points=0) == (0, "redeem.no_points")


def test_a_balance_that_is_old_does_not_stand_in_for_the_code():
    assert allowed(line(), identified_by="phone", rule=BY_CODE, standing=Standing(balance_age_s=3601)) == (
        0,
        "redeem.confirm_phone",
    )


def test_a_phone_that_no_code_can_be_sent_to_spends_nothing_unless_the_programme_says_how_much():
    assert allowed(line(), identified_by="phone", rule=BY_CODE, standing=OFFLINE) == (0, "redeem.confirm_offline")
    assert allowed(line(), identified_by="phone_code", rule=BY_CODE, standing=OFFLINE) == (30, "redeem.offline")


@pytest.mark.parametrize(
    ("cap", "found"), [(1, (1, "redeem.unconfirmed")), (29, (29, "redeem.unconfirmed")), (31, (30, "redeem.offline"))]
)
def test_the_cap_of_an_unconfirmed_phone_is_never_above_that_of_a_card(cap, found):
    rule = structs.replace(BY_CODE, unconfirmed_offline_max_points=cap)
    assert allowed(line(), identified_by="phone", rule=rule, standing=OFFLINE) == found
    assert allowed(line(), identified_by="phone", rule=rule) == (0, "redeem.confirm_phone")


def test_where_a_phone_is_enough_a_confirmed_one_is_too():
    rule = Redeem(identified_by=("phone",))
    assert allowed(line(), identified_by="phone_code", rule=rule)[0] == 50


def test_a_programme_without_codes_asks_for_none():
    assert allowed(line(), identified_by="phone_code") == (0, "redeem.card_only")


def test_a_programme_may_take_a_phone_for_enough():
    assert allowed(line(), identified_by="phone", rule=Redeem(identified_by=("card", "phone")))[0] == 50


class TestOffline:
    def test_without_the_head_office_a_cap_holds(self):
        assert allowed(line(), standing=OFFLINE) == (30, "redeem.offline")

    def test_a_tighter_limit_goes_before_the_cap(self):
        assert allowed(line(), standing=OFFLINE, balance_points=29) == (29, "redeem.balance")

    def test_a_programme_may_refuse_it(self):
        assert allowed(line(), standing=OFFLINE, rule=Redeem()) == (0, "redeem.offline_none")

    def test_an_old_balance_counts_as_offline_with_the_link_up(self):
        assert allowed(line(), standing=Standing(True, 3600)) == (50, "redeem.share")
        assert allowed(line(), standing=Standing(True, 3601)) == (30, "redeem.stale")
        assert allowed(line(), standing=Standing(True, 3601), rule=Redeem()) == (0, "redeem.stale_none")

    def test_the_cap_is_in_whole_steps_too(self):
        assert allowed(line(), standing=OFFLINE, rule=Redeem(offline_max_points=30, step_points=20))[0] == 20

    def test_the_limit_is_told_in_words(self):
        limit = spent(line(), standing=OFFLINE, rule=Redeem(offline_max_points=21)).redemption.limit
        assert say(limit, "ru", TEMPLATES) == "Нет связи: до 21 балла за чек"


def test_without_a_member_a_card_is_asked_for():
    made = quote(basket(line(), redeem_points=10), programme(), SUNDAY)
    assert (made.redemption.allowed_points, made.redemption.limit) == (0, sentence("redeem.no_member"))
    assert made.redeemed_points == 0


def test_a_receipt_has_a_limit_of_its_own_in_points():
    rules = programme(redeem=Redeem(max_share_bp=10_000, max_points=50))
    done = quote(basket(line(1), member=member(), redeem_points=100), rules, SUNDAY)
    # 100.00 and 1,000 points: the receipt's own limit is the least
    assert (done.redemption.allowed_points, done.redeemed_points, done.total_minor) == (50, 50, 5_000)
    assert done.redemption.limit == sentence("redeem.max", limit_points=50)


def test_excluded_goods_are_not_paid_with_points_and_do_not_count_for_the_share():
    rules = programme(redeem=Redeem(excluded=ProductSet(categories=("tickets",))))
    of = basket(line(1), line(2, category="tickets"), member=member(), redeem_points=1000)
    done = quote(of, rules, SUNDAY)
    # half of the 100.00 that may be paid with points
    assert [each.redeemed_minor for each in done.lines] == [5_000, 0]
    assert sentence("line.no_redeem") in done.lines[1].notes


STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"))


def test_wallets_are_spent_in_the_order_the_programme_says():
    rules = programme(redeem=Redeem(max_share_bp=10_000, wallets=("stars", "main")), wallets=(STARS,))
    who = member(balance_points=1000, wallets={"stars": 30})
    done = quote(basket(line(1), member=who, redeem_points=100), rules, SUNDAY)
    assert (done.redeemed_points, done.redemption.wallets) == (100, {"stars": 30, "main": 70})
    few = quote(basket(line(1), member=who, redeem_points=20), rules, SUNDAY)
    assert few.redemption.wallets == {"stars": 20}


def test_a_wallet_in_debt_gives_nothing_and_takes_nothing_from_the_others():
    rules = programme(redeem=Redeem(max_share_bp=10_000, wallets=("stars", "main")), wallets=(STARS,))
    who = member(balance_points=40, wallets={"stars": -30})
    done = quote(basket(line(1), member=who, redeem_points=100), rules, SUNDAY)
    assert (done.redemption.allowed_points, done.redemption.wallets) == (40, {"main": 40})
