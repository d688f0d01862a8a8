"""The table of limits is whole and true: each limit at a door is in it, and the test it names is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.limits import LIMITS
from tests.support.named_tests import missing

ROOT = Path(__file__).resolve().parents[2]
DOORS = (
    "terminal/agent", "sync_server/api.py", "sync_server/auth.py", "sync_server/ingest.py", "sync_server/serve.py",
    "sync_server/unpacking.py",
)  # fmt: skip
"""Rooms all of whose files are doors; the other doors are those the table names."""
_LIMIT = re.compile(r"_?(MAX|MOST|LONGEST)_[A-Z_]+|[A-Z_]+_LIMIT")


def limits_of(file: str) -> set[str]:
    found: set[str] = set()
    for each in ast.parse((ROOT / file).read_text("utf-8")).body:
        targets = (
            each.targets if isinstance(each, ast.Assign) else [each.target] if isinstance(each, ast.AnnAssign) else []
        )
        found |= {target.id for target in targets if isinstance(target, ast.Name) and _LIMIT.fullmatch(target.id)}
    return found


def doors() -> Iterator[str]:
    yield from LIMITS
    for place in DOORS:
        files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).glob("*.py"))
        yield from (str(file.relative_to(ROOT)) for file in files)


@pytest.mark.parametrize("file", sorted(set(doors())))
def test_each_limit_of_a_door_is_in_the_table_and_no_other(file: str) -> None:
    assert limits_of(file) == set(LIMITS.get(file, {}))


def test_every_test_that_tries_a_limit_is_there() -> None:
    assert missing(test for tests in LIMITS.values() for test in tests.values()) == []
