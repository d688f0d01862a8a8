"""Who has been erased: ids alone, in the database and in a file beside it that no older copy takes the place of.

Whatever comes late for such a member, an event, personal data, a row of an import, is met with what stands here.
"""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select, update

from loyalty.events import bucket_of, canonical
from sync_server.rows import insert_rows, select_by
from sync_server.schema import ERASED
from sync_server.store import Store, Tx

MAX_WHO_CHARS = 80
_NAMES = ("member_id", "home", "by_whom", "at_ms")


class Erased(msgspec.Struct, frozen=True, order=True):
    """One member; `home` is the account of the enrolment, `by_whom` who did it."""

    member_id: str
    home: str
    by_whom: str
    at_ms: int


_line = msgspec.json.Decoder(Erased)


def erased_among(store: Store, member_ids: Iterable[str]) -> frozenset[str]:
    """Those of these members who have been erased, or whose erasing has begun."""
    with store.read() as tx:
        if tx.execute(select(ERASED.c.member_id).limit(1)).first() is None:
            return frozenset()
        wanted = {(bucket_of(each), each) for each in member_ids if each}
        found = select_by(tx, ERASED, ("member_id",), ("bucket", "member_id"), wanted)
    return frozenset(row.member_id for row in found)


def read_erased(tx: Tx, unfinished: bool = False) -> tuple[Erased, ...]:
    """Everyone, or those whose erasing was cut short; by id."""
    query = select(*(ERASED.c[name] for name in _NAMES)).order_by(ERASED.c.member_id)
    rows = tx.execute(query.where(ERASED.c.done_ms == 0) if unfinished else query)
    return tuple(Erased(**row._mapping) for row in rows)


def record(store: Store, members: Iterable[Erased]) -> None:
    """From now on nothing personal of these is taken in; who was recorded before stays as recorded."""
    for each in members:
        row = {**msgspec.structs.asdict(each), "bucket": bucket_of(each.member_id), "done_ms": 0}
        store.write(partial(insert_rows, table=ERASED, rows=[row]), bucket_of(each.member_id))


def say_done(store: Store, member_id: str, now_ms: int) -> None:
    mine = (ERASED.c.bucket == bucket_of(member_id)) & (ERASED.c.member_id == member_id)
    store.write(lambda tx: tx.execute(update(ERASED).where(mine).values(done_ms=now_ms)), bucket_of(member_id))


def write_log(path: Path, members: Iterable[Erased]) -> None:
    """Add to the file, durably and before anything is erased, so that a restored database can be made to follow."""
    known = {each.member_id for each in read_log(path)}
    lines = b"".join(canonical(each) + b"\n" for each in members if each.member_id not in known)
    if not lines:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, b"\n" + lines)
        os.fsync(file)
    finally:
        os.close(file)


def read_log(path: Path) -> tuple[Erased, ...]:
    """What the file holds; a line that was cut short is not counted, since nothing had been erased by then."""
    found = []
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            found.append(_line.decode(line))
        except msgspec.MsgspecError:
            continue
    return tuple(found)
