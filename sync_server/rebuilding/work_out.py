"""The books worked out again, into a fresh database: openings, then all that happened, then what had run out.

The fresh database is an SQLite file, whatever the live one is; the code that applies events is the one that runs every
day. Taken over as they are: opening balances, what imported members brought along, and by which day each account's
points had been written off (how many follows from the receipts).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row, Table, func, select

from loyalty.errors import NotNow
from loyalty.events import BUCKETS
from loyalty.feed import BalanceRow, ProgrammeRow
from loyalty.ledger import Entry
from loyalty.points.terms import Lot
from loyalty.sentences import sentence
from loyalty.statuses.progress import Grant
from sync_server.accounts import Moves, balance_change, fold_accounts
from sync_server.arrivals import Arrived
from sync_server.coupon_ends import settle_spent
from sync_server.effect_kinds import apply_effects
from sync_server.effects import count_under_way
from sync_server.escrow import read_escrow, with_escrow
from sync_server.grants import act_again
from sync_server.heads import put_rows
from sync_server.hold_rows import read_holds, with_held
from sync_server.import_rows import IMPORTED
from sync_server.member_changes import MemberChange
from sync_server.member_steps import Join, Move
from sync_server.programmes import PROGRAMME_BUCKET, put_version, read_published, read_rules
from sync_server.purses import Account, Booked
from sync_server.rebuilding.past import Granted, Happened, Sent, events_of, happened
from sync_server.reports import events_behind
from sync_server.rounds import ROUND_SEGMENTS, apply_events
from sync_server.rows import insert_rows, select_by
from sync_server.schema import BROUGHT, CHANGE_OPEN, FEED, HOLD, LEDGER, MEMBER, PROGRAMME_VERSION, SEGMENT, WRITTEN_OFF
from sync_server.standing import Rules, date_at
from sync_server.store import Store, Tx
from sync_server.write_offs import write_off

Tell = Callable[[int, int], None]
"""(segments done, segments in all)."""
MAX_EVENTS = 5000
"""Applied together."""
_balance = msgspec.json.Decoder(BalanceRow)
_lot = msgspec.json.Decoder(Lot)

SENTENCES = {
    "rebuild.under_way": (
        "Ещё не всё учтено: запустите сервер и подождите, потом повторите",
        "Not everything is in the books yet: let the server finish, then try again",
    ),
}


def work_out(tx: Tx, scratch: Store, rules: Rules, now_ms: int, tell: Tell = lambda done, whole: None) -> None:
    """Fill `scratch`, a fresh database, from the sources in `tx`, one snapshot of the live one. `rules` are those in
    force: by them is counted what members brought along. Raises NotNow."""
    check_quiet(tx)
    versions = [dict(row._mapping) for row in tx.execute(select(PROGRAMME_VERSION))]
    scratch.write(partial(insert_rows, table=PROGRAMME_VERSION, rows=versions), PROGRAMME_BUCKET)
    for bucket in buckets_of(tx, (MEMBER, BROUGHT, LEDGER)):
        _open_accounts(tx, scratch, bucket, rules)
    whole = int(tx.execute(select(func.count()).select_from(SEGMENT)).scalar_one())
    done, waiting, segments = 0, list[Arrived](), 0
    for at_ms, what in happened(tx):
        if isinstance(what, Sent):
            waiting += events_of(tx, what)
            done, segments = done + 1, segments + 1
            tell(done, whole)
            if segments < ROUND_SEGMENTS and len(waiting) < MAX_EVENTS:
                continue
        _apply(scratch, waiting)
        waiting, segments = [], 0
        _do(scratch, at_ms, what)
    _apply(scratch, waiting)
    for bucket in buckets_of(tx, (WRITTEN_OFF,)):
        _write_off(tx, scratch, bucket)
    for bucket in buckets_of(tx, (HOLD,)):
        _hold_again(tx, scratch, bucket)
    for bucket in range(BUCKETS):
        _set_aside_again(tx, scratch, bucket)
    programme = read_published(scratch)
    settle_spent(scratch, programme, date_at(programme, now_ms))


def check_quiet(tx: Tx) -> None:
    """Raises NotNow while something stored is not applied, sent and not arrived, or begun and not done."""
    change = tx.execute(select(CHANGE_OPEN.c.change_id)).scalar()
    if sum(events_behind(tx).values()) or count_under_way(tx).get("sent", 0) or change:
        raise NotNow(sentence("rebuild.under_way"))


def buckets_of(tx: Tx, tables: Iterable[Table]) -> list[int]:
    """The buckets that have rows in any of these tables."""
    return sorted({bucket for table in tables for bucket in tx.execute(select(table.c.bucket).distinct()).scalars()})


def _apply(scratch: Store, arrived: Sequence[Arrived]) -> None:
    if arrived:
        apply_events(scratch, arrived)
        _settle(scratch)


def _settle(scratch: Store) -> None:
    while apply_effects(scratch):
        pass


def _do(scratch: Store, at_ms: int, what: Happened) -> None:
    match what:
        case ProgrammeRow():
            scratch.write(partial(put_version, row=what, now_ms=at_ms), PROGRAMME_BUCKET)
        case MemberChange():
            rules = read_rules(scratch)
            for step in what.steps:
                if isinstance(step, Join | Move):  # the others are about who a member is, which is not worked out
                    scratch.write(partial(step.do, cause=what.cause, rules=rules), step.bucket)
            _settle(scratch)
        case Granted():
            programme = read_published(scratch)
            act = partial(act_again, programme=programme, account_id=what.account_id, act=what.act)
            scratch.write(act, "many")


def _open_accounts(tx: Tx, scratch: Store, bucket: int, rules: Rules) -> None:
    """Accounts of imported members with what they had, and the opening entries of these and of gift cards."""
    moves = Moves()
    mine = (MEMBER.c.bucket == bucket) & (MEMBER.c.store == IMPORTED) & (MEMBER.c.cashier == IMPORTED)
    for account_id in tx.execute(select(MEMBER.c.account_id).where(mine)).scalars():
        moves.opened[bucket, account_id] = None
    for row in tx.execute(select(BROUGHT).where(BROUGHT.c.bucket == bucket)):
        moves.brought[bucket, row.account_id] = row.receipts
        grant = Grant(row.status, row.given_on, row.last_date) if row.status else None
        moves.opened[bucket, row.account_id] = grant
    opening = (LEDGER.c.bucket == bucket) & (LEDGER.c.contra == "opening")
    moves.entries += [_booked(row) for row in tx.execute(select(LEDGER).where(opening))]
    if moves.opened or moves.entries:
        scratch.write(lambda into: put_rows(into, {"bal": fold_accounts(into, moves, rules)}), bucket)


def _booked(row: Row[Any]) -> Booked:
    entry = Entry(row.event_id, row.entry_no, row.account_id, row.wallet, row.contra, row.points, row.at_ms)
    return Booked(row.bucket, entry, row.date, row.receipt_id, _lot.decode(row.lot) if row.lot else None, row.cause_id)


def _write_off(tx: Tx, scratch: Store, bucket: int) -> None:
    """What had run out by the day each wallet was written off for."""
    rows = tx.execute(select(WRITTEN_OFF).where(WRITTEN_OFF.c.bucket == bucket)).all()
    kept = [{**row._mapping, "points": 0, "entries": 0} for row in rows]
    accounts = sorted({(bucket, row.account_id) for row in rows})
    scratch.write(partial(_write_off_again, accounts=accounts, kept=kept), bucket)


def _write_off_again(into: Tx, accounts: Sequence[Account], kept: Sequence[dict[str, Any]]) -> None:
    insert_rows(into, WRITTEN_OFF, kept)
    names = ("bucket", "key", "h", "body", "purse_ms")
    old = {(row.bucket, row.key): row for row in select_by(into, FEED["bal"], names, ("bucket", "key"), accounts)}
    changed = write_off(into, {account: _balance.decode(row.body) for account, row in old.items()})
    changes = [
        balance_change(account[0], row, old[account].h, old[account].purse_ms)
        for account, row in sorted(changed.items())
    ]
    put_rows(into, {"bal": changes})


def _set_aside_again(tx: Tx, scratch: Store, bucket: int) -> None:
    """What is set aside for tills now: how much hung on when receipts came, so it is a source."""

    def work(into: Tx) -> None:
        table = FEED["bal"]
        query = select(table).where(table.c.bucket == bucket, table.c.body.is_not(None))
        rows = {(bucket, row.key): (row, _balance.decode(row.body)) for row in into.execute(query)}
        asides = read_escrow(tx, rows)
        changes = []
        for account, (row, told) in rows.items():
            now = with_escrow(told, asides[account])
            if now != told:
                changes.append(balance_change(bucket, now, row.h, row.purse_ms))
        put_rows(into, {"bal": changes})

    scratch.write(work, bucket)


def _hold_again(tx: Tx, scratch: Store, bucket: int) -> None:
    """What is held now: no event tells it, so it is a source."""
    accounts = tx.execute(select(HOLD.c.account_id).where(HOLD.c.bucket == bucket).distinct()).scalars().all()
    holds = read_holds(tx, ((bucket, account_id) for account_id in accounts))

    def work(into: Tx) -> None:
        names = ("bucket", "key", "h", "body", "purse_ms")
        changes = []
        for row in select_by(into, FEED["bal"], names, ("bucket", "key"), holds):
            held = with_held(_balance.decode(row.body), holds[row.bucket, row.key].values())
            changes.append(balance_change(bucket, held, row.h, row.purse_ms))
        put_rows(into, {"bal": changes})

    scratch.write(work, bucket)
