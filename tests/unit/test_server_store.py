"""One way to a transaction: no increment lost, nothing half written, one writer, and retries that end."""

from __future__ import annotations

import ast
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

import sync_server
from loyalty.errors import NotNow, StoreFault
from sync_server import store as store_module
from sync_server.identity import read_identity
from sync_server.migrate import init_store, migrate
from sync_server.rows import add_rows, insert_new, insert_only, insert_rows, select_by, update_rows
from sync_server.schema import FLAG, METADATA, STATE, TERM_BUCKET
from sync_server.store import ATTEMPTS, Store, open_store
from tests.support.offices import KINDS

THREADS, INCREMENTS = 8, 50


@pytest.fixture
def store(tmp_path):
    made = open_store(f"sqlite:///{tmp_path / 'office.db'}")
    migrate(made)
    yield made
    made.close()


def increment(store: Store, times: int = 1) -> None:
    for _ in range(times):
        increment_once(store)


def increment_once(store: Store) -> None:
    with store.begin(None) as tx:
        value = tx.execute(select(STATE.c.value).where(STATE.c.name == "n")).scalar_one()
        time.sleep(0)  # the other threads' turn: where nothing keeps them out, they read the same
        update_rows(tx, STATE, ("name",), [{"name": "n", "value": str(int(value) + 1)}])


def test_of_concurrent_increments_none_is_lost(store):
    store.write(lambda tx: insert_rows(tx, STATE, [{"name": "n", "value": "0"}]))
    threads = [threading.Thread(target=increment, args=(store, INCREMENTS)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert tx.execute(select(STATE.c.value)).scalar_one() == str(THREADS * INCREMENTS)


def test_increments_of_two_stores_on_one_file_are_not_lost_either(store, tmp_path):
    store.write(lambda tx: insert_rows(tx, STATE, [{"name": "n", "value": "0"}]))
    other = open_store(f"sqlite:///{tmp_path / 'office.db'}")
    threads = [threading.Thread(target=increment, args=(found, 30)) for found in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    with store.read() as tx:
        assert tx.execute(select(STATE.c.value)).scalar_one() == "60"


def test_a_transaction_that_raises_leaves_nothing(store):
    def work(tx) -> None:
        insert_rows(tx, STATE, [{"name": "n", "value": "0"}])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(work)
    with store.read() as tx:
        assert tx.execute(select(STATE)).all() == []


def test_a_reader_sees_one_moment(store):
    store.write(lambda tx: insert_rows(tx, STATE, [{"name": "n", "value": "0"}]))
    with store.read() as tx:
        before = tx.execute(select(STATE.c.value)).scalar_one()
        increment(store)
        assert tx.execute(select(STATE.c.value)).scalar_one() == before


def test_sqlite_syncs_each_commit_and_waits_for_the_lock(store):
    with store.begin(None) as tx:
        assert tx.connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert tx.connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert tx.connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == store_module.BUSY_TIMEOUT_MS


def locked(tx) -> None:
    raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))


@pytest.mark.parametrize(("failures", "outcome"), [(ATTEMPTS - 1, "done"), (ATTEMPTS, "fault")])
def test_a_busy_database_is_tried_again_and_not_for_ever(store, failures, outcome):
    calls: list[int] = []
    pauses: list[float] = []

    def work(tx) -> str:
        calls.append(1)
        if len(calls) <= failures:
            locked(tx)
        return "done"

    if outcome == "done":
        assert store.write(work, sleep=pauses.append) == "done"
    else:
        with pytest.raises(StoreFault):
            store.write(work, sleep=pauses.append)
    assert len(pauses) == ATTEMPTS - 1
    assert pauses == sorted(pauses)


def test_a_wrong_statement_is_not_tried_again(store):
    calls: list[int] = []

    def work(tx) -> None:
        calls.append(1)
        tx.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(StoreFault):
        store.write(work)
    assert calls == [1]


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/office.db", "nonsense", "postgresql://127.0.0.1:1/none"])
def test_a_database_that_cannot_be_opened_is_a_fault_with_a_sentence(url):
    with pytest.raises(StoreFault) as fault:
        open_store(url)
    assert fault.value.code == "store.open"


def test_a_file_that_is_no_database_is_a_fault_with_a_sentence(tmp_path):
    (tmp_path / "office.db").write_bytes(b"this is no database at all, but a text of some length" * 100)
    with pytest.raises(StoreFault):
        open_store(f"sqlite:///{tmp_path / 'office.db'}")


def test_a_database_without_tables_is_not_a_head_office(tmp_path):
    empty = open_store(f"sqlite:///{tmp_path / 'office.db'}")
    with pytest.raises(NotNow):
        read_identity(empty)
    empty.close()


def test_init_again_changes_nothing(store):
    chance = iter(range(1, 100))
    first = init_store(store, lambda count: next(chance).to_bytes(count, "big"))
    assert init_store(store, lambda count: next(chance).to_bytes(count, "big")) == first


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_migrations_make_the_tables_of_the_schema(store):
    with store.begin(None) as tx:
        assert compare_metadata(MigrationContext.configure(tx.connection), METADATA) == []


@pytest.mark.postgres
def test_the_migrations_make_the_tables_of_the_schema_on_postgresql(postgres_database):
    store = open_store(postgres_database)
    migrate(store)
    with store.begin(None) as tx:
        assert compare_metadata(MigrationContext.configure(tx.connection), METADATA) == []
    store.close()


def test_the_schema_keeps_to_the_portable_profile():
    for table in METADATA.sorted_tables:
        assert {str(column.type) for column in table.columns} <= {"TEXT", "INTEGER", "BIGINT", "BLOB"}, table.name
        assert not table.foreign_keys
        assert table.primary_key.columns, table.name
        assert all(column.server_default is None for column in table.columns)
        assert not any(column.autoincrement is True for column in table.columns)
        assert all(not index.unique for index in table.indexes)
        keyed = {"account_id", "member_id", "event_id", "receipt_id"} & set(table.primary_key.columns.keys())
        if keyed:
            # What is unique without a bucket (a bank card's token) has a spread of its own.
            assert next(iter(table.primary_key.columns)).name in ("bucket", "abucket"), table.name


def test_only_the_store_opens_transactions():
    """`begin` and `connect` of the engine are the store's alone."""
    folder = Path(sync_server.__file__).parent
    for path in folder.rglob("*.py"):
        if path.name == "store.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in ("create_engine", "Session"):
                raise AssertionError(f"{path.name} opens a database of its own")
            if isinstance(node, ast.Attribute) and node.attr in ("_engine", "raw_connection", "commit", "rollback"):
                raise AssertionError(f"{path.name}:{node.lineno} reaches past the store: .{node.attr}")


def row(bucket: int, terminal: str = "t", seq: int = 1) -> dict[str, object]:
    return {"bucket": bucket, "terminal": terminal, "epoch": 1, "seq": seq}


@pytest.fixture(params=KINDS)
def either(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'e.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    )
    made = open_store(url)
    migrate(made)
    yield made
    made.close()


def test_a_transaction_of_one_bucket_refuses_rows_of_another(either):
    with pytest.raises(AssertionError), either.begin(3) as tx:
        insert_rows(tx, TERM_BUCKET, [row(3), row(4, "u")])


@pytest.mark.postgres
def test_on_postgresql_no_transaction_spans_buckets(postgres_database):
    store = open_store(postgres_database)
    with pytest.raises(ValueError), store.begin("many"):
        pass
    store.close()


def test_rows_are_written_found_and_added_to_alike_on_both(either):
    with either.begin(3) as tx:
        added = insert_new(tx, TERM_BUCKET, [row(3), row(3, "u", 5), row(3)], ("bucket", "terminal"))
        assert added == {(3, "t"), (3, "u")}
        assert insert_new(tx, TERM_BUCKET, [row(3, "t", 9), row(3, "v", 2)], ("terminal",)) == {("v",)}
        add_rows(tx, TERM_BUCKET, ("bucket", "terminal"), [
            {"bucket": 3, "terminal": "t", "epoch": 0, "seq": 10}, {"bucket": 3, "terminal": "w", "epoch": 0, "seq": 4},
        ])  # fmt: skip
        update_rows(tx, TERM_BUCKET, ("bucket", "terminal"), [{"bucket": 3, "terminal": "v", "epoch": 7, "seq": 7}])
        keys = [(3, "t"), (3, "u"), (3, "v"), (3, "w"), (3, "x"), (4, "t")]
        found = select_by(tx, TERM_BUCKET, ("terminal", "epoch", "seq"), ("bucket", "terminal"), keys, lock=True)
        assert sorted(map(tuple, found)) == [("t", 1, 11), ("u", 1, 5), ("v", 7, 7), ("w", 0, 4)]
        assert select_by(tx, TERM_BUCKET, ("seq",), ("bucket", "terminal"), []) == ()


def test_added_rows_say_what_they_have_then_and_new_ones_too(either):
    rows = [row(3, "t", 5), row(3, "u", 1)]
    with either.begin(3) as tx:
        insert_rows(tx, TERM_BUCKET, [row(3, "t", 2)])
        found = add_rows(tx, TERM_BUCKET, ("bucket", "terminal"), rows, ("epoch", "seq"))
        assert sorted(found) == [(3, "t", 2, 7), (3, "u", 1, 1)]
        assert add_rows(tx, TERM_BUCKET, ("bucket", "terminal"), []) == []


TEXTS = (
    "",
    "NULL",
    "null",
    "a,b",
    '"',
    "\\",
    "{1}",
    " blank ",
    "строка\nстрока",
    "\t'",
    "\\x41",
    "%(name)s",
    "%",
    '\\"{}',
)


@pytest.mark.parametrize("raw", [None, b"", b"\x00\xff\\x", b'"{,}'])
def test_texts_and_bytes_come_back_as_they_were_written(either, raw):
    made = [
        {"bucket": 3, "event_id": text, "kind": "k", "place": "", "detail": text, "at_ms": -(2**63), "raw": raw}
        for text in TEXTS
    ]
    either.write(lambda tx: insert_rows(tx, FLAG, made), 3)
    with either.read() as tx:
        found = select_by(tx, FLAG, tuple(made[0]), ("bucket", "detail"), [(3, text) for text in TEXTS])
    assert sorted((dict(each._mapping) for each in found), key=by_text) == sorted(made, key=by_text)


def by_text(flag):
    return flag["event_id"]


@pytest.mark.parametrize("write", [insert_only, partial(insert_new, returning=("terminal",))])
def test_a_full_disk_under_many_rows_is_a_fault_of_the_store(store, write):
    rows = [row(3, f"till {number}") for number in range(5000)]

    def work(tx):
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
        write(tx, TERM_BUCKET, rows)

    with pytest.raises(StoreFault):
        store.write(work, 3)


def test_a_row_that_must_be_new_and_is_not_fails_the_transaction(either):
    either.write(lambda tx: insert_only(tx, TERM_BUCKET, [row(3)]), 3)
    with pytest.raises(StoreFault):
        either.write(lambda tx: insert_only(tx, TERM_BUCKET, [row(3)]), 3, sleep=lambda _: None)
