"""Every programme that comes with the product against its table of cases; and the tables against being lax."""

from __future__ import annotations

import json
import operator
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from loyalty.documents.basket_file import basket_of, local_moment, read_basket, standing_of
from loyalty.documents.cases import Case, Expected, differences, figures_of, read_cases
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_warnings import warnings
from loyalty.errors import BadInput, BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.sentences import say
from terminal.cli.quote_text import answer_json

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "loyalty" / "programmes"
PAGE = (ROOT / "docs" / "CONFORMANCE.md").read_text("utf-8")
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml") if not path.name.endswith(".cases.toml"))
DOCUMENTS = {name: (FOLDER / f"{name}.toml").read_text("utf-8") for name in NAMES}
PROGRAMMES = {name: parse_programme(DOCUMENTS[name]) for name in NAMES}
AT_LEAST = 20


def cases_file(name: str) -> Path:
    return FOLDER / f"{name}.cases.toml"


def cases_of(name: str) -> tuple[Case, ...]:
    return read_cases(cases_file(name).read_text("utf-8")) if cases_file(name).exists() else ()


CASES = {name: cases_of(name) for name in NAMES}
EACH = [pytest.param(name, case, id=f"{name}: {case.name}") for name in NAMES for case in CASES[name]]
every_programme = pytest.mark.parametrize("name", NAMES)


@pytest.mark.parametrize(("name", "case"), EACH)
def test_the_engine_comes_to_what_was_worked_out_by_hand(name: str, case: Case) -> None:
    assert differences(case, PROGRAMMES[name]) == []


@every_programme
def test_every_programme_has_its_cases(name: str) -> None:
    assert tomllib.loads(cases_file(name).read_text("utf-8"))["programme"] == PROGRAMMES[name].id == name
    assert len(CASES[name]) >= AT_LEAST
    assert len({case.name for case in CASES[name]}) == len(CASES[name])


@every_programme
def test_every_case_does_its_sums_in_words(name: str) -> None:
    assert [case.name for case in CASES[name] if not re.search(r"\d", case.why)] == []
    assert [case.name for case in CASES[name] if not case.basket.at] == []


@every_programme
def test_every_campaign_is_in_a_case_as_applied_and_in_another_as_not(name: str) -> None:
    told = [(each, outcome) for case in CASES[name] for each, outcome in (case.expect.reasons or {}).items()]
    ids = {campaign.id for campaign in PROGRAMMES[name].campaigns}
    assert ids - {campaign for campaign, outcome in told if outcome == "applied"} == set()
    assert ids - {campaign for campaign, outcome in told if outcome != "applied"} == set()
    assert {campaign for campaign, _ in told} - ids <= {""}


@every_programme
def test_every_status_is_in_a_case(name: str) -> None:
    seen = {case.basket.member.status for case in CASES[name] if case.basket.member}
    assert {status.id for status in PROGRAMMES[name].statuses} - seen == set()


@every_programme
def test_a_figure_changed_in_any_case_is_found(name: str) -> None:
    for case in CASES[name]:
        for figure in Expected.__struct_fields__:
            wanted = getattr(case.expect, figure)
            if wanted is not None:
                (changed,) = differences(replace(case, expect=Expected(**{figure: _other(wanted)})), PROGRAMMES[name])
                assert changed.startswith(figure), case.name


@every_programme
def test_no_figure_of_a_campaign_can_change_unnoticed(name: str) -> None:
    """By one, and a rate by a percent; down where up is out of range. Turns and what gifts are worth are excepted."""
    unnoticed = []
    document = tomllib.loads(DOCUMENTS[name])
    for campaign in document["campaign"]:
        for path, keep, step, put in _figures(campaign, campaign["id"]):
            put(keep + step)
            changed = _programme(document)
            if changed is None:
                put(keep - step)
                changed = _programme(document)
            put(keep)
            assert changed is not None, path
            if not any(differences(case, changed) for case in CASES[name]):
                unnoticed.append(path)
    assert unnoticed == []


@every_programme
def test_the_programmes_that_come_with_the_product_need_no_warning(name: str) -> None:
    assert [(path, say(what, "en", TEMPLATES)) for path, what, _ in warnings(PROGRAMMES[name])] == []


@every_programme
def test_the_runner_of_the_page_finds_that_the_engine_conforms(name: str) -> None:
    runner = _runner()
    runner["price"] = _answer
    assert list(runner["failures"](cases_file(name))) == []


def test_the_runner_of_the_page_finds_an_engine_that_does_not_conform() -> None:
    runner = _runner()
    runner["price"] = lambda programme, basket: {**_answer(programme, basket), "total_minor": -1}
    asked = [case for case in CASES["club"] if case.expect.total_minor is not None]
    assert len(list(runner["failures"](cases_file("club")))) == len(asked)


def test_the_example_of_the_page_is_a_file_of_cases() -> None:
    (text,) = re.findall(r"^```toml case\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (case,) = read_cases(text)
    assert differences(case, PROGRAMMES["club"]) == []


def test_every_figure_is_on_the_page() -> None:
    assert [name for name in Expected.__struct_fields__ if f"`{name}`" not in PAGE] == []
    case = CASES["club"][0]
    done = quote(
        basket_of(case.basket),
        PROGRAMMES["club"],
        local_moment(case.basket.at),
        standing_of(case.basket, PROGRAMMES["club"]),
    )
    assert set(figures_of(done)) == set(Expected.__struct_fields__)


HEAD = 'programme = "club"\n[goods]\na = { code = "1", price_minor = 1 }\n'
BODY = '[[case]]\nname = "one"\nwhy = "1 is 1, plainly"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("programme = ", "Invalid value"),
        (HEAD, "`case`"),
        (HEAD + BODY + '[case.basket]\nlines = [{ goods = "b" }]\n[case.expect]\n', "“b”"),
        (HEAD + BODY + "[case.basket]\nlines = [{ goods = 1 }]\n[case.expect]\n", "“1”"),
        (HEAD + BODY + "[case.basket]\nlines = 1\n[case.expect]\n", "basket.lines"),
        (HEAD + BODY + "[case.basket]\nlines = []\nat_noon = true\n[case.expect]\n", "at_noon"),
        (HEAD + BODY + "[case.basket]\nlines = []\n[case.expect]\ntotal = 1\n", "total"),
        (HEAD + BODY + '[case.basket]\nlines = []\n[case.expect]\nreasons = { a = "won" }\n', "won"),
        (HEAD + BODY + "[case.basket]\nlines = []\n[case.expect]\n" + "#" * 1024 * 1024, "1048576"),
    ],
    ids=["toml", "no case", "no goods", "goods", "lines", "field", "figure", "reason", "size"],
)
def test_a_file_of_cases_that_will_not_do_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_cases(text)
    assert said in say(bad.value.said, "en", TEMPLATES)


def _other(wanted: Any) -> Any:
    """Another figure of the same kind."""
    if isinstance(wanted, int):
        return wanted + 1
    if isinstance(wanted, str):
        return "unrelated" if wanted == "applied" else "applied"
    if isinstance(wanted, dict):
        key = next(iter(wanted), "another")
        return {**wanted, key: _other(wanted.get(key, 0))}
    if wanted and isinstance(wanted[0], dict):
        return (_other(wanted[0]), *wanted[1:])
    return (*wanted, "another")


def _figures(table: Any, path: str) -> Iterator[tuple[str, int, int, Callable[[int], None]]]:
    """Every whole number in a table: its place, itself, how much to change it by, and a way to put another there."""
    for key, value in list(table.items() if isinstance(table, dict) else enumerate(table)):
        if isinstance(value, dict | list):
            yield from _figures(value, f"{path}.{key}")
        elif type(value) is int and key not in ("priority", "worth_minor"):
            step = 100 if str(key).endswith("_bp") else 1
            yield f"{path}.{key}", value, step, partial(operator.setitem, table, key)


def _programme(document: dict[str, Any]) -> Programme | None:
    """The programme of a table; None where the figure put into it makes it none."""
    try:
        return parse_programme(_toml(document))
    except BadProgramme:
        return None


def _toml(document: dict[str, Any]) -> str:
    """A table as TOML, every value on one line."""
    return "\n".join(f"{key} = {_value(value)}" for key, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str | bool | int):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _runner() -> dict[str, Any]:
    """The lines of the page, as a module."""
    (source,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    module: dict[str, Any] = {"__name__": "runner"}
    exec(compile(source, "docs/CONFORMANCE.md", "exec"), module)
    return module


def _answer(programme: str, basket: dict[str, Any]) -> Any:
    """What `kopilka quote --json` prints for a basket."""
    doc = read_basket(json.dumps(basket).encode())
    done = quote(basket_of(doc), PROGRAMMES[programme], local_moment(doc.at), standing_of(doc, PROGRAMMES[programme]))
    return json.loads(answer_json(done))
