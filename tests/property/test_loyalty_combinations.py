"""Combinations against brute force: pieces one by one, every way to fill the sets tried out."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.conditions import Combination, GoodsSet, Products
from loyalty.quote import quote
from loyalty.quoting.combining import Run, best_pieces, lacking, times_complete
from loyalty.rewards import Percent
from loyalty.scene import Holds, Missing
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, programme, scene

MAX_PIECES = 8


@st.composite
def shops(draw):
    """Runs with a price each, and what each of up to three sets wants; few enough pieces to try everything."""
    wanted = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    runs, prices, left = [], [], MAX_PIECES
    for _ in range(draw(st.integers(0, 5))):
        pieces = min(left, draw(st.integers(1, 4)))
        if pieces:
            runs.append(Run(pieces, draw(st.integers(1, (1 << len(wanted)) - 1))))
            prices.append(draw(st.integers(0, 9)))
        left -= pieces
    return runs, prices, wanted


def units(runs: Iterable[Run]) -> list[int]:
    """The run of each single piece."""
    return [number for number, run in enumerate(runs) for _ in range(run.pieces)]


def can_fill(fits: Sequence[int], places: Sequence[int]) -> bool:
    """Whether these pieces can take all the places of the sets: each set in turn tries every choice of pieces."""
    if not places:
        return True
    number = len(places) - 1
    able = [piece for piece, sets in enumerate(fits) if sets >> number & 1]
    return any(
        can_fill([sets for piece, sets in enumerate(fits) if piece not in taken], places[:-1])
        for taken in combinations(able, places[-1])
    )


@given(shops())
def test_there_are_as_many_combinations_as_can_be_and_no_more(shop):
    runs, _, wanted = shop
    fits = [runs[number].fits for number in units(runs)]
    times = times_complete(runs, wanted)
    assert can_fill(fits, [times * want for want in wanted])
    assert not can_fill(fits, [(times + 1) * want for want in wanted])


@given(shops(), st.sampled_from([-1, 1]))
def test_of_all_ways_to_fill_the_sets_the_pieces_taken_are_the_dearest_or_the_cheapest(shop, sign):
    runs, prices, wanted = shop
    order = sorted(range(len(runs)), key=lambda number: (sign * prices[number], number))
    runs, prices = [runs[number] for number in order], [prices[number] for number in order]
    places = [times_complete(runs, wanted) * want for want in wanted]
    taken = best_pieces(runs, places)
    assert all(0 <= some <= run.pieces for some, run in zip(taken, runs, strict=True))
    chosen = [number for number, some in enumerate(taken) for _ in range(some)]
    assert len(chosen) == sum(places)
    assert can_fill([runs[number].fits for number in chosen], places)
    totals = [
        sum(prices[number] for number in some)
        for some in combinations(units(runs), sum(places))
        if can_fill([runs[number].fits for number in some], places)
    ]
    assert sum(prices[number] for number in chosen) == (max(totals) if sign < 0 else min(totals))


@given(shops())
def test_what_is_lacking_is_the_least_that_completes_one_combination(shop):
    runs, _, wanted = shop
    more = lacking(runs, wanted)
    assert all(0 <= lack <= want for lack, want in zip(more, wanted, strict=True))
    added = [Run(lack, 1 << number) for number, lack in enumerate(more) if lack]
    assert times_complete([*runs, *added], wanted) >= 1
    everywhere = (1 << len(wanted)) - 1
    for fewer in range(sum(more)):  # pieces that fit anywhere, and one less of them: still not enough
        assert times_complete([*runs, Run(fewer, everywhere)], wanted) == 0


@given(shops(), st.integers(0, 2), st.sampled_from(["dearest", "cheapest"]), st.data())
def test_a_basket_s_lines_are_chosen_by_the_same_rule_in_any_order(shop, max_times, pick, data):
    runs, prices, wanted = shop
    sets = tuple(GoodsSet(Products(tags=(f"set-{number}",)), want) for number, want in enumerate(wanted))
    lines = [
        line(
            number,
            100 * price,
            1000 * run.pieces,
            tags=tuple(s.goods.tags[0] for n, s in enumerate(sets) if run.fits >> n & 1),
        )
        for number, (run, price) in enumerate(zip(runs, prices, strict=True), start=1)
    ]
    rule = Combination(sets, max_times, pick)
    verdict = rule.judge(scene(*lines))
    times = times_complete(runs, wanted)
    if not times:
        assert isinstance(verdict, Missing) == bool(runs)
        return
    assert isinstance(verdict, Holds)
    assert verdict.times == (min(times, max_times) if max_times else times)
    assert verdict.taking_part_milli is not None
    assert sum(verdict.taking_part_milli.values()) == 1000 * verdict.times * sum(wanted)
    shuffled = [replace(each, line_id=n) for n, each in enumerate(data.draw(st.permutations(lines)), start=100)]
    rules = programme(campaign(Percent(1000), rule))
    one, other = (quote(basket(*some), rules, SUNDAY) for some in (lines, shuffled))
    assert one.discount_minor == other.discount_minor
    off = sum(100 * prices[place] * milli for place, milli in verdict.taking_part_milli.items()) // 10_000
    assert one.discount_minor == off
