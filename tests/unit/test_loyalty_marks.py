"""Codes of marked goods: whose they are, kept as they were read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.catalogue import Control, Price, Product
from loyalty.codes import CodeRanges, ProductCode, UnknownCode, classify, is_scan
from loyalty.marks import MAX_MARK_CHARS, gtin_and_serial, hint_of, read_mark, refusal

RANGES = CodeRanges()
SHOES = "0104600000000015215!aB(x)*+d,-f\x1d91EE06\x1d92abcdEFGH0123456789+/=abcdEFGH0123456789+/=aa=="
MILK = "010460000000001521abcdef\x1d93Zx1=\x1d3103000500"
SHORT = "0100000046000019215abc\x1d93abcd"
TOBACCO = "04600000000015abcdefgAB!dE+/="


@pytest.mark.parametrize("raw", [SHOES, MILK, TOBACCO])
def test_a_code_is_its_goods_and_every_byte_of_it_is_kept(raw: str) -> None:
    assert classify(raw, RANGES) == ProductCode("4600000000015", raw)
    assert is_scan(raw, RANGES)


def test_the_separator_before_the_first_element_and_the_end_of_a_line_are_no_part_of_the_code() -> None:
    assert classify(f"\x1d{MILK}\r\n", RANGES) == ProductCode("4600000000015", MILK)
    assert read_mark(f"{MILK}\x1d") is not None
    assert read_mark(f"{MILK}\x1d").raw == f"{MILK}\x1d"  # type: ignore[union-attr]


def test_an_ean_8_within_is_that_ean_8() -> None:
    assert classify(SHORT, RANGES) == ProductCode("46000019", SHORT)


def test_a_code_whose_gtin_is_wrong_is_no_goods() -> None:
    found = classify(MILK.replace("0460000000001521", "0460000000001621"), RANGES)
    assert isinstance(found, UnknownCode)
    assert found.why.code == "code.check_digit"


@pytest.mark.parametrize(
    "text",
    ["4600000000015", "0104600000000015", "010460000000001521", "01046000000000152\x1d5abc", "01046000000000152 ab"],
)
def test_what_has_no_serial_number_is_no_code_of_marking(text: str) -> None:
    assert read_mark(text) is None


def test_the_longest_code_is_read_and_one_character_more_is_not() -> None:
    longest = "010460000000001521" + "a" * (MAX_MARK_CHARS - 18)
    assert read_mark(longest) is not None
    assert read_mark(longest + "a") is None


PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


@given(
    st.text(alphabet=PRINTABLE, min_size=1, max_size=20), st.lists(st.text(alphabet=PRINTABLE, max_size=40), max_size=3)
)
def test_whatever_the_serial_number_and_the_proof_are_nothing_of_them_changes(serial: str, rest: list[str]) -> None:
    raw = "\x1d".join((f"010460000000001521{serial}", *rest))
    assert classify(raw, RANGES) == ProductCode("4600000000015", raw)
    assert gtin_and_serial(raw) == ("04600000000015", serial)


def test_the_piece_is_named_by_gtin_and_serial_number() -> None:
    assert gtin_and_serial(SHOES) == ("04600000000015", "5!aB(x)*+d,-f")
    assert gtin_and_serial(TOBACCO) == ("04600000000015", "abcdefg")


@pytest.mark.parametrize(
    ("control", "mark", "qty_milli", "taken", "code"),
    [
        ("", "", 3000, (), None),
        ("marked", MILK, 1000, (SHOES,), None),
        ("marked", "", 1000, (), "mark.needed"),
        ("marked", MILK, 2000, (), "mark.one_each"),
        ("marked", MILK, 1000, (MILK,), "mark.twice"),
        ("permission", MILK, 1000, (), "mark.permission"),
        ("egais", MILK, 1000, (), "mark.egais"),
    ],
)
def test_what_may_not_be_sold_says_why(
    control: Control, mark: str, qty_milli: int, taken: tuple[str, ...], code: str | None
) -> None:
    product = Product("4600000000015", "Вода", (Price(50_00),), control=control)
    why = refusal(product, mark, qty_milli, taken)
    assert (why.code if why else None) == code
    assert why is None or (hint_of(why) is None) == (code == "mark.one_each")
