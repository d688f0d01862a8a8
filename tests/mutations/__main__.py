"""Take every guard away, one at a time, in a copy of the sources, and see its test fail.

`python -m tests.mutations` tries all, with words those whose name has one of them. It fails where a test holds without
its guard, where a snippet is not there any more, or where a test does not hold with everything in place.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations import GUARDS
from tests.mutations.guard import Guard

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("loyalty", "devices", "terminal", "sync_server")
MOST_AT_ONCE = 4
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
TESTS_FAILED = 1
"""Pytest's exit status when tests ran and one failed: a test that is not found, or cannot be read, proves nothing."""
MOST_S = 300
ALL_MOST_S = 1800


def main(words: Sequence[str]) -> int:
    """The exit status: 0 when each guard's test noticed."""
    guards = [guard for guard in GUARDS if not words or any(word in guard.name for word in words)]
    if not guards:
        print("No guard has such a name.")
        return 1
    with TemporaryDirectory(prefix="kopilka-mutate") as folder:
        copies = copies_in(Path(folder), min(os.cpu_count() or 1, MOST_AT_ONCE, len(guards)))
        whole = run(copies[0], sorted({guard.test for guard in guards}), ALL_MOST_S)
        if whole.returncode != 0:
            print(whole.stdout, "With every guard in place, these tests fail: nothing was tried.", sep="\n")
            return 1
        complaints = [said for said in try_all(copies, guards) if said]
    print(f"{len(guards) - len(complaints)} of {len(guards)} guards are noticed when they are gone.")
    for said in complaints:
        print(said)
    return 1 if complaints else 0


def copies_in(folder: Path, count: int) -> list[Path]:
    """Copies of the sources to work in side by side. They are compiled once, each by the hash of its text, so that a
    file without its guard is compiled anew and all others are not."""
    first = folder / "0"
    shutil.copytree(ROOT, first, ignore=LEFT_BEHIND)
    command = [sys.executable, "-m", "compileall", "-qq", "--invalidation-mode", "checked-hash", *ROOMS]
    subprocess.run(command, cwd=first, check=False)
    others = [folder / str(number) for number in range(1, count)]
    return [first, *(shutil.copytree(first, other) for other in others)]


def try_all(copies: list[Path], guards: Sequence[Guard]) -> list[str]:
    """What is wrong with each guard, as many at a time as there are copies."""
    free: queue.Queue[Path] = queue.Queue()
    for copy in copies:
        free.put(copy)

    def in_a_copy(guard: Guard) -> str:
        copy = free.get()
        try:
            return tried(copy, guard)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(in_a_copy, guards))


def tried(copy: Path, guard: Guard) -> str:
    """What is wrong with one guard; empty where its test fails without it."""
    file = copy / guard.file
    text = file.read_text("utf-8")
    if text.count(guard.snippet) != 1:
        return f"GONE: {guard.name}: its snippet stands {text.count(guard.snippet)} times in {guard.file}"
    began_s = time.monotonic()
    file.write_text(text.replace(guard.snippet, guard.without), "utf-8")
    try:
        done = run(copy, [guard.test], MOST_S)
    finally:
        file.write_text(text, "utf-8")
    noticed = done.returncode == TESTS_FAILED and " error" not in done.stdout.splitlines()[-1]
    print(f"{'noticed' if noticed else 'MISSED ':8} {time.monotonic() - began_s:5.1f} s  {guard.name}", flush=True)
    return "" if noticed else f"MISSED: {guard.name}: {guard.test} ended with {done.returncode}\n{done.stdout[-2000:]}"


def run(copy: Path, tests: list[str], most_s: float) -> subprocess.CompletedProcess[str]:
    """Pytest in the copy, over the copy's own sources; a test that hangs counts as one that failed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=most_s
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, TESTS_FAILED, "it hung", "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
