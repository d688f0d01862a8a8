"""Chance is the same at every run of a test, another one for every test and every seed."""

from __future__ import annotations

import os
import random
import re
import secrets
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_server.clock import random_bytes
from terminal.opened import new_id
from tests.support.chance import SEED, VARIABLE, seed_chance

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def as_before(request: pytest.FixtureRequest):
    yield
    seed_chance(request.node.nodeid)


def draws(test: str, seed: str = SEED) -> list[str]:
    seed_chance(test, seed)
    keys = [Ed25519PrivateKey.generate().private_bytes_raw().hex()]
    drawn = [os.urandom(8).hex(), secrets.token_hex(8), secrets.token_urlsafe(8), str(secrets.randbelow(1 << 64))]
    return [*keys, *drawn, uuid.uuid4().hex, new_id(), random_bytes(8).hex(), str(random.random())]


def test_a_test_draws_the_same_at_every_run_whatever_ran_before() -> None:
    first = draws("one")
    os.urandom(3)
    assert draws("one") == first


@pytest.mark.parametrize("other", [("two", SEED), ("one", f"{SEED} and more")])
def test_another_test_and_another_seed_draw_something_else(other: tuple[str, str]) -> None:
    assert not set(draws("one")) & set(draws(*other))


def test_ids_of_a_moment_are_of_version_7_and_sort_as_they_were_made() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(set(ids))
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in ids} == {(7, uuid.RFC_4122)}


def test_a_failure_names_the_seed_that_brings_it_back(tmp_path: Path) -> None:
    written = tmp_path / "test_drawing.py"
    written.write_text("import os\n\ndef test_one():\n    assert not os.urandom(4).hex()\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "-p", "tests.support.chance"]
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(written)],
        cwd=ROOT, env=os.environ | {VARIABLE: "7"}, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    name = re.search(r"^FAILED (\S+)", ended.stdout, re.MULTILINE)
    assert f"{VARIABLE}=7" in ended.stdout
    assert name
    seed_chance(name[1], "7")
    assert f"assert not '{os.urandom(4).hex()}'" in ended.stdout
