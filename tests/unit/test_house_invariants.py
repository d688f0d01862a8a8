"""The table of what must always hold is whole and true: every check it names is there and says its number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.simulation.invariants import INVARIANTS
from tests.support.named_tests import missing

ROOT = Path(__file__).resolve().parents[2]
LAST = 27
_SAID = re.compile(r"\bI(\d+)\b(?=[:,)]| and )")


def test_every_invariant_is_in_the_table_and_checked_somewhere_or_says_why_not() -> None:
    assert sorted(INVARIANTS) == list(range(1, LAST + 1))
    assert [
        number for number, each in INVARIANTS.items() if not (each.world or each.tests or len(each.open) > 20)
    ] == []


def test_every_test_of_the_table_is_there() -> None:
    assert missing(test for each in INVARIANTS.values() for test in each.tests) == []


def test_every_check_of_the_simulation_that_the_table_names_says_the_number() -> None:
    said = {name: set(_SAID.findall(text)) for name, text in functions()}
    wrong = [
        (number, name)
        for number, each in INVARIANTS.items()
        for name in each.world
        if str(number) not in said.get(name, ())
    ]
    assert wrong == []


def test_every_number_the_simulation_says_leads_to_the_table() -> None:
    named = {(number, name) for number, each in INVARIANTS.items() for name in each.world}
    said = {(int(number), name) for name, text in functions() for number in _SAID.findall(text)}
    assert sorted(said - named) == []


def functions() -> Iterator[tuple[str, str]]:
    """Of the simulation: `file::Class.function` and its text."""
    for path in sorted((ROOT / "tests" / "simulation").glob("*.py")):
        if path.name == "invariants.py" or path.name.startswith("test_"):
            continue
        text = path.read_text("utf-8")
        for owner, function in _defined(ast.parse(text)):
            yield f"{path.relative_to(ROOT)}::{owner}{function.name}", ast.get_source_segment(text, function) or ""


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for each in tree.body:
        if isinstance(each, ast.FunctionDef):
            yield "", each
        elif isinstance(each, ast.ClassDef):
            yield from ((f"{each.name}.", inner) for inner in each.body if isinstance(inner, ast.FunctionDef))
