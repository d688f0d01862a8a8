"""Balances: ledger entries folded into accounts and into the programme's own accounts of the same bucket.

Double entry in each bucket: what an account gains, the programme's account (`contra`) loses, in one transaction, so
the sum over both is 0 at every commit (I10).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from loyalty.events import canonical
from loyalty.feed import BalanceRow
from loyalty.ledger import Entry
from loyalty.progress import Counted, Grant
from loyalty.uses import Use
from sync_server.heads import Change
from sync_server.rows import add_rows, insert_new, select_by
from sync_server.schema import FEED, LEDGER, PROGRAMME_TOTAL
from sync_server.standing import Rules
from sync_server.store import Tx

Account = tuple[int, str]
_balance = msgspec.json.Decoder(BalanceRow)


@dataclass(slots=True)
class Moves:
    """What one transaction does to accounts, before it is written.

    `touched` accounts get a new place in the feed though nothing else may change: with it a terminal learns how far
    its own events are in.
    """

    entries: list[tuple[int, Entry, str]] = field(default_factory=list)
    """(bucket, entry, receipt_id)."""
    counted: list[tuple[Account, Counted]] = field(default_factory=list)
    """What receipts add to the progress of accounts."""
    uses: defaultdict[Account, list[Use]] = field(default_factory=lambda: defaultdict(list))
    """What receipts gave of campaigns, to accounts they are counted for."""
    opened: dict[Account, Grant | None] = field(default_factory=dict)
    """New members' accounts, each with the status the member brings along."""
    brought: dict[Account, int] = field(default_factory=dict)
    """How many receipts new members had in the system they come from."""
    touched: set[Account] = field(default_factory=set)


def fold_accounts(tx: Tx, moves: Moves, rules: Rules) -> list[Change]:
    """Write the entries and the programme's totals; the accounts' new rows, for the feed."""
    points = _write_entries(tx, moves.entries)
    made = {account for account, _ in points} | {account for account, _ in moves.counted} | set(moves.opened)
    wanted = made | moves.touched
    found = select_by(tx, FEED["bal"], ("bucket", "key", "h", "body"), ("bucket", "key"), wanted, lock=True)
    old = {(row.bucket, row.key): row for row in found}
    rows = {
        account: _balance.decode(old[account].body) if account in old else BalanceRow(account[1])
        for account in wanted
        if account in old or account in made
    }
    for account, grant in moves.opened.items():
        opened = rules.opened(rows[account], grant)
        rows[account] = msgspec.structs.replace(opened, receipts=opened.receipts + moves.brought.get(account, 0))
    for (account, wallet), delta in points.items():
        wallets = {**rows[account].wallets, wallet: rows[account].wallets.get(wallet, 0) + delta}
        rows[account] = msgspec.structs.replace(rows[account], wallets=wallets)
    for account, counted in moves.counted:
        rows[account] = rules.after(rows[account], counted)
    for account, uses in moves.uses.items():
        rows[account] = rules.used(rows[account], uses)
    return [
        balance_change(account[0], row, old[account].h if account in old else None)
        for account, row in sorted(rows.items())
    ]


def balance_change(bucket: int, row: BalanceRow, old_h: int | None) -> Change:
    more: dict[str, Any] = {"points": sum(row.wallets.values())}
    return Change(bucket, row.account_id, canonical(row), old_h, more)


def _write_entries(tx: Tx, entries: Sequence[tuple[int, Entry, str]]) -> Counter[tuple[Account, str]]:
    """(account, wallet) -> points, of the entries that were new; the programme's accounts take the other side."""
    rows = [
        {
            "bucket": bucket, "account_id": entry.account_id, "event_id": entry.event_id, "entry_no": entry.entry_no,
            "wallet": entry.wallet, "contra": entry.contra, "points": entry.points, "at_ms": entry.at_ms,
            "receipt_id": receipt_id,
        }
        for bucket, entry, receipt_id in entries
    ]  # fmt: skip
    new = insert_new(tx, LEDGER, rows, ("bucket", "account_id", "event_id", "entry_no"))
    points: Counter[tuple[Account, str]] = Counter()
    totals: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    for bucket, entry, _ in entries:
        if (bucket, entry.account_id, entry.event_id, entry.entry_no) in new:
            points[(bucket, entry.account_id), entry.wallet] += entry.points
            totals[bucket, entry.wallet, entry.contra] -= entry.points
    add_rows(
        tx,
        PROGRAMME_TOTAL,
        ("bucket", "wallet", "contra"),
        [
            {"bucket": b, "wallet": wallet, "contra": contra, "points": delta}
            for (b, wallet, contra), delta in sorted(totals.items())
        ],
    )
    return points
