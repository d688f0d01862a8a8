"""Laws of codes: nothing raises, check digits find every single mistake, phones are one number in any spelling."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import (
    CodeRanges,
    UnknownCode,
    card_number,
    check_char,
    classify,
    gtin_check_digit,
    gtin_is_valid,
    is_scan,
    parse_phone,
)
from tests.support.loyalty_samples import fits

DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CLUB = CodeRanges()
codelike = st.text(alphabet=DIGITS + "+- ()KPL:CTR\x00ß²٣", max_size=24)


@given(st.one_of(st.text(), codelike, st.text(alphabet=DIGITS, min_size=7, max_size=15)))
def test_any_text_is_classified_and_what_is_unknown_says_why(text):
    found = classify(text, CLUB)
    if isinstance(found, UnknownCode):
        assert fits(found.why)
        assert not is_scan(text, CLUB)
    assert (parse_phone(text) or "+").startswith("+")


@given(st.text(alphabet=DIGITS, min_size=7, max_size=13), st.data())
def test_a_gtin_check_digit_finds_any_wrong_digit(body, data):
    code = body + gtin_check_digit(body)
    assert gtin_is_valid(code)
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in DIGITS if digit != code[place]]))
    assert not gtin_is_valid(code[:place] + wrong + code[place + 1 :])


@given(st.text(alphabet=LETTERS, min_size=2, max_size=18), st.data())
def test_a_coupon_s_check_character_finds_any_wrong_character(body, data):
    code = body + check_char(body)
    place = data.draw(st.integers(0, len(code) - 2))
    wrong = data.draw(st.sampled_from([char for char in LETTERS if char != code[place]]))
    damaged = code[:place] + wrong + code[place + 1 :]
    assert check_char(damaged[:-1]) != damaged[-1]


@given(st.integers(0, 10**6 - 1), st.integers(0, 999))
def test_card_numbers_are_valid_and_each_is_its_own(counter, terminal):
    prefix = f"299{terminal:03d}"
    number = card_number(prefix, counter)
    assert gtin_is_valid(number)
    assert number[:-1] == f"{prefix}{counter:06d}"


@given(st.sampled_from("3489"), st.text(alphabet=DIGITS, min_size=9, max_size=9), st.data())
def test_a_phone_is_one_number_in_any_spelling(first, rest, data):
    number = first + rest
    start = data.draw(st.sampled_from(["+7", "8", "7", "007", "+7 (", "8-"] + ([""] if number[:2] != "89" else [])))
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", ")", "\u00a0", "\u2013"]), min_size=10, max_size=10))
    spelled = start + "".join(digit + gap for digit, gap in zip(number, gaps, strict=True))
    assert parse_phone(spelled) == f"+7{number}"
