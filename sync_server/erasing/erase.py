"""Erasing as a person asks for it, and again after an older database was put back."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from sync_server.effect_kinds import apply_effects
from sync_server.erasing.erased import MAX_WHO_CHARS, Erased, read_erased, read_log, record, write_log
from sync_server.erasing.forget import forget
from sync_server.erasing.trail import Found, count_found, read_trail
from sync_server.find_member import FoundMember, find_member
from sync_server.identity import Identity
from sync_server.member_changes import MAX_ROUNDS, finish_changes
from sync_server.settings import Settings
from sync_server.snapshot import drop_snapshots
from sync_server.store import Store, open_file


class Beside(msgspec.Struct, frozen=True):
    """What lies beside the database: the record of erasings, and snapshots."""

    log: Path
    snapshots: Path


def beside(settings: Settings) -> Beside:
    return Beside(settings.data / "erased.log", settings.snapshots)


def plan_erasing(store: Store, identity: Identity, text: str) -> tuple[FoundMember, Found]:
    """Whom `text` names (a card, a phone, an id), and what there is of them. Raises BadInput."""
    finish_changes(store, identity)
    member = find_member(store, identity, text)
    with store.read() as tx:
        return member, count_found(tx, read_trail(tx, identity, member.place))


def erase(store: Store, identity: Identity, at: Beside, text: str, by: str, now_ms: int) -> Found:
    """Erase the member; what there was. There is no way back. Raises BadInput."""
    member, found = plan_erasing(store, identity, text)
    for _ in range(MAX_ROUNDS):
        if not apply_effects(store):
            break
    with store.read() as tx:
        places = read_trail(tx, identity, member.place).places
    chosen = [Erased(each.member_id, each.home, by[:MAX_WHO_CHARS], now_ms) for each in places]
    write_log(at.log, chosen)
    record(store, chosen)
    forget(store, identity, chosen[0], now_ms)
    drop_snapshots(at.snapshots)
    store.clean()
    return found


def repeat_erasings(store: Store, identity: Identity, members: Sequence[Erased], now_ms: int) -> int:
    """Erase these in a database that may not know of it; how many. One that was cut short is among those to finish."""
    record(store, members)
    for member in members:
        forget(store, identity, member, now_ms)
    if members:
        store.clean()
    return len(members)


def copies_beside(data: Path) -> list[Path]:
    """Databases put aside in the folder, which still hold what they held."""
    return sorted(data.glob("before-*.db"))


def erased_before(at: Beside, store: Store) -> tuple[Erased, ...]:
    """Everyone the file or the database knows to be erased; the file is made to know them all."""
    with store.read() as tx:
        members = _together(read_erased(tx), read_log(at.log))
    write_log(at.log, members)
    return members


def erased_in(log: Path, database: Path) -> tuple[Erased, ...]:
    """The same, where the database is a file that is about to be replaced, and may be damaged or not there."""
    try:
        with closing(open_file(database)) as file:
            rows = file.execute("SELECT member_id, home, by_whom, at_ms FROM erased").fetchall()
    except sqlite3.Error:
        rows = []
    members = _together((Erased(*row) for row in rows), read_log(log))
    write_log(log, members)
    return members


def _together(*known: Iterable[Erased]) -> tuple[Erased, ...]:
    return tuple(sorted({each.member_id: each for some in known for each in some}.values()))
