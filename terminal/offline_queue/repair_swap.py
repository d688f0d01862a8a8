"""Puts a journal that was made whole in the place of the damaged one, by renaming alone: cut anywhere, it goes on."""

import os
from pathlib import Path

from terminal.offline_queue import journal_file, journal_index
from terminal.offline_queue.disk import put_in_place

MADE, DAMAGED = "journal.repaired", "journal.damaged.db"
BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database file."""


def finish_repair(folder: Path) -> None:
    """Put a journal that was made whole in the damaged one's place, also where the power went amid that."""
    if not (folder / MADE).exists():
        return
    for end in (*BESIDE, ""):
        part = folder / (journal_file.FILE + end)
        if part.exists():
            os.replace(part, folder / (DAMAGED + end))
    forget_database(folder / journal_index.FILE)
    put_in_place(folder / MADE, folder / journal_file.FILE)


def forget_database(path: Path) -> None:
    """Delete it with what is beside it."""
    for end in ("", *BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)
