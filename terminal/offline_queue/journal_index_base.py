"""The index of a journal whose first events are gone: it begins with what is kept for them, and forgets the rest."""

from __future__ import annotations

import msgspec
from msgspec.structs import astuple

from terminal.offline_queue.journal_base import Base
from terminal.offline_queue.journal_file import place_of
from terminal.offline_queue.writer import Connection

BY_PLACE = ("named", "returned", "coupon_spent")
BY_EPOCH = ("effect", "coupon_use", "campaign_use", "right_spent", "right_released", "bank_card", "consent")


def base_place(base: Base) -> int:
    """0 while nothing is gone."""
    return place_of(base.last.epoch, base.last.seq) if base.last.seq else 0


def begin_with(index: Connection, base: Base) -> int:
    """Fill an empty index with what is kept for the events that are gone; where it then stands."""
    place = base_place(base)
    index.execute("BEGIN IMMEDIATE")
    _keep(index, base)
    given = [(use.campaign_id, use.times, use.minor, use.points) for use in base.given]
    index.executemany("INSERT INTO campaign_given VALUES (?, ?, ?, ?)", given)
    index.execute("UPDATE mark SET place = ?, hash = ?, base = ?", (place, bytes.fromhex(base.last.hash), place))
    index.execute("COMMIT")
    return place


def forget_gone(index: Connection, base: Base) -> None:
    """Take out what an index that had these events knows of them alone."""
    place = base_place(base)
    index.execute("BEGIN IMMEDIATE")
    for table in BY_PLACE:
        index.execute(f"DELETE FROM {table} WHERE place <= ?", (place,))
    for table in BY_EPOCH:
        index.execute(f"DELETE FROM {table} WHERE (epoch, seq) <= (?, ?)", (base.last.epoch, base.last.seq))
    _keep(index, base)
    index.execute("UPDATE mark SET base = ?", (place,))
    index.execute("COMMIT")


def _keep(index: Connection, base: Base) -> None:
    index.execute("DELETE FROM passed")
    index.execute("DELETE FROM gone_back")
    names = zip(base.names.__struct_fields__, astuple(base.names), strict=True)
    index.executemany("INSERT INTO passed VALUES (?, ?)", [(kind, name) for kind, name in names if name])
    back = [(place, msgspec.json.encode(uses)) for place, uses in sorted(base.back.items())]
    index.executemany("INSERT INTO gone_back VALUES (?, ?)", back)
