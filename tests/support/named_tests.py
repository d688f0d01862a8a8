"""Whether the tests that documents and lists name are there."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def missing(nodes: Iterable[str]) -> list[str]:
    """Of node ids (`tests/unit/test_x.py::test_y`, with `[...]` or not) those no test stands behind, sorted."""
    return sorted({node for node in nodes if not _is_there(node)})


def _is_there(node: str) -> bool:
    file, _, name = node.partition("::")
    return name.partition("[")[0] in _tests_in(file)


@cache
def _tests_in(file: str) -> frozenset[str]:
    """What pytest would collect in one file: functions by name, and state machines' and classes' tests."""
    path = ROOT / file
    if not (path.is_file() and path.name.startswith("test_")):
        return frozenset()
    body = ast.parse(path.read_text("utf-8")).body
    functions = (each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    assigned = (
        target.id for each in body if isinstance(each, ast.Assign) for target in each.targets
        if isinstance(target, ast.Name)
    )  # fmt: skip
    return frozenset(name for name in (*functions, *assigned) if name.startswith(("test_", "Test")))
