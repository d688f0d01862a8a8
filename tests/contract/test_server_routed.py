"""Contract tests that write, over three PostgreSQLs routed by bucket: each transaction is about one bucket alone.

The tests are those of their own pages; only the office they are given is another.
"""

from __future__ import annotations

from types import ModuleType

import pytest
from sqlalchemy import select, update

from loyalty.errors import StoreFault
from loyalty.events import bucket_of
from sync_server.rows import insert_rows, select_by
from sync_server.schema import FEED, LEDGER, STATE, TERM_BUCKET, TERMINAL
from sync_server.store import Shard
from tests.contract import (  # fmt: skip
    test_server_apply,
    test_server_apply_returns,
    test_server_bank_cards,
    test_server_consents,
    test_server_coupon_uses,
    test_server_families,
    test_server_gift_cards,
    test_server_merging,
    test_server_shares,
    test_server_taking_in,
)
from tests.support.routed import fresh_office, routed_store
from tests.support.server import hex_id

pytestmark = pytest.mark.postgres
CHOSEN = {
    test_server_apply: (
        "test_an_event_that_fails_in_applying_is_parked_and_the_others_are_applied",
        "test_an_office_set_back_to_a_backup_gets_everything_again",
    ),
    test_server_apply_returns: (
        "test_a_return_before_its_sale_waits_and_is_booked_when_the_sale_comes",
        "test_returns_never_take_more_points_than_the_sale_gave",
    ),
    test_server_bank_cards: (
        "test_a_card_stands",
        "test_of_two_who",
        "test_the_kept_member",
        "test_what_another_process",
        "test_a_card_that_came_before",
    ),
    test_server_consents: ("test_a_word_", "test_a_late", "test_a_withdrawal"),
    test_server_coupon_uses: ("test_",),
    test_server_families: ("test_a_family",),
    test_server_gift_cards: ("test_",),
    test_server_merging: ("test_tills_forget", "test_merges", "test_personal"),
    test_server_shares: ("test_",),
    test_server_taking_in: ("test_a_segment_sent_again_gets_the_same_answer_and_adds_nothing",),
}
"""Page -> how the names of its tests begin that are run here too."""


def chosen(page: ModuleType, beginning: str) -> dict[str, object]:
    found = {name: test for name, test in vars(page).items() if name.startswith(beginning)}
    assert found, f"no test of {page.__name__} begins with {beginning}"
    return found


for each_page, beginnings in CHOSEN.items():
    for each_beginning in beginnings:
        globals().update(chosen(each_page, each_beginning))


@pytest.fixture(scope="module")
def three(postgres_url):
    with routed_store(postgres_url) as made:
        yield made


@pytest.fixture
def office(three):
    return fresh_office(three)


def row(bucket: int) -> dict[str, object]:
    return {"bucket": bucket, "terminal": "t", "epoch": 1, "seq": 1}


@pytest.mark.parametrize("other", [5, 8], ids=["of another database", "of the same database"])
def test_a_statement_about_another_bucket_fails_wherever_its_rows_are(office, other):
    for bucket in (2, other):
        office.store.write(lambda tx, bucket=bucket: insert_rows(tx, TERM_BUCKET, [row(bucket)]), bucket)
    change = update(TERM_BUCKET).where(TERM_BUCKET.c.terminal == "t").values(seq=2)
    with pytest.raises(StoreFault):
        office.store.write(lambda tx: tx.execute(change), 2, sleep=lambda _: None)
    office.store.write(lambda tx: tx.execute(change.where(TERM_BUCKET.c.bucket == 2)), 2)
    with office.store.read() as tx:
        assert {each.bucket: each.seq for each in tx.execute(select(TERM_BUCKET))} == {2: 2, other: 1}


@pytest.mark.parametrize("shard", [None, 3, Shard("abucket", 3), Shard("tshard", 4)])
def test_a_till_s_row_is_touched_in_a_transaction_of_its_shard_alone(office, shard):
    columns: dict[str, object] = {column.name: "" for column in TERMINAL.c}
    columns |= {"tshard": 3, "terminal": "t", "terminal_no": 1, "enrolled_ms": 0, "seen_ms": 0}

    def look(tx):
        return select_by(tx, TERMINAL, ("name",), ("tshard", "terminal"), [(3, "t")])

    office.store.write(lambda tx: insert_rows(tx, TERMINAL, [columns]), Shard("tshard", 3))
    assert len(office.store.write(look, Shard("tshard", 3))) == 1
    with pytest.raises(AssertionError):
        office.store.write(lambda tx: insert_rows(tx, TERMINAL, [columns]), shard)
    assert office.store.write(look, Shard("tshard", 4)) == [], "it is in another database"
    for same_database in (3, Shard("abucket", 3), Shard("tshard", 6)):
        with pytest.raises(StoreFault):
            office.store.write(look, same_database, sleep=lambda _: None)


def test_what_is_not_spread_is_not_written_beside_a_bucket(office):
    with pytest.raises(StoreFault):
        office.store.write(lambda tx: insert_rows(tx, STATE, [{"name": "n", "value": "1"}]), 3, sleep=lambda _: None)


def test_accounts_of_all_three_databases_get_their_points(office):
    accounts = [hex_id("account", number) for number in range(30)]
    assert {bucket_of(account) % 3 for account in accounts} == {0, 1, 2}
    tills = [office.till(f"till {number}") for number in range(3)]
    for till in tills:
        till.put(*(till.sale(account=account, earned=2) for account in accounts))
    office.apply()
    with office.store.read() as tx:
        assert [each.points for each in tx.execute(select(FEED["bal"].c.points))] == [6] * 30
        assert len(tx.execute(select(LEDGER)).all()) == 90
