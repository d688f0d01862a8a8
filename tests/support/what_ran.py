"""Counts the tests that ran, by folder and by marked group, and says so at the end of every run.

A group that this machine cannot run is left out with its reason in the table, unless it must run (`must_run`): then
its tests run and fail with that reason. Where KOPILKA_REQUIRE_GROUPS is set, a named group that ran no test, and any
skipped test, fail the whole run.

With several processes the tests lie in the workers, and what they are told of travels with each report.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import cast

import pytest

from tests.support.needs import GROUPS, must_run, why_not

TESTS = Path(__file__).parent.parent
OUTCOMES = ("passed", "failed", "skipped")
GROUPS_OF = "groups"


class WhatRan:
    """The pytest plugin: one per run."""

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.required = must_run(os.environ)
        self.strict = bool(os.environ.get("KOPILKA_REQUIRE_GROUPS"))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        reasons = self.left_out()
        kept: list[pytest.Item] = []
        out: list[pytest.Item] = []
        for item in items:
            groups = groups_of(item)
            item.user_properties.append((GROUPS_OF, groups))
            (out if reasons.keys() & groups else kept).append(item)
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = outcome_of(report)
        if outcome:
            told = (groups for name, groups in report.user_properties if name == GROUPS_OF)
            self.outcomes.update((str(group), outcome) for groups in told for group in cast("tuple[str, ...]", groups))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        whole = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
        if whole and not is_worker(session.config) and self.complaints():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("what ran")
        for line in self.table():
            terminalreporter.write_line(line)
        for complaint in self.complaints():
            terminalreporter.write_line(complaint, red=True)

    def table(self) -> list[str]:
        folders = {group for group, _ in self.outcomes} - set(GROUPS)
        reasons = self.left_out()
        lines = [f"{'':12}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES)]
        for group in [*sorted(folders), *GROUPS]:
            counts = "".join(f"{self.outcomes[group, outcome]:>9}" for outcome in OUTCOMES)
            reason = reasons.get(group)
            lines.append(f"{group:12}{counts}" + (f"   left out: {reason}" if reason else ""))
        return lines

    def left_out(self) -> dict[str, str]:
        """group -> why this machine cannot run it, of those that need not run."""
        reasons = {group: why_not(group) for group in GROUPS if group not in self.required}
        return {group: reason for group, reason in reasons.items() if reason}

    def complaints(self) -> list[str]:
        """Why a run that must be whole is not; empty where nothing is required."""
        if not self.strict:
            return []
        complaints = [f"Required, but ran no test: {group}" for group in sorted(self.required) if not self.ran(group)]
        skipped = sum(count for (group, outcome), count in self.outcomes.items() if outcome == "skipped")
        return [*complaints, *(["A required run skips nothing, but tests were skipped (above)"] if skipped else [])]

    def ran(self, group: str) -> int:
        return self.outcomes[group, "passed"] + self.outcomes[group, "failed"]


def groups_of(item: pytest.Item) -> tuple[str, ...]:
    """The folder under tests/ that a test lies in, and the marked groups it belongs to."""
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else "elsewhere"
    marked = (group for group in GROUPS if item.get_closest_marker(group))
    return tuple(dict.fromkeys((folder, *marked)))


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs a share of the tests for another, which counts them."""
    return hasattr(config, "workerinput")


def outcome_of(report: pytest.TestReport) -> str:
    """One outcome for the three phases of a test; empty for the phases that decide nothing."""
    if report.when == "call":
        return report.outcome
    if report.failed:
        return "failed"
    return "skipped" if report.skipped else ""


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(WhatRan(), "what-ran")
