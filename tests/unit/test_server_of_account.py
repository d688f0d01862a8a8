"""sync_server.of_account: what an account has is found in whatever parts of time it lies, by its index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select

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


def test_what_is_asked_for_many_accounts_grows_with_them_and_not_with_the_years(tx):
    wanted = sorted({(bucket_of(each), each) for each in (ANNA, NEIGHBOUR, ELSEWHERE)})
    with said_to(tx) as said:
        select_of_accounts(tx, LEDGER, ("points",), wanted)
    assert len(said) == 2, "one statement for each bucket"
    asked = "".join(str(values["wanted"]) for _, values in said)
    assert len(asked) < 40 * len(wanted), "an id, its quotes and a comma each, of 33 parts of time"


def test_sqlite_finds_an_account_by_its_index_alone(tmp_path, request):
    with office_on("sqlite", request, tmp_path) as office, office.store.read() as tx:
        query = select(LEDGER.c.points).where(of_account(tx, LEDGER, ANNA) | of_account(tx, LEDGER, NEIGHBOUR))
        assert tx.execute(query).all() == []
        with said_to(tx) as said:
            select_of_accounts(tx, LEDGER, ("points",), [(1, ANNA)])
        plans = [
            plan_of(tx, "SELECT points FROM ledger WHERE bucket = 1 AND account_id = 'a' AND part IN (1, 2)", {}),
            plan_of(tx, *said[0]),
        ]
    by_index = "USING INDEX ledger_account (bucket=? AND part=? AND account_id=?)"
    assert plans[0] == [f"SEARCH ledger {by_index}"]
    assert plans[1][-1] == f"SEARCH t {by_index}"
    steps = [step for step in plans[1] if "ledger" in step and not step.startswith("SEARCH t ")]
    assert len(steps) == 2
    assert all("COVERING INDEX ledger_account (bucket=?" in step for step in steps)


def plan_of(tx: Tx, statement: str, values: Mapping[str, Any]) -> list[str]:
    rows = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", dict(values)).all()
    return [str(row[-1]) for row in rows]


@contextmanager
def said_to(tx: Tx) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """The statements that go to the database meanwhile, with their values."""
    said: list[tuple[str, Mapping[str, Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Mapping[str, Any], *_: Any) -> None:
        said.append((statement, values))

    event.listen(tx.connection, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(tx.connection, "before_cursor_execute", note)
