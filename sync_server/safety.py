"""What of what is stored would survive the loss of this machine, and what terminals may therefore let go of.

That is what the last backup holds (`mark_backed_up`), or all of it at once: where the operator says so, or PostgreSQL
answers no commit before a synchronous standby has it.
"""

import os
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from sync_server.rows import update_rows
from sync_server.schema import TERMINAL_CURSOR
from sync_server.settings import Settings
from sync_server.store import Store, open_file

_PLACES = "SELECT tshard, terminal, epoch, seq, hash FROM terminal_cursor WHERE seq > 0"
_WAITS_FOR_STANDBY = ("on", "remote_apply")
"""Settings of synchronous_commit under which a standby has a commit on its disk before it is answered."""


def survives_at_once(settings: Settings, store: Store) -> bool:
    """Whether everything stored is safe as soon as it is stored. Asked once, at the start."""
    return settings.stored_is_safe or (not store.sqlite and _has_standby(store))


def mark_backed_up(store: Store, copy: Path) -> int:
    """What a backup on the disk holds of each terminal is safe from now on; of how many terminals that is."""
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    with closing(open_file(copy)) as backup:
        found = backup.execute(_PLACES).fetchall()
    names = ("tshard", "terminal", "safe_epoch", "safe_seq", "safe_hash")
    rows = [dict(zip(names, row, strict=True)) for row in found]
    store.write(lambda tx: update_rows(tx, TERMINAL_CURSOR, names[:2], rows), "many")
    return len(rows)


def _has_standby(store: Store) -> bool:
    with store.read() as tx:
        standbys = tx.execute(text("SHOW synchronous_standby_names")).scalar_one()
        waits = tx.execute(text("SHOW synchronous_commit")).scalar_one()
    return bool(standbys) and waits in _WAITS_FOR_STANDBY
