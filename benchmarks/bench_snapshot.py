"""1,500,000 members onto a fresh terminal: from the first question to the head office to the first look-up.

Ours is a newly enrolled till whose runner does what it does at its first start: heads, the signed manifest, the file
in parts from a real head office on loopback, its sum checked, unpacked, compared with the manifest, the index of words
built, put in the cache's place, heads once more and found level; then a card is looked up. The peer copies the same
packed file, unpacks it with the same library, syncs and renames it: as safe from a power cut, but nothing checked.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from benchmarks import members
from benchmarks.head_office import HeadOffice, head_office
from benchmarks.measure import Finding, Goal, compare, elapsed_s
from benchmarks.scratch import Scratch
from terminal.clock import now_ms
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.store import open_store

PAIRS = 5
LEVEL_WITHIN_S = 600.0


def run(scratch: Scratch) -> Iterator[Finding]:
    size = scratch.sizes[-1]
    with head_office(scratch.new_folder(), scratch.cache_file(size)) as office:
        yield compare(
            f"snapshot of {size:,} members to first look-up",
            "s",
            scratch.times(PAIRS),
            _in_a_new_folder(scratch, lambda folder: _ours(office, folder, size)),
            _in_a_new_folder(scratch, lambda folder: _peer(office.packed, folder)),
            Goal(2.0),
        )


def _in_a_new_folder(scratch: Scratch, taken_s: Callable[[Path], float]) -> Callable[[], list[float]]:
    def once() -> list[float]:
        folder = scratch.new_folder()
        try:
            return [taken_s(folder)]
        finally:
            shutil.rmtree(folder)

    return once


def _ours(office: HeadOffice, folder: Path, size: int) -> float:
    enrol(office.url, office.one_time_code(), "Till", folder)
    store = open_store(folder)
    runner = Runner(store, Client(store.identity, store.key, now_ms), now_ms, random.random)

    def work() -> None:
        assert runner.run_until_idle(LEVEL_WITHIN_S)
        assert store.cache.member_by_card(members.card(size - 1)) is not None

    try:
        return elapsed_s(work)
    finally:
        runner.stop()
        store.close()


def _peer(packed: Path, folder: Path) -> float:
    def work() -> None:
        shutil.copyfile(packed, folder / "copy.zst")
        with (folder / "copy.zst").open("rb") as source, (folder / "fresh").open("wb") as target:
            zstandard.ZstdDecompressor().copy_stream(source, target)
            target.flush()
            os.fsync(target.fileno())
        os.replace(folder / "fresh", folder / "cache.db")

    return elapsed_s(work)
