"""Combination: complete sets, the pieces chosen for them, what is missing to one, and how it stands beside others."""

import pytest

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI
from loyalty.conditions import Combination, GoodsSet, GoodsTotal, Products, ProductSet, Quantity
from loyalty.explain import TEMPLATES
from loyalty.quote import quote
from loyalty.quoting.combining import MAX_SETS, Run, best_pieces, lacking, times_complete
from loyalty.quoting.matching import Index
from loyalty.rewards import Percent
from loyalty.scene import UNRELATED, Holds, Missing
from loyalty.sentences import say, sentence
from tests.support.loyalty_conditions import mistakes, read, stands, told, wrong
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, programme

COFFEE = GoodsSet(Products(categories=("coffee",)), 1, "кофе", "coffee")
TWO_BUNS = GoodsSet(Products(categories=("buns",)), 2, "булочка", "bun")
DRINK = GoodsSet(Products(categories=("coffee", "tea")), 1, "напиток", "drink")
BREAKFAST = Combination((COFFEE, TWO_BUNS))


def coffee(line_id=1, price_minor=20_000, pieces=1, **more):
    return line(line_id, price_minor, 1000 * pieces, category="coffee", **more)


def buns(line_id=2, price_minor=8_000, pieces=1, **more):
    return line(line_id, price_minor, 1000 * pieces, category="buns", **more)


def tea(line_id=3, price_minor=10_000, pieces=1, **more):
    return line(line_id, price_minor, 1000 * pieces, category="tea", **more)


class TestComplete:
    def test_all_sets_with_their_quantities_are_a_combination(self):
        assert BREAKFAST.judge(stands(coffee(), buns(pieces=2), tea())) == Holds((0, 1), {0: 1000, 1: 2000}, 1)

    def test_it_is_there_as_often_as_the_scarcest_set_allows(self):
        # Three coffees and five buns: two breakfasts of one coffee and two buns.
        assert BREAKFAST.judge(stands(coffee(pieces=3), buns(pieces=5))) == Holds((0, 1), {0: 2000, 1: 4000}, 2)

    def test_it_may_be_wanted_so_many_times_at_most(self):
        once = Combination((COFFEE, TWO_BUNS), max_times=1)
        assert once.judge(stands(coffee(pieces=3), buns(pieces=5))) == Holds((0, 1), {0: 1000, 1: 2000}, 1)

    def test_the_pieces_are_the_dearest_or_the_cheapest(self):
        of = stands(coffee(1, 20_000), coffee(2, 30_000), buns(3, 8_000, 3), buns(4, 9_000, 1))
        dear = Combination((COFFEE, TWO_BUNS), max_times=1)
        assert dear.judge(of) == Holds((1, 2, 3), {1: 1000, 2: 1000, 3: 1000}, 1)
        cheap = Combination((COFFEE, TWO_BUNS), max_times=1, pick="cheapest")
        assert cheap.judge(of) == Holds((0, 2), {0: 1000, 2: 2000}, 1)

    def test_goods_of_several_sets_go_where_they_complete_the_most(self):
        # The coffees are drinks too: as drinks the dear coffees would leave no coffee for the second combination.
        of = stands(coffee(1, 30_000, 2), tea(2, 10_000, 2))
        assert Combination((DRINK, COFFEE)).judge(of) == Holds((0, 1), {0: 2000, 1: 2000}, 2)

    def test_a_dear_piece_moves_to_another_set_to_let_one_more_in(self):
        # One of each: the tea fits the drink alone, so the coffee, though a drink as well, is the coffee.
        of = stands(coffee(1, 10_000), tea(2, 5_000), coffee(3, 40_000))
        assert Combination((DRINK, COFFEE), max_times=1).judge(of) == Holds((0, 2), {0: 1000, 2: 1000}, 1)
        assert Combination((DRINK, COFFEE), 1, "cheapest").judge(of) == Holds((0, 1), {0: 1000, 1: 1000}, 1)

    def test_a_piece_counts_once_though_two_sets_are_alike(self):
        twice = Combination((COFFEE, COFFEE))
        assert twice.judge(stands(coffee(pieces=5))) == Holds((0,), {0: 4000}, 2)
        assert isinstance(twice.judge(stands(coffee())), Missing)

    def test_what_is_weighed_and_what_is_no_whole_piece_does_not_count(self):
        weighed = line(1, 20_000, 3000, category="coffee", unit="kg")
        assert BREAKFAST.judge(stands(weighed)) == UNRELATED
        part = line(1, 20_000, 2999, category="coffee")
        assert BREAKFAST.judge(stands(part, buns(pieces=4))) == Holds((0, 1), {0: 2000, 1: 4000}, 2)

    def test_a_basket_at_its_limits_is_counted_by_runs(self):
        # 250 lines of 999 coffees, 250 of 999 buns: a coffee and two buns are there 124,875 times, in the dear buns.
        lines = [coffee(n, 20_000 + n, 999) for n in range(1, 251)] + [buns(n, 8_000, 999) for n in range(251, 501)]
        assert (len(lines), lines[0].qty_milli) == (MAX_LINES, MAX_QTY_MILLI // 1000 * 1000)
        verdict = BREAKFAST.judge(stands(*lines))
        assert isinstance(verdict, Holds)
        assert verdict.times == 124_875
        assert verdict.taking_part_milli is not None
        # The dearest 125 lines of coffee have exactly 124,875 pieces.
        assert verdict.selected == (*range(125, 250), *range(250, 500))


class TestMissing:
    def test_it_says_which_set_lacks_how_much_and_what_line_would_do(self):
        verdict = BREAKFAST.judge(stands(coffee(), buns(2, 9_000), buns(3, 8_000, 0.999)))
        assert verdict == Missing(sentence("combination.more", what_ru="булочка, 1 шт.", what_en="1 × bun"), {1: 1000})
        assert told(verdict) == ("Добавьте: булочка, 1 шт.", "Add: 1 × bun")

    def test_the_cheapest_line_of_a_set_would_do(self):
        three = Combination((COFFEE, GoodsSet(Products(categories=("buns",)), 4)))
        verdict = three.judge(stands(coffee(), buns(2, 9_000), buns(3, 8_000)))
        assert isinstance(verdict, Missing)
        assert (verdict.more_milli, verdict.within_reach) == ({2: 2000}, True)

    def test_without_a_line_of_the_set_it_is_told_but_no_hint(self):
        verdict = BREAKFAST.judge(stands(coffee()))
        assert told(verdict) == ("Добавьте: булочка, 2 шт.", "Add: 2 × bun")
        assert isinstance(verdict, Missing)
        assert (verdict.more_milli, verdict.within_reach) == ({}, False)

    def test_several_sets_may_lack_something(self):
        rule = Combination((GoodsSet(Products(categories=("coffee",)), 2, "кофе", "coffee"), TWO_BUNS, DRINK))
        verdict = rule.judge(stands(coffee(), buns()))
        assert told(verdict) == (
            "Добавьте: кофе, 1 шт.; булочка, 1 шт.; напиток, 1 шт.",
            "Add: 1 × coffee; 1 × bun; 1 × drink",
        )
        assert isinstance(verdict, Missing)
        assert verdict.more_milli == {0: 2000, 1: 1000}  # a coffee for the first set and one as the drink

    def test_of_sets_that_share_goods_the_first_is_filled_first(self):
        assert told(Combination((COFFEE, DRINK)).judge(stands(coffee())))[1] == "Add: 1 × drink"
        assert told(Combination((DRINK, COFFEE)).judge(stands(coffee())))[1] == "Add: 1 × coffee"

    def test_a_set_without_a_name_is_called_by_its_goods(self):
        goods = (
            (Products(categories=("a", "b", "c", "d")), "a, b, c"),
            (Products(brands=("Loko",)), "Loko"),
            (Products(tags=("new",)), "new"),
            (Products(codes=("4600000000015",)), "4600000000015"),
        )
        for each, name in goods:
            verdict = Combination((COFFEE, GoodsSet(each))).judge(stands(coffee()))
            assert told(verdict) == (f"Добавьте: {name}, 1 шт.", f"Add: 1 × {name}")
        rest = GoodsSet(Products(excluded=ProductSet(categories=("coffee",))))
        verdict = Combination((COFFEE, rest)).judge(stands(coffee()))
        assert told(verdict) == ("Добавьте: товар, 1 шт.", "Add: 1 × goods")

    def test_a_basket_without_any_of_its_goods_has_nothing_to_do_with_it(self):
        assert BREAKFAST.judge(stands(tea())) == UNRELATED


class TestBesideOthers:
    def priced(self, *lines, conditions, reward=None):
        rules = programme(campaign(reward or Percent(5000), *conditions), statuses=())
        return quote(basket(*lines), rules, SUNDAY)

    def test_only_what_takes_part_is_discounted(self):
        made = self.priced(coffee(pieces=3), buns(pieces=3), conditions=[BREAKFAST])
        # One breakfast: a coffee of 200.00 and two buns of 80.00, half of each.
        assert [each.discount_minor for each in made.lines] == [10_000, 8_000]

    def test_goods_chosen_after_it_keep_the_parts_that_take_part(self):
        only_buns = [BREAKFAST, Products(categories=("buns",))]
        made = self.priced(coffee(pieces=3), buns(pieces=3), conditions=only_buns)
        assert [each.discount_minor for each in made.lines] == [0, 8_000]

    def test_goods_chosen_before_it_are_all_it_sees(self):
        dear = Products(tags=("dear",))
        lines = (coffee(tags=("dear",)), buns(2, 8_000, 2), buns(3, 9_000, 2, tags=("dear",)))
        made = self.priced(*lines, conditions=[dear, BREAKFAST])
        assert [each.discount_minor for each in made.lines] == [10_000, 0, 9_000]

    def test_counts_and_sums_are_of_what_takes_part(self):
        lines = (coffee(pieces=3), buns(pieces=3))
        # 200.00 + 2 x 80.00 = 360.00, three pieces.
        fits = [BREAKFAST, Quantity(min_pieces=3, max_pieces=3), GoodsTotal(36_000, 36_000)]
        assert self.priced(*lines, conditions=fits).discount_minor == 18_000
        assert self.priced(*lines, conditions=[BREAKFAST, GoodsTotal(36_001)]).discount_minor == 0
        assert self.priced(*lines, conditions=[BREAKFAST, Quantity(min_pieces=4)]).discount_minor == 0

    def test_a_missing_piece_is_a_hint_with_what_it_brings(self):
        made = self.priced(coffee(), buns(), conditions=[BREAKFAST])
        (hint,) = made.hints
        # With another bun: half of 200.00 + 160.00.
        assert say(hint.said, "ru", TEMPLATES) == "Добавьте: булочка, 1 шт. (выгода 180,00)"
        assert say(hint.said, "en", TEMPLATES) == "Add: 1 × bun (saves 180.00)"
        assert hint.gain_minor == 18_000

    def test_a_set_of_which_nothing_is_there_is_explained_without_a_figure(self):
        made = self.priced(coffee(), conditions=[BREAKFAST])
        (told_of,) = made.explanations
        assert (told_of.outcome, told_of.gain_minor, made.hints) == ("missing", 0, ())
        assert say(told_of.said, "en", TEMPLATES) == "Add: 2 × bun"

    def test_it_is_looked_up_by_the_goods_of_any_set(self):
        index = Index([("breakfast", [BREAKFAST]), ("any", [Combination((COFFEE, GoodsSet(Products())))])])
        assert [*index.candidates(stands(buns()))] == ["breakfast", "any"]
        assert [*index.candidates(stands(tea()))] == ["any"]


class TestReading:
    def test_it_is_read_with_its_sets(self):
        assert read(
            '{ type = "combination", max_times = 3, pick = "cheapest", sets = ['
            '{ name = { ru = "кофе", en = "coffee" }, categories = ["coffee"] },'
            '{ codes = ["00123"], excluded = { tags = ["new"] }, pieces = 2 }] }'
        ) == Combination(
            (COFFEE, GoodsSet(Products(codes=("00123",), excluded=ProductSet(tags=("new",))), 2)), 3, "cheapest"
        )

    def test_every_mistake_is_told_at_once(self):
        assert mistakes(
            '{ type = "combination", times = 1, max_times = 1000, pick = "first", sets = ['
            '{ pieces = 0, name = { ru = "кофе" } }, { category = ["coffee"], brands = ["x"], pieces = 1000 }, 5] }'
        ) == [
            "sets[3]: this is a whole number; needed: a table",
            "sets[1]: no goods are named; give categories, brands, tags, codes or excluded",
            "sets[1].pieces: 0 is out of range; give 1 to 999",
            "sets[1].name.en: a required key is missing; add it: a text",
            "sets[2].pieces: 1000 is out of range; give 1 to 999",
            "sets[2].category: unknown key; perhaps “categories” was meant",
            "max_times: 1000 is out of range; give 0 to 999",
            "pick: unknown value “first”; choose from: dearest, cheapest",
            "times: unknown key; perhaps “max_times” was meant",
        ]
        assert mistakes('{ type = "combination" }') == [
            'sets: no set is given; as in sets = [{ categories = ["coffee"] }, { categories = ["buns"] }]'
        ]
        assert wrong('{ type = "combination", sets = [] }') == ["sets"]

    def test_there_may_be_the_limit_of_sets_and_no_more(self):
        def written(count):
            return f'{{ type = "combination", sets = [{", ".join(["{ brands = [1] }"] * count)}] }}'.replace("1", '"x"')

        found = read(written(MAX_SETS))
        assert isinstance(found, Combination)
        assert len(found.sets) == MAX_SETS == 8
        assert mistakes(written(MAX_SETS + 1)) == ["sets: over the limit: 9; at most 8"]


class TestCombining:
    def test_without_sets_or_pieces_there_is_nothing(self):
        assert times_complete([], []) == 0
        assert times_complete([], [1]) == 0
        assert lacking([], [2, 1]) == [2, 1]
        assert best_pieces([], [0]) == []

    def test_at_the_limit_of_sets_each_may_have_goods_of_its_own_and_shared_ones(self):
        own = [Run(3, 1 << number) for number in range(MAX_SETS)]
        assert times_complete(own, [1] * MAX_SETS) == 3
        shared = [*own[:-1], Run(8, (1 << MAX_SETS) - 1)]
        # 7 x 3 pieces of the sets' own and eight that fit anywhere: of 29 pieces eight sets are filled three times.
        assert times_complete(shared, [1] * MAX_SETS) == 3
        assert best_pieces(shared, [3] * MAX_SETS) == [3] * MAX_SETS

    @pytest.mark.parametrize(("places", "taken"), [([2, 1], [2, 1]), ([1, 1], [2, 0]), ([0, 0], [0, 0])])
    def test_runs_that_stand_first_go_before_others(self, places, taken):
        # The first run fits both sets, the second the first set alone.
        assert best_pieces([Run(2, 0b11), Run(2, 0b01)], places) == taken
