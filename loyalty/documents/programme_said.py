"""Keys and values of a programme as people read them, by the words of `loyalty.documents.programme_words`.

A key's unit is in its name, so a figure is written by it: `_minor` money, `_bp` a percentage, `_points` points, `_g`
weight, `_days` days, an ISO date as a date.
"""

import re
from collections.abc import Callable

from loyalty.documents.programme_words import NOUNS, TITLES, UNITS, VALUES, WORDS, Pair
from loyalty.money import money_text, percent_text, quantity_text
from loyalty.sentences import Lang, counted

_POINTS = ("балл|балла|баллов", "point|points")
_DAYS = ("день|дня|дней", "day|days")
_WORKDAYS = ("рабочий день|рабочих дня|рабочих дней", "working day|working days")
_SPANS = ((86_400, _DAYS), (3600, ("час|часа|часов", "hour|hours")), (60, ("минута|минуты|минут", "minute|minutes")))
_MONTHS = ("месяц|месяца|месяцев", "month|months")
_FORMS = re.compile(r"\{:([^}]*)\}")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?")
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
_YEARLY = ("expire_month_day", "holidays", "working")
"""Keys of days that come every year, month first."""


def titled(name: str, lang: Lang) -> str:
    """What a mechanic is called."""
    return TITLES.get(name, (name, name))[lang == "en"]


def worded(key: str, lang: Lang, of: str = "") -> str:
    """What a key says, with `{}` for its value; a key without words is its own name."""
    pair = WORDS.get(f"{of}.{key}") or WORDS.get(key) or (f"{key} {{}}", f"{key} {{}}")
    return pair[lang == "en"]


def said(key: str, value: int | str, text: str, lang: Lang, of: str = "") -> str:
    """What a key says of a value that is written `text`; a place may hold the forms of a word, chosen by the value."""
    words = worded(key, lang, of)
    forms = _FORMS.search(words)
    if forms is None or not isinstance(value, int):
        return words.replace("{}", text)
    return words.replace(forms[0], counted(value, forms[1]))


def described(key: str, lang: Lang, of: str = "") -> str:
    """A key for an editor: what it says, and its unit."""
    unit = next((pair[lang == "en"] for end, pair in UNITS if key.endswith(end)), "")
    words = _FORMS.sub("…", worded(key, lang, of)).replace("{}", "…")
    if words == "…":
        words = (NOUNS.get(f"{of}.{key}") or NOUNS.get(key) or TITLES.get(of) or (key, key))[lang == "en"]
    return f"{words} ({unit})" if unit else words


def written(key: str, value: int | str, lang: Lang) -> str:
    """A value in the unit of its key, for people."""
    if isinstance(value, str):
        return _word(key, value, lang)
    if isinstance(value, bool):
        return {True: ("да", "yes"), False: ("нет", "no")}[value][lang == "en"]
    named = VALUES.get(f"{key}.{value}")
    if named is not None:
        return named[lang == "en"]
    write = next((write for end, write in _WRITERS if key.endswith(end)), None)
    return write(value, lang) if write is not None else str(value)


def _word(key: str, value: str, lang: Lang) -> str:
    pair = VALUES.get(f"{key}.{value}") or VALUES.get(value)
    if pair is not None:
        return pair[lang == "en"]
    yearly = _MONTH_DAY.fullmatch(value) if key in _YEARLY else None
    if yearly is not None and lang == "ru":
        return f"{yearly[2]}.{yearly[1]}"
    day = _DATE.fullmatch(value)
    if day is None or lang == "en":
        return value.replace("T", " ") if day else value
    return f"{day[3]}.{day[2]}.{day[1]}" + (f" {day[4]}" if day[4] else "")


def _of(forms: Pair) -> Callable[[int, Lang], str]:
    return lambda value, lang: counted(value, forms[lang == "en"])


def _duration(seconds: int, lang: Lang) -> str:
    """In the largest unit that it is a whole number of."""
    for size, forms in _SPANS:
        if seconds and seconds % size == 0:
            return counted(seconds // size, forms[lang == "en"])
    return f"{seconds} с" if lang == "ru" else f"{seconds} s"


_WRITERS: tuple[tuple[str, Callable[[int, Lang], str]], ...] = (
    ("factor_bp", lambda value, lang: f"×{quantity_text(value // 10, lang)}"),
    ("minor", money_text),
    ("_bp", percent_text),
    ("points", _of(_POINTS)),
    ("_workdays", _of(_WORKDAYS)),
    ("_days", _of(_DAYS)),
    ("days_before", _of(_DAYS)),
    ("_months", _of(_MONTHS)),
    ("_g", lambda value, lang: quantity_text(value, lang) + (" кг" if lang == "ru" else " kg")),
    ("_s", _duration),
)
"""How a key ends -> how its figure is written; the first that fits."""
