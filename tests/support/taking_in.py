"""What the tests of taking_in share."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from sqlalchemy import select

from loyalty.events import (
    bucket_of,
)
from loyalty.feed import BalanceRow
from sync_server.books import read_books, unbalanced_buckets
from sync_server.schema import FEED, FLAG
from tests.support.server import TestOffice, hex_id

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


ANNA, BORIS = hex_id("anna"), hex_id("boris")


def points(office: TestOffice, account: str) -> int:
    return sum(balance(office, account).wallets.values())


def balance(office: TestOffice, account: str) -> BalanceRow:
    """An account without a row has nothing."""
    table = FEED["bal"]
    with office.store.read() as tx:
        query = select(table.c.body).where(table.c.bucket == bucket_of(account), table.c.key == account)
        body = tx.execute(query).scalar()
    return msgspec.json.decode(body, type=BalanceRow) if body else BalanceRow(account)


def flags(office: TestOffice) -> Counter[str]:
    with office.store.read() as tx:
        return Counter(tx.execute(select(FLAG.c.kind)).scalars())


def check_books(office: TestOffice) -> None:
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
    assert read_books(office.store, []).stored_twice == 0
