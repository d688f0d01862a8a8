"""Money, prices, masked names: the small figures everything else stands on."""

import pytest

from loyalty.catalogue import Price, price_at
from loyalty.member import mask_name
from loyalty.money import (
    MAX_MINOR,
    divide,
    line_amount,
    money_text,
    parse_amount,
    part_bp,
    percent_text,
    quantity_text,
    share,
    share_capped,
)
from tests.support.loyalty_samples import product


@pytest.mark.parametrize(
    ("rounding", "values"),
    [
        ("half_up", [2, 3, 3, -2, -3]),
        ("half_even", [2, 2, 3, -2, -2]),
        ("floor", [2, 2, 2, -3, -3]),
        ("ceil", [3, 3, 3, -2, -2]),
    ],
)
def test_division_rounds_as_it_is_told(rounding, values):
    assert [divide(n, 4, rounding) for n in (9, 10, 11, -9, -10)] == values


def test_division_by_nothing_is_an_error():
    with pytest.raises(ValueError):
        divide(1, 0)


def test_a_line_is_price_times_quantity():
    assert line_amount(89_900, 456) == 40_994
    assert line_amount(1, 499) == 0
    assert line_amount(1, 500) == 1
    assert part_bp(9_999, 1250) == 1250


def test_a_total_is_shared_by_largest_remainder():
    assert share(100, [1, 1, 1]) == [34, 33, 33]
    assert share(-100, [1, 1, 1]) == [-34, -33, -33]
    assert share(1, [1, 2]) == [0, 1]
    assert share(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError):
        share(1, [0, 0])
    with pytest.raises(ValueError):
        share(1, [2, -1])


def test_what_a_full_place_cannot_take_goes_to_the_others():
    assert share_capped(100, [1, 1, 1], [10, 100, 100]) == [10, 45, 45]
    assert share_capped(100, [1, 1, 0], [10, 20, 100]) == [10, 20, 0]
    assert share_capped(0, [], []) == []


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234", 1234),
        ("12.3", 1230),
        ("12,30", 1230),
        ("0,05", 5),
        (" 1 234,50 ", 123_450),
        ("1\u00a0234,5", 123_450),
        ("5", 5),
    ],
)
def test_an_amount_is_read_as_cashiers_type_it(text, minor):
    assert parse_amount(text) == minor


@pytest.mark.parametrize(
    "text", ["", ".", "12.", ",5", "12.345", "-5", "1e3", "abc", "1.2.3", "9" * 13, "99999999999,99", "١٢"]
)
def test_what_is_no_amount_is_refused(text):
    assert parse_amount(text) is None


def test_the_largest_amount_is_allowed():
    assert parse_amount(str(MAX_MINOR // 100) + ",00") == MAX_MINOR
    assert parse_amount(str(MAX_MINOR // 100) + ",01") is None


def test_figures_are_written_as_people_read_them():
    assert money_text(-123_456_789) == "\u22121\u00a0234\u00a0567,89"
    assert money_text(5, "en") == "0.05"
    assert percent_text(-50) == "\u22120,5\u00a0%"
    assert quantity_text(-1_500, "en") == "\u22121.500"


def test_the_price_of_the_store_goes_before_that_of_all_stores():
    from msgspec.structs import replace

    prices = (Price(100), Price(90, 50), Price(80, 100), Price(120, 10, "s1"), Price(70, 200, "s1"))
    goods = replace(product(), prices=prices)
    assert [price_at(goods, "s2", at_ms) for at_ms in (0, 49, 50, 100, 1000)] == [100, 100, 90, 80, 80]
    assert [price_at(goods, "s1", at_ms) for at_ms in (9, 10, 100, 200)] == [100, 120, 120, 70]


def test_goods_without_a_price_yet_have_none():
    from msgspec.structs import replace

    assert price_at(replace(product(), prices=(Price(100, 50),)), "s1", 49) is None
    assert price_at(replace(product(), prices=()), "s1", 0) is None


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Иванова Мария Петровна", "Мария И."),
        ("Иванова Мария", "Мария И."),
        ("Мария", "Мария"),
        ("", ""),
        ("  ", ""),
        ("А" * 100, "А" * 24),
    ],
)
def test_a_name_is_masked_to_greet_and_not_to_identify(name, masked):
    assert mask_name(name) == masked
