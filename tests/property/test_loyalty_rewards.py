"""Laws of rewards in price: exact shares, minimum prices, and a piece more that never makes a reward less."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.basket import BasketLine
from loyalty.rewards import NForM, Percent
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.reach import Reach
from loyalty.scene import Scene
from tests.support.loyalty_samples import line, scene
from tests.support.loyalty_strategies import lines, n_for_ms, rewards

CODES = ("A", "B", "C")
shelves = st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 400), st.integers(1, 5)), min_size=1, max_size=6)
bargains = st.one_of(n_for_ms, st.sampled_from([Percent(10_000, reach=Reach("cheapest", 1, each)) for each in (2, 3)]))


def shop(*goods: tuple[str, int, int]) -> Scene:
    """Lines of (code, price, pieces), in canonical order."""
    return scene(
        *(line(n, price, 1000 * pieces, code=code) for n, (code, price, pieces) in enumerate(sorted(goods), 1))
    )


def given_by(reward: NForM | Percent, *goods: tuple[str, int, int]) -> int:
    return sum(reward.discounts(shop(*goods)))


@given(bargains, shelves, st.sampled_from(CODES), st.integers(0, 400))
def test_a_piece_more_on_a_line_of_its_own_never_brings_less(reward, goods, code, price):
    assert given_by(reward, *goods, (code, price, 1)) >= given_by(reward, *goods)


@given(bargains, shelves, st.data())
def test_a_piece_more_on_a_line_that_is_there_never_brings_less(reward, goods, data):
    place = data.draw(st.integers(0, len(goods) - 1))
    code, price, pieces = goods[place]
    more = [*goods[:place], (code, price, pieces + 1), *goods[place + 1 :]]
    assert given_by(reward, *more) >= given_by(reward, *goods)


@given(n_for_ms, shelves)
def test_n_for_m_frees_whole_groups_and_the_same_as_piece_by_piece(reward, goods):
    """Against an engine that takes every line apart into pieces and tries every number of groups."""
    pools = [[each for each in goods if each[0] == code] for code in CODES] if reward.pick == "same" else [goods]
    expected = 0
    for pool in pools:
        pieces = sorted((price for _, price, count in pool for _ in range(count)), reverse=True)
        most = len(pieces) // reward.take
        most = min(most, reward.max_times) if reward.max_times else most
        if reward.pick == "cheapest":
            tried = [pieces[: n * reward.take][n * reward.pay :] for n in range(most + 1)]
            expected += max(sum(free) for free in tried)
        else:
            groups = [pieces[n * reward.take : (n + 1) * reward.take] for n in range(most)]
            expected += sum(sum(group[reward.pay :]) for group in groups)
    assert given_by(reward, *goods) == expected


@st.composite
def scenes(draw) -> Scene:
    """Any goods, some already discounted, some not chosen, a part of them in a combination."""
    bought: list[BasketLine] = [draw(lines(n)) for n in range(1, draw(st.integers(1, 5)) + 1)]
    made = scene(*bought)
    running = tuple(draw(st.integers(0, price)) for price in made.original_minor)
    chosen = tuple(place for place in range(len(bought)) if draw(st.booleans()))
    taking, times = None, 1
    if draw(st.booleans()):
        parts = {place: 1000 * draw(st.integers(0, bought[place].qty_milli // 1000)) for place in range(len(bought))}
        taking, times = {place: part for place, part in parts.items() if part}, draw(st.integers(1, 3))
    return replace(made, running_minor=running, selected=chosen, taking_part_milli=taking, times=times)


@given(rewards.filter(lambda reward: isinstance(reward, PriceMechanic)), scenes())
def test_no_reward_takes_a_line_below_its_minimum_or_gives_less_than_nothing(reward, made):
    assert isinstance(reward, PriceMechanic)
    seen = replace(made, selected=reward.places(made))
    off = reward.discounts(seen)
    assert len(off) == len(seen.selected)
    for place, minor in zip(seen.selected, off, strict=True):
        assert 0 <= minor <= seen.room_minor(place)
