"""Every module says what it is for, every command of the Makefile is explained, and the map of the files is right."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("loyalty", "terminal", "sync_server", "devices", "benchmarks", "tests")
MAP = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, module in sources() if not ast.get_docstring(module)] == []


def test_every_command_of_the_makefile_is_in_its_help_and_in_the_guide() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert {target for target in targets if f"make {target} " not in said.stdout} == set()
    assert {target for target in targets if f"make {target}" not in guide} == set()


def defined(module: ast.Module) -> set[str]:
    named = {each.name for each in module.body if isinstance(each, ast.FunctionDef | ast.ClassDef)}
    assigned = [each.target for each in module.body if isinstance(each, ast.AnnAssign)]
    return named | {target.id for target in assigned if isinstance(target, ast.Name)}


def test_the_way_through_the_files_leads_to_what_is_there() -> None:
    way = re.findall(r"^\| [^|]+ \| `([\w/]+\.py)` \| `(\w+)` \|$", MAP, re.MULTILINE)
    assert len(way) == len({name for _, name in way}) > 10
    assert [step for step in way if step[1] not in defined(ast.parse((ROOT / step[0]).read_text("utf-8")))] == []


@pytest.mark.parametrize("room", ["terminal", "sync_server"])
def test_every_file_on_the_map_of_a_room_is_there(room: str) -> None:
    rows = re.search(rf"^\| In `{room}/` \| Files \|\n(?:\|.*\n)+", MAP, re.MULTILINE)
    assert rows
    named = re.findall(r"`([\w*]+/?)`", rows.group().partition("\n")[2])
    assert len(named) > 10
    there = [any((ROOT / room).glob(each if each.endswith("/") else f"{each}.py")) for each in named]
    assert [each for each, found in zip(named, there, strict=True) if not found] == []
