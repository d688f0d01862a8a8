"""A hint keeps its word: doing what it says brings at least what it promises."""

from collections.abc import Iterator

from hypothesis import given, note
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.conditions import Condition, GoodsTotal, Hours, Paid, Products, Quantity, ReceiptTotal
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Explanation, Quote
from loyalty.rewards import Percent
from loyalty.rewards.mechanic import PointsMechanic
from tests.support.loyalty_samples import STATUSES, campaign, line, member, moment, programme
from tests.support.loyalty_strategies import WALLETS, rewards

SHELF = (("a1", "a", 10_000), ("a2", "a", 4_000), ("b1", "b", 7_000), ("b2", "b", 33_300))
DEAREST = 50_000
"""Goods for a sum that is missing are dearer than what is there, so that they are not what becomes free."""
shelves = st.lists(
    st.tuples(st.sampled_from(SHELF), st.integers(1, 4)), min_size=1, max_size=4, unique_by=lambda each: each[0]
)
wanted: st.SearchStrategy[tuple[Condition, ...]] = st.one_of(
    st.just(()),
    st.builds(Quantity, min_pieces=st.integers(1, 9)).map(lambda each: (each,)),
    st.builds(ReceiptTotal, st.integers(1, 200_000)).map(lambda each: (each,)),
    st.builds(GoodsTotal, st.integers(1, 100_000)).map(lambda each: (each,)),
    st.just((Hours(("12:00-14:00", "18:00-20:00")),)),
    st.sampled_from([(Paid(("card",)),), (Paid(("card", "cash")),)]),
)
goods = st.sampled_from([(), (Products(categories=("a",)),)])


@st.composite
def shops(draw) -> tuple[Basket, Programme, Moment]:
    """One campaign of any kind, perhaps against a rival that gives a percentage of everything.

    A hint speaks of its campaign alone: points by status, which fall with the price, are there with rewards in points
    only, and what is paid with points, which falls otherwise on other goods, earns all the same.
    """
    lines = tuple(bought(n, *each) for n, each in enumerate(draw(shelves), start=1))
    reward = draw(rewards)
    more = replace(campaign(reward, *draw(goods), *draw(wanted), id="more", group="g"), asked=draw(st.booleans()))
    rivals = draw(st.sampled_from([(), (campaign(Percent(500), id="rival", group="g"),)]))
    of = Basket(lines, member("fan", wallets={"stars": 5}), redeem_points=draw(st.sampled_from([0, 30])))
    statuses = STATUSES if isinstance(reward, PointsMechanic) and not rivals else ()
    rules = programme(more, *rivals, statuses=statuses, wallets=WALLETS, earn_on_redeemed=True)
    return of, rules, moment(minute=draw(st.sampled_from([600, 750, 1000])))


def bought(line_id: int, kind: tuple[str, str, int], pieces: int) -> BasketLine:
    code, category, price_minor = kind
    return line(line_id, price_minor, 1000 * pieces, code=code, category=category)


@given(shops())
def test_doing_what_a_hint_says_brings_what_it_promises(shop):
    of, rules, at = shop
    before = quote(of, rules, at)
    for hint in before.hints:
        ways = [quote(basket, rules, when) for basket, when in done(hint, of, at)]
        note(f"{hint} {of.lines}")
        assert max(map(given_by_campaigns, ways)) >= given_by_campaigns(before) + hint.gain_minor


def given_by_campaigns(made: Quote) -> int:
    return sum(told.gain_minor for told in made.explanations if told.outcome == "applied")


def done(hint: Explanation, of: Basket, at: Moment) -> Iterator[tuple[Basket, Moment]]:
    """Every way to do what it says: of pieces that are missing, any goods the campaign is about may be taken."""
    code, args = hint.said.code.removesuffix(".gain"), hint.said.args
    if code == "campaign.ask":
        yield replace(of, asked=(hint.campaign_id,)), at
    elif code == "hours.later":
        hour, minute = str(args["start"]).split(":")
        yield of, moment(minute=60 * int(hour) + int(minute))
    elif code == "payment.open":
        yield replace(of, payment="card"), at
    elif "more_milli" in args:
        for place, each in enumerate(of.lines):
            if each.line_id in hint.lines:
                more = replace(each, qty_milli=each.qty_milli + int(args["more_milli"]))
                yield replace(of, lines=(*of.lines[:place], more, *of.lines[place + 1 :])), at
    else:
        for kind in SHELF:
            code, category, _ = kind
            one = line(99, max(int(args["more_minor"]), DEAREST), code=f"x{code}", category=category)
            yield replace(of, lines=(*of.lines, one)), at
