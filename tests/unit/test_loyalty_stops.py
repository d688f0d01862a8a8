"""Stops in a quote: what is stopped gives nothing and says why, and a receipt is worked out again as it was."""

from msgspec.structs import replace

from loyalty.conditions import Quantity
from loyalty.documents.basket_file import BasketDoc, LineDoc, MemberDoc, standing_of
from loyalty.programme import Cost, Redeem
from loyalty.quote import Standing, quote
from loyalty.returning.again import sold_again
from loyalty.rewards import Percent
from loyalty.simulation import ReceiptDoc, Simulation
from loyalty.stops import NO_STOPS, Stop, Stops, stops_named
from loyalty.stops_told import told_stops
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme, receipt

TEN, FIVE = campaign(Percent(1000), id="ten"), campaign(Percent(500), id="five")
WHY = Stop("a wrong price", 1)
SPENDING = Redeem(max_share_bp=5000)


def stopped(*campaigns: str, redemption: bool = False) -> Standing:
    return Standing(stops=Stops(dict.fromkeys(campaigns, WHY), WHY if redemption else None))


def reasons(made):
    return {each.campaign_id: (each.outcome, each.said.code, each.said.args) for each in made.explanations}


def test_a_stopped_campaign_gives_nothing_and_says_who_stopped_it_and_why():
    made = quote(basket(line()), programme(TEN, FIVE), SUNDAY, stopped("ten"))
    # 100.00 less the 5 % of the other
    assert (made.total_minor, made.stopped) == (9_500, ("ten",))
    assert reasons(made)["ten"] == ("blocked", "stop.campaign", {"reason": "a wrong price"})
    assert all(fits(each.said) for each in made.explanations)


def test_a_stopped_campaign_makes_no_promise_of_what_is_missing():
    two = campaign(Percent(1000), Quantity(min_pieces=2), id="two")
    before = quote(basket(line()), programme(two), SUNDAY)
    made = quote(basket(line()), programme(two), SUNDAY, stopped("two"))
    assert "two" in [each.campaign_id for each in before.hints]
    assert "two" not in [each.campaign_id for each in made.hints]
    assert reasons(made)["two"][0] == "blocked"


def test_a_stop_of_a_campaign_the_programme_has_not_is_not_named():
    made = quote(basket(line()), programme(TEN), SUNDAY, stopped("another"))
    assert (made.total_minor, made.stopped) == (9_000, ())


def test_with_spending_stopped_no_points_are_spent_and_as_many_are_earned():
    of = basket(line(), member=member(balance_points=1000), redeem_points=50)
    rules = programme(redeem=SPENDING)
    before, made = quote(of, rules, SUNDAY), quote(of, rules, SUNDAY, stopped(redemption=True))
    assert (before.redeemed_points, before.total_minor) == (50, 5_000)
    assert (made.redeemed_points, made.total_minor, made.redemption.allowed_points) == (0, 10_000, 0)
    assert made.redemption.limit is not None
    assert (made.redemption.limit.code, made.redemption_stopped) == ("stop.redemption", True)
    assert made.earned_points == quote(replace(of, redeem_points=0), rules, SUNDAY).earned_points


def test_with_spending_stopped_no_campaign_takes_points():
    dear = replace(TEN, cost=Cost(points=10))
    of = basket(line(), member=member(balance_points=1000))
    before = quote(of, programme(dear), SUNDAY)
    made = quote(of, programme(dear), SUNDAY, stopped(redemption=True))
    assert (before.costs, before.total_minor) == ({"main": 10}, 9_000)
    assert (made.costs, made.total_minor) == ({}, 10_000)
    assert reasons(made)["ten"][:2] == ("blocked", "stop.redemption")


def test_a_receipt_names_what_was_stopped_and_is_worked_out_again_to_the_same():
    rules, of = programme(TEN, FIVE), basket(line(1), line(2, 20_000, code="2"))
    sale = receipt(quote(of, rules, SUNDAY, stopped("ten", redemption=True)), of)
    assert (sale.stopped, sale.redemption_stopped, sale.total_minor) == (("ten",), True, 28_500)
    assert sold_again(sale, rules).total_minor == 28_500
    # the goods at 100.00 kept: less 5 %
    assert sold_again(sale, rules, {1: 1000, 2: 0}).total_minor == 9_500


def test_a_sale_from_before_a_stop_is_worked_out_again_with_the_campaign():
    rules, of = programme(TEN), basket(line(1), line(2, code="2"))
    sale = receipt(quote(of, rules, SUNDAY), of)
    assert (sale.stopped, sold_again(sale, rules, {1: 1000}).total_minor) == ((), 9_000)


def test_a_past_receipt_is_replayed_with_what_was_stopped_then():
    rules = programme(TEN, redeem=SPENDING)
    paid = ReceiptDoc(
        receipt="r", at="2026-11-22T13:00", lines=(LineDoc(code="1", price_minor=10_000),),
        member=MemberDoc(status="novice", points=1000), redeem_points=40,
    )  # fmt: skip
    plain = Simulation(rules, rules).replay(paid)
    done = Simulation(rules, rules).replay(replace(paid, stopped=("ten",), redemption_stopped=True))
    # 90.00 less 40 points at 1.00; or 100.00 with nothing off and nothing spent
    assert (plain.old.total_minor, plain.old.redeemed_points) == (5_000, 40)
    assert (done.old.total_minor, done.old.redeemed_points, done.old.discount_minor) == (10_000, 0, 0)


def test_a_basket_file_names_stops_without_their_reasons():
    doc = BasketDoc(lines=(LineDoc(code="1", price_minor=10_000),), stopped=("ten",), redemption_stopped=True)
    stops = standing_of(doc, programme(TEN)).stops
    assert stops == stops_named(("ten",), True)
    made = quote(basket(line()), programme(TEN), SUNDAY, Standing(stops=stops))
    assert reasons(made)["ten"][1] == "stop.campaign.unsaid"
    assert all(fits(each.said) for each in made.explanations)


def told(before: Stops, now: Stops) -> list[str]:
    said = list(told_stops(programme(TEN, FIVE), before, now))
    assert all(map(fits, said))
    return [each.code for each in said]


def test_a_change_is_told_once_and_of_campaigns_the_programme_has():
    both = Stops({"ten": WHY, "another": WHY}, WHY)
    assert told(NO_STOPS, both) == ["stop.redemption", "stop.told"]
    assert told(both, both) == []
    assert told(both, NO_STOPS) == ["stop.redemption.resumed", "stop.resumed"]
    assert told(both, Stops({"ten": Stop("another reason", 2)}, WHY)) == ["stop.told"]
