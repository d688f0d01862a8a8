"""A price for a combination: as many combinations as are worth it, and as much as a brute force finds."""

from itertools import product as ways

from hypothesis import given
from hypothesis import strategies as st

from loyalty.conditions import Products
from loyalty.conditions.combination import Combination, GoodsSet
from loyalty.quote import quote
from loyalty.rewards import BundlePrice
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, programme

SETS = Combination((GoodsSet(Products(codes=("a1", "a2"))), GoodsSet(Products(codes=("b1", "b2")))))
shelf = st.lists(
    st.tuples(st.sampled_from(["a1", "a2", "b1", "b2"]), st.integers(1, 500), st.integers(1, 3)), min_size=1, max_size=4
)


def off(goods: list[tuple[str, int, int]], price: int) -> int:
    lines = [line(n, each, 1000 * pieces, code=code) for n, (code, each, pieces) in enumerate(goods, start=1)]
    return quote(basket(*lines), programme(campaign(BundlePrice(price), SETS)), SUNDAY).discount_minor


def brute(goods: list[tuple[str, int, int]], price: int) -> int:
    """The dearest of each side together, one pair after another, as long as a pair costs more than the price."""
    sides = [
        sorted((each for code, each, n in goods if code[0] == side for _ in range(n)), reverse=True) for side in "ab"
    ]
    return sum(max(0, sum(pair) - price) for pair in zip(*sides, strict=False))


@given(shelf, st.integers(1, 800))
def test_every_combination_worth_it_is_taken_and_no_other(goods, price):
    assert off(goods, price) == brute(goods, price)


@given(shelf, st.integers(1, 800), st.sampled_from(["a1", "b1"]), st.integers(1, 500))
def test_a_piece_more_never_brings_less(goods, price, code, each):
    assert off([*goods, (code, each, 1)], price) >= off(goods, price)


def test_a_cheap_pair_beside_a_dear_one_keeps_its_price_and_leaves_the_dear_one_its_own():
    # 300 + 200 for 450 saves 50; 150 + 100 costs less than 450 already
    goods = [("a1", 30_000, 1), ("b1", 20_000, 1), ("a2", 15_000, 1), ("b2", 10_000, 1)]
    assert off(goods, 45_000) == 5_000


def test_the_ways_are_tried_on_every_small_shelf():
    codes = ("a1", "b1", "b2")
    for prices in ways((100, 300), repeat=3):
        goods = [(code, price, 2) for code, price in zip(codes, prices, strict=True)]
        assert off(goods, 350) == brute(goods, 350)
