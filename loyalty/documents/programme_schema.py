"""The programme document as a JSON Schema, for editors: what the reader asks for is recorded while it reads.

The reading code runs over a `Recorder` instead of a `Section`. It answers each question with a value that fits, and
notes the question. What is asked further down may depend on an answer (`type`, `on`, `kind`) and on whether a key is
there, so the reader runs once for every answer, with every key there and with none; a key is required where every run
that came by asked for it. So the schema refuses nothing that the reader takes; what only the whole document can show
(ids given twice, names of nothing, thresholds that fall) is the reader's alone.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from loyalty.conditions import CONDITIONS
from loyalty.documents.programme_file import read_programme
from loyalty.documents.programme_said import described, titled
from loyalty.documents.section import ID, MAX_LIST_ITEMS, MAX_TEXT_CHARS, Notes, Section
from loyalty.rewards import REWARDS
from loyalty.sentences import Lang, Sentence

DRAFT = "https://json-schema.org/draft/2020-12/schema"
MAX_RUNS = 5000
DATE = r"\d{4}-\d\d-\d\d"
_TAGGED = "type"
"""The key that says which mechanic a table is: its other keys are another set for each."""
_SAMPLE = "sample"
_TYPES = {"whole": "integer", "flag": "boolean", "text": "string", "list": "array", "table": "object"}
_Text = TypeVar("_Text", bound=str)
Schema = dict[str, object]


class Ask(msgspec.Struct):
    """One key: its schema without what is below it, and the tables below it, if it has some."""

    schema: Schema
    table: "Node | None" = None
    listed: bool = False
    needed: int = 0
    """In how many runs it was asked for without a default."""


class Node(msgspec.Struct):
    """One table of the document: its keys, or those of each `type`."""

    path: str
    asks: dict[str, Ask] = {}
    variants: dict[str, "Node"] = {}
    visits: int = 0


class Plan(msgspec.Struct, frozen=True):
    """What one run answers: for each question by its path, otherwise the first; and whether optional keys are there."""

    answers: dict[str, str] = {}
    filled: bool = True


class Run(msgspec.Struct):
    """The questions of one run that could have been answered otherwise: path -> answers."""

    plan: Plan
    choices: dict[str, tuple[str, ...]] = {}


def programme_schema(lang: Lang = "en") -> Schema:
    """The schema of a whole programme document, draft 2020-12; descriptions are in `lang`."""
    top = recorded(read_programme)
    return {"$schema": DRAFT, "title": titled("programme", lang), **_table(top, lang, "")}


def recorded(read: Callable[[Section], object]) -> Node:
    """Everything a reader may ask of a table, over all its answers."""
    top = Node("")
    waiting = deque([Plan(), Plan(filled=False)])
    seen: set[tuple[str, str]] = set()
    for _ in range(MAX_RUNS):
        if not waiting:
            return top
        run = Run(waiting.popleft())
        read(Recorder(top, run))
        for path, options in run.choices.items():
            for option in options:
                if (path, option) not in seen:
                    seen.add((path, option))
                    answers = {**run.plan.answers, path: option}
                    waiting += [Plan(answers), Plan(answers, filled=False)]
    raise RuntimeError(f"a reader with more than {MAX_RUNS} ways through it")


class Recorder(Section):
    """A table that is not there: it records what is asked of it, and notes no problems."""

    def __init__(self, node: Node, run: Run) -> None:
        super().__init__({}, node.path, Notes("en", {}))
        self._node = node
        self._run = run
        node.visits += 1

    def has(self, key: str) -> bool:
        return self._run.plan.filled

    def note(self, key: str, what: Sentence, mend: Sentence) -> None:
        pass

    def finish(self) -> None:
        pass

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        outside = default is not None and not low <= default <= high  # such a default means: not given
        self._asked(key, {"type": "integer", "minimum": low, "maximum": high}, "" if outside else default)
        return low if default is None else default

    def flag(self, key: str, default: bool) -> bool:
        self._asked(key, {"type": "boolean"}, default)
        return default

    def text(self, key: str, default: str | None = None, limit: int = MAX_TEXT_CHARS) -> str:
        self._asked(key, {"type": "string", "minLength": 1, "maxLength": limit}, default)
        return default or _SAMPLE

    def form(self, key: str, form: re.Pattern[str], want: str, default: str | None = None) -> str:
        self._asked(key, _formed(form, want), default)
        return default or want

    def choice(self, key: str, options: Sequence[_Text], default: _Text | None = None) -> _Text:
        if key != _TAGGED:
            self._asked(key, {"enum": list(options)}, default)
        path = f"{self._node.path}.{key}"
        self._run.choices[path] = tuple(options)
        wanted = self._run.plan.answers.get(path, options[0] if default is None else default)
        answer = next(option for option in options if option == wanted)
        if key == _TAGGED:
            self._become(answer)
        return answer

    def choices(self, key: str, options: Sequence[_Text]) -> tuple[_Text, ...]:
        self._asked(key, {"type": "array", "items": {"enum": list(options)}, "maxItems": MAX_LIST_ITEMS})
        return tuple(options[:1])

    def texts(self, key: str, form: re.Pattern[str] | None = None, want: str = "") -> tuple[str, ...]:
        item = _formed(form, want) if form else {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS}
        self._asked(key, {"type": "array", "items": item, "maxItems": MAX_LIST_ITEMS})
        return (want or _SAMPLE,)

    def refs(self, key: str, kind: str, form: re.Pattern[str] | None = ID) -> tuple[str, ...]:
        return self.texts(key, form)

    def ref(self, key: str, kind: str, default: str | None = None) -> str:
        return self.form(key, ID, "", default) or _SAMPLE

    def date(self, key: str) -> str:
        self._asked(key, {"type": "string", "format": "date", "pattern": f"^{DATE}$"})
        return ""

    def part(self, key: str) -> "Recorder":
        return Recorder(self._asked(key, {}, below=True), self._run)

    def required(self, key: str, want: str = "") -> "Recorder":
        return Recorder(self._asked(key, {}, None, below=True), self._run)

    def parts(self, key: str, limit: int = MAX_LIST_ITEMS) -> list[Section]:
        return [Recorder(self._asked(key, {"type": "array", "maxItems": limit}, below=True, listed=True), self._run)]

    def _take(self, key: str, kind: str, default: object) -> object:
        """A kind of question this room does not know yet: its type alone is recorded."""
        self._asked(key, {"type": _TYPES[kind]} if kind in _TYPES else {}, default)
        return default

    def _become(self, name: str) -> None:
        """From here on the keys of one mechanic are asked for."""
        self._node = self._node.variants.setdefault(name, Node(f"{self._node.path}<{name}>"))
        self._node.visits += 1

    def _asked(
        self, key: str, schema: Schema, default: object = "", *, below: bool = False, listed: bool = False
    ) -> Node:
        """Note one question; the table below it where it has one. A default of None means there is none."""
        ask = self._node.asks.setdefault(key, Ask(schema))
        if default is None:
            ask.needed += 1
        elif default != "":
            ask.schema.setdefault("default", default)
        if below and ask.table is None:
            ask.table, ask.listed = Node(f"{self._node.path}.{key}"), listed
        return ask.table or self._node


def keys_of(node: Node, of: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Every key of a table and below it: the table or mechanic it stands in, the key, and what may be its value."""
    for key, ask in node.asks.items():
        yield of, key, ask.schema
        if ask.table is not None:
            yield from keys_of(ask.table, key)
    for name, variant in node.variants.items():
        yield from keys_of(variant, name)


def _formed(form: re.Pattern[str], want: str) -> Schema:
    found: Schema = {"type": "string", "maxLength": MAX_TEXT_CHARS, "pattern": f"^(?:{form.pattern})$"}
    return {**found, "examples": [want]} if want else found


def _table(node: Node, lang: Lang, of: str) -> Schema:
    if node.variants:
        return {"oneOf": [_variant(name, variant, lang) for name, variant in node.variants.items()]}
    return _closed({key: _value(key, ask, lang, of) for key, ask in node.asks.items()}, _needed(node))


def _variant(name: str, node: Node, lang: Lang) -> Schema:
    keys: dict[str, object] = {_TAGGED: {"const": name, "description": titled(name, lang)}}
    keys |= {key: _value(key, ask, lang, name) for key, ask in node.asks.items()}
    about = {"title": titled(name, lang), "description": _about(name)}
    return {**about, **_closed(keys, [_TAGGED, *_needed(node)])}


def _about(name: str) -> str:
    """What the class of a mechanic says of itself."""
    mechanics: Mapping[str, type] = {**CONDITIONS, **REWARDS}
    return " ".join((mechanics[name].__doc__ or "").split())


def _closed(keys: Mapping[str, object], needed: Sequence[str]) -> Schema:
    found: Schema = {"type": "object", "additionalProperties": False, "properties": dict(keys)}
    return {**found, "required": list(needed)} if needed else found


def _needed(node: Node) -> list[str]:
    return [key for key, ask in node.asks.items() if ask.needed >= node.visits]


def _value(key: str, ask: Ask, lang: Lang, of: str) -> Schema:
    about = {"description": described(key, lang, of)}
    if ask.table is None:
        return {**about, **ask.schema}
    below = _table(ask.table, lang, key)
    return {**about, **ask.schema, "items": below} if ask.listed else {**about, **below}
