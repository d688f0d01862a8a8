"""One process owns a till's folder: two would write one journal into two histories."""

import fcntl
import os
from pathlib import Path

from terminal.offline_queue.sentences import store_fault


class FolderLock:
    """Holds `folder`/lock until `release`; the system lets go of it when the process dies, however it does.

    Raises StoreFault naming the owner's process when another holds it.
    """

    def __init__(self, folder: Path) -> None:
        file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "?"
            os.close(file)
            raise store_fault("store.owned", pid=owner) from error
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file: int | None = file

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
