"""One table of a programme document: checked values, and a note of everything that is wrong with it.

Each reading method gives a usable value even where the document has a mistake, so that the walk goes on and finds
the next one; the values are thrown away once a single problem is noted. Places in lists are counted from 1.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar

from loyalty.errors import Problem
from loyalty.sentences import Lang, Sentence, say, sentence

MAX_TEXT_CHARS = 200
MAX_LIST_ITEMS = 5000
ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
"""What an id may be: small Latin letters, digits, `-`, `_`, `.`."""

_Text = TypeVar("_Text", bound=str)

SENTENCES = {
    "section.unknown": ("неизвестный ключ", "unknown key"),
    "section.unknown.mend": ("уберите его", "remove it"),
    "section.unknown.near": ("возможно, имелось в виду «{near}»", "perhaps “{near}” was meant"),
    "section.required": ("нет обязательного ключа", "a required key is missing"),
    "section.required.mend": ("добавьте: {want}", "add it: {want}"),
    "section.kind": ("здесь {got}", "this is {got}"),
    "section.kind.mend": ("нужно: {want}", "needed: {want}"),
    "section.range": ("{got} вне пределов", "{got} is out of range"),
    "section.range.mend": ("допустимо от {low} до {high}", "give {low} to {high}"),
    "section.empty": ("пусто", "this is empty"),
    "section.long": ("больше допустимого: {got}", "over the limit: {got}"),
    "section.long.mend": ("не больше {high}", "at most {high}"),
    "section.choice": ("неизвестное значение «{got}»", "unknown value “{got}”"),
    "section.choice.mend": ("выберите из: {want}", "choose from: {want}"),
    "section.choice.near": ("возможно, «{near}»; можно: {want}", "perhaps “{near}”; choose from: {want}"),
    "section.form": ("«{got}» не подходит", "“{got}” does not fit"),
    "section.form.mend": ("например, {want}", "as in {want}"),
    "section.ref": ("нет {kind_ru} «{id}»", "there is no {kind_en} “{id}”"),
    "section.ref.near": ("возможно, «{near}»", "perhaps “{near}”"),
    "section.ref.mend": ("заведите в [[{table}]]", "add it as a [[{table}]]"),
}
_REFERRED = {
    "status": "статуса",
    "wallet": "кошелька",
    "group": "группы",
    "season": "сезона",
    "event": "события",
    "store_group": "группы магазинов",
    "coupon": "серии купонов",
    "card_kind": "вида карты",
}
"""What is missing, in the Russian genitive."""
_KINDS = {
    "table": ("таблица", "a table"),
    "list": ("список", "a list"),
    "text": ("текст", "a text"),
    "whole": ("целое число", "a whole number"),
    "flag": ("true или false", "true or false"),
    "fraction": ("дробное число", "a fraction"),
    "date": ("дата вида 2026-11-30", "a date as in 2026-11-30"),
    "other": ("значение другого вида", "another kind of value"),
}
_KIND_OF: tuple[tuple[type, str], ...] = (
    (bool, "flag"),
    (int, "whole"),
    (float, "fraction"),
    (str, "text"),
    (dict, "table"),
    (list, "list"),
    (date, "date"),
)  # fmt: skip
"""A bool is an int too, so it stands first."""


class Notes:
    """Problems as they are found, in the order of the walk, worded in one language."""

    def __init__(self, lang: Lang, templates: Mapping[str, tuple[str, str]]) -> None:
        self.problems: list[Problem] = []
        self.lang = lang
        self.names: dict[str, tuple[str, ...]] = {}
        """kind -> the ids there are, of what the document names in one place and refers to in another."""
        self.ids: dict[str, str] = {}
        """`campaign[2]` -> its id, for people to find it by."""
        self._templates = templates

    def add(self, path: str, what: Sentence, mend: Sentence) -> None:
        told = (say(what, self.lang, self._templates), say(mend, self.lang, self._templates))
        self.problems.append(Problem(path, *told, self.ids.get(path.partition("]")[0] + "]", "")))

    def kind(self, name: str) -> str:
        return _KINDS[name][0 if self.lang == "ru" else 1]


class Section:
    """One table being read. Every key asked for is known; `finish` notes the others."""

    def __init__(self, table: Mapping[str, object], path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self._table = table
        self._known: list[str] = []

    def at(self, key: str) -> str:
        """The path of a key of this table."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return key in self._table

    def note(self, key: str, what: Sentence, mend: Sentence) -> None:
        self.notes.add(self.at(key) if key else self.path, what, mend)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from low to high; a fraction is a mistake, for money and rates are whole units."""
        value = self._take(key, "whole", default)
        if key not in self._table:
            return default if default is not None else low
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_kind(key, value, "whole")
        elif not low <= value <= high:
            out = sentence("section.range", got=_short(value))
            self.note(key, out, sentence("section.range.mend", low=str(low), high=str(high)))
        else:
            return value
        return low

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, "flag", default)
        if isinstance(value, bool):
            return value
        self._wrong_kind(key, value, "flag")
        return default

    def text(self, key: str, default: str | None = None, limit: int = MAX_TEXT_CHARS) -> str:
        """A text of 1 to `limit` characters."""
        value = self._take(key, "text", default)
        if value is None or value is default:
            return default or ""
        return self._text_of(key, value, limit)

    def form(self, key: str, form: re.Pattern[str], want: str, default: str | None = None) -> str:
        """A text that must fit a pattern; `want` shows how it should look."""
        text = self.text(key, default)
        if text and text is not default and not form.fullmatch(text):
            self.note(key, sentence("section.form", got=text[:40]), sentence("section.form.mend", want=want))
        return text

    def choice(self, key: str, options: Sequence[_Text], default: _Text | None = None) -> _Text:
        """One of a few words."""
        value = self._take(key, "text", default)
        if value is None or value is default:
            return default if default is not None else options[0]
        return self._option(key, value, options)

    def choices(self, key: str, options: Sequence[_Text]) -> tuple[_Text, ...]:
        """A list of some of a few words."""
        items = self._items(key)
        return tuple(self._option(f"{key}[{place}]", item, options) for place, item in enumerate(items, start=1))

    def texts(self, key: str, form: re.Pattern[str] | None = None, want: str = "") -> tuple[str, ...]:
        """A list of texts, none empty; missing is an empty list."""
        found = []
        for place, item in enumerate(self._items(key), start=1):
            text = self._text_of(f"{key}[{place}]", item, MAX_TEXT_CHARS)
            if text and form and not form.fullmatch(text):
                bad = sentence("section.form", got=text[:40])
                self.note(f"{key}[{place}]", bad, sentence("section.form.mend", want=want))
            found.append(text)
        return tuple(found)

    def refs(self, key: str, kind: str, form: re.Pattern[str] | None = ID) -> tuple[str, ...]:
        """A list of ids of things of one kind that the document names elsewhere; missing is an empty list."""
        found = self.texts(key, form, kind)
        for place, each in enumerate(found, start=1):
            if each and (form is None or form.fullmatch(each)):  # else it has been noted
                self._must_be_known(f"{key}[{place}]", kind, each)
        return found

    def ref(self, key: str, kind: str, default: str | None = None) -> str:
        """The id of one thing of a kind that the document names elsewhere; the default need not be named."""
        found = self.form(key, ID, kind, default)
        if found and found != default and ID.fullmatch(found):
            self._must_be_known(key, kind, found)
        return found

    def _must_be_known(self, key: str, kind: str, each: str) -> None:
        known = self.notes.names.get(kind)
        if known is None or each in known:
            return
        near = nearest(each, known)
        mend = sentence("section.ref.near", near=near) if near else sentence("section.ref.mend", table=kind)
        self.note(key, sentence("section.ref", id=each, kind_ru=_REFERRED[kind], kind_en=kind.replace("_", " ")), mend)

    def date(self, key: str) -> str:
        """An ISO date, written as a TOML date or as a text; missing is an empty text."""
        value = self._take(key, "date", "")
        if value == "":
            return ""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                pass  # noted below: the digits are no day of the calendar
        self._wrong_kind(key, value, "date")
        return ""

    def part(self, key: str) -> "Section | None":
        """The table under a key, or None (noted, unless it is simply not there)."""
        self._known.append(key)
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong_kind(key, value, "table")
            return None
        return Section(value, self.at(key), self.notes)

    def required(self, key: str, want: str = "") -> "Section":
        """The table under a key; an empty one (noted) where there is none."""
        if key not in self._table:
            self._known.append(key)
            shown = want or self.notes.kind("table")
            self.note(key, sentence("section.required"), sentence("section.required.mend", want=shown))
        found = self.part(key)
        return found if found is not None else Section({}, self.at(key), Notes(self.notes.lang, {}))

    def parts(self, key: str, limit: int = MAX_LIST_ITEMS) -> list["Section"]:
        """The tables of a list; what is no table is noted and left out."""
        sections = []
        for place, item in enumerate(self._items(key, limit), start=1):
            if isinstance(item, dict):
                sections.append(Section(item, f"{self.at(key)}[{place}]", self.notes))
            else:
                self._wrong_kind(f"{key}[{place}]", item, "table")
        return sections

    def finish(self) -> None:
        """Note every key nobody asked for, with the nearest known name."""
        for key in self._table:
            if key not in self._known:
                near = nearest(key, self._known)
                mend = sentence("section.unknown.near", near=near) if near else sentence("section.unknown.mend")
                self.note(key[:60], sentence("section.unknown"), mend)

    def _take(self, key: str, kind: str, default: object) -> object:
        self._known.append(key)
        if key in self._table:
            return self._table[key]
        if default is None:
            want = self.notes.kind(kind)
            self.note(key, sentence("section.required"), sentence("section.required.mend", want=want))
        return default

    def _items(self, key: str, limit: int = MAX_LIST_ITEMS) -> list[object]:
        self._known.append(key)
        value = self._table.get(key, [])
        if not isinstance(value, list):
            self._wrong_kind(key, value, "list")
            return []
        if len(value) > limit:
            self.note(key, sentence("section.long", got=len(value)), sentence("section.long.mend", high=limit))
        return value[:limit]

    def _option(self, key: str, value: object, options: Sequence[_Text]) -> _Text:
        for option in options:
            if value == option:
                return option
        if not isinstance(value, str):
            self._wrong_kind(key, value, "text")
            return options[0]
        want, near = ", ".join(options), nearest(value, options)
        mend = sentence("section.choice.near" if near else "section.choice.mend", near=near, want=want)
        self.note(key, sentence("section.choice", got=value[:40]), mend)
        return options[0]

    def _text_of(self, key: str, value: object, limit: int) -> str:
        if not isinstance(value, str):
            self._wrong_kind(key, value, "text")
            return ""
        text = value.strip()
        if not text:
            self.note(key, sentence("section.empty"), sentence("section.kind.mend", want=self.notes.kind("text")))
        elif len(text) > limit:
            self.note(key, sentence("section.long", got=len(text)), sentence("section.long.mend", high=limit))
        return text

    def _wrong_kind(self, key: str, value: object, want: str) -> None:
        got = self.notes.kind(_kind_of(value))
        self.note(key, sentence("section.kind", got=got), sentence("section.kind.mend", want=self.notes.kind(want)))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, or an empty text."""
    found: list[str] = get_close_matches(word[:MAX_TEXT_CHARS], list(known), 1)
    return found[0] if found else ""


def _kind_of(value: object) -> str:
    return next((name for kind, name in _KIND_OF if isinstance(value, kind)), "other")


def _short(value: int) -> str:
    return str(value) if abs(value) < 10**15 else f"{'-' if value < 0 else ''}10^15+"
