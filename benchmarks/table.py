"""The table a run prints: the machine, then one line for each finding."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.measure import Finding

HEAD = ("what", "ours", "peer", "ratio", "pairs from-to", "goal", "met")


def machine() -> str:
    """What the figures depend on, in one line."""
    return ", ".join((
        date.today().isoformat(),  # noqa: DTZ011  # the day as the reader's own calendar has it
        f"{_processor()}, {os.cpu_count()} cores",
        f"load {os.getloadavg()[0]:.1f}",
        f"{sys.platform} {platform.release()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ))  # fmt: skip


def lines(findings: Iterable[Finding]) -> list[str]:
    """The table, its columns aligned."""
    rows = [HEAD, *(_row(finding) for finding in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return [_aligned(row, widths) for row in rows]


def _row(found: Finding) -> tuple[str, ...]:
    spread = f"{min(found.ratios):.2f}-{max(found.ratios):.2f}" if len(found.ratios) > 1 else ""
    return (
        found.name, _figure(median(found.ours), found.unit), _figure(median(found.peers), found.unit),
        f"{found.ratio:.2f}x", spread, _goal(found), {None: "", True: "yes", False: "NO"}[found.met],
    )  # fmt: skip


def _goal(found: Finding) -> str:
    if found.goal is None:
        return ""
    return f"<= {found.goal.limit:g} {found.goal.unit}" if found.goal.unit else f"<= {found.goal.limit:g}x"


def _figure(value: float, unit: str) -> str:
    """Three digits, or all there are before the point."""
    return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(width) if column in (0, 4, 5) else cell.rjust(width)
             for column, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
    return "  ".join(cells).rstrip()


def _processor() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        facts = []
    names = (fact.partition(":")[2].strip() for fact in facts if fact.startswith("model name"))
    return next(names, platform.machine())
