"""No page of the console, no figure of the metrics reads a table whole that grows without limit: the plans say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from sync_server import watch
from sync_server.member_reports import ending
from sync_server.schema import CARD_TAIL, MEMBER, PERSONAL, PHONE_TAIL
from sync_server.store import Store
from tests.support.console_office import CARD, PHONE, TODAY, History, Shop, tell_history, visiting
from tests.support.server import opened_office

GROWING = {
    "alias", "consent", "effect_in", "event", "feed_bal", "feed_ident", "flag", "ledger", "member", "personal",
    "receipt", "segment",
}  # fmt: skip
"""By people, by what they buy, by what tills send."""
FROM_THE_END = {
    "SCAN flag USING INDEX flag_at",
    "SCAN member USING INDEX member_at",
    "SCAN receipt USING INDEX receipt_at",
    "SCAN receipt USING COVERING INDEX receipt_at",
}
"""Read backwards to a limit, however much lies before."""
HELD_ALONE = {"SCAN event USING INDEX event_state", "SCAN event USING COVERING INDEX event_state"}
"""Of an index that has nothing but what is not in the books."""
Said = list[tuple[str, Any]]


@pytest.fixture
def told(tmp_path) -> Iterator[tuple[Shop, History]]:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        yield tell_history(office)


@contextmanager
def said_to(store: Store) -> Iterator[Said]:
    """Every statement the database is told meanwhile, with its values."""
    said: Said = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        said.append((statement, values))

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(store._engine, "before_cursor_execute", note)


def whole_reads(store: Store, said: Said) -> list[str]:
    """The steps of these statements' plans that read a growing table from one end to the other."""
    with store.read() as tx:
        run = tx.connection.exec_driver_sql
        asked = [(sql, values) for sql, values in said if sql.startswith(("SELECT", "WITH"))]
        steps = [row[-1] for sql, values in asked for row in run(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [step for step in steps if re.match(r"SCAN (\w+)", step) and step.split()[1] in GROWING]
    return [step for step in scans if step not in FROM_THE_END and step not in HELD_ALONE]


def test_no_page_reads_a_growing_table_whole(told) -> None:
    shop, history = told
    store, member = shop.office.store, history.member.member_id
    narrowed = ("number=T1-1", f"date={TODAY}", "kind=return", "card=1", "hour=3", f"member={member}")
    receipts = [f"/console/receipts?{each}" for each in ("", *narrowed, f"date={TODAY}&goods=4600000000015")]
    pages = ["/console", "/console/terminals", "/console/stops", "/console/members", f"/console/members/{member}"]
    with visiting(shop) as visitor:
        visitor.log_in()
        for page in (*pages, *receipts, f"/console/receipts/{history.sale.receipt_id}"):
            with said_to(store) as said:
                assert visitor.get(page).status_code == 200
            assert said
            assert whole_reads(store, said) == [], page
        for text in (CARD, PHONE, CARD[-3:], CARD[-4:], PHONE[-7:], "ива", ""):
            visitor.get("/console/members")
            with said_to(store) as said:
                visitor.post("/console/members", text=text)
            assert whole_reads(store, said) == [], text


def test_no_metric_reads_a_growing_table_whole_but_flags(told) -> None:
    shop, _ = told
    with said_to(shop.office.store) as said, shop.office.store.read() as tx:
        watch._lag(tx, shop.now_ms)
        watch._kept(tx)
        watch._tills(tx, shop.now_ms)
    assert whole_reads(shop.office.store, said) == ["SCAN flag USING COVERING INDEX flag_at"]


@pytest.mark.parametrize(("table", "name", "tail"), [(MEMBER, "card", CARD_TAIL), (PERSONAL, "phone", PHONE_TAIL)])
@pytest.mark.parametrize("digits", ["345", "2345", "12345"])
def test_last_digits_are_looked_up_in_an_index(told, table, name, tail, digits) -> None:
    shop, _ = told
    query = ending(table, name, tail, digits).compile(
        compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    with shop.office.store.read() as tx:
        plan = [row[-1] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == [f"SEARCH {table.name} USING INDEX {table.name}_{name}_tail (<expr>=?)"]
