"""docs/CASHIER.md and its Russian twin: every key, every sentence quoted is one the till says, both tell the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loyalty.sentences import Lang
from terminal.ui.keys import BACK, CONFIRM, EXIT, HELP, KEYS, OFFERS, RECEIPTS, RESOLVE
from terminal.ui.lists import MENU
from terminal.ui.words import Words
from terminal.words import TEMPLATES

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES: dict[Lang, str] = {
    "en": (DOCS / "CASHIER.md").read_text("utf-8"),
    "ru": (DOCS / "CASHIER.ru.md").read_text("utf-8"),
}
LANGS = pytest.mark.parametrize("lang", ["en", "ru"])


def table(lang: Lang, section: int) -> list[list[str]]:
    """The rows of the table of a section, counted from 1, without its head."""
    part = PAGES[lang].split("\n## ")[section]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\|.*\|$", part, re.MULTILINE)]
    return rows[2:]


def named(key: str) -> str:
    """A key as the page writes it."""
    if key in ("escape", "tab"):
        return key[:3].capitalize()
    return key.replace("ctrl+", "Ctrl+")[:-1] + key[-1].upper() if key.startswith("ctrl+") else key.upper()


@LANGS
def test_every_key_stands_in_the_table_with_its_other_and_its_label(lang: Lang) -> None:
    words = Words(lang)
    wanted = {}
    for key in (HELP, *KEYS, OFFERS, CONFIRM, RECEIPTS, RESOLVE, BACK, EXIT):
        other = named(key.alias) if key.alias != key.name else ""
        wanted[named(key.name)] = (other, words.text(key.label))
    told = {}
    for key_name, other, does in table(lang, 7):
        told[key_name] = (other, re.findall(r"^\*\*(.+?)\*\*", does)[0])
    assert told == wanted


@LANGS
def test_what_the_till_is_said_to_say_it_says(lang: Lang) -> None:
    place = 1 if lang == "en" else 0
    forms = [re.sub(r"\\?\{.*?\}", ".+", re.escape(pair[place])) for pair in TEMPLATES.values()]
    for said, _ in table(lang, 8):
        sentences = re.compile(rf"({'|'.join(forms)})(\. ({'|'.join(forms)}))?")
        assert sentences.fullmatch(said), said


@LANGS
def test_the_figures_of_the_menu_are_those_of_the_page(lang: Lang) -> None:
    then = "then" if lang == "en" else "затем"
    assert [item.label for item in MENU][:5] == [
        "Void the whole receipt", "X report", "Close the shift, Z report", "Language: Русский / English",
        "Colours: dark, light, 16",
    ]  # fmt: skip
    assert f"F12, {then} 2" in PAGES[lang]
    assert f"F12, {then} 3" in PAGES[lang]


def test_both_pages_tell_the_same() -> None:
    shapes = []
    for lang, page in PAGES.items():
        pictures = [name.replace(".ru.svg", ".svg") for name in re.findall(r"\]\(([\w.-]+\.svg)\)", page)]
        parts = page.split("\n## ")
        tables = [len(re.findall(r"^\|", part, re.MULTILINE)) for part in parts]
        items = [len(re.findall(r"^(?:\d\.|-) ", part, re.MULTILINE)) for part in parts]
        keys = [set(re.findall(r"\bF\d+\b", part)) for part in parts]
        shapes.append((pictures, tables, items, keys))
        assert len(table(lang, 8)) >= 20
    assert shapes[0] == shapes[1]
