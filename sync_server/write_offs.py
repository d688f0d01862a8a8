"""Points that have run out, written off: what the books say of them follows from the purse, whatever came when.

Nothing is ever taken out of a purse. What is written off of a wallet is what has run out in the account's purse by a
date, by all the facts known; the ledger gets the difference to what was written off before. So the same run again
writes nothing, and a receipt that comes late and had spent such points in time gets them back into the books at once:
the receipt is the fact.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.feed import BalanceRow
from loyalty.ledger import Entry
from loyalty.points.purse import figures
from sync_server.entries import write_entries
from sync_server.purses import Account, Booked
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import WRITTEN_OFF
from sync_server.store import Tx

_KEY = ("bucket", "account_id", "wallet")
_ROW = (*_KEY, "points", "entries", "until", "at_ms")


class Until(msgspec.Struct, frozen=True):
    """What to write off: what could be spent last before `date`; `at_ms` is the time of the entries."""

    date: str
    at_ms: int


Kept = dict[Account, dict[str, dict[str, Any]]]
"""account -> wallet -> its row."""


class WriteOff(msgspec.Struct, frozen=True):
    """A difference: points to write off, below 0 to give back; `entries` were written of the wallet before."""

    account: Account
    wallet: str
    points: int
    written_points: int
    entries: int
    until: Until


def write_off(tx: Tx, rows: Mapping[Account, BalanceRow], until: Until | None = None) -> dict[Account, BalanceRow]:
    """Write the differences; the rows that change by them. The rows must be held.

    Without `until` only what was written off before is corrected, by the date it was written off for.
    """
    found = differences(tx, rows, until)
    write_entries(tx, [_booked(each) for each in found])
    _keep(tx, found)
    changed: dict[Account, BalanceRow] = {}
    for each in found:
        row = changed.get(each.account, rows[each.account])
        wallets = Counter(row.wallets)
        wallets[each.wallet] -= each.points
        changed[each.account] = replace(row, wallets=dict(wallets))
    return changed


def write_off_moved(
    tx: Tx, rows: Mapping[Account, BalanceRow], untils: Mapping[Account, Until]
) -> dict[Account, BalanceRow]:
    """As `write_off`; of accounts that another one with write-offs moved to, by the later date of both."""
    changed = write_off(tx, {account: row for account, row in rows.items() if account not in untils})
    kept = _kept(tx, untils)
    for account, until in untils.items():
        if account in rows:
            latest = max([until, *_untils(kept[account])], key=lambda each: each.date)
            changed |= write_off(tx, {account: rows[account]}, latest)
    return changed


def give_back(tx: Tx, account: Account) -> tuple[dict[str, int], Until | None]:
    """An account moves: what was written off of it is in its wallets again (wallet -> points, written here), for the
    account it moves to will write it off; and by which date that was."""
    kept = _kept(tx, [account])[account]
    given = [
        WriteOff(account, wallet, -row["points"], 0, row["entries"], Until(row["until"], row["at_ms"]))
        for wallet, row in sorted(kept.items())
        if row["points"]
    ]
    write_entries(tx, [_booked(each) for each in given])
    _keep(tx, given)
    until = max(_untils(kept), key=lambda each: each.date, default=None)
    return {each.wallet: -each.points for each in given}, until


def _untils(kept: Mapping[str, Mapping[str, Any]]) -> list[Until]:
    return [Until(row["until"], row["at_ms"]) for row in kept.values()]


def differences(tx: Tx, rows: Mapping[Account, BalanceRow], until: Until | None) -> list[WriteOff]:
    """What is to be written off and has not been, and what has been and is not to be."""
    kept = _kept(tx, rows)
    return [each for account in sorted(rows) for each in _of(account, rows[account], kept[account], until)]


def _of(
    account: Account, row: BalanceRow, kept: Mapping[str, Mapping[str, Any]], until: Until | None
) -> Iterable[WriteOff]:
    if row.purse is None:
        return
    for wallet in sorted({*kept, *(lot.wallet for lot in row.purse.lots if until)}):
        before = kept.get(wallet)
        by = until or Until(kept[wallet]["until"], kept[wallet]["at_ms"])
        expired = figures(row.purse, wallet, by.date).expired_points
        written, entries = (before["points"], before["entries"]) if before else (0, 0)
        if expired != written:
            yield WriteOff(account, wallet, expired - written, expired, entries, by)


def _booked(each: WriteOff) -> Booked:
    bucket, account_id = each.account
    text = f"{account_id}\0{each.wallet}\0{each.entries}".encode()
    event_id = blake2b(text, digest_size=16, person=b"kopilka expired").hexdigest()
    entry = Entry(event_id, 1, account_id, each.wallet, "expired", -each.points, each.until.at_ms)
    return Booked(bucket, entry, each.until.date)


def _kept(tx: Tx, accounts: Iterable[Account]) -> Kept:
    found: Kept = defaultdict(dict)
    for row in select_by(tx, WRITTEN_OFF, _ROW, ("bucket", "account_id"), accounts):
        found[row.bucket, row.account_id][row.wallet] = dict(row._mapping)
    return found


def _keep(tx: Tx, found: Iterable[WriteOff]) -> None:
    rows = [
        {
            "bucket": each.account[0], "account_id": each.account[1], "wallet": each.wallet,
            "points": each.written_points, "entries": each.entries + 1, "until": each.until.date,
            "at_ms": each.until.at_ms,
        }
        for each in found
    ]  # fmt: skip
    insert_rows(tx, WRITTEN_OFF, rows)
    update_rows(tx, WRITTEN_OFF, _KEY, rows)
