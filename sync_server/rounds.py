"""Stage 2: rounds over the segments stored and not yet applied, grouped by bucket.

A round reads up to 100 segments (or 1 s of reading), claims cards and coupons, applies each bucket's events as one
unit, frees the coupons of what came back, gives new members their personal data, and only then moves the mark of each
shard on. A crash anywhere leaves the mark where it was: the round runs again and the guards of `apply` make what was
done a no-op.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from loyalty.errors import StoreFault
from loyalty.events import MemberEnrolled, ReturnCompleted, SaleCompleted
from loyalty.receipt import ProgrammeRef
from sync_server.apply import apply_unit
from sync_server.arrivals import Arrived
from sync_server.bank_cards import settle_new, take_bank_cards
from sync_server.claims import Claim, Owners, claim
from sync_server.coupon_uses import claim_coupons, flag_again, free_coupons
from sync_server.effect_kinds import apply_effects
from sync_server.erasing.erased import erased_among
from sync_server.erasing.late import clear_up, members_of, without_personal
from sync_server.flags import flag
from sync_server.identity import Identity
from sync_server.leases import ALL_SLOTS, SLOTS
from sync_server.member_changes import finish_changes
from sync_server.personal import complete_members
from sync_server.programmes import read_rules, read_versions
from sync_server.rows import insert_rows
from sync_server.schema import EVENT, FLAG, SEGMENT, TSHARD_APPLIED, TSHARD_HEAD
from sync_server.segment_events import arrived_in
from sync_server.standing import Rules
from sync_server.store import Bucket, Shard, Store, Tx
from sync_server.untold import note_told

ROUND_SEGMENTS = 100
ROUND_READ_MS = 1000
CHANGES_SLOT = 0
"""Whose holder finishes changes of members that were cut short."""
BESIDE = 2
"""Buckets of one process that are applied at a time on PostgreSQL."""
FEW_BUCKETS = 8
"""A round of fewer is done one after another: threads would take longer to begin."""
UNIT_EVENTS = 200
"""At most so many events in one bucket's transaction; on SQLite eight times as many over all buckets."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round takes on: events in their order, and where each shard's mark moves to."""

    arrived: list[Arrived]
    marks: dict[int, int]


def run_round(store: Store, identity: Identity, clock_ms: Callable[[], int], slots: Collection[int] = ALL_SLOTS) -> int:
    """Apply one round of these slots (`leases.py`); how many events and effects it held. 0: everything stored of them
    is applied, nothing is under way."""
    applied = _run_events(store, identity, clock_ms, slots)
    changed = CHANGES_SLOT in slots and finish_changes(store, identity)
    return applied + int(changed) + apply_effects(store, slots)


def _run_events(store: Store, identity: Identity, clock_ms: Callable[[], int], slots: Collection[int]) -> int:
    taken = _read_round(store, clock_ms, slots)
    if not taken.marks:
        return 0
    gone = erased_among(store, members_of(taken.arrived))
    arrived = without_personal(taken.arrived, gone)
    apply_events(store, arrived)
    complete_members(store, identity, [event.key for event in arrived if isinstance(event.body, MemberEnrolled)])
    clear_up(store, identity, arrived, gone, max(event.received_ms for event in arrived))
    note_told(store, identity.gen, arrived)
    _move_marks(store, taken.marks)
    return len(taken.arrived)


def apply_events(store: Store, arrived: Sequence[Arrived]) -> None:
    """Claim what these events name, and apply them, each once. Given in each terminal's order."""
    owners = claim(store, card_claims(arrived))
    after = claim_coupons(store, arrived)
    take_bank_cards(store, arrived)
    rules = replace(read_rules(store), versions=read_versions(store, refs_of(arrived)))
    _apply_units(store, list(_units(store, arrived)), rules, owners)
    flag_again(store, arrived, after)
    free_coupons(store, arrived)
    settle_new(store, arrived)


def _read_round(store: Store, clock_ms: Callable[[], int], slots: Collection[int] = ALL_SLOTS) -> Round:
    began = clock_ms()
    arrived: list[Arrived] = []
    marks: dict[int, int] = {}
    left = ROUND_SEGMENTS
    with store.read() as tx:
        for tshard, applied in _behind(tx, slots):
            query = (
                select(SEGMENT)
                .where(SEGMENT.c.tshard == tshard, SEGMENT.c.tseq > applied)
                .order_by(SEGMENT.c.tseq)
                .limit(left)
            )
            for row in tx.execute(query):
                arrived += arrived_in(row)
                marks[tshard] = row.tseq
                left -= 1
            if left <= 0 or clock_ms() - began > ROUND_READ_MS:
                break
    return Round(arrived, marks)


def _behind(tx: Tx, slots: Collection[int]) -> list[tuple[int, int]]:
    """The shards of these slots with something to apply, and their marks; the furthest behind in number come first."""
    heads = {row.tshard: row.next_seq for row in tx.execute(select(TSHARD_HEAD))}
    marks = {row.tshard: row.tseq for row in tx.execute(select(TSHARD_APPLIED))}
    behind = [
        (tshard, marks.get(tshard, 0))
        for tshard, head in heads.items()
        if head > marks.get(tshard, 0) and tshard % SLOTS in slots
    ]
    return sorted(behind, key=lambda found: found[1] - heads[found[0]])


def card_claims(arrived: Sequence[Arrived]) -> list[Claim]:
    """The cards of new members, to be claimed before they are made."""
    bodies = [event.body for event in arrived if isinstance(event.body, MemberEnrolled)]
    return [Claim("card", body.card, body.member_id, body.account_id) for body in bodies if body.card]


def refs_of(arrived: Sequence[Arrived]) -> Iterator[ProgrammeRef]:
    """The programme versions of returns, and of sales that returns may be waiting for."""
    for event in arrived:
        if isinstance(event.body, SaleCompleted | ReturnCompleted):
            yield from event.body.receipt.programmes[:1]


def _apply_units(store: Store, units: Sequence[Sequence[list[Arrived]]], rules: Rules, owners: Owners) -> None:
    """The units of one bucket in their order, those of several beside one another: while one waits for the database
    another is worked out. SQLite has one unit at a time for all."""

    def apply_bucket(mine: Sequence[list[Arrived]]) -> None:
        for unit in mine:
            _apply(store, unit, rules, owners)

    if len(units) < FEW_BUCKETS:
        for mine in units:
            apply_bucket(mine)
        return
    with ThreadPoolExecutor(BESIDE, "apply") as pool:
        try:
            for _ in pool.map(apply_bucket, units):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _units(store: Store, arrived: Sequence[Arrived]) -> Iterator[list[list[Arrived]]]:
    """Those of each bucket, each in each terminal's order; on SQLite all together, of as many buckets as fit."""
    buckets: defaultdict[int, list[Arrived]] = defaultdict(list)
    for event in arrived:
        buckets[event.bucket].append(event)
    if store.sqlite:
        ordered = [event for bucket in sorted(buckets) for event in buckets[bucket]]
        yield list(_cut(ordered, 8 * UNIT_EVENTS))
        return
    for bucket in sorted(buckets):
        yield list(_cut(buckets[bucket], UNIT_EVENTS))


def _cut(events: list[Arrived], size: int) -> Iterator[list[Arrived]]:
    yield from (events[at : at + size] for at in range(0, len(events), size))


def _apply(store: Store, unit: list[Arrived], rules: Rules, owners: Owners) -> None:
    """Apply a unit; where one of its events cannot be applied, the others are, one by one, and that one is parked."""
    bucket: Bucket = "many" if store.sqlite else unit[0].bucket
    try:
        store.write(lambda tx: apply_unit(tx, unit, rules, owners), bucket)
        return
    except StoreFault as fault:
        if not is_of_the_event(fault.__cause__):
            raise
    except Exception:  # noqa: BLE001  the edge of stage 2: no event may stop those behind it
        pass
    for event in unit:
        try:
            store.write(partial(apply_unit, arrived=[event], rules=rules, owners=owners), event.bucket)
        except StoreFault as fault:
            if not is_of_the_event(fault.__cause__):
                raise
            store.write(partial(_park, event=event, error=fault), event.bucket)
        except Exception as error:  # noqa: BLE001
            store.write(partial(_park, event=event, error=error), event.bucket)


def is_of_the_event(cause: BaseException | None) -> bool:
    """Whether the database refused the values (a poisonous event), rather than being away or busy."""
    sqlstate = getattr(getattr(cause, "orig", None), "sqlstate", None) or ""
    return isinstance(cause, DBAPIError) and (
        type(cause).__name__ in ("DataError", "IntegrityError") or sqlstate[:2] in ("22", "23")
    )


def _park(tx: Tx, event: Arrived, error: BaseException) -> None:
    row = {
        "bucket": event.bucket, "event_id": event.event_id, "terminal": event.terminal, "epoch": event.epoch,
        "seq": event.seq,
        "type": event.type, "at_ms": event.at_ms, "received_ms": event.received_ms, "digest": event.digest,
        "state": "parked", "waits_for": "", "raw": event.raw,
    }  # fmt: skip
    insert_rows(tx, EVENT, [row])
    insert_rows(tx, FLAG, [flag(event, "failed", f"{type(error).__name__}: {error}", raw=True)])


def _move_marks(store: Store, marks: dict[int, int]) -> None:
    """All in one transaction on SQLite, each in its own elsewhere."""
    if store.sqlite:
        store.write(partial(_move, marks=marks), "many")
        return
    for tshard, tseq in sorted(marks.items()):
        store.write(partial(_move, marks={tshard: tseq}), Shard("tshard", tshard))


def _move(tx: Tx, marks: dict[int, int]) -> None:
    insert_rows(tx, TSHARD_APPLIED, [{"tshard": tshard, "tseq": 0} for tshard in sorted(marks)])
    for tshard, tseq in sorted(marks.items()):
        tx.execute(
            update(TSHARD_APPLIED)
            .where(TSHARD_APPLIED.c.tshard == tshard, TSHARD_APPLIED.c.tseq < tseq)
            .values(tseq=tseq)
        )
