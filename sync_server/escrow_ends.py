"""What is set aside for a till that is revoked is free again: it can spend nothing any more.

What it had spent by then and nobody has heard of still counts; where the points are gone meanwhile, that is overdrawn
offline, and booked as that.
"""

from functools import partial

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.feed import BalanceRow
from sync_server.accounts import balance_change
from sync_server.escrow import keep_escrow, read_escrow, with_escrow
from sync_server.heads import put_rows
from sync_server.purses import Account
from sync_server.rows import select_by
from sync_server.schema import ESCROW, FEED, TERMINAL
from sync_server.store import Store, Tx

ROUND_ACCOUNTS = 200
_balance = msgspec.json.Decoder(BalanceRow)


def end_escrow(store: Store) -> int:
    """Free what is set aside for tills that are revoked; how many accounts that changed, at most ROUND_ACCOUNTS."""
    with store.read() as tx:
        revoked = tx.execute(select(TERMINAL.c.terminal).where(TERMINAL.c.state == "revoked")).scalars().all()
        left = ESCROW.c.granted_points > ESCROW.c.spent_points + ESCROW.c.released_points
        query = select(ESCROW.c.bucket, ESCROW.c.account_id).where(ESCROW.c.terminal.in_(revoked), left).distinct()
        accounts = [(row.bucket, row.account_id) for row in tx.execute(query.limit(ROUND_ACCOUNTS))] if revoked else []
    for account in sorted(accounts):
        store.write(partial(_end, account=account, revoked=frozenset(revoked)), account[0])
    return len(accounts)


def _end(tx: Tx, account: Account, revoked: frozenset[str]) -> None:
    names = ("h", "body", "purse_ms")
    (held,) = select_by(tx, FEED["bal"], names, ("bucket", "key"), [account], lock=True)
    before = read_escrow(tx, [account])[account]
    after = {
        key: replace(aside, released_points=aside.granted_points - aside.spent_points) if key[0] in revoked else aside
        for key, aside in before.items()
    }
    keep_escrow(tx, account, before, after)
    row = with_escrow(_balance.decode(held.body), after)
    put_rows(tx, {"bal": [balance_change(account[0], row, held.h, held.purse_ms)]})
