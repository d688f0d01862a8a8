"""A head office moved into another database: all of it, compared, and on one side only."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update

from loyalty.errors import BadInput, NotNow, StoreFault
from sync_server import move as moving
from sync_server.books import read_books
from sync_server.feed import read_heads
from sync_server.identity import read_identity, renew_generation
from sync_server.leases import Leases
from sync_server.migrate import init_store, migrate
from sync_server.move import move
from sync_server.personal import store_personal
from sync_server.rows import insert_rows
from sync_server.schema import EVENT, FEED, LEDGER, METADATA, SEGMENT, STATE, TERMINAL
from sync_server.store import Store, open_store
from sync_server.verifying.verify import verify
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office

pytestmark = pytest.mark.postgres
ANNA = hex_id("anna")
LEFT_OUT = {"lease", "applier"}


@pytest.fixture
def old(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as made:
        yield made


@pytest.fixture
def new(postgres_database):
    store = open_store(postgres_database)
    migrate(store)
    yield store
    store.close()


def some_life(office: TestOffice) -> Till:
    """A member, sales that are applied, one that is only stored, and an event nobody can read."""
    till = office.till()
    enrolled, personal = till.enrolled(ANNA, "2990001000017", "+79161234567")
    till.put(enrolled, *(till.sale(account=ANNA, earned=1) for _ in range(5)), b'{"what":1}')
    store_personal(office.store, office.identity, [personal])
    office.apply()
    till.put(till.sale(account=ANNA, earned=7))
    return till


def content(store: Store) -> dict[str, list[str]]:
    with store.read() as tx:
        return {
            table.name: sorted(repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)) for row in rows)
            for table in METADATA.sorted_tables
            if table.name not in LEFT_OUT
            for rows in (tx.execute(table.select()).all(),)
        }


def test_everything_arrives_and_the_till_goes_on_where_it_was(old, new, monkeypatch):
    monkeypatch.setattr(moving, "PAGE_ROWS", 2)
    till = some_life(old)
    before = content(old.store)
    moved = move(old.store, new, "elsewhere", T0_MS)
    assert content(new) == before
    assert moved.rows == {name: len(rows) for name, rows in before.items()}
    office = TestOffice(new, read_identity(new))
    assert office.identity == old.identity
    till.office = office
    assert till.put(till.sale(account=ANNA, earned=1)).new
    assert office.apply() == 2
    books = read_books(new, [ANNA])
    assert books.accounts[0].wallets["main"].balance_points == 5 + 7 + 1
    assert verify(new).sound
    assert read_heads(new, "g", T0_MS).streams["bal"][0].seq > read_heads(old.store, "g", T0_MS).streams["bal"][0].seq


def test_nobody_goes_on_in_the_old_database_unless_a_person_says_so(old, new):
    some_life(old)
    move(old.store, new, "postgresql://new", T0_MS)
    with pytest.raises(NotNow) as refused:
        read_identity(old.store)
    assert refused.value.said.code == "server.moved"
    with pytest.raises(NotNow):
        init_store(old.store, old.random)
    gen = renew_generation(old.store, old.random)
    assert read_identity(old.store).gen == gen != old.identity.gen


def test_a_move_that_was_cut_short_runs_nowhere_and_begins_anew(old, new, monkeypatch):
    some_life(old)
    real, left = moving._copy, [10]

    def cut(*words):
        left[0] -= 1
        if not left[0]:
            raise ZeroDivisionError
        return real(*words)

    monkeypatch.setattr(moving, "_copy", cut)
    with pytest.raises(ZeroDivisionError):
        move(old.store, new, "new", T0_MS)
    for attempt in (lambda: read_identity(new), lambda: init_store(new, old.random)):
        with pytest.raises(NotNow) as refused:
            attempt()
        assert refused.value.said.code == "server.moving"
    assert read_identity(old.store) == old.identity, "the old one may go on"
    monkeypatch.undo()
    move(old.store, new, "new", T0_MS)
    assert verify(new).sound


@pytest.mark.parametrize(
    "change",
    [
        delete(LEDGER).where(LEDGER.c.entry_no == 1),
        update(SEGMENT).values(blob=b"other"),
        insert(TERMINAL).from_select(
            [column.name for column in TERMINAL.c],
            select(*((column + 1 if column.name == "tshard" else column) for column in TERMINAL.c)).where(
                TERMINAL.c.tshard < 63
            ),
        ),
    ],
    ids=["rows gone", "another value", "rows too many"],
)
def test_a_table_that_is_not_the_same_afterwards_is_not_taken_for_moved(old, new, monkeypatch, change):
    some_life(old)
    real = moving._compare
    spoilt_already: list[object] = []

    def spoilt(target, table, wanted):
        if not spoilt_already:
            target.write(lambda tx: spoilt_already.append(tx.execute(change)))
        real(target, table, wanted)

    monkeypatch.setattr(moving, "_compare", spoilt)
    with pytest.raises(StoreFault) as refused:
        move(old.store, new, "new", T0_MS)
    assert refused.value.said.code == "move.differs"
    with pytest.raises(NotNow):
        read_identity(new)


def test_a_database_with_a_head_office_is_no_place_to_move_into(old, new):
    init_store(new, old.random)
    before = content(new)
    with pytest.raises(BadInput) as refused:
        move(old.store, new, "new", T0_MS)
    assert refused.value.said.code == "move.taken"
    assert content(new) == before


def test_a_database_that_processes_work_on_is_not_moved(old, new):
    init_store(new, old.random)
    leases = Leases(new, "a process")
    leases.hold(T0_MS, 0)
    with pytest.raises(NotNow) as refused:
        move(new, old.store, "back", T0_MS + 1)
    assert refused.value.said.code == "move.running"


def test_nothing_is_written_to_an_sqlite_file_while_it_moves(old, new, tmp_path, monkeypatch):
    some_life(old)
    beside = open_store(f"sqlite:///{tmp_path / 'office.db'}")
    monkeypatch.setattr("sync_server.store.BUSY_TIMEOUT_MS", 1)
    real = moving._compare
    tried: list[int] = []

    def meanwhile(*words):
        if not tried:
            with beside.read() as tx:
                tx.connection.exec_driver_sql("PRAGMA busy_timeout=1")
            with pytest.raises(StoreFault):
                beside.write(
                    lambda tx: insert_rows(tx, STATE, [{"name": "n", "value": "1"}]), sleep=lambda _: tried.append(1)
                )
        real(*words)

    monkeypatch.setattr(moving, "_compare", meanwhile)
    move(old.store, new, "new", T0_MS)
    beside.close()
    assert tried


def test_there_and_back_again_is_the_same(old, new, tmp_path):
    some_life(old)
    before = content(old.store)
    move(old.store, new, "new", T0_MS)
    third = open_store(f"sqlite:///{tmp_path / 'third.db'}")
    migrate(third)
    move(new, third, "third", T0_MS)
    assert content(third) == before
    with third.read() as tx:
        assert len(tx.execute(select(EVENT)).all()) == 7
        assert len(tx.execute(select(FEED["bal"])).all()) == 1
    third.close()
