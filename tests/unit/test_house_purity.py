"""What the source may not say: the rules know no clock, chance or I/O, and the server has one door to a transaction."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

IMPURE_MODULES = frozenset(
    {"asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil"}
    | {"signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib"}
)
IMPURE_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__", "breakpoint"})
# datetime.now() and its like, uuid4() and uuid1(): the caller passes time and ids in.
IMPURE_ATTRIBUTES = frozenset({"now", "utcnow", "today", "fromtimestamp", "uuid1", "uuid4", "getenv", "environ"})

TRANSACTION_CALLS = frozenset({"begin", "begin_nested", "connect", "raw_connection"})
DOOR = "store"


def impurities(source: str) -> Iterator[str]:
    """What in a module of loyalty depends on anything but its arguments."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (f"import {name.name}" for name in names if name.name.partition(".")[0] in IMPURE_MODULES)
            case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] in IMPURE_MODULES:
                yield f"from {module}"
            case ast.ImportFrom(names=names):
                yield from (f"import {name.name}" for name in names if name.name in IMPURE_ATTRIBUTES)
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{name}()"
            case ast.Attribute(attr=name) if name in IMPURE_ATTRIBUTES:
                yield f".{name}"
            case ast.Global(names=names):
                yield f"global {names}"


def back_doors(source: str) -> Iterator[str]:
    """Where a module of the server opens a transaction, a connection or an engine of its own."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr=name)) if name in TRANSACTION_CALLS:
                if ast.unparse(receiver).rpartition(".")[2].strip("_") != DOOR:
                    yield ast.unparse(node)
            case ast.Call(func=ast.Name(id="create_engine") | ast.Attribute(attr="create_engine")):
                yield ast.unparse(node)


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found
    return found


def test_the_rules_of_loyalty_depend_on_their_arguments_alone() -> None:
    found = {str(path.relative_to(ROOT)): list(impurities(path.read_text("utf-8"))) for path in modules("loyalty")}
    assert {path: what for path, what in found.items() if what} == {}


def test_the_server_opens_transactions_through_its_store_alone() -> None:
    elsewhere = [path for path in modules("sync_server") if path != ROOT / "sync_server" / "store.py"]
    found = {str(path.relative_to(ROOT)): list(back_doors(path.read_text("utf-8"))) for path in elsewhere}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import choice",
        "import os.path",
        "from datetime import datetime\nat = datetime.now()",
        "from datetime import date\nat = date.today()",
        "from uuid import uuid4",
        "open('programme.toml')",
        "def next_id():\n    global last",
    ],
)
def test_an_impure_line_is_seen(source: str) -> None:
    assert list(impurities(source))


@pytest.mark.parametrize(
    "source",
    [
        "with engine.begin() as connection: pass",
        "with self.engine.connect() as connection: pass",
        "connection.begin_nested()",
        "sqlite3.connect('server.db')",
        "from sqlalchemy import create_engine\nengine = create_engine(url)",
    ],
)
def test_a_back_door_is_seen(source: str) -> None:
    assert list(back_doors(source))


@pytest.mark.parametrize("source", ["with store.begin() as work: pass", "with self._store.begin() as work: pass"])
def test_the_front_door_is_open(source: str) -> None:
    assert not list(back_doors(source))
