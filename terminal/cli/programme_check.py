"""What `kopilka programme check` says of a programme that can be read: what is in it, warnings, and its cases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from loyalty.documents.cases import Case, differences
from loyalty.documents.programme_said import titled, written
from loyalty.documents.programme_told import aspect_of, tell_programme, world_of
from loyalty.documents.programme_warnings import warnings
from loyalty.documents.programme_words import TABLES
from loyalty.errors import BadInput
from loyalty.explain import TEMPLATES
from loyalty.programme import Programme
from loyalty.sentences import Lang, say

_DATES = ("Даты", "Dates")
_WARNINGS = ("Обратите внимание", "Worth a look")
_PLACE = re.compile(r"(\w+)\[(\d+)\]")
_LISTS = {
    "campaign": "campaigns",
    "coupon": "coupons",
    "event": "events",
    "group": "groups",
    "season": "seasons",
    "status": "statuses",
    "store_group": "store_groups",
    "wallet": "wallets",
}
"""A table of the document -> where the programme keeps what is in it."""
_CASES = ("Случаи: сошлось {held} из {all}", "Cases: {held} of {all} hold")


def summary(programme: Programme, lang: Lang) -> Iterator[str]:
    """The programme in a few lines: itself, each list with its names, campaigns by kind, from when to when."""
    en = lang == "en"
    (title, facts), *_ = ((told.title, told.facts) for told in tell_programme(programme, world_of(programme), lang))
    yield click.style(title, bold=True)
    yield f"  {facts[0][1]}"
    for name in type(programme).__struct_fields__:
        items = getattr(programme, name)
        if isinstance(items, tuple) and items and name != "campaigns":
            yield f"  {TABLES.get(name, (name, name))[en]}: {', '.join(_named(items, lang))}"
    kinds = Counter(str(campaign.reward.__struct_config__.tag) for campaign in programme.campaigns)
    by_kind = ", ".join(f"{titled(kind, lang)} {count}" for kind, count in kinds.most_common())
    yield f"  {TABLES['campaigns'][en]}: {len(programme.campaigns)}" + (f" ({by_kind})" if kinds else "")
    first, last = _dates(programme)
    if first:
        yield f"  {_DATES[en]}: {written('first', first, lang)} – {written('last', last, lang)}"


def warnings_text(programme: Programme, lang: Lang) -> Iterator[str]:
    found = list(warnings(programme))
    if found:
        yield click.style(f"{_WARNINGS[lang == 'en']}:", fg="yellow")
    for path, what, mend in found:
        yield f"  {path}{_id_at(path, programme)}: {say(what, lang, TEMPLATES)}; {say(mend, lang, TEMPLATES)}"


def _id_at(path: str, programme: Programme) -> str:
    """The id of the table a path is in, as mistakes have it; an empty text where it has none."""
    place = _PLACE.match(path)
    table = getattr(programme, _LISTS.get(place[1], ""), ()) if place else ()
    number = int(place[2]) - 1 if place else 0
    return f" ({table[number].id})" if 0 <= number < len(table) else ""


def cases_text(cases: Sequence[Case], programme: Programme, lang: Lang) -> tuple[list[str], int]:
    """The lines to print, and how many cases do not come to what they expect."""
    lines: list[str] = []
    failed = 0
    for case in cases:
        found = _differences(case, programme, lang)
        if found:
            failed += 1
            lines += [click.style(f"✗ {case.name}", fg="red"), *(f"    {each}" for each in found)]
    if cases:
        lines.append(_CASES[lang == "en"].format(held=len(cases) - failed, all=len(cases)))
    return lines, failed


def _differences(case: Case, programme: Programme, lang: Lang) -> list[str]:
    try:
        return differences(case, programme)
    except BadInput as error:
        return [say(error.said, lang, TEMPLATES)]


def _named(items: Sequence[object], lang: Lang) -> Iterator[str]:
    for item in items:
        label = getattr(item, "name", None)
        yield str(getattr(label, lang, "") or getattr(item, f"name_{lang}", "") or getattr(item, "id", ""))


def _dates(programme: Programme) -> tuple[str, str]:
    """The first and the last day that any condition of time names; empty texts where none does."""
    found = [
        day
        for campaign in programme.campaigns
        for condition in campaign.conditions
        if aspect_of(condition) == "when"
        for day in (getattr(condition, "first", ""), getattr(condition, "last", ""))
        if day
    ]
    return min(found, default=""), max(found, default="")
