"""Temporary files of the tests lie in memory where the machine has enough of it: tills and head office wait for the
disk at every commit, which is most of what their tests would take."""

from __future__ import annotations

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

ROOM_BYTES = 4 << 30
"""What must be free: a whole run leaves less than a tenth of it at a time."""


def keep_in_memory(environment: MutableMapping[str, str], memory: Path = Path("/dev/shm")) -> None:
    """For this process and those it starts, unless somebody has chosen another place."""
    if "TMPDIR" not in environment and has_room(memory):
        environment["TMPDIR"] = str(memory)
        tempfile.tempdir = None  # asked for anew


def has_room(folder: Path) -> bool:
    """Whether programs can write to it and run from it, and enough is free."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    place = os.statvfs(folder)
    return place.f_bavail * place.f_frsize >= ROOM_BYTES and not place.f_flag & os.ST_NOEXEC
