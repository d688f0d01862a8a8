"""Measures what an operator watches. Asked every few seconds by Prometheus, so nothing here reads a large table."""

from collections import Counter
from pathlib import Path
from shutil import disk_usage
from typing import get_args

from sqlalchemy import func, select, text

from sync_server.effects import count_under_way
from sync_server.flags import FlagKind
from sync_server.identity import read_state
from sync_server.leases import SLOTS, read_holders
from sync_server.metrics import (  # fmt: skip
    APPLIERS,
    APPLY_FAILURES,
    APPLY_LAG,
    DATABASE_BYTES,
    DISK_FREE,
    EFFECTS,
    EVENTS_APPLIED,
    EVENTS_BEHIND,
    EVENTS_PARKED,
    EVENTS_WAITING,
    FLAGS,
    GENERATION_CURRENT,
    LAST_CONTACT,
    LEASE_SLOTS_FREE,
    SEGMENTS_WAITING,
    SNAPSHOT_AGE,
    TILLS,
    TILLS_SILENT,
)
from sync_server.office import Office
from sync_server.reports import held_states, segments_behind
from sync_server.schema import FLAG, SEGMENT, TERMINAL, TSHARD_APPLIED, TSHARD_HEAD
from sync_server.snapshot import newest_snapshot
from sync_server.store import Tx

HOUR_MS = 3600 * 1000
SILENT_MS = {"1h": HOUR_MS, "24h": 24 * HOUR_MS, "7d": 7 * 24 * HOUR_MS}


def measure(office: Office, now_ms: int) -> None:
    """Set every gauge."""
    EVENTS_APPLIED.set(office.applier.applied_events)
    APPLY_FAILURES.set(office.applier.failures)
    GENERATION_CURRENT.set(read_state(office.store)["gen"] == office.identity.gen)
    with office.store.read() as tx:
        _lag(tx, now_ms)
        _kept(tx)
        _tills(tx, now_ms)
        _appliers(tx, now_ms)
        DATABASE_BYTES.set(_database_bytes(tx))
    newest = newest_snapshot(office.settings.snapshots, office.identity.gen)
    SNAPSHOT_AGE.set((now_ms - newest.made_at_ms) / 1000 if newest else float("nan"))
    DISK_FREE.set(disk_usage(_existing(office.settings.data)).free)


def _lag(tx: Tx, now_ms: int) -> None:
    marks = {row.tshard: row.tseq for row in tx.execute(select(TSHARD_APPLIED))}
    heads = tx.execute(select(TSHARD_HEAD)).all()
    SEGMENTS_WAITING.set(sum(head.next_seq - marks.get(head.tshard, 0) for head in heads))
    events = func.coalesce(func.sum(SEGMENT.c.last_seq - SEGMENT.c.first_seq + 1), 0)
    query = select(events.label("events"), func.min(SEGMENT.c.received_ms).label("oldest_ms"))
    row = tx.execute(query.where(segments_behind(tx))).one()
    EVENTS_BEHIND.set(int(row.events))
    APPLY_LAG.set(max(0, now_ms - row.oldest_ms) / 1000 if row.oldest_ms is not None else 0)


def _kept(tx: Tx) -> None:
    states = held_states(tx)
    EVENTS_PARKED.set(states.get("parked", 0))
    EVENTS_WAITING.set(states.get("waiting", 0))
    effects = count_under_way(tx)
    for state in ("sent", "failed"):
        EFFECTS.labels(state).set(effects.get(state, 0))
    flags = {row.kind: row.n for row in tx.execute(select(FLAG.c.kind, func.count().label("n")).group_by(FLAG.c.kind))}
    for kind in get_args(FlagKind):
        FLAGS.labels(kind).set(flags.get(kind, 0))


def _tills(tx: Tx, now_ms: int) -> None:
    rows = tx.execute(select(TERMINAL.c.state, TERMINAL.c.seen_ms)).all()
    states = Counter(row.state for row in rows)
    for state in ("active", "revoked"):
        TILLS.labels(state).set(states[state])
    quiet_ms = [now_ms - row.seen_ms for row in rows if row.state == "active"]
    for over, limit_ms in SILENT_MS.items():
        TILLS_SILENT.labels(over).set(sum(each > limit_ms for each in quiet_ms))
    LAST_CONTACT.set(max((row.seen_ms for row in rows), default=0) / 1000)


def _appliers(tx: Tx, now_ms: int) -> None:
    """On SQLite the one process applies all there is."""
    held, free = ({"": SLOTS}, 0) if tx.sqlite else read_holders(tx, now_ms)
    APPLIERS.set(len(held))
    LEASE_SLOTS_FREE.set(free)


def _database_bytes(tx: Tx) -> int:
    if not tx.sqlite:
        return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages, size = (tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.resolve().parents) if each.exists())
