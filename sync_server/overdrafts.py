"""Offline loss: what members have spent beyond their points and not yet earned back.

It follows from an account's entries (`loyalty.points.overdraft`), so it is worked out again wherever an account owes
something, or did, and is the same in whatever order receipts came. In the books it is double entry within the bucket:
what the programme's account `offline_loss` bears, the account `owed` shows as owed by members.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Row

from loyalty.feed import BalanceRow
from loyalty.points.overdraft import Moved, overdrawn_points, owed_points
from sync_server.of_account import select_of_accounts
from sync_server.purses import Account
from sync_server.rows import add_rows
from sync_server.schema import LEDGER, PROGRAMME_TOTAL, RECEIPT
from sync_server.store import Tx

LOSS, OWED = "offline_loss", "owed"
_ENTRY = (
    "bucket", "account_id", "wallet", "at_ms", "event_id", "entry_no", "contra", "points", "receipt_id", "cause_id",
)  # fmt: skip
_AT_LAST = "expired"
"""Points that ran out were not there to be spent: the purse knows when, and what is owed is taken from it."""
Overdrawn = dict[Account, dict[str, int]]


def settle_losses(
    tx: Tx, before: Mapping[Account, BalanceRow], after: Mapping[Account, BalanceRow]
) -> dict[Account, BalanceRow]:
    """The rows with what each account has overdrawn, and the books with the difference. Entries are written already."""
    had = {account: before[account].overdrawn for account in after if account in before}
    asked = {account: row for account, row in after.items() if had.get(account) or owed_points(row)}
    if not asked:
        return dict(after)
    found = read_overdrawn(tx, asked)
    deltas: defaultdict[tuple[int, str], int] = defaultdict(int)
    for account in asked:
        for wallet in {*had.get(account, {}), *found[account]}:
            more = found[account].get(wallet, 0) - had.get(account, {}).get(wallet, 0)
            deltas[account[0], wallet] += more
    rows = [
        {"bucket": bucket, "wallet": wallet, "contra": contra, "points": sign * points}
        for (bucket, wallet), points in sorted(deltas.items())
        for contra, sign in ((LOSS, -1), (OWED, 1))
        if points
    ]
    add_rows(tx, PROGRAMME_TOTAL, ("bucket", "wallet", "contra"), rows)
    return {**after, **{account: replace(row, overdrawn=found[account]) for account, row in asked.items()}}


def read_overdrawn(tx: Tx, rows: Mapping[Account, BalanceRow]) -> Overdrawn:
    """account -> wallet -> points overdrawn by spending and not repaid; wallets that owe none are left out."""
    owed = {account: owed_points(row) for account, row in rows.items()}
    moves = _moves(tx, [account for account, each in owed.items() if each])
    return {
        account: {
            wallet: lost
            for wallet, points in sorted(each.items())
            if (lost := overdrawn_points(points, moves[account].get(wallet, ())))
        }
        for account, each in owed.items()
    }


def _moves(tx: Tx, accounts: Iterable[Account]) -> defaultdict[Account, dict[str, list[Moved]]]:
    """account -> wallet -> what moved; what came in pieces that hang on the order of arrival as one sum."""
    found: defaultdict[Account, dict[str, list[Moved]]] = defaultdict(dict)
    entries = select_of_accounts(tx, LEDGER, _ENTRY, accounts)
    returned = _first_returns(tx, accounts)
    sales = {(row.bucket, row.event_id): row.receipt_id for row in entries}
    sums: defaultdict[tuple[Account, str, Moved], int] = defaultdict(int)
    for row in entries:
        if row.contra != _AT_LAST:
            at_ms = returned.get((row.bucket, sales.get((row.bucket, row.cause_id), "")), row.at_ms)
            sums[(row.bucket, row.account_id), row.wallet, _place(row, at_ms)] += row.points
    for (account, wallet, moved), points in sums.items():
        found[account].setdefault(wallet, []).append(replace(moved, points=points))
    return found


def _place(row: Row[Any], first_return_ms: int) -> Moved:
    """Where an entry stands in time, without its points: all that a sale's returns moved, at the first of them; all
    that came with an account that moved here, at that time."""
    match row.contra:
        case "issued_back" | "redeemed_back":
            return Moved(first_return_ms, row.cause_id, 0, 0, row.contra == "issued_back")
        case "clearing":
            return Moved(row.at_ms, "clearing", 0, 0)
        case _:
            return Moved(row.at_ms, row.event_id, row.entry_no, 0)


def _first_returns(tx: Tx, accounts: Iterable[Account]) -> dict[tuple[int, str], int]:
    """(bucket, a sale's receipt) -> when the first of its returns was made."""
    found: dict[tuple[int, str], int] = {}
    for row in select_of_accounts(tx, RECEIPT, ("bucket", "original_id", "at_ms"), accounts):
        if row.original_id:
            key = (row.bucket, row.original_id)
            found[key] = min(found.get(key, row.at_ms), row.at_ms)
    return found
