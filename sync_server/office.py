"""One running head office: its database, what it is, and the thread that applies what comes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from loyalty.api import SnapshotManifest
from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.applier import Applier
from sync_server.clock import now_ms, random_bytes, steady_ms
from sync_server.identity import Identity, read_identity
from sync_server.leases import Leases
from sync_server.messages.sending import Sender, sender_for
from sync_server.safety import survives_at_once
from sync_server.settings import Settings
from sync_server.shedding import Queue
from sync_server.snapshot import make_snapshot, newest_snapshot, one_at_a_time
from sync_server.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Office:
    settings: Settings
    store: Store
    identity: Identity
    applier: Applier
    snapshot_lock: Lock
    queue: Queue
    stored_is_safe: bool
    """Whether terminals may let go of what is stored here at once."""
    sender: Sender | None = None
    """None: this head office sends no messages."""

    def snapshot(self) -> SnapshotManifest:
        """The newest snapshot, made first where there is none or it is too old. One is made at a time."""
        with self.snapshot_lock, one_at_a_time(self.settings.snapshots):
            found = newest_snapshot(self.settings.snapshots, self.identity.gen)
            if found is not None and now_ms() - found.made_at_ms < self.settings.snapshot_max_age_s * 1000:
                return found
            return make_snapshot(self.store, self.identity, self.settings.snapshots, now_ms(), random_bytes(16).hex())


def open_office(settings: Settings, store: Store, identity: Identity) -> Office:
    """Raises NotNow for settings that cannot be."""
    queue, at_once = Queue(store, settings.max_waiting, steady_ms), survives_at_once(settings, store)
    applier, sender = make_applier(store, identity), sender_for(settings, store)
    return Office(settings, store, identity, applier, Lock(), queue, at_once, sender)


def make_applier(store: Store, identity: Identity) -> Applier:
    """One that shares the work with those of other processes where there may be some."""
    return Applier(store, identity, None if store.sqlite else Leases(store, random_bytes(16).hex()))


@contextmanager
def opened(settings: Settings, idle_limit_ms: int = 0, even_moved: bool = False) -> Iterator[tuple[Store, Identity]]:
    """The database of a prepared head office, for a command. Raises StoreFault, NotNow."""
    if not settings.database and not settings.data.is_dir():
        raise NotNow(sentence("server.no_init"))
    store = open_store(settings.url, idle_limit_ms)
    try:
        yield store, read_identity(store, even_moved)
    finally:
        store.close()
