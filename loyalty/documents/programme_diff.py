"""What changed between two programmes: by id and key, with the values before and after.

Nothing here knows a single mechanic. Things with an id are compared with the thing of that id, conditions with those
of their type, other lists by what their items begin with, or by place.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from loyalty.documents.programme_said import said
from loyalty.documents.programme_told import DERIVED, INLINE, World, mechanic_text, value_text
from loyalty.programme import Label, Programme
from loyalty.sentences import Lang

_PROGRAMME = {"ru": "программа", "en": "programme"}
_MARKS = {"added": "+", "removed": "−"}
_NOTHING = "—"
Kind = Literal["added", "removed", "changed"]


class Change(msgspec.Struct, frozen=True):
    """One change: `place` is `programme`, `campaign`, `status` or another table, `key` a path within it.

    Something new has nothing before, something gone has nothing after; without a key it is the whole thing.
    """

    kind: Kind
    place: str
    id: str
    key: str
    before: object = None
    after: object = None


def changes(old: Programme, new: Programme) -> tuple[Change, ...]:
    """Every change, the programme's own first, then table by table in the order of the new document."""
    own: list[Change] = []
    tables: list[Change] = []
    for name in type(new).__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(after, tuple):
            tables += _items(_table(name), before, after)
        else:
            own += _changed("programme", "", name, name, before, after)
    return (*own, *tables)


def change_text(change: Change, worlds: tuple[World, World], lang: Lang) -> str:
    """A change in words; `worlds` are those of the old and of the new programme."""
    place = _PROGRAMME[lang] if change.place == "programme" else said(change.place, 0, change.id, lang)
    before, after = (_text(change, value, world, lang) for value, world in _sides(change, worlds))
    if not change.key:
        return f"{_MARKS[change.kind]} {place}: {after or before}"
    if change.kind != "changed":
        return f"{place}: {_MARKS[change.kind]} {change.key} {after or before}"
    if isinstance(change.before, tuple) and isinstance(change.after, tuple):
        gone, come = (set(change.before) - set(change.after), set(change.after) - set(change.before))
        if gone or come:
            return f"{place}: {change.key} {_moved(change, gone, come, worlds, lang)}"
    return f"{place}: {change.key} {before or _NOTHING} → {after or _NOTHING}"


def _items(place: str, old: Sequence[msgspec.Struct], new: Sequence[msgspec.Struct]) -> Iterator[Change]:
    """Things with an id, told apart by it."""
    before = {_id(item): item for item in old}
    after = {_id(item) for item in new}
    for id, item in before.items():
        if id not in after:
            yield Change("removed", place, id, "", before=item)
    for item in new:
        id = _id(item)
        if id in before:
            yield from _fields(place, id, "", place, before[id], item)
        else:
            yield Change("added", place, id, "", after=item)


def _id(item: msgspec.Struct) -> str:
    return str(getattr(item, "id", ""))


def _fields(place: str, id: str, path: str, of: str, before: msgspec.Struct, after: msgspec.Struct) -> Iterator[Change]:
    """The changed fields of two values of one type."""
    for name in type(after).__struct_fields__:
        if name in DERIVED:
            continue
        inline = {name, f"{of}.{name}"} & INLINE
        key = path if inline else f"{path}.{_key(name)}".lstrip(".")
        yield from _changed(place, id, key, of if inline else name, getattr(before, name), getattr(after, name))


def _changed(place: str, id: str, key: str, of: str, before: object, after: object) -> Iterator[Change]:
    """What lies between two values of one key."""
    if before == after:
        return
    if isinstance(before, msgspec.Struct) and isinstance(after, msgspec.Struct) and type(before) is type(after):
        yield from _fields(place, id, key, of, before, after)
    elif isinstance(before, tuple) and isinstance(after, tuple) and _of_structs(before, after):
        yield from _listed(place, id, key, of, before, after)
    else:
        yield Change("changed", place, id, key, before, after)


def _listed(
    place: str, id: str, key: str, of: str, before: tuple[msgspec.Struct, ...], after: tuple[msgspec.Struct, ...]
) -> Iterator[Change]:
    """Lists of values: those of one name are compared, the others have come or gone."""
    old, new = _named(before), _named(after)
    for name, value in old.items():
        if name not in new:
            yield Change("removed", place, id, f"{key}{name}", before=value)
    for name, value in new.items():
        if name in old:
            yield from _changed(place, id, f"{key}{name}", of, old[name], value)
        else:
            yield Change("added", place, id, f"{key}{name}", after=value)


def _named(values: Sequence[msgspec.Struct]) -> dict[str, msgspec.Struct]:
    """`.hours` for a condition, `[week]` for what begins with a word of its own, `[2]` for the rest by place."""
    found: dict[str, msgspec.Struct] = {}
    seen: Counter[str] = Counter()
    firsts = [
        getattr(value, type(value).__struct_fields__[0], None) if value.__struct_fields__ else None for value in values
    ]
    words = all(isinstance(first, str) for first in firsts) and len(set(firsts)) == len(firsts)
    for number, value in enumerate(values, start=1):
        tag = value.__struct_config__.tag
        name = f".{tag}" if tag else f"[{firsts[number - 1]}]" if words else f"[{number}]"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}#{seen[name]}"] = value
    return found


def _of_structs(*lists: tuple[object, ...]) -> bool:
    return all(isinstance(each, msgspec.Struct) for values in lists for each in values)


def _sides(change: Change, worlds: tuple[World, World]) -> tuple[tuple[object, World], tuple[object, World]]:
    return (change.before, worlds[0]), (change.after, worlds[1])


def _text(change: Change, value: object, world: World, lang: Lang) -> str:
    if value is None:
        return ""
    if isinstance(value, msgspec.Struct) and value.__struct_config__.tag:
        return mechanic_text(value, world, lang)
    if isinstance(value, msgspec.Struct) and not change.key:
        return _whole(value, world, lang)
    return value_text(_last(change.key), value, world, lang)


def _whole(value: msgspec.Struct, world: World, lang: Lang) -> str:
    """A thing that has come or gone: its name, and for a campaign what it gives."""
    name = getattr(value, "name", None)
    told = value_text("name", name, world, lang) if isinstance(name, Label) else str(getattr(value, f"name_{lang}", ""))
    reward = getattr(value, "reward", None)
    if isinstance(reward, msgspec.Struct):
        return f"{told} ({mechanic_text(reward, world, lang)})"
    return told or value_text("", value, world, lang)


def _moved(change: Change, gone: set[object], come: set[object], worlds: tuple[World, World], lang: Lang) -> str:
    """What has left a list, and what has come into it, in its order."""
    key = _last(change.key)
    before = [f"− {value_text(key, each, worlds[0], lang)}" for each in _list(change.before) if each in gone]
    after = [f"+ {value_text(key, each, worlds[1], lang)}" for each in _list(change.after) if each in come]
    return ", ".join(before + after)


def _list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _last(key: str) -> str:
    """The key itself at the end of a path."""
    return key.rpartition(".")[2].partition("[")[0]


def _key(name: str) -> str:
    """A field as the document spells it."""
    return f"{name[:-3]}.{name[-2:]}" if name.endswith(("_ru", "_en")) else name


def _table(name: str) -> str:
    return "status" if name == "statuses" else name.removesuffix("s")
