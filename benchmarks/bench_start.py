"""Cold start to ready-for-scan, and what the till then weighs, with 1,500,000 members cached.

Ours is `kopilka terminal` from the start of its process under a pseudo-terminal to the painted words that ask for a
scan; its shift is open, its head office out of reach. The peer is a Textual application with one line of text, from
the start of its process to that line, on the same terminal. Both find their modules compiled, by the pair that warms
up, and their files in the system's cache: it is the program that starts cold, not the disk.

Memory is the largest resident size of the till's process after 1,000 cards of different members were scanned, screen
and all; the peer's is that of the same empty application.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks import members
from benchmarks.empty_app import READY
from benchmarks.measure import Finding, Goal, compare
from benchmarks.scratch import Scratch
from benchmarks.terminal_screen import TerminalScreen, kopilka

PAIRS = 7
IDLE, DONE = "Scan goods or a card", "✓ Done"
SCANS = 1_000
EMPTY = ("-m", "benchmarks.empty_app")


def run(scratch: Scratch) -> Iterator[Finding]:
    till = kopilka("terminal", "--data", str(scratch.till(scratch.sizes[-1])), "--lang", "en")
    compiled = scratch.folder / "compiled"
    pairs = scratch.times(PAIRS)
    yield compare(
        "start to ready for a scan", "s", pairs, lambda: _start(till, IDLE, compiled),
        lambda: _start(EMPTY, READY, compiled), Goal(1.5),
    )  # fmt: skip
    cards = _cards(scratch.sizes[-1], scratch.times(SCANS))
    name = f"memory after {len(cards):,} scans, {scratch.sizes[-1]:,} members"
    yield Finding(name, "MB", (_till_mb(till, cards, compiled),), (_empty_mb(compiled),), Goal(120, "MB"))


def _start(command: Sequence[str], ready: str, compiled: Path) -> list[float]:
    with TerminalScreen(command, compiled) as screen:
        return [screen.painted(ready) - screen.began_s]


def _cards(size: int, count: int) -> list[str]:
    chance = Random(count)
    return [members.card(chance.randrange(size)) for _ in range(count)]


def _till_mb(till: Sequence[str], cards: list[str], compiled: Path) -> float:
    with TerminalScreen(till, compiled) as screen:
        screen.painted(IDLE)
        for card in cards:
            screen.type(card + "\r")
            screen.painted(DONE)
        return _peak_mb(screen.process_id)


def _empty_mb(compiled: Path) -> float:
    with TerminalScreen(EMPTY, compiled) as screen:
        screen.painted(READY)
        return _peak_mb(screen.process_id)


def _peak_mb(process_id: int) -> float:
    """VmHWM, the largest resident size so far, in millions of bytes (proc(5))."""
    status = Path(f"/proc/{process_id}/status").read_text("utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024 / 1e6
