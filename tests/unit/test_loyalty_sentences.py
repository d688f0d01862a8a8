"""Sentences: how figures are written, and that every sentence of loyalty can be said."""

import ast
import re
from pathlib import Path

import pytest

import loyalty
from loyalty.explain import TEMPLATES
from loyalty.sentences import Sentence, counted, say, sentence
from tests.support.loyalty_samples import places_of

ROOM = Path(loyalty.__file__).parent
SOURCES = sorted(ROOM.rglob("*.py"))
_CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def said(template: str, lang="ru", **args) -> str:
    return say(sentence("x", **args), lang, {"x": (template, template)})


@pytest.mark.parametrize(
    ("name", "value", "ru", "en"),
    [
        ("total_minor", 123_450, "1\u00a0234,50", "1,234.50"),
        ("total_minor", -5, "\u22120,05", "\u22120.05"),
        ("rate_bp", 1250, "12,5\u00a0%", "12.5\u00a0%"),
        ("rate_bp", 1000, "10\u00a0%", "10\u00a0%"),
        ("more_milli", 456, "0,456", "0.456"),
        ("more_milli", 3000, "3", "3"),
        ("first_date", "2026-11-05", "05.11.2026", "5 Nov 2026"),
        ("first_date", "2026-13-05", "2026-13-05", "2026-13-05"),
        ("first_date", "05.11.2026", "05.11.2026", "05.11.2026"),
        ("since_at", "2026-11-05T09:00", "05.11.2026 09:00", "5 Nov 2026 09:00"),
        ("since_at", "2026-11-05 09:00", "05.11.2026 09:00", "5 Nov 2026 09:00"),
        ("since_at", "", "", ""),
        ("limit_points", 300, "300", "300"),
        ("points", 3000, "3\u00a0000", "3,000"),
        ("viewpoints", 3000, "3000", "3000"),
        ("count", 7, "7", "7"),
        ("text", "{count}", "{count}", "{count}"),
    ],
)
def test_the_unit_in_the_name_decides_how_a_figure_is_written(name, value, ru, en):
    assert said(f"{{{name}}}", "ru", **{name: value}) == ru
    assert said(f"{{{name}}}", "en", **{name: value}) == en


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 баллов"), (1, "1 балл"), (2, "2 балла"), (5, "5 баллов"), (11, "11 баллов"),
     (12, "12 баллов"), (21, "21 балл"),
     (22, "22 балла"), (111, "111 баллов"), (1001, "1\u00a0001 балл"), (-3, "\u22123 балла")],
)  # fmt: skip
def test_a_russian_word_agrees_with_its_figure(count, text):
    assert said("{points:балл|балла|баллов}", points=count) == text


def test_an_english_word_agrees_with_its_figure():
    assert [said("{n:point|points}", "en", n=n) for n in (0, 1, 2)] == ["0 points", "1 point", "2 points"]


def test_a_sentence_without_a_template_is_still_said():
    assert say(Sentence("new.code", {"total_minor": 100}), "en", {}) == "new.code: 1.00"


@pytest.mark.parametrize("template", ["{missing}", "{", "{0}", "{n:>>bad}", "{n.attribute}"])
def test_a_broken_template_never_raises(template):
    assert "7" in said(template, n=7)


@pytest.mark.parametrize("code", sorted(TEMPLATES))
def test_every_sentence_has_both_languages_with_known_places(code):
    russian, english = TEMPLATES[code]
    assert re.search("[а-яё]", russian.lower()) or "{name_ru}" in russian
    assert not re.search("[а-яё]", english.lower())
    strip = {name.removesuffix("_ru").removesuffix("_en") for name in places_of(russian)}
    assert strip == {name.removesuffix("_ru").removesuffix("_en") for name in places_of(english)}


def _calls():
    """Every call of `sentence` in loyalty: where, the codes it may have, the names of its arguments."""
    for source in SOURCES:
        for function in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence" and node.args:
                        yield f"{source.relative_to(ROOM)}:{node.lineno}", _codes(node.args[0], function), node.keywords


def _codes(argument: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The codes an argument may be: its own literals, else every literal of the function that looks like a code."""
    within = argument if any(isinstance(n, ast.Constant) for n in ast.walk(argument)) else function
    literals = {n.value for n in ast.walk(within) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in literals if _CODE.fullmatch(text)}


CALLS = [*_calls()]


def test_the_search_for_sentences_finds_them():
    assert len(CALLS) > 80


@pytest.mark.parametrize(("where", "codes", "keywords"), CALLS, ids=[call[0] for call in CALLS])
def test_every_sentence_that_is_made_can_be_said(where, codes, keywords):
    given = {keyword.arg for keyword in keywords}
    for code in codes:
        assert code in TEMPLATES, where
        if None not in given:  # None is `**args`, which the properties of the quote try out
            assert places_of(TEMPLATES[code][0]) <= given, where
            assert places_of(TEMPLATES[code][1]) <= given, where


def test_no_sentence_is_kept_that_is_never_said():
    rooms = [*SOURCES, *(ROOM.parent / "terminal").rglob("*.py")]  # a till asks for a phone in loyalty's words
    written = "".join(source.read_text(encoding="utf-8") for source in rooms)
    for code in TEMPLATES:
        stem = code.removesuffix(".gain").removesuffix("_none")
        assert written.count(f'"{stem}"') >= 2 or written.count(f'"{code}"') >= 2, code


def test_points_are_written_as_money_is_with_thousands_apart() -> None:
    said = sentence("a", balance_points=1_540, owed_points=-12_000, few_points=999)
    templates = {"a": ("{balance_points:балл|балла|баллов}, {owed_points}, {few_points}",) * 2}
    assert say(said, "ru", templates) == "1\u00a0540 баллов, \u221212\u00a0000, 999"
    assert say(said, "en", {"a": ("", "{balance_points:point|points}")}) == "1,540 points"


@pytest.mark.parametrize(
    ("lang", "said"), [("ru", "По 1\u00a0153 балла за каждый: +2\u00a0306"), ("en", "1,153 points each: +2,306")]
)
def test_thousands_of_points_stand_apart_in_reasons(lang, said):
    assert say(sentence("points_per_unit.given", points_each=1153, points=2306), lang, TEMPLATES) == said


def test_thousands_of_a_programmes_own_units_stand_apart():
    assert counted(12_001, "звезда|звезды|звёзд") == "12\u00a0001 звезда"
    assert counted(12_001, "star|stars") == "12,001 stars"
