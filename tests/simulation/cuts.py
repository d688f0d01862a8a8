"""A story told over noted files, and the power cut at every place of it."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from tests.simulation.disk import WAYS, Asked, Disk, Image

SOAK = os.environ.get("KOPILKA_SOAK_SEEDS")
MEMORY = Path("/dev/shm")


class Told(msgspec.Struct, frozen=True):
    """What the database held when, after so many entries of the log, a transaction was told durable."""

    asked: int
    held: bytes


class Story(msgspec.Struct, frozen=True):
    """`told` is in its order; the first is what was there before."""

    before: Image
    log: list[Asked]
    told: list[Told]


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    with TemporaryDirectory(prefix="kopilka", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


def files_of(folder: Path, database: str) -> Image:
    """The database with what SQLite keeps beside it."""
    names = (database, f"{database}-wal", f"{database}-journal")
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def cut_everywhere(story: Story, found: Callable[[Path], bytes], chance: Random) -> int:
    """Cut at each entry of the log, in one way that is drawn, or in every way when soaking.

    `found` opens what is left in a folder and says what it holds. Raises AssertionError at a promise not kept: what was
    told is there, and of the transaction in hand all or nothing. How many different disks were looked at.
    """
    disk, seen = Disk(story.before), set[tuple[int, bytes]]()
    places = [told.asked for told in story.told]
    for at in range(len(story.log) + 1):
        for way in WAYS if SOAK else (chance.choice(WAYS),):
            image = disk.after_cut(way, chance)
            now = bisect_right(places, at) - 1
            if (now, digest(image)) not in seen:
                seen.add((now, digest(image)))
                allowed = {told.held for told in story.told[now : now + 2]}
                assert _found(image, found) in allowed, f"cut at {at} of {len(story.log)}, {way}: a promise is broken"
        if at < len(story.log):
            disk.follow(story.log[at])
    return len(seen)


def _found(image: Image, found: Callable[[Path], bytes]) -> bytes:
    with folder_in_memory() as folder:
        for name, data in image.items():
            (folder / name).write_bytes(data)
        return found(folder)


def digest(image: Image) -> bytes:
    summed = blake2b(digest_size=16)
    for name, data in sorted(image.items()):
        summed.update(f"{name} {len(data)} ".encode() + data)
    return summed.digest()


def dump(connection: Any, but: Iterable[str] = ()) -> bytes:
    """A digest of every row of every table `but` these."""
    made = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").fetchall()
    held = [sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for (name,) in made if name not in but]
    return blake2b(repr(held).encode(), digest_size=16).digest()
