"""Families and merges as the head office makes them: written down, done step by step, finished after any crash.

One change is made at a time, over all processes: each is planned by what the one before has left. Receipts go on
meanwhile. A change that was cut short is finished by the running server within a second, or by the next command.
"""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from sqlalchemy import select, update

from loyalty.errors import NotNow
from loyalty.events import canonical
from loyalty.sentences import sentence
from sync_server.effect_kinds import apply_effects
from sync_server.find_member import Place
from sync_server.identity import Identity, Random
from sync_server.member_steps import Cause, Go, Step
from sync_server.personal import complete_members
from sync_server.programmes import read_rules
from sync_server.rows import insert_rows, select_by
from sync_server.schema import CHANGE_OPEN, MEMBER, MEMBER_CHANGE
from sync_server.store import Store, Tx

_SLOT = 1
MAX_ROUNDS = 100
"""Of effects after a change; what is under way then is left to the running server."""

SENTENCES = {
    "change.busy": (
        "Сейчас идёт другое изменение участников: повторите через минуту",
        "Another change of members is under way: try again in a minute",
    ),
}


class Wish(msgspec.Struct, frozen=True):
    """Who wants a change and when; `random` makes what ids it needs."""

    by: str
    at_ms: int
    random: Random

    def new_id(self) -> str:
        return self.random(16).hex()


class MemberChange(msgspec.Struct, frozen=True):
    """One change, ready to be done. `kind` is family or merge."""

    cause: Cause
    kind: str
    steps: tuple[Step, ...]


_change = msgspec.json.Decoder(MemberChange)


def make_change(
    store: Store, identity: Identity, wish: Wish, kind: str, plan: Callable[[Tx], tuple[Step, ...]]
) -> MemberChange:
    """Plan and do one change; what the plan refuses is raised. Raises NotNow while another one is under way."""
    finish_changes(store, identity)
    with store.read() as tx:
        made = _open_now(tx)
        cause = Cause(wish.new_id(), wish.by, wish.at_ms, read_rules(store).date_at(wish.at_ms))
        change = MemberChange(cause, kind, plan(tx))
    if made.change_id or not store.write(lambda tx: _open(tx, change, made.changes)):
        raise NotNow(sentence("change.busy"))
    _do(store, identity, change)
    return change


def finish_changes(store: Store, identity: Identity) -> bool:
    """Finish the change that was cut short; whether there was one."""
    with store.read() as tx:
        change_id = _open_now(tx).change_id
        query = select(MEMBER_CHANGE.c.body).where(MEMBER_CHANGE.c.change_id == change_id)
        body = tx.execute(query).scalar() if change_id else None
    if body is None:
        return False
    _do(store, identity, _change.decode(body))
    return True


class _Open(msgspec.Struct, frozen=True):
    change_id: str = ""
    changes: int = 0


def _open_now(tx: Tx) -> _Open:
    row = tx.execute(select(CHANGE_OPEN.c.change_id, CHANGE_OPEN.c.changes)).one_or_none()
    return _Open(row.change_id, row.changes) if row else _Open()


def _open(tx: Tx, change: MemberChange, changes: int) -> bool:
    """Write the change down, if it is still the next one after `changes`."""
    insert_rows(tx, CHANGE_OPEN, [{"slot": _SLOT, "change_id": "", "changes": 0}])
    free = (CHANGE_OPEN.c.slot == _SLOT) & (CHANGE_OPEN.c.change_id == "") & (CHANGE_OPEN.c.changes == changes)
    taken = update(CHANGE_OPEN).where(free).values(change_id=change.cause.change_id, changes=changes + 1)
    if tx.execute(taken).rowcount == 0:
        return False
    cause = change.cause
    row = {
        "change_id": cause.change_id, "kind": change.kind, "by_whom": cause.by, "at_ms": cause.at_ms,
        "body": canonical(change).decode(),
    }  # fmt: skip
    insert_rows(tx, MEMBER_CHANGE, [row])
    return True


def _close(tx: Tx, change_id: str) -> None:
    tx.execute(update(CHANGE_OPEN).where(CHANGE_OPEN.c.change_id == change_id).values(change_id=""))


def _do(store: Store, identity: Identity, change: MemberChange) -> None:
    rules = read_rules(store)
    for step in change.steps:
        store.write(partial(step.do, cause=change.cause, rules=rules), step.bucket)
    _complete(store, identity, [step.gone for step in change.steps if isinstance(step, Go)])
    store.write(partial(_close, change_id=change.cause.change_id))
    for _ in range(MAX_ROUNDS):
        if not apply_effects(store):
            break


def _complete(store: Store, identity: Identity, gone: Sequence[Place]) -> None:
    """Personal data that came in the very moment of the merge go to the one who was kept."""
    with store.read() as tx:
        keys = [(place.bucket, place.member_id) for place in gone]
        rows = select_by(tx, MEMBER, ("bucket", "event_id"), ("bucket", "member_id"), keys)
    complete_members(store, identity, [(row.bucket, row.event_id) for row in rows])
