"""Holds whose time is over: their rows follow the clock, so that tills hear of it, and a day later they go."""

from functools import partial

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, delete, select

from loyalty.feed import BalanceRow
from sync_server.accounts import balance_change
from sync_server.heads import put_rows
from sync_server.hold_rows import change_holds, read_holds, with_held
from sync_server.purses import Account
from sync_server.rows import select_by
from sync_server.schema import FEED, HOLD
from sync_server.store import Store, Tx

KEPT_MS = 24 * 3600 * 1000
"""How long what became of a hold is remembered after it is over."""
ROUND_HOLDS = 200
_ENDED = ("captured", "voided", "expired", "moved")
_balance = msgspec.json.Decoder(BalanceRow)


def end_holds(store: Store, now_ms: int) -> int:
    """One round, of at most ROUND_HOLDS of each; how many rows have changed or gone."""
    over = (HOLD.c.state == "held") & (HOLD.c.until_ms <= now_ms)
    old = HOLD.c.state.in_(_ENDED) & (HOLD.c.until_ms <= now_ms - KEPT_MS)
    with store.read() as tx:
        accounts = tx.execute(select(HOLD.c.bucket, HOLD.c.account_id).where(over).limit(ROUND_HOLDS)).all()
        buckets = tx.execute(select(HOLD.c.bucket).where(old).limit(ROUND_HOLDS)).scalars().all()
    changed = 0
    for account in sorted({(row.bucket, row.account_id) for row in accounts}):
        changed += store.write(partial(_expire, account=account, now_ms=now_ms), account[0])
    for bucket in sorted(set(buckets)):
        changed += store.write(partial(_forget, old=(HOLD.c.bucket == bucket) & old), bucket)
    return changed


def _forget(tx: Tx, old: ColumnElement[bool]) -> int:
    return int(tx.execute(delete(HOLD).where(old)).rowcount)


def _expire(tx: Tx, account: Account, now_ms: int) -> int:
    names = ("h", "body", "purse_ms")
    (held,) = select_by(tx, FEED["bal"], names, ("bucket", "key"), [account], lock=True)
    holds = read_holds(tx, [account])[account]
    over = [
        replace(each, state="expired") for each in holds.values() if each.state == "held" and not each.lives(now_ms)
    ]
    change_holds(tx, account, over)
    row = with_held(_balance.decode(held.body), (holds | {each.hold_id: each for each in over}).values())
    put_rows(tx, {"bal": [balance_change(account[0], row, held.h, held.purse_ms)]})
    return len(over)
