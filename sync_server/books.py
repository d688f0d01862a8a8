"""The books as an auditor reads them: balances against the ledger, each bucket against 0, nothing stored twice."""

import time
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Column, ColumnElement, func, select, union_all

from loyalty.events import bucket_of
from loyalty.gift_card import GIFT_WALLET
from sync_server.reports import events_behind
from sync_server.rows import select_by
from sync_server.schema import EVENT, FEED, LEDGER, PROGRAMME_TOTAL, RECEIPT
from sync_server.store import Store, Tx

POLL_S = 0.05


class AccountBooks(msgspec.Struct, frozen=True):
    """One account: its balance, the sum of its ledger, and of that the opening entries; points and money apart."""

    account_id: str
    balance_points: int
    ledger_points: int
    opening_points: int
    gift_minor: int = 0
    """The money of a gift card's account."""
    ledger_gift_minor: int = 0
    opening_gift_minor: int = 0


class Books(msgspec.Struct, frozen=True):
    """`stored_twice` counts event and receipt ids found in two places; `events_behind`: stored, not applied."""

    accounts: tuple[AccountBooks, ...]
    receipts: int
    events: int
    stored_twice: int
    conserved: bool
    events_behind: int


def read_books(store: Store, accounts: Sequence[str]) -> Books:
    with store.read() as tx:
        return Books(
            accounts=tuple(_account(tx, account) for account in accounts),
            receipts=int(tx.execute(select(func.count()).select_from(RECEIPT)).scalar_one()),
            events=int(tx.execute(select(func.count()).select_from(EVENT)).scalar_one()),
            stored_twice=_twice(tx),
            conserved=not unbalanced_buckets(tx),
            events_behind=sum(events_behind(tx).values()),
        )


def wait_for_books(store: Store, accounts: Sequence[str], clock_ms: Callable[[], int], wait_s: float) -> Books:
    """The books once everything stored is applied, or as they are after `wait_s`."""
    until_ms = clock_ms() + wait_s * 1000
    while True:
        with store.read() as tx:
            behind = sum(events_behind(tx).values())
        if not behind or clock_ms() >= until_ms:
            return read_books(store, accounts)
        time.sleep(POLL_S)


def unbalanced_buckets(tx: Tx) -> dict[int, int]:
    """bucket -> sum over members' and the programme's accounts, where it is not 0: of points, else of gift cards."""
    gift = PROGRAMME_TOTAL.c.wallet == GIFT_WALLET
    return _unbalanced(tx, FEED["bal"].c.gift_minor, gift) | _unbalanced(tx, FEED["bal"].c.points, ~gift)


def _unbalanced(tx: Tx, held: Column[int], of_wallets: ColumnElement[bool]) -> dict[int, int]:
    both = union_all(
        select(FEED["bal"].c.bucket, held.label("held")),
        select(PROGRAMME_TOTAL.c.bucket, PROGRAMME_TOTAL.c.points.label("held")).where(of_wallets),
    ).subquery()
    total = func.sum(both.c.held)
    query = select(both.c.bucket, total.label("held")).group_by(both.c.bucket).having(total != 0)
    return {row.bucket: int(row.held) for row in tx.execute(query)}


def _account(tx: Tx, account_id: str) -> AccountBooks:
    place = [(bucket_of(account_id), account_id)]
    balances = select_by(tx, FEED["bal"], ("points", "gift_minor"), ("bucket", "key"), place)
    entries = select_by(tx, LEDGER, ("wallet", "points", "contra"), ("bucket", "account_id"), place)
    points = [entry for entry in entries if entry.wallet != GIFT_WALLET]
    gifts = [entry for entry in entries if entry.wallet == GIFT_WALLET]
    return AccountBooks(
        account_id,
        balances[0].points if balances else 0,
        sum(entry.points for entry in points),
        sum(entry.points for entry in points if entry.contra == "opening"),
        balances[0].gift_minor if balances else 0,
        sum(entry.points for entry in gifts),
        sum(entry.points for entry in gifts if entry.contra == "opening"),
    )


def _twice(tx: Tx) -> int:
    found = 0
    for column in (EVENT.c.event_id, RECEIPT.c.receipt_id):
        again = select(column).group_by(column).having(func.count() > 1).subquery()
        found += int(tx.execute(select(func.count()).select_from(again)).scalar_one())
    return found
