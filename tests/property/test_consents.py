"""The words of a member come to the same in whatever order and however often they are heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loyalty.consents import PURPOSES, Said, joined, last_said, word_ms

SAID = st.builds(Said, st.sampled_from(["1", "2"]), st.integers(0, 5), st.booleans())
HELD = st.dictionaries(st.sampled_from(PURPOSES), SAID)


@given(st.lists(HELD, max_size=5), st.randoms(use_true_random=False))
def test_words_join_in_any_order_and_twice_as_well_as_once(words: list[dict[str, Said]], chance) -> None:
    again = [*words, *words]
    chance.shuffle(again)
    one_by_one: dict[str, Said] = {}
    for each in again:
        one_by_one = joined(one_by_one, each)
    assert joined(*words) == one_by_one


@given(SAID, SAID)
def test_of_two_words_the_later_holds_and_of_one_moment_the_one_that_withdraws(one: Said, other: Said) -> None:
    found = last_said(one, other)
    assert found in (one, other)
    assert found.at_ms == max(one.at_ms, other.at_ms)
    if one.at_ms == other.at_ms:
        assert found.given == (one.given and other.given)


@given(HELD, st.sampled_from(PURPOSES), st.integers(0, 9), st.booleans())
def test_a_word_that_answers_another_holds_whatever_the_clock_says(held, purpose, now_ms: int, given: bool) -> None:
    answer = Said("3", word_ms(held, purpose, now_ms), given)
    assert joined(held, {purpose: answer})[purpose] == answer
    assert answer.at_ms >= now_ms
