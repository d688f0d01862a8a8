"""journal.ballast: room on the disk kept back for the journal, let go when the disk is full.

With it what is recorded is still sent, a receipt that is on paper is still recorded, and the shift is closed. Nothing
new is sold and nothing is fetched from it: a sale begun on the last room might have none to be completed in. An empty
file says that the room was let go, also after a start; no file, that none could be kept back.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from terminal.offline_queue.disk import put_in_place, sync_folder

FILE = "journal.ballast"
MIB = 1024 * 1024
SIZE_MIB = 64
MAX_MIB = 1024
VARIABLE = "KOPILKA_BALLAST_MIB"
FULL_BELOW_BYTES = MIB
"""With less left than this SQLite may not even open the journal: its shared memory has to be written too."""


def asked_bytes() -> int:
    """How much is to be kept back: what the environment says in MiB, up to 1024; 0 is nothing, else 64."""
    said = os.environ.get(VARIABLE, "")
    return min(int(said), MAX_MIB) * MIB if said.isascii() and said.isdigit() else SIZE_MIB * MIB


def free_bytes(folder: Path) -> int:
    """What a program without privileges may still write. Raises OSError."""
    there = os.statvfs(folder)
    return there.f_bavail * there.f_frsize


class Ballast:
    """That of the journal in `folder`; any thread may call. Faults of the disk are never raised: there is no room then.

    `is_out` costs nothing to ask: a sale does it.
    """

    def __init__(self, folder: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self._path = folder / FILE
        self._free = free
        self._turn = threading.Lock()
        self._wanted = 0
        self.is_out = self.kept_bytes() == 0

    def kept_bytes(self) -> int | None:
        """What is kept back; 0 where it was let go, None where nothing ever was."""
        try:
            return self._path.stat().st_size
        except OSError:
            return None

    @property
    def missing_mib(self) -> int:
        """What has to be freed before the room can be kept back again, at least 1."""
        try:
            return max(1, -((self._free(self._path.parent) - self._needed()) // MIB))
        except OSError:
            return max(1, self._needed() // MIB)

    def keep(self, size_bytes: int) -> None:
        """From now on this much is wanted: made where the disk has room. 0 wants none, and lets go of what is there."""
        with self._turn:
            self._wanted = size_bytes
            if not size_bytes:
                self._path.unlink(missing_ok=True)
                self.is_out = False
            elif self.kept_bytes() != size_bytes:
                self._make()

    def make_anew(self) -> bool:
        """Keep the room back again where it was let go and the disk has it; whether it is kept."""
        with self._turn:
            if self.is_out and self._wanted:
                self._make()
            return not self.is_out

    def let_go(self) -> bool:
        """Free the room; whether there was any."""
        with self._turn:
            if not self.kept_bytes():
                return False
            with suppress(OSError):
                os.truncate(self._path, 0)
                self.is_out = True
                sync_folder(self._path.parent)
            return self.is_out

    def let_go_where_full(self) -> None:
        """Before the journal is opened."""
        with suppress(OSError):
            if self._free(self._path.parent) < FULL_BELOW_BYTES:
                self.let_go()

    def _needed(self) -> int:
        """A quarter more than is kept back: else it would be let go again by the next event."""
        return self._wanted + self._wanted // 4

    def _make(self) -> None:
        fresh = self._path.with_name(FILE + ".new")
        try:
            fresh.unlink(missing_ok=True)
            if self._free(self._path.parent) < self._needed():
                return
            _fill(fresh, self._wanted)
            put_in_place(fresh, self._path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            return
        self.is_out = False


def _fill(path: Path, size_bytes: int) -> None:
    """Blocks, not a length alone: a file with holes keeps no room back."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, size_bytes)
        os.fsync(handle)
    finally:
        os.close(handle)
