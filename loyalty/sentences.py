"""Sentences for people, kept as data: a code and its arguments, said in Russian or English when shown.

Argument names end in their unit, and the unit decides how a figure is written: `_minor` is money,
`_bp` a percentage, `_points` (`points`, `points_each`) points with thousands apart, `_milli` a quantity, `_date` an
ISO date, `_at` a local moment (`2026-11-22T14:05`), anything else is written as it is.
A place may carry the forms of a word, which then agrees with the figure: `{count:балл|балла|баллов}` is
`3 балла`, `{count:point|points}` is `3 points`. Where a word or name differs between the languages, the
arguments hold both (`name_ru`, `name_en`), and each template takes its own.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from loyalty.dates import date_text, moment_text
from loyalty.money import money_text, percent_text, points_text, quantity_text

Lang = Literal["ru", "en"]
ENGLISH_FORMS = 2
"""Of a word that agrees with a figure: one and many; Russian has three."""
Templates = Mapping[str, tuple[str, str]]
"""code -> (Russian template, English template), with `{argument}` places."""


class Sentence(msgspec.Struct, frozen=True):
    """One sentence as data: `code` names the templates, `args` fill their places."""

    code: str
    args: dict[str, int | str] = {}


def sentence(code: str, /, **args: int | str) -> Sentence:
    return Sentence(code, args)


def say(said: Sentence, lang: Lang, templates: Templates) -> str:
    """The sentence in one language; a code without a template is said as `code: arguments`, never an error."""
    pair = templates.get(said.code)
    written = {name: _Written(_written(name, value, lang), value) for name, value in said.args.items()}
    if pair is None:
        return said.code + (": " + ", ".join(written.values()) if written else "")
    try:
        return pair[0 if lang == "ru" else 1].format_map(written)
    except (KeyError, IndexError, ValueError, AttributeError):
        return said.code + ": " + ", ".join(written.values())


class _Written(str):
    """A written value that can choose the form of the word after it."""

    __slots__ = ("value",)
    value: int | str

    def __new__(cls, text: str, value: int | str) -> "_Written":
        written = super().__new__(cls, text)
        written.value = value
        return written

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        count = abs(self.value) if isinstance(self.value, int) else 0
        return f"{self!s} {_form(count, spec.split('|'))}"


def counted(count: int, forms: str) -> str:
    """A figure with its word, of the forms `звезда|звезды|звёзд` or `star|stars`."""
    each = forms.split("|")
    return f"{points_text(count, 'en' if len(each) == ENGLISH_FORMS else 'ru')} {_form(abs(count), each)}"


def _form(count: int, forms: list[str]) -> str:
    """Two forms are English (one, many); three are Russian (1 балл, 2 балла, 5 баллов)."""
    if len(forms) == ENGLISH_FORMS:
        return forms[0] if count == 1 else forms[1]
    if 11 <= count % 100 <= 14:
        return forms[-1]
    return forms[{1: 0, 2: 1, 3: 1, 4: 1}.get(count % 10, -1)]


def _written(name: str, value: int | str, lang: Lang) -> str:
    if isinstance(value, str):
        return _dated(name, value, lang)
    if name.endswith("_minor"):
        return money_text(value, lang)
    if name.endswith("_bp"):
        return percent_text(value, lang)
    if "points" in name.split("_"):
        return points_text(value, lang)
    if name.endswith("_milli"):
        return quantity_text(value, lang)
    return str(value)


def _dated(name: str, value: str, lang: Lang) -> str:
    if name.endswith("_date"):
        return date_text(value, lang)
    return moment_text(value, lang) if name.endswith("_at") else value
