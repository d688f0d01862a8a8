"""A hint keeps its word: doing what it says changes what the member gains by exactly what it promises."""

from collections.abc import Iterator

from hypothesis import given, note
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.conditions import Condition, GoodsTotal, Hours, Paid, Products, Quantity, ReceiptTotal
from loyalty.programme import Cost, Group, Programme
from loyalty.quote import quote
from loyalty.quoted import Explanation, Quote
from loyalty.rewards import Percent
from loyalty.rewards.reach import Reach
from tests.support.loyalty_samples import STATUSES, campaign, line, member, moment, programme
from tests.support.loyalty_strategies import WALLETS, moments, programmes, rewards, standings
from tests.support.loyalty_strategies import baskets as any_baskets

SHELF = (("a1", "a", 10_000), ("a2", "a", 4_000), ("b1", "b", 7_000), ("b2", "b", 33_300))
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
rest = st.tuples(
    goods, st.one_of(st.just(()), st.just((Hours(("09:00-13:00",)),)), st.just((ReceiptTotal(60_000),)))
).map(lambda pair: (*pair[0], *pair[1]))
"""Conditions of the campaigns beside: some end before a later hour, some begin with a larger receipt."""


@st.composite
def shops(draw) -> tuple[Basket, Programme, Moment]:
    """One campaign of any kind that may lack something, and up to three others before, after or against it."""
    lines = tuple(bought(n, *each) for n, each in enumerate(draw(shelves), start=1))
    more = campaign(draw(rewards), *draw(goods), *draw(wanted), id="more", group=draw(st.sampled_from(["", "g"])))
    cost = draw(st.sampled_from([None, None, Cost(5, "stars")]))
    more = replace(more, asked=draw(st.booleans()), cost=cost)
    groups = st.sampled_from(["", "g", "first"])
    others = [
        campaign(draw(rewards), *draw(rest), id=f"c{n}", group=draw(groups), priority=draw(st.sampled_from([50, 150])))
        for n in range(draw(st.integers(0, 3)))
    ]
    of = Basket(
        lines, member("fan", wallets={"stars": 5}), redeem_points=draw(st.sampled_from([0, 30])),
        payment=draw(st.sampled_from(["", "cash"])),
    )  # fmt: skip
    statuses = draw(st.sampled_from([STATUSES, ()]))
    rules = programme(more, *others, statuses=statuses, wallets=WALLETS, groups=(Group("first", "first"),))
    return of, rules, moment(minute=draw(st.sampled_from([600, 750, 1000])))


def bought(line_id: int, kind: tuple[str, str, int], pieces: int) -> BasketLine:
    code, category, price_minor = kind
    return line(line_id, price_minor, 1000 * pieces, code=code, category=category)


@given(shops())
def test_doing_what_a_hint_says_changes_the_total_by_what_it_promises(shop):
    of, rules, at = shop
    before = quote(of, rules, at)
    for hint in before.hints:
        gains = [worth(quote(*then), rules) - worth(before, rules) for then in done(hint, of, rules, at)]
        note(f"{hint} {of.lines}")
        assert min(gains, default=hint.gain_minor) == hint.gain_minor
        own = [given_by(quote(*then), hint.campaign_id) for then in done(hint, of, rules, at)]
        assert all(then > given_by(before, hint.campaign_id) for then in own)


@given(any_baskets(max_lines=4), programmes(max_campaigns=5), moments, standings)
def test_hints_change_no_figure_and_promise_something(of, rules, at, standing):
    told, plain = quote(of, rules, at, standing), quote(of, rules, at, standing, hints=False)
    assert replace(told, explanations=(), hints=()) == replace(plain, explanations=(), hints=())
    assert not plain.hints
    applied = [each for each in told.explanations if each.outcome == "applied"]
    assert applied == [each for each in plain.explanations if each.outcome == "applied"]
    assert all(hint.said.args["gain_minor"] == hint.gain_minor > 0 for hint in told.hints if hint.campaign_id)


def given_by(made: Quote, campaign_id: str) -> int:
    """What one campaign has given."""
    return sum(t.gain_minor for t in made.explanations if t.campaign_id == campaign_id and t.outcome == "applied")


def worth(made: Quote, rules: Programme) -> int:
    """What the member gains: discounts, goods, and points at their value, less those taken; of a gift still to be
    chosen the least, less its cost."""
    stars = made.wallets.get("stars", 0) - made.costs.get("stars", 0)
    waiting = {choice.campaign_id for choice in made.granted.choices}
    stars -= sum(each.cost.points for each in rules.campaigns if each.id in waiting and each.cost)
    star_minor = next(each.worth_minor for each in WALLETS if each.id == "stars")
    return made.discount_minor + 100 * made.earned_points + star_minor * stars + made.granted.worth_minor


def done(hint: Explanation, of: Basket, rules: Programme, at: Moment) -> Iterator[tuple[Basket, Programme, Moment]]:
    """Every way to do just what it says; none for a step in money, which says no more than about."""
    code, args = hint.said.code.removesuffix(".gain"), hint.said.args
    if code == "campaign.ask":
        yield replace(of, asked=(hint.campaign_id,)), rules, at
    elif code == "hours.later":
        hour, minute = str(args["start"]).split(":")
        yield of, rules, moment(minute=60 * int(hour) + int(minute))
    elif code == "payment.open":
        paid = next(each.conditions[-1] for each in rules.campaigns if each.id == hint.campaign_id)
        assert isinstance(paid, Paid)
        yield from ((replace(of, payment=way), rules, at) for way in paid.kinds)
    elif code == "receipt_total.more":
        yield with_goods(of, "", int(args["more_minor"])), rules, at
    elif code == "goods_total.more":
        for category in {each.product.category for each in of.lines if each.line_id in hint.lines}:
            yield with_goods(of, category, int(args["more_minor"])), rules, at
    elif "more_milli" in args:
        assert len(hint.lines) == 1  # the goods to take more of
        yield replace(of, lines=tuple(more(each, hint.lines, int(args["more_milli"])) for each in of.lines)), rules, at


def more(each: BasketLine, line_ids: tuple[int, ...], more_milli: int) -> BasketLine:
    return replace(each, qty_milli=each.qty_milli + more_milli) if each.line_id in line_ids else each


def with_goods(of: Basket, category: str, minor: int) -> Basket:
    """Beside them goods that come to a sum and bring nothing themselves."""
    return replace(
        of, lines=(*of.lines, line(99, minor, code="", category=category, no_discount=True, no_earn=True))
    )  # fmt: skip


def test_a_set_that_is_over_by_then_is_counted():
    """Two pieces at half price now, in the morning; 30 % from seven in the evening: 50.00 less 30.00 are lost."""
    early = campaign(Percent(5000), Hours(("08:00-11:00",)), id="early")
    late = campaign(Percent(3000), Hours(("19:00-22:00",)), id="late")
    made = quote(Basket((line(1, 10_000),)), programme(early, late, statuses=()), moment(minute=600))
    assert made.hints == ()
    assert [each.said.code for each in made.explanations] == ["percent.given", "hours.later"]


def test_what_later_campaigns_take_off_is_no_part_of_what_one_piece_more_saves():
    """Three at 450.00: one at half price, then 10 % of 1,125.00. Of four, two: 225.00 more, and 10 % of 225.00 more."""
    half = campaign(Percent(5000, reach=Reach("cheapest", 1, 2)), id="half", priority=50)
    ten = campaign(Percent(1000), id="ten")
    made = quote(Basket((line(1, 45_000, 3000),)), programme(half, ten, statuses=()), moment())
    assert [hint.gain_minor for hint in made.hints] == [22_500 + 2_250]
