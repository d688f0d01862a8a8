"""A weight as it is typed: what is kilograms, what is grams, and what is asked for again."""

from __future__ import annotations

import pytest

from terminal.session.weights import is_doubtful, whole_milli


@pytest.mark.parametrize(
    ("figure", "grams"),
    [
        (0, 0),
        (1, 1_000),
        (30, 30_000),
        (31, None),
        (99, None),
        (100, 100),
        (456, 456),
        (30_000, 30_000),
        (30_001, None),
    ],
)
def test_a_whole_figure_is_kilograms_up_to_thirty_and_grams_from_a_hundred_on(figure: int, grams: int | None) -> None:
    assert whole_milli(figure) == grams
    assert is_doubtful(str(figure)) is (grams is None)


@pytest.mark.parametrize("text", ["60.0", "60,5", "-60", "", "60 кг", "٦٠"])
def test_only_a_whole_figure_in_plain_digits_is_in_doubt(text: str) -> None:
    assert not is_doubtful(text)
