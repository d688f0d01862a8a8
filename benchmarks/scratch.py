"""Where a run works: one temporary folder, and in it what several benchmarks share, each made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from benchmarks import shop
from benchmarks.members import CacheFile, build_cache
from terminal.offline_queue import cache, cache_words

SIZES = (15_000, 150_000, 1_500_000)
SMALL_SIZES = (150, 1_500, 15_000)
STORED = 1_000_000


class Scratch:
    """`sizes` are the numbers of members to measure with, the largest last; `small` asks for a quick look; `stored` are
    the receipts a head office has that has many."""

    def __init__(self, folder: Path, small: bool, stored: int = STORED) -> None:
        self.folder = folder
        self.small = small
        self.stored = stored
        self.sizes = SMALL_SIZES if small else SIZES
        self._caches: dict[int, CacheFile] = {}
        self._tills: dict[int, Path] = {}

    def times(self, count: int) -> int:
        """`count`, or a tenth for a quick look."""
        return max(1, count // 10) if self.small else count

    def cache_file(self, members: int) -> CacheFile:
        """A cache at rest with so many members; nobody may change it."""
        if members not in self._caches:
            path = self.folder / f"cache-{members}.db"
            self._caches[members] = build_cache(path, members, shop.GEN, shop.SCOPE_KEY, shop.rows())
            _settle(path)
        return self._caches[members]

    def till(self, members: int) -> Path:
        """A till with so many members that sells nothing, so that all may use it, one after the other."""
        if members not in self._tills:
            self._tills[members] = self.new_till(members)
        return self._tills[members]

    def new_till(self, members: int) -> Path:
        """The folder of a till with so many members cached and its shift open, out of reach of any head office."""
        folder = self.new_folder()
        shop.new_till(folder)
        shutil.copyfile(self.cache_file(members).path, folder / cache.FILE)
        cache_words.build(folder / cache.FILE)
        _settle(folder / cache.FILE)
        shop.open_shift(folder)
        return folder

    def new_folder(self) -> Path:
        return Path(mkdtemp(dir=self.folder))


def _settle(path: Path) -> None:
    """Have a large file on the disk before anything is measured, since writing it out would disturb that."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def scratch(small: bool, stored: int = STORED) -> Iterator[Scratch]:
    """The folder goes when the run ends, however it ends."""
    with TemporaryDirectory(prefix="kopilka-bench-") as folder:
        yield Scratch(Path(folder), small, stored)
