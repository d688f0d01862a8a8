"""Years of receipts in a head office's tables, put there in bulk: rows as `apply` writes them, without applying any.

Ids grow with time as UUIDv7 do, members buy in any order, and each receipt has its event, its row with its bytes and
its entries in the ledger. Balances are left as they are: what is measured does not add them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from sqlalchemy import Table

from benchmarks import fleet
from benchmarks.bulk import Rows, load
from loyalty.events import bucket_of, canonical
from loyalty.ledger import receipt_entries
from loyalty.receipt import Receipt
from sync_server.schema import EVENT, LEDGER, RECEIPT, part_of

TILLS = 1_000
EVERY_MS = 500
A_TRANSACTION = 500_000
"""Receipts put there at once: what a database writes beside its file meanwhile is as much again."""


@dataclass(frozen=True, slots=True)
class _Past:
    """One receipt of the past; `sold` is what it looks like but for its ids."""

    n: int
    sold: Receipt
    raw: bytes
    receipt_id: str
    event_id: str
    account: str

    @property
    def bucket(self) -> int:
        return bucket_of(self.account or self.receipt_id)

    @property
    def at_ms(self) -> int:
        return fleet.FIRST_MS - EVERY_MS * (self.n + 1)


def load_past(url: str, receipts: int, members: int) -> None:
    """So many receipts up to yesterday, the oldest first."""
    for last in range(receipts, 0, -A_TRANSACTION):
        _load(url, last, max(0, last - A_TRANSACTION), members)


def _load(url: str, first: int, behind: int, members: int) -> None:
    def each(row: Any) -> Iterator[tuple[Any, ...]]:
        for past in _past(first, behind, members):
            yield from row(past)

    tables: dict[Table, Rows] = {EVENT: each(_event), RECEIPT: each(_receipt), LEDGER: each(_ledger)}
    load(url, tables)


def _past(first: int, behind: int, members: int) -> Iterator[_Past]:
    random, samples = Random(f"past {first}"), [(sold, canonical(sold)) for sold in fleet.samples()]
    for n in range(first, behind, -1):
        sold, raw = random.choice(samples)
        account = fleet.member_id(random.randrange(members)) if sold.member_id else ""
        at_ms = fleet.FIRST_MS - EVERY_MS * (n + 1)
        ids = f"{at_ms:012x}{blake2b(n.to_bytes(8, 'big'), digest_size=10).hexdigest()}"
        yield _Past(n, sold, raw.replace(b"0" * 32, ids.encode()), ids, ids[:-1] + "e", account)


def _event(past: _Past) -> Iterator[tuple[Any, ...]]:
    digest = blake2b(past.raw, digest_size=16).digest()
    yield (
        past.bucket, past.event_id, _terminal(past), 1, past.n, "sale_completed", past.at_ms, past.at_ms, digest,
        "applied", "", None,
    )  # fmt: skip


def _receipt(past: _Past) -> Iterator[tuple[Any, ...]]:
    sold = past.sold
    yield (
        past.bucket, past.receipt_id, f"P{past.n % TILLS}-{past.n}", "sale", past.event_id, _terminal(past), sold.store,
        sold.cashier, past.at_ms, sold.moment.local_date, sold.moment.local_minute, part_of(past.at_ms), past.account,
        past.account, "", 0,
        sold.base_minor, sold.discount_minor, sold.redeemed_points, sold.earned_points, sold.total_minor, 0, "{}",
        past.raw,
    )  # fmt: skip


def _ledger(past: _Past) -> Iterator[tuple[Any, ...]]:
    for entry in receipt_entries(past.sold, past.event_id) if past.account else ():
        yield (
            past.bucket, past.event_id, past.account, entry.entry_no, part_of(past.at_ms), entry.wallet, entry.contra,
            entry.points, past.at_ms, past.receipt_id, past.sold.moment.local_date, None, "",
        )  # fmt: skip


def _terminal(past: _Past) -> str:
    return f"{past.n % TILLS:032x}"
