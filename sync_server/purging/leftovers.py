"""What has run its course and nobody asks for again: codes, confirmations, sessions, messages."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, func, select, tuple_

from sync_server.confirmations import HOUR_MS
from sync_server.messages.journal import KEPT_MS
from sync_server.schema import CONFIRMATION, CONFIRMATION_PACE, CONSOLE_SESSION, ENROL_CODE, MESSAGE
from sync_server.store import Bucket, Store, Tx

UNIT_ROWS = 500
"""At most so many in one transaction."""


class Sweep(msgspec.Struct, frozen=True):
    """Rows of `table` that are `over`; what they are called in the result."""

    name: str
    table: Table
    over: ColumnElement[bool]


def sweeps(now_ms: int) -> tuple[Sweep, ...]:
    """A confirmation counts for its hour, a message is kept a day; a session and a code have an end of their own."""
    an_hour_ago = now_ms - HOUR_MS
    last_hour = now_ms // HOUR_MS - 1
    confirmed = (CONFIRMATION.c.made_ms < an_hour_ago) & (CONFIRMATION.c.hour < last_hour)
    return (
        Sweep("confirmations", CONFIRMATION, confirmed),
        Sweep("confirmations", CONFIRMATION_PACE, CONFIRMATION_PACE.c.hour < last_hour),
        Sweep("messages", MESSAGE, MESSAGE.c.at_ms < now_ms - KEPT_MS),
        Sweep("sessions", CONSOLE_SESSION, CONSOLE_SESSION.c.expires_ms <= now_ms),
        Sweep("codes", ENROL_CODE, ENROL_CODE.c.expires_ms < now_ms),
    )


def purge_rows(store: Store, sweep: Sweep, dry_run: bool = False) -> int:
    """How many rows went, or would."""
    if dry_run:
        with store.read() as tx:
            return int(tx.execute(select(func.count()).select_from(sweep.table).where(sweep.over)).scalar_one())
    gone = 0
    while keys := _some(store, sweep):
        dropped = sum(
            store.write(partial(_drop, sweep=sweep, keys=group), bucket) for bucket, group in _by_bucket(sweep, keys)
        )
        gone += dropped
        if not dropped:
            break
    return gone


def _some(store: Store, sweep: Sweep) -> list[tuple[Any, ...]]:
    names = list(sweep.table.primary_key.columns)
    with store.read() as tx:
        found = tx.execute(select(*names).where(sweep.over).order_by(*names).limit(UNIT_ROWS))
        return [tuple(row) for row in found]


def _by_bucket(sweep: Sweep, keys: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Bucket, list[tuple[Any, ...]]]]:
    if "bucket" not in sweep.table.c:
        yield None, list(keys)
        return
    for bucket, group in groupby(keys, key=lambda key: int(key[0])):
        yield bucket, list(group)


def _drop(tx: Tx, sweep: Sweep, keys: Sequence[tuple[Any, ...]]) -> int:
    """Those that are still over: one may have been begun anew meanwhile."""
    chosen = tuple_(*sweep.table.primary_key.columns).in_(keys)
    return int(tx.execute(sweep.table.delete().where(chosen, sweep.over)).rowcount)
