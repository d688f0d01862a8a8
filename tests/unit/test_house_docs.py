"""Every module says what it is for, and every command of the Makefile is explained."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("loyalty", "terminal", "sync_server", "devices", "benchmarks", "tests")
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
