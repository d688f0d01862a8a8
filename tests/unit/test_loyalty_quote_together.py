"""Campaigns side by side: lines shared out, caps, points taken once, what is said of those that were not chosen."""

from msgspec.structs import replace

from loyalty.conditions import Products, ReceiptTotal, Who
from loyalty.member import Used
from loyalty.programme import Cap, Cost, Group, Label, Redeem, Wallet
from loyalty.quote import Standing, quote
from loyalty.quoting.limits import Limit
from loyalty.rewards import Amount, Gift, NForM, Percent, PointsFixed
from loyalty.rewards.gift import Option
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme, sentences_of

STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"), 100)
ONLINE = Standing()
LINES = Group("lines", "best_line")


def priced(of, *campaigns, standing=ONLINE, **more):
    made = quote(of, programme(*campaigns, **more), SUNDAY, standing)
    assert all(map(fits, sentences_of(made)))
    return made


def told(made):
    return {each.campaign_id: (each.outcome, each.said.code, each.gain_minor) for each in made.explanations}


def test_a_group_shared_out_by_lines_takes_its_turn_as_a_whole():
    ten = campaign(Percent(1000), Products(categories=("a",)), id="ten", group="lines", priority=1)
    free = campaign(Percent(10_000), Products(categories=("b",)), id="free", priority=2)
    half = campaign(Percent(5000), Products(categories=("b",)), id="half", group="lines", priority=3)
    made = priced(basket(line(1, category="a"), line(2, category="b")), ten, free, half, groups=(LINES,))
    # at the first's turn: 10 % of 100.00 off one line, half of 100.00 off the other; then the 50.00 left are free
    assert [each.total_minor for each in made.lines] == [9_000, 0]
    assert [done.discount_minor for done in made.lines[1].applied] == [5_000, 5_000]


def test_a_cap_counts_what_a_campaign_takes_off_the_lines_it_has():
    vitamins = campaign(Percent(1000), Products(categories=("a",)), id="vitamins", group="lines")
    seniors = replace(campaign(Percent(700), id="seniors", group="lines"), cap=Cap(receipt_minor=5_000))
    of = basket(line(1, 112_500, category="a"), line(2, 33_333, category="b"))
    made = priced(of, vitamins, seniors, groups=(LINES,))
    # 10 % of 1,125.00 is more than 7 % of it; the cap of 50.00 then holds for 7 % of 333.33, which is 23.33
    assert [each.discount_minor for each in made.lines] == [11_250, 2_333]


def test_a_line_goes_where_it_brings_more_once_the_caps_are_counted():
    ten = campaign(Percent(1000), id="ten", group="lines")
    twelve = replace(campaign(Percent(1200), id="twelve", group="lines"), cap=Cap(receipt_minor=1_500))
    made = priced(basket(line(1, 10_000, code="a"), line(2, 8_000, code="b")), ten, twelve, groups=(LINES,))
    # 12 % of both would be 21.60, of which 15.00 may be: 12 % of 100.00 and 10 % of 80.00 are 20.00,
    # 10 % of 100.00 and 12 % of 80.00 only 19.60
    assert [each.discount_minor for each in made.lines] == [1_200, 800]


def test_what_the_group_lowers_puts_none_of_its_own_out_of_reach():
    half = campaign(Percent(5000), Products(categories=("a",)), id="half", group="lines", priority=1)
    ten = campaign(Percent(1000), Products(categories=("b",)), ReceiptTotal(20_000), id="ten", group="lines")
    made = priced(basket(line(1, category="a"), line(2, category="b")), half, ten, groups=(LINES,))
    # 200.00 are there at the group's turn: 50.00 off the one, 10.00 off the other
    assert [each.total_minor for each in made.lines] == [5_000, 9_000]


def test_a_share_that_comes_to_nothing_is_a_cap_all_the_same():
    # half a percent of 1.00 is half a kopeck, rounded down: nothing
    alone = campaign(Percent(5000), id="alone")
    assert priced(basket(line(1, 100)), replace(alone, cap=Cap(receipt_bp=50))).discount_minor == 0
    grouped = priced(basket(line(1, 100)), replace(alone, group="g"), groups=(Group("g", "sum", cap_bp=50),))
    assert (grouped.discount_minor, told(grouped)["alone"][1]) == (0, "campaign.group_cap")


class TestPointsAreTakenOnce:
    OFFER = replace(campaign(PointsFixed(5, "stars"), id="stars"), cost=Cost(100))

    def offered(self, balance_points: int, spend: int, **more):
        of = basket(line(1, 100_000), member=member(balance_points=balance_points), redeem_points=spend)
        return priced(of, self.OFFER, wallets=(STARS,), **more)

    def test_points_spent_do_not_pay_for_an_offer_too(self):
        made = self.offered(150, 60)  # 90 are left, 100 are needed
        assert (made.redeemed_points, made.costs, made.wallets) == (60, {}, {})
        assert told(made)["stars"][:2] == ("missing", "cost.more")

    def test_what_is_left_after_them_may(self):
        made = self.offered(160, 60)
        assert (made.redeemed_points, made.costs, made.wallets) == (60, {"main": 100}, {"stars": 5})

    def test_offline_both_together_stay_within_the_cap(self):
        offline = Standing(online=False)  # at most 300 a receipt
        assert self.offered(1000, 200, standing=offline).costs == {"main": 100}
        refused = self.offered(1000, 201, standing=offline)
        assert (refused.redeemed_points, refused.costs) == (201, {})
        assert told(refused)["stars"][:2] == ("blocked", "cost.offline")


class TestNotChosen:
    LOW = campaign(Amount(30_000), ReceiptTotal(300_000), id="low", group="g")
    HIGH = campaign(Amount(50_000), ReceiptTotal(500_000), id="high", group="g")

    def test_two_thresholds_that_are_both_missed_both_say_what_is_missing(self):
        made = priced(basket(line(1, 290_000)), self.LOW, self.HIGH)
        assert told(made)["low"] == ("missing", "receipt_total.more.gain", 30_000)
        assert told(made)["high"] == ("missing", "receipt_total.more.gain", 50_000)

    def test_the_threshold_above_the_one_reached_is_worth_the_difference(self):
        made = priced(basket(line(1, 350_000)), self.LOW, self.HIGH)
        assert told(made)["low"][0] == "applied"
        assert told(made)["high"] == ("missing", "receipt_total.more.gain", 20_000)  # 500.00 for 300.00

    def test_one_piece_more_for_a_rival_that_would_then_win_is_a_hint(self):
        ten = campaign(Percent(1000), id="ten", group="g")
        three = campaign(NForM(3, 2), id="three", group="g")
        made = priced(basket(line(1, 10_000, 2000)), ten, three)
        # 10 % of 200.00 are 20.00; a third piece at 100.00 would be free: 80.00 more
        assert told(made)["three"] == ("missing", "n_for_m.more.gain", 8_000)

    def test_a_rival_that_would_give_less_even_then_hears_that_another_gives_more(self):
        most = campaign(Percent(9000), id="most", group="g")
        three = campaign(NForM(3, 2), id="three", group="g")
        assert told(priced(basket(line(1, 10_000, 3000)), most, three))["three"][1] == "campaign.better"

    def test_one_that_is_used_up_says_so_and_not_that_another_is_better(self):
        used = member(used=(Used("day", "2026-11-22", times=1),))
        day = replace(campaign(Percent(1000), id="day", group="g"), limits=(Limit("day", times=1),))
        made = priced(basket(line(), member=used), campaign(Percent(5000), id="half", group="g"), day)
        assert told(made)["day"] == ("blocked", "limit.day", 0)


class TestAGuestHears:
    def test_of_a_gift_its_worth_and_no_points(self):
        gift = campaign(Gift((Option("9", "Значок", "A badge", worth_minor=15_000),)), Who(), id="gift")
        made = priced(basket(line()), gift, statuses=())
        assert told(made)[""] == ("missing", "member.card_gain", 15_000)

    def test_of_points_of_another_wallet_their_worth(self):
        made = priced(basket(line()), campaign(PointsFixed(3, "stars")), wallets=(STARS,), statuses=())
        assert told(made)[""] == ("missing", "member.card_gain", 300)


def test_points_too_few_for_a_step_say_how_many_it_takes():
    rule = Redeem(step_points=10, min_points=15)  # the first step of 15 or more is 20
    of = basket(line(1, 100_000), member=member(balance_points=19), redeem_points=19)
    limit = priced(of, redeem=rule).redemption.limit
    assert limit is not None
    assert (limit.code, limit.args) == ("redeem.from", {"min_points": 20})
