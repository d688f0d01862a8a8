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
        self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() or "?"
            os.close(self._file)
            raise store_fault("store.owned", pid=owner) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)
