"""The small parts under the panes: the line being typed, cells, rows, large digits, keys, the window of a long list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from terminal.ui.cells import clean, cut, left, right, wrap
from terminal.ui.digits import digits
from terminal.ui.editor import MAX_LINE_CHARS, Line, edited, typed
from terminal.ui.keys import BY_NAME, EXIT, HELP, KEYS, shown
from terminal.ui.palette import DARK
from terminal.ui.rows import ends, fit, row
from terminal.ui.widgets.footer import key_at
from terminal.ui.widgets.lines import window


def test_typing_puts_text_at_the_cursor_and_stops_at_the_limit() -> None:
    line = typed(Line("абв", 1), "12")
    assert line == Line("а12бв", 3)
    full = typed(Line(), "x" * (MAX_LINE_CHARS - 1))
    assert len(typed(full, "y").text) == MAX_LINE_CHARS
    assert typed(typed(full, "y"), "z").text == typed(full, "y").text
    assert typed(Line(), "a\x1bb\nc").text == "abc"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("backspace", Line("шрф Локо", 1)),
        ("delete", Line("шаф Локо", 2)),
        ("left", Line("шарф Локо", 1)),
        ("right", Line("шарф Локо", 3)),
        ("home", Line("шарф Локо", 0)),
        ("end", Line("шарф Локо", 9)),
        ("ctrl+u", Line()),
        ("f2", None),
    ],
)
def test_editing_keys_do_what_editing_keys_do(key: str, line: Line | None) -> None:
    assert edited(Line("шарф Локо", 2), key) == line


@given(
    st.text(max_size=80),
    st.lists(st.sampled_from(["backspace", "delete", "left", "right", "home", "end", "ctrl+u", "x", "ы"])),
)
def test_the_cursor_never_leaves_the_line(text: str, keys: list[str]) -> None:
    line = typed(Line(), text)
    for key in keys:
        line = edited(line, key) or typed(line, key)
        assert 0 <= line.at <= len(line.text) <= MAX_LINE_CHARS


@given(st.text(max_size=600))
def test_cleaned_text_is_printable_and_on_one_line(text: str) -> None:
    assert all(char.isprintable() or char == "\u00a0" for char in clean(text))


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Mn", "Me", "Mc"]), max_size=40),
    st.integers(0, 30),
)
def test_cut_and_set_text_has_its_width_to_the_cell(text: str, width: int) -> None:
    text = clean(text)
    assert cell_len(cut(text, width)) <= width
    assert cell_len(left(text, width)) == width
    assert all(cell_len(line) <= width for line in wrap(text, width, 3))


def test_a_long_name_ends_in_an_ellipsis_and_a_long_figure_is_never_a_shorter_one() -> None:
    assert cut("Шарф домашний", 6) == "Шарф…"
    assert right("12 345,00", 12) == "   12 345,00"
    assert right("12 345,00", 8) == "########"


@given(st.lists(st.tuples(st.text(max_size=20), st.just("text")), max_size=5), st.integers(1, 60))
def test_rows_are_exactly_as_wide_as_their_pane(parts: list[tuple[str, str]], width: int) -> None:
    parts = [(clean(text), ink) for text, ink in parts]
    assert row(DARK, width, parts).cell_length == width
    assert ends(DARK, width, parts, parts[:1]).cell_length == width
    assert row(DARK, width, fit(parts, width)).cell_length == width


def test_large_digits_are_three_lines_of_one_width_and_twice_as_large_five() -> None:
    for scale, height in ((1, 3), (2, 5)):
        lines = digits("1 234,50", scale)
        assert len(lines) == height
        assert len({len(line) for line in lines}) == 1
    assert digits("18") != digits("13")
    assert len({tuple(digits(char)) for char in "0123456789+\u2212"}) == 12


def test_every_key_has_one_meaning_and_an_alias_terminals_do_not_steal() -> None:
    names = [name for key in (*KEYS, HELP) for name in (key.name, key.alias)]
    assert len(names) == len(set(names))
    assert [key.name for key in KEYS] == [f"f{number}" for number in range(2, 13)]
    assert all(key.alias.startswith("ctrl+") for key in KEYS)
    taken = {"ctrl+a", "ctrl+y", "ctrl+u", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+c"}
    assert not taken & set(BY_NAME)
    assert (shown("f2"), shown("ctrl+p"), shown("escape"), shown(EXIT.name)) == ("F2", "^P", "Esc", "^Q")


def test_a_pointer_presses_the_key_it_is_on() -> None:
    assert key_at(0, 0, 80, 2) == KEYS[0]
    assert key_at(14, 1, 80, 2) == KEYS[7]
    assert key_at(79, 0, 80, 2) is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=60), st.data(), st.integers(4, 40))
def test_the_selected_block_is_always_in_the_window_and_the_window_fits(
    heights: list[int], data: st.DataObject, room: int
) -> None:
    here = data.draw(st.integers(0, len(heights) - 1))
    first, last = window(heights, here, room)
    assert 0 <= first <= here < last <= len(heights)
    assert sum(heights[first:last]) <= room
    assert first == 0 or sum(heights[first - 1 : last]) > room
