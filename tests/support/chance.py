"""Chance is the same at every run: what a test passes with once it passes with always.

Each test draws from a generator seeded by its own name and by KOPILKA_TEST_SEED, which is printed with a failure and
may be anything: other words give every test other keys, tokens, salts and ids. Whatever asks `os`, `random`, `secrets`
or `uuid`, makes a key or an id of a moment draws from it. Threads share it; hypothesis looks after `random` by itself;
processes that a test starts have their own chance, but for the order of their sets.
"""

from __future__ import annotations

import os
import random
import uuid
import zlib
from collections.abc import Generator
from itertools import count
from random import Random

import pytest
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VARIABLE = "KOPILKA_TEST_SEED"
SEED = os.environ.get(VARIABLE, "0")
FIRST_ID_MS = 1_795_305_600_000
"""22 November 2026, as in the stories of most tests: the time in an id of a moment is chance too."""

drawn = Random(SEED)
made = count(FIRST_ID_MS)


def seed_chance(test: str, seed: str = SEED) -> None:
    """Begin the draws of this test anew."""
    global made  # noqa: PLW0603 - an iterator cannot be set back
    drawn.seed(f"{seed} {test}")
    random.seed(f"{seed} {test}")
    made = count(FIRST_ID_MS)


def draw_bytes(size: int, /) -> bytes:
    return drawn.randbytes(size)


def draw_id() -> uuid.UUID:
    """Each sorts after those before it in its test."""
    high = next(made) << 80 | 0x7 << 76 | drawn.getrandbits(12) << 64
    return uuid.UUID(int=high | 0b10 << 62 | drawn.getrandbits(62))


def draw_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(draw_bytes(32))


def pytest_configure() -> None:
    """Before any test is read: from now on the generator is drawn from wherever real chance was asked for."""
    os.environ.setdefault("PYTHONHASHSEED", str(zlib.crc32(SEED.encode())))
    os.urandom = draw_bytes
    random._urandom = draw_bytes  # type: ignore[attr-defined]  # which SystemRandom asks, and so `secrets`
    uuid_utils.uuid7 = draw_id  # type: ignore[assignment]  # drawn by a library that asks the system
    Ed25519PrivateKey.generate = draw_key  # type: ignore[method-assign]  # likewise


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    seed_chance(item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections.append(("chance", f"{VARIABLE}={SEED}"))
    return report
