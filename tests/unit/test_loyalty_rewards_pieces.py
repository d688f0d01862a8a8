"""Rewards that touch only some pieces: the cheapest, the dearest, some of each so many."""

import pytest
from msgspec.structs import replace

from loyalty.basket import MAX_LINES
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.quoting.units import cheapest_of_all, cheapest_of_each
from loyalty.rewards import Amount, Percent
from loyalty.rewards.reach import Reach
from tests.support.loyalty_samples import line, scene

HALF_OF = {on: Percent(5000, reach=Reach(on)) for on in ("cheapest", "dearest")}


def pieces(*prices: int, **more):
    """A scene of single pieces at these prices."""
    return scene(*(line(number, price, **more) for number, price in enumerate(prices, start=1)))


class TestCheapestAndDearest:
    def test_half_off_the_cheapest_leaves_the_others(self):
        assert HALF_OF["cheapest"].discounts(pieces(300, 100, 200)) == [0, 50, 0]

    def test_half_off_the_dearest_leaves_the_others(self):
        assert HALF_OF["dearest"].discounts(pieces(300, 100, 200)) == [150, 0, 0]

    def test_of_equal_prices_the_earlier_line_is_taken(self):
        assert HALF_OF["cheapest"].discounts(pieces(100, 100)) == [50, 0]
        assert HALF_OF["dearest"].discounts(pieces(100, 100)) == [50, 0]

    def test_a_line_of_many_pieces_gives_one_of_them(self):
        # one of three pieces at 100.00: half of it is 50.00
        assert HALF_OF["cheapest"].discounts(scene(line(1, 10_000, 3000), line(2, 20_000))) == [5_000, 0]

    def test_more_pieces_than_a_line_has_go_on_to_the_next(self):
        # the three cheapest: two at 100, one at 200; 10 % of 200 and of 200
        three = Percent(1000, reach=Reach("cheapest", 3))
        assert three.discounts(scene(line(1, 200, 2000), line(2, 100, 2000))) == [20, 20]

    def test_fewer_pieces_than_wanted_are_all_touched(self):
        assert Percent(1000, reach=Reach("dearest", 5)).discounts(pieces(300, 100)) == [30, 10]

    def test_goods_by_weight_are_left_out(self):
        shop = scene(line(1, 50, 2000, unit="kg"), line(2, 300))
        assert HALF_OF["cheapest"].discounts(shop) == [0, 150]
        assert HALF_OF["cheapest"].discounts(replace(shop, selected=(0,))) == [0]

    def test_the_running_price_says_which_is_cheapest(self):
        assert HALF_OF["cheapest"].discounts(scene(line(1, 100), line(2, 200), running=(100, 60))) == [0, 30]

    def test_one_piece_of_a_line_that_does_not_divide_is_rounded_to_the_kopeck(self):
        # a piece of three that cost 100.00 together is 33.33; half of it is 16.665, half up 16.67
        assert HALF_OF["dearest"].discounts(scene(line(1, 5_000, 3000), running=(10_000,))) == [1_667]

    def test_the_legal_minimum_of_the_line_stays(self):
        # two at 100.00 with a minimum of 90.00 each: the line may lose 20.00 and no more
        shop = scene(line(1, 10_000, 2000, min_price_minor=9_000))
        assert HALF_OF["cheapest"].discounts(shop) == [2_000]

    def test_the_cap_is_shared_over_what_is_touched(self):
        capped = Percent(5000, cap_minor=90, reach=Reach("dearest", 2))
        assert capped.discounts(pieces(200, 100, 50)) == [60, 30, 0]

    def test_only_what_takes_part_in_a_combination_is_counted_once_for_each(self):
        shop = replace(scene(line(1, 100, 5000), line(2, 300, 2000)), taking_part_milli={0: 2000, 1: 2000}, times=2)
        assert HALF_OF["dearest"].discounts(shop) == [0, 300]
        assert Percent(5000, reach=Reach("cheapest", 3)).discounts(shop) == [100, 300]


class TestOfEach:
    SECOND = Percent(5000, reach=Reach("cheapest", 1, 2))

    @pytest.mark.parametrize(
        ("prices", "off"),
        [
            ((100,), [0]),
            ((300, 200), [0, 100]),
            ((300, 200, 100), [0, 100, 0]),  # one is over: the cheapest does not take part
            ((400, 300, 200, 100), [0, 0, 100, 50]),  # 200 and 100 of four
            ((400, 400, 2, 2), [0, 200, 0, 0]),  # two groups would bring 1 + 1
        ],
    )
    def test_the_cheapest_of_each_two_is_at_half_price(self, prices, off):
        assert self.SECOND.discounts(pieces(*prices)) == off

    def test_the_dearest_of_each_three(self):
        dearest = Percent(1000, reach=Reach("dearest", 1, 3))
        assert dearest.discounts(pieces(500, 400, 300, 200, 100, 100, 100)) == [50, 40, 0, 0, 0, 0, 0]

    def test_pieces_of_many_lines_are_counted_together(self):
        # seven pieces: three groups of two; the cheapest three of the six dearest: 100 once and 200 twice
        shop = scene(line(1, 200, 3000), line(2, 100, 2000), line(3, 300, 2000))
        assert self.SECOND.discounts(shop) == [200, 50, 0]

    def test_a_sum_off_each_second(self):
        thirty = Amount(30, "unit", Reach("cheapest", 1, 2))
        assert thirty.discounts(scene(line(1, 100, 4000), line(2, 20, 2000))) == [60, 0]
        assert thirty.discounts(scene(line(1, 20, 2000))) == [20]

    def test_a_sum_is_shared_over_the_pieces_touched(self):
        assert Amount(90, reach=Reach("dearest", 2)).discounts(pieces(200, 100, 50)) == [60, 30, 0]

    def test_a_piece_more_is_asked_for_where_one_would_make_it_whole(self):
        assert [Reach("cheapest", 1, 3).short(pieces(*[100] * there)) for there in range(7)] == [3, 2, 1, 0, 2, 1, 0]
        assert [Reach("dearest").short(pieces(*[100] * there)) for there in range(3)] == [1, 0, 0]
        assert Reach().short(pieces()) == 0

    def test_the_missing_piece_is_one_of_the_cheapest(self):
        short = self.SECOND.short(pieces(300, 100, 200))
        assert short is not None
        assert (short.said.args, short.more_milli) == ({"more_milli": 1000}, {1: 1000})
        assert self.SECOND.short(pieces(300, 100)) is None
        assert self.SECOND.short(scene(line(1, 100, unit="kg"))) is None


class TestGroups:
    def test_groups_from_the_dearest_on_give_the_cheapest_of_each(self):
        assert list(cheapest_of_each(pieces(600, 500, 400, 300, 200, 100), 3, 1).values()) == [0, 0, 1000, 0, 0, 1000]
        assert list(cheapest_of_all(pieces(600, 500, 400, 300, 200, 100), 3, 1).values()) == [0, 0, 1000, 0, 0, 0]

    def test_runs_of_equal_pieces_are_counted_and_not_walked(self):
        # 999 at 200 and 999 at 100: 666 groups of three; from the dearest on 333 of each are free
        shop = scene(line(1, 200, 999_000), line(2, 100, 999_000))
        assert list(cheapest_of_each(shop, 3, 1).values()) == [333_000, 333_000]
        # of all together, 666 groups free 666 at 100; 333 groups free 333 at 200, as much: the most groups win
        assert list(cheapest_of_all(shop, 3, 1).values()) == [0, 666_000]

    def test_at_most_so_many_groups_are_made_of_the_dearest(self):
        shop = pieces(600, 500, 400, 300, 200, 100)
        assert list(cheapest_of_each(shop, 2, 1, 2).values()) == [0, 1000, 0, 1000, 0, 0]
        assert list(cheapest_of_all(shop, 2, 1, 2).values()) == [0, 0, 1000, 1000, 0, 0]

    def test_the_largest_basket_is_settled(self):
        shop = scene(*(line(number, 1 + number, 999_000) for number in range(1, MAX_LINES + 1)))
        free = cheapest_of_all(shop, 3, 1)
        assert 0 < sum(free.values()) <= MAX_LINES * 999_000 // 3


@pytest.mark.parametrize(
    ("reward", "path"),
    [
        ('type = "percent", rate_bp = 1, on = "cheepest"', "reward.on"),
        ('type = "percent", rate_bp = 1, on = "dearest", pieces = 0', "reward.pieces"),
        ('type = "percent", rate_bp = 1, on = "dearest", pieces = 3, each = 2', "reward.each"),
        ('type = "percent", rate_bp = 1, pieces = 3', "reward.pieces"),
        ('type = "amount", amount_minor = 1, on = "cheapest", each = 1000', "reward.each"),
    ],
)
def test_what_cannot_be_meant_is_told(reward, path):
    text = f'id = "p"\nversion = 1\nname = {{ ru = "П", en = "P" }}\n[[campaign]]\nid = "c"\nreward = {{ {reward} }}\n'
    with pytest.raises(BadProgramme) as bad:
        parse_programme(text + 'name = { ru = "А", en = "A" }')
    assert [each.path for each in bad.value.problems] == [f"campaign[1].{path}"]
