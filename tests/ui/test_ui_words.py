"""The Russian labels: every label of the code has one, with the same places, and the compiled catalogue is this one."""

from __future__ import annotations

import gettext
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from loyalty.programme import Label
from loyalty.sentences import Lang, sentence
from terminal.ui.words import LOCALE, Words

CODE = Path(__file__).parents[2] / "terminal" / "ui"
FOLDER = LOCALE / "ru" / "LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "text": None, "many": (1, 2)}
PLACE = re.compile(r"\{[a-z]+\}")


def labels() -> set[str]:
    """Every msgid in the code; of a label that counts, the first."""
    found = extract_from_dir(CODE, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found if message}


def russian() -> Catalog:
    with (FOLDER / "till.po").open("rb") as file:
        return read_po(file, locale="ru")


def test_every_label_of_the_code_has_a_russian_text_and_none_is_left_over() -> None:
    catalogue = russian()
    texts = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in catalogue
        if message.id
    }
    assert set(texts) == labels()
    assert all(all(text) if isinstance(text, tuple) else text for text in texts.values())
    assert not any(message.fuzzy for message in catalogue if message.id)


def test_a_translation_has_the_places_of_its_label() -> None:
    for message in russian():
        ids = (message.id,) if isinstance(message.id, str) else message.id
        texts = (message.string,) if isinstance(message.string, str) else message.string
        for text in texts or () if message.id else ():
            assert set(PLACE.findall(text)) == set(PLACE.findall(ids[-1])), message.id


def test_the_compiled_catalogue_is_made_of_the_written_one() -> None:
    made = BytesIO()
    write_mo(made, russian())
    with (FOLDER / "till.mo").open("rb") as file:
        compiled = read_mo(file)
    expected = read_mo(BytesIO(made.getvalue()))
    assert [(m.id, m.string) for m in compiled] == [(m.id, m.string) for m in expected]


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 позиция"), (3, "3 позиции"), (11, "11 позиций"), (21, "21 позиция")]
)
def test_russian_counts_in_three_forms(count: int, text: str) -> None:
    assert Words("ru").many("{n} line", "{n} lines", count) == text


@pytest.mark.parametrize(
    ("lang", "age_s", "text"),
    [("ru", 5, "только что"), ("ru", 60, "1 мин"), ("en", 3599, "59 min"), ("ru", 3600, "1 ч"), ("en", 172_800, "2 d")],
)
def test_an_age_is_said_in_one_unit(lang: Lang, age_s: int, text: str) -> None:
    assert Words(lang).age(age_s) == text


def test_sentences_names_and_figures_are_said_in_the_language_and_made_harmless() -> None:
    russian_, english = Words("ru"), Words("en")
    assert russian_.say(sentence("sale.voided", name="a\x1b[2Jb")) == "Убрано: a[2Jb"
    assert english.say(sentence("pay.left", due_minor=123_450)) == "Still due: 1,234.50"
    assert (russian_.name(Label("Клуб", "Club")), english.name(Label("Клуб", "Club"))) == ("Клуб", "Club")
    assert (russian_.points(-12_345), english.points(12_345)) == ("\u221212\u00a0345", "12,345")
    assert english.other().lang == "ru"


def test_the_sentences_of_the_rooms_behind_the_till_can_be_given() -> None:
    words = Words("ru", lambda: {"print.failed": ("Не напечатан", "Not printed")})
    assert words.say(sentence("print.failed")) == "Не напечатан"
    assert words.other().say(sentence("print.failed")) == "Not printed"


def test_english_needs_no_catalogue() -> None:
    assert isinstance(Words("en")._catalogue, gettext.NullTranslations)
    assert Words("en").text("Pay") == "Pay"
