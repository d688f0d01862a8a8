"""Conditions of how much: pieces and weights between two bounds, sums of the goods and of the receipt."""

import pytest
from msgspec.structs import replace

from loyalty.conditions import GoodsTotal, Products, Quantity, ReceiptTotal
from loyalty.explain import TEMPLATES
from loyalty.quote import quote
from loyalty.rewards import Amount, Percent
from loyalty.scene import HOLDS, UNRELATED, Blocked, Missing
from loyalty.sentences import say, sentence
from tests.support.loyalty_conditions import mistakes, read, stands, told, wrong
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, programme


def chosen(of, *places, **parts):
    return replace(of, selected=places, **parts)


class TestQuantity:
    def test_as_many_as_the_most_is_not_too_many(self):
        assert Quantity(max_pieces=3).judge(stands(line(qty_milli=3000))) == HOLDS
        assert Quantity(min_pieces=3, max_pieces=3).judge(stands(line(qty_milli=3000))) == HOLDS
        assert Quantity(max_weight_g=456).judge(stands(line(qty_milli=456, unit="kg"))) == HOLDS

    def test_one_more_than_the_most_is_blocked(self):
        four = stands(line(1, qty_milli=3000), line(2))
        assert told(Quantity(max_pieces=3).judge(four)) == ("Не больше 3 шт.", "At most 3")
        heavy = stands(line(qty_milli=457, unit="kg"))
        assert told(Quantity(max_weight_g=456).judge(heavy)) == ("Не больше 0,456 кг", "At most 0.456 kg")

    def test_below_the_least_it_is_missing_and_not_blocked(self):
        verdict = Quantity(min_pieces=2, max_pieces=3).judge(stands())
        assert verdict == Missing(sentence("quantity.pieces", more_milli=1000), {0: 1000})
        verdict = Quantity(min_weight_g=500, max_weight_g=900).judge(stands(line(qty_milli=456, unit="kg")))
        assert verdict == Missing(sentence("quantity.weight", more_milli=44), {0: 44})

    def test_goods_of_the_other_unit_do_not_count(self):
        assert Quantity(max_pieces=1).judge(stands(line(qty_milli=456, unit="kg"))) == UNRELATED
        assert Quantity(max_weight_g=1).judge(stands()) == UNRELATED

    def test_of_a_combination_only_what_takes_part_counts(self):
        of = chosen(stands(line(1, qty_milli=4000), line(2)), 0, 1, taking_part_milli={0: 2000, 1: 1000})
        assert Quantity(max_pieces=3).judge(of) == HOLDS
        assert Quantity(min_pieces=4).judge(of) == Missing(sentence("quantity.pieces", more_milli=1000), {0: 1000})

    def test_it_is_read_with_either_end_or_both(self):
        assert read('{ type = "quantity", max_pieces = 999 }') == Quantity(max_pieces=999)
        assert read('{ type = "quantity", min_weight_g = 1, max_weight_g = 999_999 }') == Quantity(0, 1, 0, 999_999)

    def test_every_mistake_is_told_at_once(self):
        assert mistakes(
            '{ type = "quantity", min_pieces = 4, max_pieces = 3, max_weight_g = 1_000_000, max_piece = 1 }'
        ) == [
            "max_pieces: the most is less than the least; let max_pieces be no less than min_pieces",
            "max_weight_g: 1000000 is out of range; give 1 to 999999",
            ": either pieces (min_pieces, max_pieces) or a weight (min_weight_g, max_weight_g) are needed; as in"
            " min_pieces = 3",
            "max_piece: unknown key; perhaps “max_pieces” was meant",
        ]
        assert wrong('{ type = "quantity", min_pieces = 0 }') == ["min_pieces"]
        assert wrong('{ type = "quantity", max_pieces = 1000 }') == ["max_pieces"]


class TestGoodsTotal:
    SHOP = stands(line(1, 10_000), line(2, 7_000), line(3, 50_000))

    def test_only_the_chosen_goods_count_and_the_sum_itself_is_enough(self):
        assert GoodsTotal(17_000).judge(chosen(self.SHOP, 0, 1)) == HOLDS
        verdict = GoodsTotal(17_001).judge(chosen(self.SHOP, 0, 1))
        assert verdict == Missing(sentence("goods_total.more", more_minor=1), any_minor=1, like=0)
        assert told(verdict) == ("Таких товаров не хватает на 0,01", "0.01 short of such goods")
        assert fits(sentence("goods_total.more.gain", more_minor=1, gain_minor=1))

    def test_from_half_of_the_sum_it_is_within_reach(self):
        half, less = (GoodsTotal(sum_minor).judge(chosen(self.SHOP, 0)) for sum_minor in (20_000, 20_001))
        assert isinstance(half, Missing)
        assert isinstance(less, Missing)
        assert (half.within_reach, less.within_reach) == (True, False)

    def test_over_the_most_it_is_blocked(self):
        assert GoodsTotal(max_total_minor=17_000).judge(chosen(self.SHOP, 0, 1)) == HOLDS
        verdict = GoodsTotal(max_total_minor=16_999).judge(chosen(self.SHOP, 0, 1))
        assert told(verdict) == ("Только если таких товаров до 169,99", "Only for up to 169.99 of such goods")

    def test_it_goes_by_the_running_price_or_by_the_original(self):
        cheaper = replace(self.SHOP, running_minor=(8_000, 7_000, 50_000))
        said = sentence("goods_total.more", more_minor=2000)
        assert GoodsTotal(17_000).judge(chosen(cheaper, 0, 1)) == Missing(said, any_minor=2000, like=0)
        assert GoodsTotal(17_000, of="original").judge(chosen(cheaper, 0, 1)) == HOLDS
        assert GoodsTotal(1).on_running_price()
        assert not GoodsTotal(1, of="original").on_running_price()

    def test_of_a_combination_what_takes_part_counts(self):
        # 3 pieces of 4 at 100.01 a piece, 33.33 together after a discount: 3/4 of 33.33 is 24.9975, half-up 25.00.
        four = replace(stands(line(1, 10_001, 4000)), taking_part_milli={0: 3000})
        assert GoodsTotal(30_003, 30_003, "original").judge(four) == HOLDS
        assert GoodsTotal(2500, 2500).judge(replace(four, running_minor=(3333,))) == HOLDS

    def test_it_is_read_and_every_mistake_is_told_at_once(self):
        assert read('{ type = "goods_total", max_total_minor = 5, of = "original" }') == GoodsTotal(0, 5, "original")
        assert mistakes(
            '{ type = "goods_total", min_total_minor = 9, max_total_minor = 8, of = "base", total = 1 }'
        ) == [
            "max_total_minor: the largest sum is less than the least; let max_total_minor be no less than"
            " min_total_minor",
            "of: unknown value “base”; choose from: running, original",
            "total: unknown key; remove it",
        ]
        assert mistakes('{ type = "goods_total" }') == [
            "min_total_minor: neither min_total_minor nor max_total_minor is given; give at least one sum"
        ]
        assert wrong('{ type = "goods_total", min_total_minor = 0, max_total_minor = 1_000_000_000_001 }') == [
            "min_total_minor",
            "max_total_minor",
        ]


class TestReceiptTotal:
    def test_over_the_most_it_is_blocked(self):
        two = stands(line(1, 10_000), line(2, 7_000))
        assert ReceiptTotal(max_total_minor=17_000).judge(chosen(two, 0)) == HOLDS
        verdict = ReceiptTotal(max_total_minor=16_999).judge(chosen(two, 0))
        assert told(verdict) == ("Только для чека до 169,99", "Only for a receipt of up to 169.99")

    def test_it_goes_by_the_running_price_or_by_the_original(self):
        of = replace(stands(line(1, 10_000)), running_minor=(8_000,))
        assert ReceiptTotal(10_000).judge(of) == Missing(
            sentence("receipt_total.more", more_minor=2000), any_minor=2000
        )
        assert ReceiptTotal(10_000, of="original").judge(of) == HOLDS
        assert ReceiptTotal(0, 9_999, "original").judge(of) == Blocked(sentence("receipt_total.over", max_minor=9_999))
        assert not ReceiptTotal(1, of="original").on_running_price()

    def test_it_is_read_with_either_end_or_both(self):
        assert read('{ type = "receipt_total", min_total_minor = 5 }') == ReceiptTotal(5)
        written = '{ type = "receipt_total", min_total_minor = 5, max_total_minor = 5, of = "original" }'
        assert read(written) == ReceiptTotal(5, 5, "original")
        assert wrong('{ type = "receipt_total", max_total_minor = 0, of = 1 }') == ["max_total_minor", "of"]


class TestInTheQuote:
    SCARVES = Products(categories=("scarves",))

    @pytest.mark.parametrize("of", ["running", "original"])
    def test_goods_that_keep_their_price_count_towards_the_sum_at_any_price(self, of):
        lines = (line(1, 6_000, category="scarves"), line(2, 5_000, category="scarves", no_discount=True))
        made = quote(
            basket(*lines), programme(campaign(Percent(1000), self.SCARVES, GoodsTotal(11_000, of=of))), SUNDAY
        )
        assert made.discount_minor == 600  # 10 % of 60.00; the other 50.00 counted and kept their price

    def test_a_sum_the_campaigns_before_took_off_is_missing(self):
        first = campaign(Amount(1000), self.SCARVES, id="a")
        then = campaign(Percent(1000), self.SCARVES, GoodsTotal(10_000), id="b")
        lines = (line(1, 10_000, category="scarves"), line(2, 50_000, category="books"))
        (_, told_of) = quote(basket(*lines), programme(first, then, statuses=()), SUNDAY).explanations
        # 100.00 less 10.00 is 90.00: 10.00 short, for 10 % of 90.00.
        assert say(told_of.said, "en", TEMPLATES) == "10.00 more of such goods saves about 9.00"

    def test_a_hint_is_not_worth_anything_where_another_sum_is_missing_too(self):
        both = campaign(Percent(1000), self.SCARVES, GoodsTotal(12_000), ReceiptTotal(13_000))
        (told_of,) = quote(basket(line(1, category="scarves")), programme(both, statuses=()), SUNDAY).explanations
        assert (told_of.outcome, told_of.said.code, told_of.gain_minor) == ("missing", "goods_total.more", 0)

    def test_what_one_more_piece_would_block_is_no_hint(self):
        half = campaign(Percent(5000), self.SCARVES, Quantity(min_pieces=2), Quantity(max_pieces=2), id="pair")
        only_one = campaign(Percent(5000), self.SCARVES, Quantity(min_pieces=2), Quantity(max_pieces=1), id="never")
        made = quote(basket(line(1, category="scarves")), programme(half, only_one, statuses=()), SUNDAY)
        gains = {told_of.campaign_id: (told_of.outcome, told_of.gain_minor) for told_of in made.explanations}
        # Two at 100.00 less half: 100.00 off; of the other, two are never one.
        assert gains == {"pair": ("missing", 10_000), "never": ("missing", 0)}
