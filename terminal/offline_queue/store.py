"""A till's folder, opened: the lock, who the till is, its journal and its cache."""

import contextlib
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.errors import StoreFault
from terminal.offline_queue import ballast, cache, journal_file
from terminal.offline_queue.aside import TOLD
from terminal.offline_queue.cache import Cache
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_place import compare_place, keep_place, machine_of
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.keys import Identity, read_identity
from terminal.offline_queue.lock import FolderLock
from terminal.offline_queue.repair_swap import finish_repair
from terminal.offline_queue.share_book import ShareBook


class Store(msgspec.Struct, frozen=True):
    """Everything one till keeps; one process at a time has it open."""

    folder: Path
    identity: Identity
    keys: Keyring
    journal: Journal
    cache: Cache
    lock: FolderLock
    shares: ShareBook
    machine: str = ""

    @property
    def key(self) -> Ed25519PrivateKey:
        """The one this till signs by now."""
        return self.keys.current

    def keep_place(self) -> None:
        """Write down beside the journal how far it is; a disk that takes nothing is noticed by what matters more."""
        with contextlib.suppress(OSError, StoreFault):
            keep_place(self.folder, self.journal, self.machine)

    def keep_room(self) -> None:
        """Keep room back for the journal again, where it was let go and the disk has it."""
        if self.journal.ballast.is_out:
            self.journal.ballast.make_anew()

    def close(self) -> None:
        self.keep_place()
        self.cache.close()
        self.journal.close()
        self.lock.release()


def open_store(folder: Path, machine: str | None = None, ballast_bytes: int | None = None) -> Store:
    """Open an enrolled till's folder. Raises StoreFault: not enrolled, in use, journal missing or damaged.

    `machine` tells this one from others, `ballast_bytes` is the room to keep back for the journal on the disk; what the
    system and the environment say where they are not given.
    """
    identity = read_identity(folder)
    machine = machine_of(identity.terminal) if machine is None else machine
    lock = FolderLock(folder)
    try:
        finish_repair(folder)
        journal = Journal(folder / journal_file.FILE, identity.terminal)
        try:
            journal.ballast.keep(ballast.asked_bytes() if ballast_bytes is None else ballast_bytes)
            compare_place(folder, journal, machine)
            keys = Keyring(folder, identity.terminal)
            members = Cache(folder / cache.FILE, identity.server_key)
        except BaseException:
            journal.close()
            raise
    except BaseException:
        lock.release()
        raise
    shares = ShareBook(journal, identity.store)
    return Store(folder, identity, keys, journal, members, lock, shares, machine)


def create_journal(folder: Path, identity: Identity) -> None:
    """The empty journal of a newly enrolled till. Raises StoreFault where one exists."""
    state = {
        "terminal": identity.terminal,
        "epoch": "1",
        "gen": identity.gen,
        "fence": identity.fence,
        TOLD: identity.gen,
    }
    journal_file.create(folder / journal_file.FILE, state)
