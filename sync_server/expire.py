"""One run over all accounts: points that have run out are written off, coupons that are over are forgotten."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from sqlalchemy import select

from loyalty.events import BUCKETS
from loyalty.feed import BalanceRow
from sync_server.accounts import balance_change
from sync_server.coupon_ends import settle_spent
from sync_server.heads import put_rows
from sync_server.programmes import read_published
from sync_server.purses import Account
from sync_server.rows import select_by
from sync_server.schema import FEED, PROGRAMME_TOTAL
from sync_server.standing import date_at
from sync_server.store import Store, Tx
from sync_server.write_offs import Until, WriteOff, differences, write_off

PAGE_ACCOUNTS = 500
"""Read at once, and at most so many changed in one transaction."""
_balance = msgspec.json.Decoder(BalanceRow)


class WalletRun(msgspec.Struct, frozen=True):
    """One wallet: accounts with a difference, points written off, and points given back to the books, since receipts
    that had spent or returned them came late."""

    accounts: int = 0
    expired_points: int = 0
    restored_points: int = 0


class Run(msgspec.Struct, frozen=True):
    """`before_date`: what could be spent last before it is written off. `coupons` tills need not know of any more."""

    before_date: str
    wallets: dict[str, WalletRun]
    coupons: int


def expire(store: Store, now_ms: int, dry_run: bool = False, tell: Callable[[int], None] = lambda done: None) -> Run:
    """Write off by today's date in the programme's time zone; `tell` hears how many buckets of 256 are done.

    Broken off, it goes on where it was; again on the same day it changes nothing.
    """
    programme = read_published(store)
    until = Until(date_at(programme, now_ms), now_ms)
    found: Counter[tuple[str, str]] = Counter()
    for bucket in range(BUCKETS):
        for each in _bucket(store, bucket, until, dry_run):
            found[each.wallet, "accounts"] += 1
            found[each.wallet, "expired" if each.points > 0 else "restored"] += abs(each.points)
        tell(bucket + 1)
    coupons = 0 if dry_run else settle_spent(store, programme, until.date)["dropped"]
    wallets = {
        name: WalletRun(found[name, "accounts"], found[name, "expired"], found[name, "restored"])
        for name in sorted({wallet for wallet, _ in found})
    }
    return Run(until.date, wallets, coupons)


def _bucket(store: Store, bucket: int, until: Until, dry_run: bool) -> list[WriteOff]:
    done: list[WriteOff] = []
    after = ""
    while True:
        with store.read() as tx:
            rows = _page(tx, bucket, after)
            found = differences(tx, rows, until)
        if found and not dry_run:
            accounts = sorted({each.account for each in found})
            found = store.write(partial(_write, bucket=bucket, accounts=accounts, until=until), bucket)
        done += found
        if len(rows) < PAGE_ACCOUNTS:
            return done
        after = max(account_id for _, account_id in rows)


def _page(tx: Tx, bucket: int, after: str) -> dict[Account, BalanceRow]:
    """Accounts that have a purse, in the order of their ids."""
    table = FEED["bal"]
    mine = (table.c.bucket == bucket) & (table.c.key > after) & (table.c.purse_ms > 0)
    query = select(table.c.key, table.c.body).where(mine).order_by(table.c.key).limit(PAGE_ACCOUNTS)
    return {(bucket, row.key): _balance.decode(row.body) for row in tx.execute(query)}


def _write(tx: Tx, bucket: int, accounts: Sequence[Account], until: Until) -> list[WriteOff]:
    """The differences as they are by now. The programme's accounts are held first, as applying a receipt does."""
    tx.execute(select(PROGRAMME_TOTAL.c.points).where(PROGRAMME_TOTAL.c.bucket == bucket).with_for_update()).all()
    names = ("bucket", "key", "h", "body", "purse_ms")
    old = {
        (row.bucket, row.key): row for row in select_by(tx, FEED["bal"], names, ("bucket", "key"), accounts, lock=True)
    }
    rows = {account: _balance.decode(row.body) for account, row in old.items()}
    found = differences(tx, rows, until)
    changes = [
        balance_change(account[0], row, old[account].h, old[account].purse_ms)
        for account, row in sorted(write_off(tx, rows, until).items())
    ]
    put_rows(tx, {"bal": changes})
    return found
