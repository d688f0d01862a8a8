"""One run over everything that is kept for a time only."""

from collections import Counter
from pathlib import Path

import msgspec

from sync_server.erasing.erase import repeat_erasings
from sync_server.erasing.erased import read_erased
from sync_server.identity import read_identity
from sync_server.purging.leftovers import purge_rows, sweeps
from sync_server.purging.tombstones import purge_tombstones
from sync_server.snapshot import purge_snapshots
from sync_server.store import Store

DAY_MS = 24 * 3600 * 1000
KEPT_DAYS = 90


class Purged(msgspec.Struct, frozen=True):
    """What went, or would go: tombstones that are older than so many days, and how many of what else."""

    tombstones: int
    confirmations: int
    messages: int
    sessions: int
    codes: int
    snapshots: int
    erasings: int = 0
    """Erasings that had been cut short, and are finished now."""


def purge(store: Store, snapshots: Path, now_ms: int, days: int = KEPT_DAYS, dry_run: bool = False) -> Purged:
    """Run it once a day: a tombstone is as old as the run that first saw it. Broken off, it goes on where it was; again
    at once it does nothing."""
    gone: Counter[str] = Counter()
    gone["tombstones"] = purge_tombstones(store, now_ms, now_ms - days * DAY_MS, dry_run)
    for sweep in sweeps(now_ms):
        gone[sweep.name] += purge_rows(store, sweep, dry_run)
    identity = read_identity(store)
    gone["snapshots"] = purge_snapshots(snapshots, identity.gen, now_ms, dry_run)
    with store.read() as tx:
        half = read_erased(tx, unfinished=True)
    gone["erasings"] = len(half) if dry_run else repeat_erasings(store, identity, half, now_ms)
    return Purged(**{name: gone[name] for name in Purged.__struct_fields__})
