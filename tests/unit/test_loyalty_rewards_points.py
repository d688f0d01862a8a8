"""Rewards in points and what is given beside them: worked out by hand."""

import pytest
from msgspec.structs import replace

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.granted import Granted, Issue, Message
from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Cost, Label, Wallet
from loyalty.quote import quote
from loyalty.rewards import (
    IssueCoupon,
    Percent,
    PointsByStatus,
    PointsMultiplier,
    PointsPerAmount,
    PointsPercent,
    PointsPerUnit,
    Tell,
)
from loyalty.rewards.points_by_status import Rate
from loyalty.rewards.reach import Reach
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, member, programme, scene

STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"), 2_000)


def said(done, campaign_id="one", lang="ru") -> list[str]:
    return [say(each.said, lang, TEMPLATES) for each in done.explanations if each.campaign_id == campaign_id]


class TestPerAmount:
    def test_each_whole_sum_counts_and_the_rest_does_not(self):
        # 200.00 + 99.99 = 299.99: four whole 60.00
        assert sum(PointsPerAmount(6_000).points(scene(line(1, 20_000), line(2, 9_999)))) == 4
        assert sum(PointsPerAmount(6_000, 3).points(scene(line(1, 6_000)))) == 3
        assert sum(PointsPerAmount(6_000).points(scene(line(1, 5_999)))) == 0

    def test_the_points_are_shared_by_price(self):
        # 5 points over 200.00 and 100.00: 3.33 and 1.67, the remainder to the larger fraction
        assert PointsPerAmount(6_000).points(scene(line(1, 20_000), line(2, 10_000))) == [3, 2]

    def test_it_can_be_of_the_price_before_discounts(self):
        of = scene(line(1, 12_000), running=(6_000,))
        assert PointsPerAmount(6_000).points(of) == [1]
        assert PointsPerAmount(6_000, of="original").points(of) == [2]

    def test_goods_that_earn_nothing_earn_nothing_before_discounts_either(self):
        assert PointsPerAmount(6_000, of="original").points(scene(line(1, 12_000, no_earn=True))) == [0]


class TestPerUnit:
    def test_pieces_and_whole_kilograms_count(self):
        goods = scene(line(1, qty_milli=3000), line(2, qty_milli=2999, unit="kg"))
        assert PointsPerUnit(2).points(goods) == [6, 4]

    def test_of_a_combination_only_what_takes_part(self):
        of = replace(scene(line(1, qty_milli=3000)), taking_part_milli={0: 1000})
        assert PointsPerUnit(2).points(of) == [2]


class TestOfACombination:
    """One piece of three at 100.00 each takes part; its goods earn on 100.00 alone."""

    OF = replace(
        scene(line(1, 10_000, 3000), member=member("fan"), running=(24_000,), base_points=(30,)),
        taking_part_milli={0: 1000},
    )

    def test_a_percentage_is_of_what_takes_part(self):
        assert PointsPercent(1000).points(self.OF) == [8]  # a third of 240.00
        assert PointsPercent(1000, of="original").points(self.OF) == [10]
        assert PointsByStatus((Rate("fan", 500),)).points(self.OF) == [4]

    def test_so_are_sums_and_multiples(self):
        assert PointsPerAmount(3_000).points(self.OF) == [2]  # 80.00: twice 30.00
        assert PointsMultiplier(20_000).points(self.OF) == [10]  # a third of 30

    def test_coupons_are_for_it_alone(self):
        assert IssueCoupon("next", amount_minor=3_000).grant(self.OF, "c").issues[0].count == 2


class TestByStatus:
    RATES = PointsByStatus((Rate("fan", 500), Rate("legend", 1000)))

    def test_each_status_has_its_rate(self):
        # of 100.00: 5 % is 5 points, 10 % is 10
        found = [sum(self.RATES.points(scene(line(1), member=member(who)))) for who in ("novice", "fan", "legend")]
        assert found == [0, 5, 10]

    def test_before_discounts(self):
        of = scene(line(1, 10_000), running=(5_000,), member=member("fan"))
        assert replace(self.RATES, of="original").points(of) == [5]
        assert self.RATES.points(of) == [2]


def test_a_percentage_can_be_of_the_price_before_discounts():
    rules = programme(
        campaign(Percent(5000), id="half", priority=1),
        campaign(PointsPercent(1000, of="original"), id="one"),
    )
    done = quote(basket(line(1, 20_000), member=member()), rules, SUNDAY)
    # half of 200.00 is paid; 3 % of 100.00 by status, and 10 % of 200.00
    assert (done.total_minor, done.earned_points) == (10_000, 3 + 20)


class TestWallets:
    def test_points_of_another_wallet_are_told_and_kept_apart(self):
        rules = programme(campaign(PointsPerAmount(6_000, wallet="stars")), wallets=(STARS,))
        done = quote(basket(line(1, 12_000), member=member()), rules, SUNDAY)
        assert (done.earned_points, done.wallets) == (3, {"stars": 2})
        assert done.lines[0].wallets == {"stars": 2}
        assert said(done) == ["Начислено: +2 звезды"]
        assert said(done, lang="en") == ["Earned: +2 stars"]

    def test_ten_stars_buy_a_coffee_on_request_and_fewer_do_not(self):
        free = campaign(Percent(10_000, reach=Reach("dearest")))
        free = replace(free, cost=Cost(10, "stars"), asked=True)
        rules = programme(free, wallets=(STARS,))
        of = basket(line(1, 15_000, qty_milli=2000), member=member(wallets={"stars": 10}), asked=("one",))
        done = quote(of, rules, SUNDAY)
        assert (done.total_minor, done.costs, done.lines[0].costs) == (15_000, {"stars": 10}, {"stars": 10})
        poor = quote(replace(of, member=member(wallets={"stars": 8})), rules, SUNDAY)
        assert (poor.total_minor, poor.costs) == (30_000, {})
        assert said(poor) == ["Не хватает: 2 звезды"]

    def test_what_is_not_asked_for_is_a_hint_with_its_gain(self):
        free = replace(campaign(Percent(10_000)), cost=Cost(2, "stars"), asked=True)
        rules = programme(free, wallets=(STARS,))
        done = quote(basket(line(1, 15_000), member=member(wallets={"stars": 5})), rules, SUNDAY)
        # 150.00 off for two stars worth 20.00 each, less the 4 points, 3 % of 150.00, that are earned now
        assert [hint.gain_minor for hint in done.hints] == [10_600]

    def test_points_taken_for_an_offer_cannot_be_spent_again(self):
        offer = replace(campaign(Percent(1000)), cost=Cost(900, MAIN_WALLET))
        done = quote(basket(line(1, 100_000), member=member(), redeem_points=1000), programme(offer), SUNDAY)
        assert (done.costs, done.redemption.allowed_points, done.redeemed_points) == ({"main": 900}, 100, 100)


class TestBeside:
    def test_a_message_is_given_with_the_receipt(self):
        done = quote(basket(line(1)), programme(campaign(Tell("Ждём завтра", "See you tomorrow"))), SUNDAY)
        assert done.granted == Granted(messages=(Message("one", "Ждём завтра", "See you tomorrow"),))
        assert said(done) == ["Сообщение: Ждём завтра"]

    @pytest.mark.parametrize(("price_minor", "count"), [(99_999, 0), (100_000, 2), (250_000, 4), (10_000_000, 20)])
    def test_coupons_for_each_whole_sum_up_to_the_limit(self, price_minor, count):
        rules = programme(campaign(IssueCoupon("next", 2, 100_000)))
        done = quote(basket(line(1, price_minor)), rules, SUNDAY)
        assert done.granted.issues == ((Issue("one", "next", count),) if count else ())

    def test_what_is_missing_to_a_coupon_is_said(self):
        rules = programme(campaign(IssueCoupon("next", 1, 100_000)))
        assert said(quote(basket(line(1, 95_000)), rules, SUNDAY)) == ["До купона не хватает 50,00"]


def test_a_wallet_status_or_series_nobody_describes_is_refused_with_its_place():
    head = 'id = "x"\nversion = 1\nname = { ru = "Х", en = "X" }\n'
    rewards = (
        '{ type = "points_per_unit", wallet = "star" }',
        '{ type = "points_by_status", rates = [{ status = "gold", rate_bp = 1 }] }',
        '{ type = "issue_coupon", series = "next" }',
        '{ type = "points_by_status" }',
    )
    parts = [
        f'[[campaign]]\nid = "c{n}"\nname = {{ ru = "Х", en = "X" }}\nreward = {r}\n' for n, r in enumerate(rewards)
    ]
    with pytest.raises(BadProgramme) as bad:
        parse_programme(head + "".join(parts))
    assert [problem.path for problem in bad.value.problems] == [
        "campaign[1].reward.wallet", "campaign[2].reward.rates[1].status", "campaign[3].reward.series",
        "campaign[4].reward.rates",
    ]  # fmt: skip
