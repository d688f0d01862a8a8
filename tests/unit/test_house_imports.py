"""Who may import whom, held at run time: each room is imported whole in a process of its own, to see what it loads.

The contracts in pyproject.toml read the source; these tests also see what a library or a lazy import pulls in.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
DRIVERS = frozenset({"cv2", "escpos", "evdev", "pyzbar", "serial", "usb", "zxingcpp"})
STORES = frozenset({"alembic", "psycopg", "sqlalchemy", "sqlite3", "sqlite_utils"})
NETWORK = frozenset({"httpx", "litestar", "uvicorn"})
MSGSPEC = frozenset({"msgspec", "typing_extensions"})  # msgspec imports the second where it is installed
SCREEN = frozenset({"textual"})
HALVES = frozenset({"devices", "sync_server", "terminal"})

# Imports a package with everything in it, but for what acts when imported: __main__ and Alembic's scripts.
IMPORT_ALL = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
room = importlib.import_module(sys.argv[1])
found = [room.__name__]
for module in pkgutil.walk_packages(getattr(room, "__path__", []), room.__name__ + "."):
    if module.name.rpartition(".")[2] != "__main__" and ".migrations" not in module.name:
        importlib.import_module(module.name)
        found.append(module.name)
print(json.dumps({"found": found, "loaded": sorted(set(sys.modules) - before)}))
"""


class Loaded(NamedTuple):
    """The modules of a room, and every module that importing them loaded."""

    found: list[str]
    loaded: list[str]

    def of(self, names: frozenset[str]) -> set[str]:
        """Which of these modules or packages were loaded."""
        return {name for name in names if any(f"{module}.".startswith(f"{name}.") for module in self.loaded)}

    def foreign(self) -> set[str]:
        """The top-level packages from outside the standard library."""
        return {module.partition(".")[0] for module in self.loaded} - sys.stdlib_module_names


def load(room: str) -> Loaded:
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, room], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return Loaded(**json.loads(run.stdout.splitlines()[-1]))


def rooms_of_terminal(*names: str) -> frozenset[str]:
    return frozenset(f"terminal.{name}" for name in names)


@pytest.mark.parametrize("room", ["loyalty", "terminal.session"])
def test_the_rules_and_the_sale_load_nothing_from_outside_but_msgspec(room: str) -> None:
    loaded = load(room)
    assert loaded.foreign() <= MSGSPEC | {"loyalty", room.partition(".")[0]}
    assert not loaded.of(STORES | frozenset({"asyncio", "socket", "subprocess"}))
    assert not {name for name in loaded.loaded if name.startswith("terminal.") and not name.startswith(f"{room}")}


@pytest.mark.parametrize(
    ("room", "unwanted"),
    [
        ("terminal.ui", STORES | NETWORK | DRIVERS | {"devices", "sync_server"}
            | rooms_of_terminal("engine", "scanner", "fiscal", "offline_queue")),
        ("terminal.engine", SCREEN | {"sync_server"} | rooms_of_terminal("ui", "cli")),
        ("terminal.agent", SCREEN | {"sync_server"} | rooms_of_terminal("ui", "cli")),
        ("terminal.scanner", SCREEN | STORES | NETWORK | {"sync_server"}
            | rooms_of_terminal("session", "engine", "ui", "fiscal", "offline_queue")),
        ("terminal.fiscal", SCREEN | {"cv2", "sync_server"}
            | rooms_of_terminal("session", "engine", "ui", "scanner", "offline_queue")),
        ("terminal.offline_queue", SCREEN | DRIVERS | {"devices", "sync_server"}
            | rooms_of_terminal("session", "engine", "ui", "scanner", "fiscal")),
        ("devices", SCREEN | STORES | NETWORK | DRIVERS | {"loyalty", "terminal", "sync_server"}),
        ("sync_server", SCREEN | DRIVERS | {"terminal", "devices"}),
    ],
)  # fmt: skip
def test_a_room_loads_nothing_of_the_rooms_it_may_not_know(room: str, unwanted: frozenset[str]) -> None:
    assert not load(room).of(unwanted)


def test_the_house_has_no_room_without_a_rule() -> None:
    """A new package at the top or in the terminal needs its line above and its contract in pyproject.toml."""
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/__init__.py")}
    rooms = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("terminal/*/__init__.py")}
    assert packages - {"tests", "benchmarks"} == HALVES | {"loyalty"}
    known = ("scanner", "offline_queue", "fiscal", "ui", "session", "engine", "agent", "cli", "demo")
    assert rooms <= {f"terminal/{name}" for name in known}
