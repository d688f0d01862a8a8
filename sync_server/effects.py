"""Effects across buckets: what one bucket's transaction does to another bucket, carried there exactly once.

A transaction writes to one bucket. What must change in another is written beside its cause as a row to send
(`send_effects`); a round applies it in its target's bucket, where its id is a primary key, and then marks the row done.
Killed at any place in between, the next round does the rest: what was applied is not applied again. The id follows from
cause and target, so a cause that is worked through again sends nothing new. Points on the way stand in the clearing
accounts of both buckets: each bucket balances at every commit, and all clearing is 0 once nothing is under way.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
import structlog
from sqlalchemy import func, select

from loyalty.errors import StoreFault
from loyalty.events import bucket_of
from sync_server.leases import ALL_SLOTS, SLOTS
from sync_server.rows import insert_new, insert_rows, update_rows
from sync_server.schema import EFFECT_IN, EFFECT_OUT
from sync_server.standing import Rules
from sync_server.store import Store, Tx

ROUND_EFFECTS = 200
MAX_BODY_BYTES = 1024 * 1024
log = structlog.get_logger("effects")


class Effect(msgspec.Struct, frozen=True):
    """`target` is the key that says the bucket: an account, or what the kind is keyed by. `body` is the kind's own."""

    effect_id: str
    kind: str
    target: str
    at_ms: int
    body: bytes


Handler = Callable[[Tx, Sequence[Effect], Rules], None]
"""Applies effects of one kind and one bucket, each for the first time, in a transaction of that bucket."""


After = Callable[[Store, Sequence[Effect]], None]
"""What is to be done in other buckets once effects of one kind are applied, before they count as done: so it may come
twice, and is harmless then."""


class _Sent(msgspec.Struct, frozen=True):
    bucket: int
    effect: Effect

    @property
    def place(self) -> tuple[int, str]:
        """Where it is applied, and by what."""
        return bucket_of(self.effect.target), self.effect.kind


def effect_id(kind: str, cause: str, target: str) -> str:
    """The id of what `cause` does to `target`: 32 hex digits, the same whenever it is worked out."""
    return blake2b(f"{kind}\x00{cause}\x00{target}".encode(), digest_size=16, person=b"kopilka effect").hexdigest()


def send_effects(tx: Tx, bucket: int, effects: Iterable[Effect]) -> None:
    """Write effects of this bucket's transaction; those sent before stay as they are."""
    rows = [{"bucket": bucket, **msgspec.structs.asdict(effect), "state": "sent"} for effect in effects]
    if any(len(row["body"]) > MAX_BODY_BYTES for row in rows):
        raise ValueError(f"an effect of more than {MAX_BODY_BYTES} bytes")
    insert_rows(tx, EFFECT_OUT, rows)


def run_effects(
    store: Store,
    handlers: Mapping[str, Handler],
    read_rules: Callable[[], Rules],
    slots: Collection[int] = ALL_SLOTS,
    after: Mapping[str, After] = {},
) -> int:
    """Apply what buckets of these slots have sent and is not applied, as far as one round goes; how many effects.
    0: nothing is under way."""
    sent = _read_sent(store, slots)
    if not sent:
        return 0
    rules = read_rules()
    places = sorted({each.place for each in sent})
    for bucket, kind in places:
        unit = [each for each in sent if each.place == (bucket, kind)]
        failed = _apply_unit(store, bucket, [each.effect for each in unit], handlers[kind], rules)
        if kind in after:
            after[kind](store, [each.effect for each in unit if each.effect.effect_id not in failed])
        _settle(store, unit, failed)
    return len(sent)


def send_again(store: Store) -> None:
    """Have effects that failed tried again: a new version of the program may take them."""
    query = select(EFFECT_OUT.c.bucket, EFFECT_OUT.c.effect_id).where(EFFECT_OUT.c.state == "failed")
    with store.read() as tx:
        failed = tx.execute(query.order_by(EFFECT_OUT.c.bucket).limit(ROUND_EFFECTS)).all()
    for row in failed:
        again = {"bucket": row.bucket, "effect_id": row.effect_id, "state": "sent"}
        store.write(partial(update_rows, table=EFFECT_OUT, keys=("bucket", "effect_id"), rows=[again]), row.bucket)


def count_under_way(tx: Tx) -> dict[str, int]:
    """state -> effects that are not done: sent, failed."""
    query = select(EFFECT_OUT.c.state, func.count().label("n")).where(EFFECT_OUT.c.state.in_(("sent", "failed")))
    return {row.state: int(row.n) for row in tx.execute(query.group_by(EFFECT_OUT.c.state))}


def _read_sent(store: Store, slots: Collection[int]) -> list[_Sent]:
    columns = [EFFECT_OUT.c[name] for name in Effect.__struct_fields__]
    query = select(EFFECT_OUT.c.bucket, *columns).where(EFFECT_OUT.c.state == "sent")
    if len(slots) < SLOTS:
        query = query.where((EFFECT_OUT.c.bucket % SLOTS).in_(sorted(slots)))
    with store.read() as tx:
        rows = tx.execute(query.order_by(EFFECT_OUT.c.bucket, EFFECT_OUT.c.effect_id).limit(ROUND_EFFECTS)).all()
    return [_Sent(row.bucket, Effect(row.effect_id, row.kind, row.target, row.at_ms, bytes(row.body))) for row in rows]


def _apply_unit(store: Store, bucket: int, unit: Sequence[Effect], handler: Handler, rules: Rules) -> set[str]:
    """Apply effects together, or where that fails one by one; the ids of those that cannot be applied at all."""
    try:
        store.write(partial(_apply, bucket=bucket, unit=unit, handler=handler, rules=rules), bucket)
        return set()
    except StoreFault:
        raise
    except Exception as error:
        if len(unit) == 1:
            log.exception("effect_failed", effect=unit[0].effect_id, kind=unit[0].kind, error=type(error).__name__)
            return {unit[0].effect_id}
    return set().union(*(_apply_unit(store, bucket, [effect], handler, rules) for effect in unit))


def _apply(tx: Tx, bucket: int, unit: Sequence[Effect], handler: Handler, rules: Rules) -> None:
    rows: list[dict[str, Any]] = [
        {"bucket": bucket, "effect_id": effect.effect_id, "kind": effect.kind, "at_ms": effect.at_ms} for effect in unit
    ]
    added = insert_new(tx, EFFECT_IN, rows, ("effect_id",))
    new = [effect for effect in unit if (effect.effect_id,) in added]
    if new:
        handler(tx, new, rules)


def _settle(store: Store, unit: Iterable[_Sent], failed: set[str]) -> None:
    """Say in the buckets effects came from what became of them; one that failed keeps its body for a person."""
    by_bucket: dict[int, list[Effect]] = {}
    for each in unit:
        by_bucket.setdefault(each.bucket, []).append(each.effect)
    for bucket, effects in sorted(by_bucket.items()):
        rows = [
            {
                "bucket": bucket, "effect_id": effect.effect_id,
                "state": "failed" if effect.effect_id in failed else "done",
                "body": effect.body if effect.effect_id in failed else b"",
            }
            for effect in effects
        ]  # fmt: skip
        store.write(partial(update_rows, table=EFFECT_OUT, keys=("bucket", "effect_id"), rows=rows), bucket)
