"""Sentences for people, kept as data: a code and its arguments, said in Russian or English when shown.

Argument names end in their unit, and the unit decides how a figure is written: `_minor` is money,
`_bp` a percentage, `_points` points, `_milli` a quantity, anything else is written as it is.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from loyalty.money import money_text, percent_text, quantity_text

Lang = Literal["ru", "en"]
Templates = Mapping[str, tuple[str, str]]
"""code -> (Russian template, English template), with `{argument}` places."""


class Sentence(msgspec.Struct, frozen=True):
    """One sentence as data: `code` names the templates, `args` fill their places."""

    code: str
    args: dict[str, int | str] = {}


def sentence(code: str, **args: int | str) -> Sentence:
    return Sentence(code, args)


def say(said: Sentence, lang: Lang, templates: Templates) -> str:
    """The sentence in one language; a code without a template is said as `code: arguments`, never an error."""
    pair = templates.get(said.code)
    written = {name: _written(name, value, lang) for name, value in said.args.items()}
    if pair is None:
        return said.code + (": " + ", ".join(written.values()) if written else "")
    try:
        return pair[0 if lang == "ru" else 1].format_map(written)
    except (KeyError, IndexError, ValueError):
        return said.code + ": " + ", ".join(written.values())


def _written(name: str, value: int | str, lang: Lang) -> str:
    if isinstance(value, str):
        return value
    if name.endswith("_minor"):
        return money_text(value, lang)
    if name.endswith("_bp"):
        return percent_text(value, lang)
    if name.endswith("_milli"):
        return quantity_text(value, lang)
    return str(value)
