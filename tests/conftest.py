"""What every test shares: the fixtures of tests/support, hypothesis's profiles, and the table of what ran."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.in_memory import keep_in_memory

pytest_plugins = [
    "tests.support.chance",
    "tests.support.what_ran",
    "tests.support.postgres",
    "tests.support.offices",
    "tests.support.patient",
    "tests.support.browser",
]

# Hundreds of tills are made here; those that are about the room kept back on the disk ask for it.
os.environ["KOPILKA_BALLAST_MIB"] = "0"

# Nothing a test writes has to outlive a power cut (those are simulated), so none waits for a disk to keep it.
keep_in_memory(os.environ)

# A slow machine is not a wrong program. Under CI the same examples each time; elsewhere new ones.
SLOW = [HealthCheck.too_slow]
settings.register_profile("developer", deadline=None, suppress_health_check=SLOW)
settings.register_profile("ci", settings.get_profile("developer"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

FOLDERS = ("e2e", "simulation", "upgrades", "contract", "property", "ui", "unit")
"""By how long one test takes: the last to end are files of short ones, so that no process is left alone for long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FOLDERS.index(item.path.parent.name) if item.path.parent.name in FOLDERS else 0)
