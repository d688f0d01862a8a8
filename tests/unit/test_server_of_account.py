"""sync_server.of_account: what an account has is found in whatever parts of time it lies, by its index."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from loyalty.events import bucket_of
from sync_server.of_account import of_account, select_of_accounts
from sync_server.rows import insert_rows
from sync_server.schema import LEDGER, part_of
from sync_server.store import Tx
from tests.support.server import TestOffice, hex_id, office_on

DAY_MS = 24 * 3600 * 1000
T_MS = 1_795_300_000_000
ANNA = hex_id("anna")
NEIGHBOUR = next(hex_id(n) for n in range(10_000) if bucket_of(hex_id(n)) == bucket_of(ANNA))
ELSEWHERE = next(hex_id(n) for n in range(10_000) if bucket_of(hex_id(n)) != bucket_of(ANNA))
TIMES = [
    0,
    1,
    T_MS - 3650 * DAY_MS,
    *(T_MS + n * DAY_MS for n in range(0, 60, 2)),
    T_MS + 36_500 * DAY_MS,
    (1 << 53) - 1,
]
"""Of a clock that began at 1970, of one a hundred years ahead, and of two months."""


@pytest.fixture
def tx(office: TestOffice) -> Iterator[Tx]:
    for account_id, points in ((ANNA, 1), (NEIGHBOUR, 100), (ELSEWHERE, 10_000)):
        rows = [*entries(account_id, points)]
        office.store.write(partial(insert_rows, table=LEDGER, rows=rows), bucket_of(account_id))
    yield from reading(office)


def reading(office: TestOffice) -> Iterator[Tx]:
    with office.store.read() as tx:
        yield tx


def entries(account_id: str, points: int) -> Iterator[dict[str, object]]:
    for n, at_ms in enumerate(TIMES):
        yield {
            "bucket": bucket_of(account_id), "event_id": hex_id(n), "account_id": account_id, "entry_no": 1,
            "part": part_of(at_ms), "wallet": "main", "contra": "issued", "points": points + n, "at_ms": at_ms,
            "receipt_id": "", "date": "2026-11-22", "lot": None, "cause_id": "",
        }  # fmt: skip


def test_all_of_an_account_is_found_whenever_it_was_and_nothing_of_its_neighbour(tx):
    found = tx.execute(select(LEDGER.c.points).where(of_account(tx, LEDGER, ANNA))).scalars()
    assert sorted(found) == [1 + n for n in range(len(TIMES))]


def test_all_of_several_accounts_is_found_in_the_buckets_of_each(tx):
    wanted = [(bucket_of(each), each) for each in (ANNA, ELSEWHERE, hex_id("nobody"))]
    found = select_of_accounts(tx, LEDGER, ("account_id", "points"), wanted)
    assert sorted((row.account_id, row.points) for row in found) == sorted(
        [(ANNA, 1 + n) for n in range(len(TIMES))] + [(ELSEWHERE, 10_000 + n) for n in range(len(TIMES))]
    )


def test_a_bucket_without_rows_has_none_of_anybody(tx):
    nobody = next(
        hex_id(n) for n in range(10_000) if bucket_of(hex_id(n)) not in {bucket_of(ANNA), bucket_of(ELSEWHERE)}
    )
    assert tx.execute(select(LEDGER).where(of_account(tx, LEDGER, nobody))).all() == []


def test_rows_of_six_days_lie_together():
    assert part_of(T_MS) == part_of(T_MS - T_MS % (1 << 29)) == 3344
    assert part_of(T_MS) + 1 == part_of(T_MS + (1 << 29))


def test_sqlite_finds_an_account_by_its_index_alone(tmp_path, request):
    with office_on("sqlite", request, tmp_path) as office, office.store.read() as tx:
        query = select(LEDGER.c.points).where(of_account(tx, LEDGER, ANNA) | of_account(tx, LEDGER, NEIGHBOUR))
        plan = tx.connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT points FROM ledger WHERE bucket = 1 AND account_id = 'a' AND part IN (1, 2)"
        ).all()
        assert tx.execute(query).all() == []
    assert [row[-1] for row in plan] == [
        "SEARCH ledger USING INDEX ledger_account (bucket=? AND part=? AND account_id=?)"
    ]
