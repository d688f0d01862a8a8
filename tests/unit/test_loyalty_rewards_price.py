"""Rewards in price: a fixed price, N for M, a price for a bundle, steps, a free item."""

import pytest
from msgspec.structs import replace

from loyalty.conditions import Combination, Products, Quantity
from loyalty.conditions.combination import GoodsSet
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.quote import quote
from loyalty.rewards import BundlePrice, FixedPrice, FreeItem, NForM, Percent, Steps
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.reach import Reach
from loyalty.rewards.steps import MAX_STEPS, Step
from loyalty.scene import Missing, Scene
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, programme, scene

HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
HEAD += '[[campaign]]\nid = "c"\nname = { ru = "А", en = "A" }\n'


def pieces(*prices: int, **more):
    """A scene of single pieces at these prices."""
    return scene(*(line(number, price, **more) for number, price in enumerate(prices, start=1)))


def hints_of(reward, *lines, **more):
    made = quoted(reward, *lines, **more)
    return [(say(hint.said, "ru", TEMPLATES), say(hint.said, "en", TEMPLATES)) for hint in made.hints]


def quoted(reward, *lines, conditions=(), **more):
    return quote(basket(*lines), programme(campaign(reward, *conditions, **more), statuses=()), SUNDAY)


def short_of(reward: PriceMechanic, made: Scene) -> Missing:
    """What is missing to a reward, where something is."""
    found = reward.short(made)
    assert found is not None
    return found


class TestFixedPrice:
    def test_each_unit_costs_the_price(self):
        # three at 120.00 come to 360.00, at 99.00 to 297.00; 0.456 kg at 780.00 is 355.68, at 500.00 228.00
        shop = scene(line(1, 12_000, 3000), line(2, 78_000, 456, unit="kg"), running=(36_000, 35_568))
        assert FixedPrice(9_900).discounts(replace(shop, selected=(0,))) == [6_300]
        assert FixedPrice(50_000).discounts(replace(shop, selected=(1,))) == [12_768]

    def test_it_never_raises_a_price(self):
        assert FixedPrice(9_900).discounts(pieces(9_900, 5_000)) == [0, 0]

    def test_a_price_that_is_already_lower_by_another_campaign_stays(self):
        assert FixedPrice(9_000).discounts(scene(line(1, 10_000), running=(8_500,))) == [0]
        assert FixedPrice(9_000).discounts(scene(line(1, 10_000), running=(9_500,))) == [500]

    def test_the_legal_minimum_stays(self):
        assert FixedPrice(9_900).discounts(scene(line(1, 12_000, min_price_minor=11_000))) == [1_000]

    def test_each_second_for_a_price(self):
        # of four at 100.00 two cost 10.00
        assert FixedPrice(1_000, Reach("cheapest", 1, 2)).discounts(scene(line(1, 10_000, 4000))) == [18_000]

    def test_only_a_part_that_takes_part_costs_the_price(self):
        shop = replace(scene(line(1, 10_000, 3000)), taking_part_milli={0: 2000})
        assert FixedPrice(6_000).discounts(shop) == [8_000]

    def test_lines_can_be_shared_only_where_whole_lines_are_touched(self):
        assert FixedPrice(1).by_line
        assert not FixedPrice(1, Reach("dearest")).by_line


class TestNForM:
    def test_the_cheapest_of_three_is_free(self):
        assert NForM(3, 2).discounts(pieces(300, 100, 200)) == [0, 100, 0]

    @pytest.mark.parametrize(
        ("prices", "off"),
        [
            ((100, 100), 0),
            ((100, 100, 100), 100),
            ((100, 100, 100, 1), 100),  # the fourth piece is over, and it is the cheap one
            ((100, 100, 100, 1, 1, 1), 100),  # two groups would free 1 + 1
            ((100, 100, 100, 90, 80, 70), 150),  # the two cheapest of six: 80 + 70
        ],
    )
    def test_of_all_pieces_the_cheapest_are_free_where_that_brings_most(self, prices, off):
        assert sum(NForM(3, 2).discounts(pieces(*prices))) == off

    def test_groups_from_the_dearest_on_free_the_cheapest_of_each(self):
        assert NForM(3, 2, "group").discounts(pieces(600, 500, 400, 300, 200, 100)) == [0, 0, 400, 0, 0, 100]

    def test_of_the_same_product_each_makes_groups_of_its_own(self):
        # five of one product at 50.00 (one group of three) and two of another at 90.00 (none)
        shop = scene(line(1, 5_000, 2000, code="A"), line(2, 9_000, 2000, code="B"), line(3, 5_000, 3000, code="A"))
        assert NForM(3, 2, "same").discounts(shop) == [0, 0, 5_000]
        assert NForM(3, 2, "cheapest").discounts(shop) == [0, 0, 10_000]

    def test_it_happens_at_most_so_many_times(self):
        seven = scene(line(1, 1_000, 7000))
        assert NForM(2, 1).discounts(seven) == [3_000]
        assert NForM(2, 1, max_times=3).discounts(seven) == [3_000]
        assert NForM(2, 1, max_times=2).discounts(seven) == [2_000]
        two = scene(line(1, 1_000, 4000, code="A"), line(2, 700, 4000, code="B"))
        assert NForM(2, 1, "same", max_times=1).discounts(two) == [1_000, 700]

    def test_goods_by_weight_are_no_pieces(self):
        assert NForM(2, 1).discounts(scene(line(1, 1_000, 1000), line(2, 500, 3000, unit="kg"))) == [0, 0]

    def test_a_free_piece_still_costs_its_legal_minimum(self):
        # a line of three at 100.00 with a minimum of 80.00 each: it may lose 60.00 and no more
        assert NForM(3, 2).discounts(scene(line(1, 10_000, 3000, min_price_minor=8_000))) == [6_000]

    def test_a_free_piece_of_a_line_that_does_not_divide_is_rounded(self):
        # three pieces cost 100.00 together: one is 33.33
        assert NForM(3, 2).discounts(scene(line(1, 5_000, 3000), running=(10_000,))) == [3_333]

    def test_one_more_and_one_is_free(self):
        said = ("Ещё 1 шт. — и 1 бесплатно: выгода 50,00", "1 more, and 1 free: saves 50.00")
        assert hints_of(NForM(3, 2), line(1, 9_000), line(2, 5_000)) == [said]

    def test_the_next_group_is_hinted_once_it_is_begun(self):
        said = ("Ещё 2 шт. — и 1 бесплатно: выгода 50,00", "2 more, and 1 free: saves 50.00")
        assert hints_of(NForM(3, 2), line(1, 5_000, 4000)) == [said]
        assert hints_of(NForM(3, 2), line(1, 5_000, 3000)) == []
        assert hints_of(NForM(3, 2, max_times=1), line(1, 5_000, 4000)) == []

    def test_of_the_same_product_the_hint_is_about_what_needs_fewest(self):
        short = short_of(NForM(3, 2, "same"), scene(line(1, 100, 1000, code="A"), line(2, 900, 2000, code="B")))
        assert (short.more_milli, short.said.args["more_milli"]) == ({1: 1000}, 1000)

    def test_of_the_same_product_the_hint_is_about_one_that_is_still_given(self):
        # of A one group is all there may be; of B two are missing
        goods = (line(1, 100, 5000, code="A"), line(2, 900, 1000, code="B"))
        assert short_of(NForM(3, 2, "same", max_times=1), scene(*goods)).more_milli == {1: 2000}
        assert NForM(3, 2, "same", max_times=1).short(scene(goods[0])) is None

    def test_goods_without_pieces_give_no_hint(self):
        assert NForM(3, 2).short(scene(line(1, 100, unit="kg"))) is None

    def test_it_says_what_it_gave(self):
        made = quoted(NForM(3, 2), line(1, 10_000, 3000))
        assert say(made.explanations[0].said, "ru", TEMPLATES) == "3 по цене 2: −100,00"
        assert say(made.explanations[0].said, "en", TEMPLATES) == "3 for the price of 2: −100.00"


class TestBundlePrice:
    SHOP = scene(line(1, 30_000, 2000), line(2, 10_000, 3000))
    TWICE = replace(SHOP, taking_part_milli={0: 2000, 1: 2000}, times=2)

    def test_a_combination_costs_the_price(self):
        # 300.00 + 100.00 for 320.00, twice: 160.00 off 800.00, shared 3 : 1
        assert BundlePrice(32_000).discounts(self.TWICE) == [12_000, 4_000]

    def test_a_combination_that_costs_less_keeps_its_price(self):
        assert BundlePrice(40_000).discounts(self.TWICE) == [0, 0]
        assert BundlePrice(50_000).discounts(self.TWICE) == [0, 0]

    def test_goods_that_keep_their_price_are_part_of_it_and_the_others_bear_the_discount(self):
        # 800.00 for 640.00, all of it off the second line, which has 200.00 in the bundle
        assert BundlePrice(32_000).discounts(replace(self.TWICE, selected=(1,))) == [16_000]

    def test_what_a_minimum_price_keeps_the_others_bear(self):
        shop = scene(line(1, 30_000, min_price_minor=29_000), line(2, 10_000))
        made = BundlePrice(32_000).discounts(replace(shop, taking_part_milli={0: 1000, 1: 1000}))
        assert made == [1_000, 7_000]

    def test_no_line_loses_more_than_its_part_in_the_combination(self):
        shop = replace(scene(line(1, 30_000), line(2, 10_000, 5000)), taking_part_milli={0: 1000, 1: 1000})
        assert BundlePrice(1).discounts(replace(shop, selected=(1,))) == [10_000]

    BREAKFAST = Combination((GoodsSet(Products(codes=("coffee",))), GoodsSet(Products(codes=("bun",)), 2)))

    def test_what_is_over_keeps_its_price(self):
        # a coffee at 200.00 and two buns at 70.00 for 249.00, once: of three coffees and three buns 340.00 take part;
        # the 91.00 are shared 200 : 140, that is 53.529 and 37.470, and the kopeck over goes to the first
        lines = (line(1, 20_000, 3000, code="coffee"), line(2, 7_000, 3000, code="bun"))
        made = quoted(BundlePrice(24_900), *lines, conditions=(self.BREAKFAST,))
        assert [each.discount_minor for each in made.lines] == [5_353, 3_747]
        assert say(made.explanations[0].said, "ru", TEMPLATES) == "Вместе за 249,00: −91,00"

    def test_as_often_as_it_is_there(self):
        lines = (line(1, 20_000, 2000, code="coffee"), line(2, 7_000, 4000, code="bun"))
        assert quoted(BundlePrice(24_900), *lines, conditions=(self.BREAKFAST,)).discount_minor == 18_200

    def test_goods_chosen_after_the_combination_bear_the_discount_alone(self):
        lines = (line(1, 20_000, code="coffee"), line(2, 7_000, 2000, code="bun"))
        made = quoted(BundlePrice(24_900), *lines, conditions=(self.BREAKFAST, Products(codes=("bun",))))
        assert [each.discount_minor for each in made.lines] == [0, 9_100]

    def test_what_is_missing_to_it_is_a_hint(self):
        lines = (line(1, 20_000, code="coffee"), line(2, 7_000, code="bun"))
        assert hints_of(BundlePrice(24_900), *lines, conditions=(self.BREAKFAST,)) == [
            ("Добавьте: bun, 1 шт. (выгода 91,00)", "Add: 1 × bun (saves 91.00)")
        ]

    def test_without_a_combination_it_is_no_campaign(self):
        with pytest.raises(BadProgramme) as bad:
            parse_programme(f'{HEAD}reward = {{ type = "bundle_price", price_minor = 1 }}', "ru")
        assert [str(each) for each in bad.value.problems] == [
            "campaign[1].conditions: нет условия combination; скажите, что продаётся вместе:"
            ' { type = "combination", sets = […] }'
        ]


class TestSteps:
    RATES = Steps((Step(from_minor=100_000, rate_bp=500), Step(from_minor=300_000, rate_bp=1000)))
    PIECES = Steps((Step(from_pieces=2, amount_minor=5_000), Step(from_pieces=5, rate_bp=2000)))

    @pytest.mark.parametrize(
        ("whole", "off"),
        [(99_999, 0), (100_000, 5_000), (299_999, 15_000), (300_000, 30_000)],  # 5 % of 2,999.99 is 149.9995
    )
    def test_the_highest_step_reached_counts(self, whole, off):
        assert self.RATES.discounts(pieces(whole)) == [off]

    def test_lines_are_counted_together(self):
        assert self.RATES.discounts(pieces(60_000, 50_000)) == [3_000, 2_500]

    def test_only_chosen_goods_count_and_are_discounted(self):
        shop = pieces(60_000, 50_000, 500_000)
        assert self.RATES.discounts(replace(shop, selected=(0, 1))) == [3_000, 2_500]

    def test_a_sum_off_is_shared_by_price(self):
        # three pieces: the first step, 50.00 shared 2 : 1
        assert self.PIECES.discounts(scene(line(1, 10_000, 2000), line(2, 10_000))) == [3_333, 1_667]

    def test_pieces_are_counted_and_kilograms_are_not(self):
        shop = scene(line(1, 10_000, 1000), line(2, 10_000, 9000, unit="kg"))
        assert self.PIECES.discounts(shop) == [0, 0]
        assert self.PIECES.discounts(scene(line(1, 10_000, 5000))) == [10_000]

    def test_minimum_prices_stay(self):
        assert self.RATES.discounts(pieces(300_000, min_price_minor=280_000)) == [20_000]

    def test_the_running_price_is_what_counts(self):
        assert self.RATES.discounts(scene(line(1, 110_000), running=(99_000,))) == [0]
        early = campaign(Percent(1000), id="a", priority=1)
        for base, off in (("running", 0), ("original", 5_500)):
            steps = replace(campaign(self.RATES, id="b"), base=base)
            made = quote(basket(line(1, 110_000)), programme(early, steps), SUNDAY)
            assert made.discount_minor == 11_000 + off

    def test_the_next_step_is_a_hint_with_its_gain(self):
        # 2,660.00: 5 % is 133.00; with 340.00 more, 10 % of 3,000.00 is 300.00
        said = (
            "Ещё 340,00 — скидка 10\u00a0%: выгода около 167,00",
            "340.00 more for 10\u00a0% off: saves about 167.00",
        )
        assert hints_of(self.RATES, line(1, 266_000)) == [said]

    def test_before_the_first_step_too(self):
        # 800.00 and 200.00 more: 5 % of 1,000.00
        assert hints_of(self.RATES, line(1, 80_000))[0][0] == "Ещё 200,00 — скидка 5\u00a0%: выгода около 50,00"

    def test_a_step_by_pieces_and_one_of_a_sum_say_so(self):
        assert hints_of(self.PIECES, line(1, 10_000))[0][0] == "Ещё 1 шт. — скидка 50,00: выгода 50,00"
        # four at 100.00 have 50.00 off; five would have 20 % of 500.00 off
        assert hints_of(self.PIECES, line(1, 10_000, 4000))[0][1] == "1 pc. more for 20\u00a0% off: saves 50.00"
        sums = Steps((Step(from_minor=10_000, amount_minor=500),))
        assert hints_of(sums, line(1, 9_000))[0][0] == "Ещё 10,00 — скидка 5,00: выгода около 5,00"

    def test_a_step_further_away_than_half_is_told_and_no_hint(self):
        made = quoted(self.RATES, line(1, 49_999))
        assert made.hints == ()
        told = [say(each.said, "ru", TEMPLATES) for each in made.explanations]
        assert told == ["До скидки 5\u00a0% не хватает 500,01"]
        assert quoted(self.RATES, line(1, 50_000)).hints != ()

    def test_after_the_last_step_there_is_nothing_to_hint(self):
        assert self.RATES.short(pieces(300_000)) is None

    def test_goods_that_cost_nothing_and_goods_by_weight_are_nowhere_near_a_step(self):
        assert not short_of(self.RATES, scene(line(1, 100), running=(0,))).within_reach
        assert not short_of(self.PIECES, scene(line(1, 100, unit="kg"))).within_reach


class TestFreeItem:
    COFFEE = Products(codes=("coffee",))
    BUNS = Products(codes=("bun",))

    def test_the_cheapest_piece_is_free(self):
        assert FreeItem().discounts(pieces(300, 100)) == [0, 100]
        assert FreeItem(pick="dearest").discounts(pieces(300, 100)) == [300, 0]

    def test_so_many_are_free_as_are_there(self):
        assert FreeItem(2).discounts(scene(line(1, 100, 3000))) == [200]
        assert FreeItem(5).discounts(scene(line(1, 100, 3000))) == [300]

    def test_a_piece_more_is_hinted_where_fewer_are_there(self):
        said = ("Ещё 1 шт.: выгода 1,00", "1 more saves 1.00")
        assert hints_of(FreeItem(3), line(1, 100, 2000)) == [said]

    def bought(self, *lines, free=1):
        rules = FreeItem(free, goods=self.BUNS)
        return quoted(rules, *lines, conditions=(self.COFFEE, Quantity(min_pieces=2)))

    def test_goods_of_its_own_are_free_for_what_is_bought(self):
        made = self.bought(line(1, 20_000, 2000, code="coffee"), line(2, 7_000, 2000, code="bun"))
        assert [each.discount_minor for each in made.lines] == [0, 7_000]
        assert made.explanations[0].lines == (2,)

    def test_without_the_goods_bought_nothing_is_free(self):
        made = self.bought(line(1, 20_000, code="coffee"), line(2, 7_000, code="bun"))
        assert made.discount_minor == 0
        assert [hint.gain_minor for hint in made.hints] == [7_000]
        assert self.bought(line(2, 7_000, code="bun")).explanations == ()

    def test_goods_that_are_not_in_the_basket_are_asked_for(self):
        made = self.bought(line(1, 20_000, 2000, code="coffee"))
        said = [(each.outcome, say(each.said, "ru", TEMPLATES)) for each in made.explanations]
        assert said == [("missing", "Добавьте товар: он будет бесплатным")]

    def test_goods_of_its_own_that_keep_their_price_are_told(self):
        made = self.bought(line(1, 20_000, 2000, code="coffee"), line(2, 7_000, code="bun", no_discount=True))
        assert (made.discount_minor, made.explanations[0].said.code) == (0, "goods.no_discount")

    def test_a_combination_gives_for_each_of_it_and_of_what_takes_no_part(self):
        # five coffees: four make two combinations, the fifth may be free; two wanted
        reward = FreeItem(goods=self.COFFEE)
        shop = replace(scene(line(1, 200, 5000, code="coffee")), taking_part_milli={0: 4000}, times=2)
        assert reward.discounts(shop) == [200]
        assert short_of(reward, shop).more_milli == {0: 1000}

    def test_a_combination_and_goods_of_its_own_through_the_whole_quote(self):
        # two coffees are each combination, a bun is free for each: of three buns two
        pairs = Combination((GoodsSet(self.COFFEE, 2),))
        lines = (line(1, 20_000, 5000, code="coffee"), line(2, 7_000, 3000, code="bun"))
        assert quoted(FreeItem(goods=self.BUNS), *lines, conditions=(pairs,)).discount_minor == 14_000

    def test_without_goods_of_its_own_a_part_of_the_combination_is_free(self):
        shop = replace(scene(line(1, 200, 5000), line(2, 100)), taking_part_milli={0: 4000, 1: 1000}, times=2)
        assert FreeItem().discounts(shop) == [200, 100]


def problems(reward: str) -> list[tuple[str, str]]:
    with pytest.raises(BadProgramme) as bad:
        parse_programme(f"{HEAD}reward = {{ {reward} }}")
    return [(each.path.removeprefix("campaign[1].reward"), each.what) for each in bad.value.problems]


@pytest.mark.parametrize(
    ("reward", "found"),
    [
        ('type = "fixed_price", price_minor = 0', [(".price_minor", "0 is out of range")]),
        ('type = "n_for_m", take = 3, pay = 3', [(".pay", "as much is paid for as is taken")]),
        ('type = "n_for_m", take = 1, pay = 0', [(".take", "1 is out of range"), (".pay", "0 is out of range")]),
        ('type = "n_for_m", take = 3, pay = 2, pick = "best"', [(".pick", "unknown value “best”")]),
        ('type = "free_item", goods = { }', [(".goods", "no goods are named")]),
        ('type = "free_item", goods = { color = "red" }', [(".goods.color", "unknown key")]),
        ('type = "steps"', [(".steps", "no step is given")]),
    ],
)
def test_a_reward_that_cannot_be_meant_is_told(reward, found):
    told = problems(reward)
    assert [each for each in told if each in found] == found


def test_all_mistakes_of_steps_are_told_at_once():
    steps = (
        "{ from_minor = 100, rate_bp = 500 }, { from_minor = 100, rate_bp = 400 },"
        " { from_pieces = 3, rate_bp = 600, amount_minor = 5 }, { from_pieces = 4 }, { from_pieces = 3, rate_bp = 1 }"
    )
    assert problems(f'type = "steps", steps = [{steps}]') == [
        (".steps[3]", "exactly one of rate_bp, amount_minor is needed"),
        (".steps[4]", "exactly one of rate_bp, amount_minor is needed"),
        (".steps[2].from_minor", "no higher than on the step before"),
        (".steps[2].rate_bp", "no higher than on the step before"),
        (".steps[3]", "steps by sum and by pieces together"),
        (".steps[5].from_pieces", "no higher than on the step before"),
    ]


def test_there_may_be_the_limit_of_steps_and_no_more():
    def steps(count: int) -> str:
        given = ", ".join(f"{{ from_minor = {number}, rate_bp = {number} }}" for number in range(1, count + 1))
        return f'type = "steps", steps = [{given}]'

    read = parse_programme(f"{HEAD}reward = {{ {steps(MAX_STEPS)} }}").campaigns[0].reward
    assert isinstance(read, Steps)
    assert len(read.steps) == MAX_STEPS
    assert problems(steps(MAX_STEPS + 1)) == [(".steps", f"over the limit: {MAX_STEPS + 1}")]
