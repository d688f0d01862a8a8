"""Russian keys back to the keys a scanner meant."""

import pytest

from terminal.scanner.layout import RUSSIAN, US, unmap_layout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ДС1ЖФИС", "LC1:ABC"),
        ("ЛЗДЖ2990000000019", "KPL:2990000000019"),
        ("реезыЖ..ч", "https://x"),
        ("Е12-345", "T12-345"),
        ("ё№;:?/.,Ё", "`#$^&|/?~"),
    ],
)
def test_a_text_with_cyrillic_letters_is_read_by_the_position_of_its_keys(typed: str, meant: str) -> None:
    assert unmap_layout(typed) == meant


@pytest.mark.parametrize("text", ["4600000000015", "KPL:299", "12,50", "№5", ""])
def test_a_text_without_a_cyrillic_letter_stays(text: str) -> None:
    assert unmap_layout(text) == text


def test_each_key_has_one_character_in_each_layout() -> None:
    assert len(RUSSIAN) == len(US) == len(set(RUSSIAN)) == len(set(US)) == 94
