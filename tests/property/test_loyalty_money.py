"""Laws of money: nothing is lost in sharing, and what is written is read back."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loyalty.money import MAX_MINOR, divide, money_text, parse_amount, share, share_capped

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@given(st.integers(-(10**15), 10**15), weights.filter(any))
def test_the_parts_sum_to_the_whole_and_are_within_one_of_their_due(total, of):
    parts = share(total, of)
    assert sum(parts) == total
    due = [Fraction(total * weight, sum(of)) for weight in of]
    assert all(abs(part - fair) < 1 for part, fair in zip(parts, due, strict=True))


@given(st.integers(0, 10**9), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=12))
def test_no_capped_part_is_over_its_cap_and_nothing_is_lost(total, places):
    of, caps = [weight for weight, _ in places], [cap for _, cap in places]
    parts = share_capped(total, of, caps)
    assert all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))
    assert all(part == 0 for part, weight in zip(parts, of, strict=True) if weight == 0)
    assert sum(parts) == min(total, sum(cap for cap, weight in zip(caps, of, strict=True) if weight))


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_rounding_is_to_a_neighbour_of_the_exact_figure(numerator, denominator):
    exact = Fraction(numerator, denominator)
    assert divide(numerator, denominator, "floor") == exact.__floor__()
    assert divide(numerator, denominator, "ceil") == exact.__ceil__()
    assert divide(numerator, denominator, "half_even") == round(exact)
    assert abs(divide(numerator, denominator) - exact) <= Fraction(1, 2)
    assert divide(-numerator, denominator) == -divide(numerator, denominator)


@given(st.integers(0, MAX_MINOR))
def test_an_amount_written_in_russian_is_read_back(minor):
    assert parse_amount(money_text(minor)) == minor
    assert parse_amount(str(minor)) == (minor if minor < MAX_MINOR else None)  # twelve digits at most


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_none(text):
    found = parse_amount(text)
    assert found is None or 0 <= found <= MAX_MINOR
