"""Each benchmark runs on small data and leaves nothing behind; what it measures is for `make bench` to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import names
from benchmarks.table import HEAD

ROOT = Path(__file__).parents[2]
FINDINGS = {
    "commit": 2,
    "decode": 13,
    "drain": 3,
    "engine": 6,
    "feed": 2,
    "lookup": 4,
    "paint": 3,
    "scan": 2,
    "server": 6,
    "simulate": 2,
    "snapshot": 1,
    "start": 2,
    "stored": 2,
}


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_benchmark_is_run_here() -> None:
    assert names() == sorted(FINDINGS)


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_a_quick_look_prints_its_ratios_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    done = bench(tmp_path, name, "--small")
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()[2:]
    assert head.split() == " ".join(HEAD).split()
    assert len(rows) == FINDINGS[name]
    assert list(tmp_path.iterdir()) == []


def test_a_benchmark_nobody_knows_is_refused_with_the_list_of_those_there_are(tmp_path: Path) -> None:
    done = bench(tmp_path, "speed")
    assert done.returncode == 2
    assert "no such benchmark: speed; there are commit, decode, drain, engine" in done.stderr
