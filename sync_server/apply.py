"""Stage 2, one unit: apply events to their bucket in one transaction, each exactly once.

Three guards, in this order: the terminal's watermark in the bucket, the primary key of the event, the primary keys of
receipt and ledger. Only rows that were new are folded, so running a unit again changes nothing. The bucket's counter
comes last. On SQLite one transaction may hold the units of many buckets; the code is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from loyalty.events import EpochBegun, GiftCardMoved, MemberEnrolled, ReturnCompleted, SaleCompleted
from loyalty.feed import Stream
from sync_server.accounts import Moves, fold_accounts
from sync_server.arrivals import Arrived
from sync_server.booking import book_receipts
from sync_server.consents import take_down
from sync_server.enrolled import admit_members
from sync_server.escrow import said_by
from sync_server.flags import flag
from sync_server.gift_cards import book_gift_cards, overdrawn
from sync_server.heads import Change, put_rows
from sync_server.rows import insert_new, insert_rows, select_by, update_rows
from sync_server.schema import EVENT, FLAG, TERM_BUCKET
from sync_server.standing import Rules
from sync_server.store import Tx
from sync_server.till_clocks import wrong_clocks

Owners = dict[tuple[str, str], str]
"""(kind, alias) -> the member who has it: claimed before the unit, since an alias has a bucket of its own."""
ANY_TERMINAL = ""
"""Nobody's watermark: its row is held from the first statement on, so that two processes apply to a bucket one after
the other. Else a return and its sale, in two transactions that do not see one another, would miss one another for ever.
"""
_KEPT_RAW = ("shift_opened", "shift_closed", "cash_moved", "correction_made")


@dataclass(slots=True)
class Outcome:
    """What one unit adds up to before it is written."""

    flags: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    idents: list[Change] = field(default_factory=list)


def apply_unit(tx: Tx, arrived: Sequence[Arrived], rules: Rules, owners: Owners) -> None:
    """Apply events, given in each terminal's order. `tx` is of their one bucket (SQLite: of many)."""
    fresh = _past_watermark(tx, arrived)
    if fresh:
        _apply(tx, fresh, fresh, rules, owners)


def apply_again(tx: Tx, arrived: Sequence[Arrived], rules: Rules, owners: Owners) -> None:
    """Apply events that were put aside: those behind them have moved the watermark on, so the event's key alone keeps
    them from being applied twice."""
    _apply(tx, arrived, _past_watermark(tx, arrived), rules, owners)


def _apply(tx: Tx, fresh: Sequence[Arrived], above: Sequence[Arrived], rules: Rules, owners: Owners) -> None:
    """`above`: those the watermark moves on for."""
    out = Outcome()
    new = _admit(tx, fresh, out)
    out.moves.cause = min((event.event_id for event in new), default="")
    out.moves.touched.update((event.bucket, event.account_id) for event in fresh if event.account_id)
    members = [event for event in new if isinstance(event.body, MemberEnrolled)]
    admit_members(tx, members, owners, out.flags, out.moves, out.idents, rules)
    book_receipts(
        tx,
        [event for event in new if isinstance(event.body, SaleCompleted | ReturnCompleted)],
        out.flags,
        out.states,
        out.moves,
        rules.versions,
    )
    out.moves.said += said_by(new)
    gifts = [event for event in new if isinstance(event.body, GiftCardMoved)]
    book_gift_cards(gifts, out.moves)
    balances = fold_accounts(tx, out.moves, rules)
    insert_rows(tx, FLAG, [*out.flags, *overdrawn(gifts, balances)])
    update_rows(tx, EVENT, ("bucket", "event_id"), out.states)
    changes: dict[Stream, Sequence[Change]] = {"ident": take_down(tx, new, out.idents), "bal": balances}
    _advance(tx, above)
    put_rows(tx, changes)


def _past_watermark(tx: Tx, arrived: Sequence[Arrived]) -> list[Arrived]:
    """The events above their terminal's watermark, whose rows are held from here on."""
    places = sorted({(event.bucket, event.terminal) for event in arrived})
    if not tx.sqlite:
        places.insert(0, (places[0][0], ANY_TERMINAL))
    found = _watermarks(tx, places)
    missing = sorted({*places} - {(row.bucket, row.terminal) for row in found}) if len(found) < len(places) else []
    if missing:
        rows = [{"bucket": bucket, "terminal": terminal, "epoch": 0, "seq": 0} for bucket, terminal in missing]
        insert_rows(tx, TERM_BUCKET, rows)
        found = [*found, *_watermarks(tx, missing)]
    marks = {(row.bucket, row.terminal): (row.epoch, row.seq) for row in found}
    return [event for event in arrived if (event.epoch, event.seq) > marks[event.bucket, event.terminal]]


def _watermarks(tx: Tx, places: Sequence[tuple[int, str]]) -> Sequence[Row[Any]]:
    return select_by(tx, TERM_BUCKET, ("bucket", "terminal", "epoch", "seq"), ("bucket", "terminal"), places, lock=True)


def _advance(tx: Tx, fresh: Sequence[Arrived]) -> None:
    marks: dict[tuple[int, str], tuple[int, int]] = {}
    for event in fresh:
        place = (event.bucket, event.terminal)
        marks[place] = max(marks.get(place, (0, 0)), (event.epoch, event.seq))
    rows = [{"bucket": b, "terminal": t, "epoch": epoch, "seq": seq} for (b, t), (epoch, seq) in sorted(marks.items())]
    update_rows(tx, TERM_BUCKET, ("bucket", "terminal"), rows)


def _admit(tx: Tx, fresh: Sequence[Arrived], out: Outcome) -> list[Arrived]:
    """Record the events; those whose id is new, readable ones only. The same id with other bytes is flagged."""
    first: dict[tuple[int, str], Arrived] = {}
    for event in fresh:
        first.setdefault(event.key, event)
    added = insert_new(tx, EVENT, [_event_row(event) for event in first.values()], ("bucket", "event_id"))
    digests = {event.key: event.digest for event in first.values()}
    known = (key for key in digests if key not in added)
    for row in select_by(tx, EVENT, ("bucket", "event_id", "digest"), ("bucket", "event_id"), known):
        digests[row.bucket, row.event_id] = bytes(row.digest)
    out.flags += [
        flag(event, "other_bytes", "this event id is known with other bytes", raw=True)
        for event in fresh
        if digests[event.key] != event.digest
    ]
    new = [event for event in first.values() if event.key in added]
    out.flags += [flag(event, "unreadable", event.why) for event in new if event.body is None]
    out.flags += [flag(event, "epoch_begun", _begun(event.body)) for event in new if isinstance(event.body, EpochBegun)]
    out.flags += wrong_clocks(new)
    return [event for event in new if event.body is not None]


def _begun(body: EpochBegun) -> str:
    return f"{body.why}: by {body.by}, after {body.old_epoch}/{body.last_seq}, {body.reissued} events came again"


def _event_row(event: Arrived) -> dict[str, Any]:
    parked = event.body is None
    return {
        "bucket": event.bucket, "event_id": event.event_id, "terminal": event.terminal, "epoch": event.epoch,
        "seq": event.seq,
        "type": event.type, "at_ms": event.at_ms, "received_ms": event.received_ms, "digest": event.digest,
        "state": "parked" if parked else "applied", "waits_for": "",
        "raw": event.raw if parked or event.type in _KEPT_RAW else None,
    }  # fmt: skip
