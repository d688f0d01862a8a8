"""The locks hold pins and hashes alone, no index, host or address; and they satisfy pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-headless.txt")
PINNED = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [a-z_]+ [!<>=]{1,2} '[A-Za-z0-9.]+')? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, list[str]]:
    """Name -> pinned versions; more than one where they depend on the Python or the platform."""
    versions: dict[str, list[str]] = {}
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if "==" in line and not line.startswith(" "):
            name, _, rest = line.partition("==")
            versions.setdefault(name, []).append(rest.split()[0])
    return versions


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if not PINNED.fullmatch(line) and not HASH.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_followed_by_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    followed = zip(lines, [*lines[1:], ""], strict=True)
    assert [line for line, after in followed if "==" in line and "--hash" not in after] == []


def test_the_headless_lock_differs_by_opencv_alone() -> None:
    usual, headless = pins(LOCKS[0]), pins(LOCKS[1])
    assert usual.pop("opencv-python") == headless.pop("opencv-python-headless")
    assert usual == headless


def test_the_lock_satisfies_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["dev"]])
    locked = pins(LOCKS[0])
    wrong = [str(wish) for wish in asked if not all(map(wish.specifier.contains, locked.get(wish.name, ["0"])))]
    assert wrong == []
