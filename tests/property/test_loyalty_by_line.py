"""Laws of a group settled line by line: a cap counts what is really given, and the member has the most there is."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.conditions import Products
from loyalty.money import part_bp
from loyalty.programme import Cap, Group, Programme
from loyalty.quote import quote
from loyalty.quoted import Standing
from loyalty.quoting.by_line import shared_out
from loyalty.quoting.limits import Room
from loyalty.rewards import Percent
from tests.support.loyalty_samples import basket, campaign, line, moment, programme

GROUP = "line"
offs = st.integers(0, 40)
few = st.integers(1, 3).flatmap(
    lambda rivals: st.tuples(
        st.lists(st.lists(offs, min_size=rivals, max_size=rivals), max_size=4),
        st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=rivals, max_size=rivals),
    )
)
many = st.tuples(
    st.lists(st.lists(offs, min_size=3, max_size=3), min_size=9, max_size=30),
    st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=3, max_size=3),
)


def offers_of(lines):
    return [dict(enumerate(column)) for column in zip(*lines, strict=True)]


def given_by(way, offers, limits) -> int:
    """What all campaigns give where each has these lines; a line with None is nobody's."""
    sums = [0] * len(offers)
    for place, number in way.items():
        sums[number] += offers[number][place]
    return sum(minor if limit is None else min(minor, limit) for minor, limit in zip(sums, limits, strict=True))


@given(few)
def test_of_few_lines_no_other_way_to_share_them_out_gives_more(case):
    lines, limits = case
    offers = offers_of(lines) or [{} for _ in limits]
    way = shared_out(offers, limits)
    every = product(range(len(offers)), repeat=len(lines))
    most = max(given_by(dict(enumerate(each)), offers, limits) for each in every)
    assert given_by(way, offers, limits) == most


@given(many)
def test_of_many_lines_none_would_bring_more_elsewhere_and_no_campaign_alone_gives_more(case):
    lines, limits = case
    offers = offers_of(lines)
    way = shared_out(offers, limits)
    had = given_by(way, offers, limits)
    for place in way:
        assert all(given_by({**way, place: number}, offers, limits) <= had for number in range(3))
    for number, offer in enumerate(offers):
        assert given_by(dict.fromkeys(offer, number), offers, limits) <= had


@given(many)
def test_what_no_cap_binds_goes_to_the_campaign_that_takes_most_off_it(case):
    lines, _ = case
    offers = offers_of(lines)
    way = shared_out(offers, [None, 40 * len(lines), None])
    assert way == {place: column.index(max(column)) for place, column in enumerate(lines) if any(column)}


@st.composite
def shops(draw):
    """Up to four lines and three percentages of some of them, each perhaps with caps, a budget, or both."""
    lines = [line(n, draw(st.integers(1, 5_000)), code=f"p{n}") for n in range(1, draw(st.integers(1, 4)) + 1)]
    rules, left = [], {}
    for number in range(draw(st.integers(1, 3))):
        codes = draw(st.lists(st.sampled_from([each.product.code for each in lines]), min_size=1, unique=True))
        made = campaign(
            Percent(draw(st.integers(1, 10_000))), Products(codes=tuple(codes)), id=f"c{number}", group=GROUP
        )
        cap = Cap(line_minor=draw(st.sampled_from([0, 300])), receipt_minor=draw(st.sampled_from([0, 0, 100, 900])))
        rules.append(replace(made, cap=replace(cap, receipt_bp=draw(st.sampled_from([0, 0, 1_000])))))
        if draw(st.booleans()):
            left[f"c{number}"] = Room(minor=draw(st.integers(1, 500)))
    group = Group(GROUP, "best_line", cap_minor=draw(st.sampled_from([0, 0, 700])))
    return basket(*lines), replace(programme(*rules), groups=(group,)), Standing(left=left)


@given(shops())
def test_a_group_settled_by_line_gives_the_most_that_its_caps_and_budgets_allow(shop):
    of, rules, standing = shop
    made = quote(of, rules, moment(), standing)
    assert made.discount_minor == most_there_is(of, rules, standing)


def most_there_is(of, rules: Programme, standing: Standing) -> int:
    """Worked out by trying every way: lines cost their price, a percentage is rounded half up on each."""
    prices = {each.product.code: each.price_minor for each in of.lines}
    offers, limits = [], []
    for each in rules.campaigns:
        (goods,), reward, cap = each.conditions, each.reward, each.cap
        assert isinstance(goods, Products)
        assert isinstance(reward, Percent)
        codes = goods.codes
        off = {code: part_bp(prices[code], reward.rate_bp) for code in codes}
        offers.append({code: min(minor, cap.line_minor or minor) for code, minor in off.items()})
        bounds = [cap.receipt_minor] if cap.receipt_minor else []
        bounds += [part_bp(sum(prices[code] for code in codes), cap.receipt_bp, "floor")] if cap.receipt_bp else []
        room = standing.left.get(each.id, Room()).minor
        bounds += [] if room is None else [room]
        limits.append(min(bounds, default=None))
    best = 0
    for winners in product(range(len(offers)), repeat=len(prices)):
        way = {code: number for code, number in zip(prices, winners, strict=True) if code in offers[number]}
        best = max(best, given_by(way, offers, limits))
    return min(best, rules.groups[0].cap_minor or best)
