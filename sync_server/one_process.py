"""SQLite is served by one process at a time: a second one would keep a view and threads of its own over the same file.

Commands beside the server are welcome: they come, do one thing, and go. PostgreSQL bears any number of processes.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from loyalty.errors import NotNow
from loyalty.sentences import sentence

SENTENCES = {
    "one_process.taken": (
        "Эту базу SQLite уже обслуживает процесс {pid}. Несколько процессов возможны на PostgreSQL: --database",
        "Process {pid} serves this SQLite database already. Several processes need PostgreSQL: --database",
    ),
    "one_process.no_apply": (
        "На SQLite один процесс и принимает, и применяет: --no-apply нужен PostgreSQL (--database)",
        "On SQLite one process both takes in and applies: --no-apply needs PostgreSQL (--database)",
    ),
}


@contextmanager
def only_process(url: str) -> Iterator[None]:
    """Held while the block runs, and by the system no longer than the process lives. Raises NotNow for the second."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    path = Path(f"{parsed.database}.lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(file)
        yield
    finally:
        os.close(file)


def _lock(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "?"
        raise NotNow(sentence("one_process.taken", pid=owner)) from error
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
