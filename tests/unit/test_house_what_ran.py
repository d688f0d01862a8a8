"""The table of what ran counts right, leaves out what cannot run, and fails a run that had to be whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import find_chromium, must_run

ROOT = Path(__file__).resolve().parents[2]
LOCKS = "tests/unit/test_house_locks.py"
BROWSER = "tests/e2e/test_house_browser.py"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of its own, seeing only the variables of this table that the test gives it."""
    hidden = {"CI", "KOPILKA_REQUIRE_GROUPS", "KOPILKA_CHROMIUM"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=100
    )


def row(said: str, group: str) -> list[str]:
    return next(line.split() for line in said.splitlines() if line.startswith(f"{group} "))


def test_the_table_counts_the_tests_of_a_folder() -> None:
    ended = run(LOCKS)
    assert ended.returncode == 0
    assert row(ended.stdout, "unit")[1:4] == ["6", "0", "0"]
    assert row(ended.stdout, "postgres")[1:4] == ["0", "0", "0"]


def test_a_required_group_that_ran_nothing_fails_the_run_and_is_named() -> None:
    ended = run(LOCKS, KOPILKA_REQUIRE_GROUPS="postgres")
    assert ended.returncode == 1
    assert "Required, but ran no test: postgres" in ended.stdout


def test_without_chromium_a_developer_reads_one_line_and_the_rest_runs() -> None:
    ended = run(LOCKS, BROWSER, KOPILKA_CHROMIUM="/nowhere/chromium")
    assert ended.returncode == 0
    assert "left out: Chromium is not here" in " ".join(row(ended.stdout, "browser"))
    assert "2 deselected" in ended.stdout


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"KOPILKA_REQUIRE_GROUPS": "browser"}])
def test_without_chromium_a_run_that_needs_it_fails(environment: dict[str, str]) -> None:
    ended = run(BROWSER, KOPILKA_CHROMIUM="/nowhere/chromium", **environment)
    assert ended.returncode == 1
    assert "Chromium is not here" in ended.stdout


def test_a_required_run_forgives_no_skipped_test(tmp_path: Path) -> None:
    skipping = tmp_path / "test_skipping.py"
    skipping.write_text("import pytest\n\ndef test_one():\n    pytest.skip('no wish')\n", encoding="utf-8")
    arguments = ("-c", "pyproject.toml", "-p", "tests.support.what_ran", str(skipping))
    assert run(*arguments).returncode == 0
    ended = run(*arguments, KOPILKA_REQUIRE_GROUPS="simulation")
    assert ended.returncode == 1
    assert "tests were skipped" in ended.stdout


@pytest.mark.parametrize(
    ("environment", "groups"),
    [
        ({}, set()),
        ({"CI": "true"}, {"postgres", "browser", "camera", "simulation"}),
        ({"CI": "true", "KOPILKA_REQUIRE_GROUPS": "camera, browser"}, {"camera", "browser"}),
    ],
)
def test_the_groups_that_must_run_come_from_the_environment(environment: dict[str, str], groups: set[str]) -> None:
    assert must_run(environment) == groups


def test_a_chosen_chromium_is_the_only_one_looked_for() -> None:
    assert find_chromium({"KOPILKA_CHROMIUM": "/nowhere/chromium"}) is None
    assert find_chromium({"KOPILKA_CHROMIUM": sys.executable}) == sys.executable
