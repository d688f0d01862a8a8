"""The books as an auditor reads them: balances against the ledger, each bucket and wallet against 0, nothing twice."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Column, ColumnElement, func, select, union_all

from loyalty.events import bucket_of
from loyalty.feed import BalanceRow
from loyalty.gift_card import GIFT_WALLET
from loyalty.ledger import MAIN_WALLET
from sync_server.budgets import published_programme
from sync_server.effects import count_under_way
from sync_server.of_account import select_of_accounts
from sync_server.reports import events_behind
from sync_server.rows import select_by
from sync_server.schema import EVENT, FEED, LEDGER, PROGRAMME_TOTAL, RECEIPT
from sync_server.store import Store, Tx
from sync_server.untold import untold_tills

POLL_S = 0.05
_balance = msgspec.json.Decoder(BalanceRow)


class AccountWallet(msgspec.Struct, frozen=True):
    """One wallet of an account: its balance, the sum of its ledger, and of that the opening entries. Of the wallet of a
    gift card, here as in all books, the figures are money in minor units."""

    balance_points: int = 0
    ledger_points: int = 0
    opening_points: int = 0


class AccountBooks(msgspec.Struct, frozen=True):
    """`known`: the head office has a balance or an entry of it."""

    account_id: str
    wallets: dict[str, AccountWallet]
    known: bool = True


class WalletBooks(msgspec.Struct, frozen=True):
    """One wallet over all members: what they hold, less what they owe, and what it came from, by kind of entry."""

    liability_points: int
    moved_points: dict[str, int]


class Books(msgspec.Struct, frozen=True):
    """`stored_twice` counts event and receipt ids found in two places; `events_behind`: stored, not applied.

    `effects_under_way` and `effects_failed` were sent from one bucket to another and have not been applied there;
    `clearing_points` are the points on their way with them, by wallet. `untold` are the names of tills that have yet to
    say what is set aside for them, so that no points are held.
    """

    accounts: tuple[AccountBooks, ...]
    wallets: dict[str, WalletBooks]
    receipts: int
    events: int
    stored_twice: int
    conserved: bool
    events_behind: int
    effects_under_way: int = 0
    effects_failed: int = 0
    clearing_points: dict[str, int] = {}
    untold: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether there is nothing to look into: points that are on no way are not lost between buckets either."""
        under_way = self.effects_under_way or self.effects_failed
        return self.conserved and not self.stored_twice and bool(under_way or not self.clearing_points)


def read_books(store: Store, accounts: Sequence[str]) -> Books:
    untold = untold_tills(store, published_programme(store).redeem)
    with store.read() as tx:
        effects = count_under_way(tx)
        return Books(
            accounts=tuple(_account(tx, account) for account in accounts),
            wallets=read_wallets(tx),
            receipts=int(tx.execute(select(func.count()).select_from(RECEIPT)).scalar_one()),
            events=int(tx.execute(select(func.count()).select_from(EVENT)).scalar_one()),
            stored_twice=_twice(tx),
            conserved=not unbalanced_buckets(tx) and not unbalanced_wallets(tx),
            events_behind=sum(events_behind(tx).values()),
            effects_under_way=effects.get("sent", 0),
            effects_failed=effects.get("failed", 0),
            clearing_points=clearing_points(tx),
            untold=untold,
        )


def wait_for_books(store: Store, accounts: Sequence[str], clock_ms: Callable[[], int], wait_s: float) -> Books:
    """The books once everything stored is applied, or as they are after `wait_s`."""
    until_ms = clock_ms() + wait_s * 1000
    while True:
        with store.read() as tx:
            behind = sum(events_behind(tx).values()) + count_under_way(tx).get("sent", 0)
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


def unbalanced_wallets(tx: Tx) -> dict[tuple[int, str], int]:
    """(bucket, wallet) -> sum over the members' ledger and the programme's accounts, where it is not 0."""
    both = union_all(
        select(LEDGER.c.bucket, LEDGER.c.wallet, LEDGER.c.points),
        select(PROGRAMME_TOTAL.c.bucket, PROGRAMME_TOTAL.c.wallet, PROGRAMME_TOTAL.c.points),
    ).subquery()
    total = func.sum(both.c.points)
    query = select(both.c.bucket, both.c.wallet, total.label("points")).group_by(both.c.bucket, both.c.wallet)
    return {(row.bucket, row.wallet): int(row.points) for row in tx.execute(query.having(total != 0))}


def read_wallets(tx: Tx) -> dict[str, WalletBooks]:
    """The programme's accounts seen from the members' side, the main wallet first."""
    total = func.sum(PROGRAMME_TOTAL.c.points).label("points")
    query = select(PROGRAMME_TOTAL.c.wallet, PROGRAMME_TOTAL.c.contra, total)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(query.group_by(PROGRAMME_TOTAL.c.wallet, PROGRAMME_TOTAL.c.contra)):
        if row.points:
            found[row.wallet][row.contra] = -int(row.points)
    names = sorted(found, key=lambda wallet: (wallet != MAIN_WALLET, wallet))
    return {name: WalletBooks(sum(found[name].values()), dict(sorted(found[name].items()))) for name in names}


def clearing_points(tx: Tx) -> dict[str, int]:
    """wallet -> points that left one bucket and have not reached another; without wallets that have none."""
    total = func.sum(PROGRAMME_TOTAL.c.points)
    query = select(PROGRAMME_TOTAL.c.wallet, total.label("points")).where(PROGRAMME_TOTAL.c.contra == "clearing")
    rows = tx.execute(query.group_by(PROGRAMME_TOTAL.c.wallet).having(total != 0))
    return {row.wallet: int(row.points) for row in rows}


def _account(tx: Tx, account_id: str) -> AccountBooks:
    place = [(bucket_of(account_id), account_id)]
    balances = select_by(tx, FEED["bal"], ("body",), ("bucket", "key"), place)
    told = _balance.decode(balances[0].body).wallets if balances else {}
    entries = select_of_accounts(tx, LEDGER, ("wallet", "points", "contra"), place)
    sums = Counter[str]()
    opening = Counter[str]()
    for entry in entries:
        sums[entry.wallet] += entry.points
        opening[entry.wallet] += entry.points if entry.contra == "opening" else 0
    names = sorted({MAIN_WALLET, *told, *sums}, key=lambda wallet: (wallet != MAIN_WALLET, wallet))
    wallets = {name: AccountWallet(told.get(name, 0), sums[name], opening[name]) for name in names}
    return AccountBooks(account_id, wallets, known=bool(balances or entries))


def _twice(tx: Tx) -> int:
    found = 0
    for column in (EVENT.c.event_id, RECEIPT.c.receipt_id):
        again = select(column).group_by(column).having(func.count() > 1).subquery()
        found += int(tx.execute(select(func.count()).select_from(again)).scalar_one())
    return found
