"""Rewards, one mechanic after another: what each gives, and how it says so."""

import pytest
from msgspec.structs import replace

from loyalty.explain import TEMPLATES
from loyalty.rewards import Amount, Percent, PointsFixed, PointsMultiplier, PointsPercent
from loyalty.sentences import say
from tests.support.loyalty_samples import line, scene


class TestPercent:
    def test_it_takes_its_part_of_the_running_price(self):
        # 15 % of 100.00 and of 33.33 (5.00 from 4.9995, half up)
        assert Percent(1500).discounts(scene(line(1), line(2, 3333))) == [1500, 500]
        assert Percent(1500).discounts(scene(line(1), running=(8000,))) == [1200]

    def test_only_selected_lines_are_touched(self):
        assert Percent(1000).discounts(replace(scene(line(1), line(2)), selected=(1,))) == [1000]

    def test_the_cap_is_shared_over_the_lines(self):
        # 10 % of 200.00 and 100.00 is 30.00; the cap of 10.00 is shared 2 : 1 (6.67 and 3.33)
        assert Percent(1000, cap_minor=1000).discounts(scene(line(1, 20_000), line(2, 10_000))) == [667, 333]

    def test_a_cap_that_is_not_reached_changes_nothing(self):
        assert Percent(1000, cap_minor=1000).discounts(scene(line(1, 10_000))) == [1000]
        assert Percent(1000, cap_minor=1001).discounts(scene(line(1, 10_000))) == [1000]

    def test_the_legal_minimum_stays(self):
        assert Percent(5000).discounts(scene(line(1, 10_000, min_price_minor=9000))) == [1000]

    def test_a_hundred_percent_is_free(self):
        assert Percent(10_000).discounts(scene(line(1, 9_999, 3000))) == [29_997]


class TestAmount:
    def test_it_is_shared_over_the_lines_by_price(self):
        assert Amount(10_000).discounts(scene(line(1, 20_000), line(2, 10_000))) == [6667, 3333]

    def test_it_never_takes_more_than_there_is(self):
        assert Amount(50_000).discounts(scene(line(1, 20_000), line(2, 10_000))) == [20_000, 10_000]

    def test_what_one_line_may_not_give_the_others_do(self):
        shop = scene(line(1, 10_000, min_price_minor=9_500), line(2, 10_000))
        assert Amount(4_000).discounts(shop) == [500, 3500]

    def test_off_each_unit_it_follows_the_quantity(self):
        shop = scene(line(1, 10_000, 3000), line(2, 10_000, 456, unit="kg"))
        assert Amount(1_000, "unit").discounts(shop) == [3000, 456]

    def test_off_each_unit_it_stops_at_the_price(self):
        assert Amount(1_000, "unit").discounts(scene(line(1, 600, 2000))) == [1200]


class TestPoints:
    def test_a_percentage_is_of_the_sum_and_rounded_once(self):
        # 5 % of 59.90 + 59.90 = 5.99 roubles: 5 points, where line by line it would be 2 + 2
        shop = scene(line(1, 5990), line(2, 5990))
        assert PointsPercent(500).points(shop) == [3, 2]
        assert PointsPercent(500).points(scene(line(1, 5990), line(2, 5990), earn_per="line")) == [2, 2]

    def test_a_multiplier_adds_to_the_points_by_status(self):
        assert PointsMultiplier(20_000).points(scene(line(1), line(2), base_points=(7, 4))) == [7, 4]
        # half of 7 + 4 is 5.5: 5 points, shared 7 : 4
        assert PointsMultiplier(15_000).points(scene(line(1), line(2), base_points=(7, 4))) == [3, 2]
        per_line = scene(line(1), line(2), base_points=(7, 4), earn_per="line")
        assert PointsMultiplier(15_000).points(per_line) == [3, 2]

    def test_a_fixed_number_is_given_once_and_shared(self):
        assert PointsFixed(100).points(scene(line(1, 20_000), line(2, 10_000))) == [67, 33]

    def test_points_for_goods_that_cost_nothing_are_shared_evenly(self):
        assert PointsFixed(5).points(scene(line(1), line(2), running=(0, 0))) == [3, 2]


@pytest.mark.parametrize(
    ("reward", "figures", "ru", "en"),
    [
        (Percent(1500), (22_350, 0), "Скидка 15\u00a0%: −223,50", "15\u00a0% off: −223.50"),
        (Percent(1500, 500), (500, 0), "Скидка 15\u00a0%, но не больше 5,00", "15\u00a0% off, at most 5.00"),
        (Amount(30_000), (30_000, 0), "Скидка на чек: −300,00", "Off the receipt: −300.00"),
        (Amount(500, "unit"), (1500, 0), "Скидка 5,00 с каждого: −15,00", "5.00 off each: −15.00"),
        (PointsPercent(500), (0, 21), "Ещё 5\u00a0% баллами: +21 балл", "5\u00a0% more in points: +21 points"),
        (PointsMultiplier(20_000), (0, 3), "Баллы ×2: +3 балла", "Points ×2: +3 points"),
        (PointsMultiplier(15_000), (0, 5), "Баллы ×1,5: +5 баллов", "Points ×1.5: +5 points"),
        (PointsFixed(100), (0, 100), "В подарок: +100 баллов", "A gift: +100 points"),
    ],
)
def test_a_reward_says_what_it_gave(reward, figures, ru, en):
    said = reward.given(*figures)
    assert say(said, "ru", TEMPLATES) == ru
    assert say(said, "en", TEMPLATES) == en
