"""Rebuild on SQLite and PostgreSQL alike: the same from the segments, and whatever was changed by hand is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from unittest.mock import patch

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select, update

from loyalty.codes import card_number
from loyalty.errors import NotNow
from loyalty.events import GiftCardMoved, SaleCompleted, bucket_of
from loyalty.gift_card import gift_card
from loyalty.gift_moves import gift_event_id
from loyalty.receipt import Receipt
from sync_server.coupon_ends import settle_spent
from sync_server.csv_rows import Row
from sync_server.expire import expire
from sync_server.families import create_family
from sync_server.gift_cards import open_gift_card
from sync_server.grants import account_of_card, grant_status, withdraw_status
from sync_server.imports import import_rows
from sync_server.member_changes import Wish
from sync_server.programmes import publish_programme, read_published
from sync_server.rebuilding.compare import READERS
from sync_server.rebuilding.rebuild import MAX_TOLD, compare, rebuild, rebuilt_lines
from sync_server.schema import (
    BROUGHT,
    COUPON_USE,
    EVENT,
    FEED,
    LEDGER,
    MOVED,
    PROGRAMME_TOTAL,
    RECEIPT,
    RETURNED,
    TAKEN,
    WRITTEN_OFF,
)
from sync_server.verifying.verify import verify
from tests.support.coupon_sales import ONE, TWO
from tests.support.coupon_sales import put as put_plain
from tests.support.coupon_sales import sold as with_coupons
from tests.support.purses import TERMS, back, put, sold
from tests.support.server import T0_MS, TestOffice, hex_id
from tests.support.taking_in import CLUB, dump

RULES = (
    CLUB
    + """
[[status]]
id = "driver"
name = { ru = "Водитель", en = "Driver" }
earn_bp = 700
spend_minor = 9_000_000
visits = 9
[[coupon]]
id = "spring"
name = { ru = "Весна", en = "Spring" }
kind = "signed"
code = "SPR"
"""
)
DAY_MS = 86_400_000
CARDS = [card_number("2990000", number) for number in range(1, 4)]
GIFT = "2980000001239"


@pytest.fixture
def office(office):
    """A year of a small shop in a few receipts: each thing a head office does by itself at least once."""
    publish_programme(office.store, office.identity, RULES, T0_MS - 1)
    rows = [
        Row(2, {"card": CARDS[0], "points": "70", "status": "passenger", "receipts": "5", "expires": "2026-12-01"}),
        Row(3, {"card": CARDS[1], "points": "7", "receipts": "2"}),
        Row(4, {"card": CARDS[2]}),
    ]
    import_rows(office.store, office.identity, "members", rows, T0_MS)
    with office.store.begin(bucket_of(gift_card(GIFT).account_id)) as tx:
        open_gift_card(tx, GIFT, 500_00, T0_MS, "2026-11-22")
    till, other = office.till(), office.till()
    anna, boris = (account_of_card(office.store, card) for card in CARDS[:2])
    sale = of(sold(till, 1, TERMS, earned=30, stars=4, qty=2000), anna)
    late = of(sold(other, 0, earned=5), boris)
    put(till, sale, back(till, sale, 3, 1000))
    paid = GiftCardMoved(gift_card(GIFT).account_id, "1239", "paid", 100_00, hex_id("r"), "T1-9", "2026-11-22")
    till.put(till.event(paid, event_id=gift_event_id(paid)), b"not an event")
    put_plain(other, with_coupons(other, ONE), with_coupons(other, ONE, TWO))
    office.apply()
    grant_status(office.store, boris, "passenger", "", "a friend of the club", "olga", T0_MS + 1)
    create_family(office.store, office.identity, Wish("olga", T0_MS + 2, office.random), CARDS[:2])
    family = account_of_card(office.store, CARDS[0])
    grant_status(office.store, family, "driver", "2027-05-31", "a friend", "olga", T0_MS + 3)
    withdraw_status(office.store, family, "driver", None, "by mistake", "olga", T0_MS + 4)
    expire(office.store, T0_MS + 20 * DAY_MS)
    office.now_ms += 30 * DAY_MS
    put(other, late, back(other, of(sold(other, 2), boris), 4))
    office.apply()
    return office


def of(receipt: Receipt, account: str) -> Receipt:
    return replace(receipt, account_id=account, member_id=account)


def again(office: TestOffice, tmp_path) -> dict[str, int]:
    return rebuild(office.store, tmp_path, office.now_ms).found


def test_a_receipt_that_came_by_two_chains_is_the_same_under_either(office, tmp_path):
    first, other = office.till(), office.till()
    made = sold(first, 9)
    raw = first.event(SaleCompleted(made))
    first.put(raw)
    office.now_ms += 1
    for each in (raw, other.event(SaleCompleted(sold(other, 8))), other.event(SaleCompleted(sold(other, 7)))):
        other.put(each)
    office.apply()
    with office.store.read() as tx:
        booked = tx.execute(select(RECEIPT.c.terminal).where(RECEIPT.c.receipt_id == made.receipt_id)).scalar_one()
    assert booked == other.terminal, "what is furthest behind is applied first, and worked out again what came first"
    assert again(office, tmp_path) == {}


def changed(office: TestOffice, statement) -> None:
    with office.store.begin(None) as tx:
        assert tx.execute(statement).rowcount > 0


def test_worked_out_again_the_books_are_the_same(office, tmp_path):
    done = rebuild(office.store, tmp_path, office.now_ms)
    assert done.same, done.differences
    assert list(rebuilt_lines(done)) == ["The books are what follows from the segments."]
    assert list(tmp_path.glob("rebuild-*")) == []


def test_the_office_of_this_test_has_rows_in_each_table_that_is_compared(office):
    tables = (EVENT, RECEIPT, RETURNED, LEDGER, PROGRAMME_TOTAL, WRITTEN_OFF, MOVED, TAKEN, COUPON_USE, BROUGHT)
    with office.store.read() as tx:
        for table in (*tables, FEED["bal"], FEED["spent"]):
            assert tx.execute(select(table)).first() is not None, table.name
        contras = set(tx.execute(select(LEDGER.c.contra)).scalars())
    assert {"opening", "issued", "issued_back", "clearing", "expired"} <= contras


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        (EVENT, {"digest": bytes(16)}, "event"),
        (RECEIPT, {"total_minor": 1}, "receipt"),
        (RECEIPT, {"returned_points": '{"issued_back":{"main":1}}'}, "receipt"),
        (RETURNED, {"qty_milli": 1}, "returned"),
        (PROGRAMME_TOTAL, {"points": 1}, "programme_total"),
        (WRITTEN_OFF, {"points": 1}, "written_off"),
        (MOVED, {"to_account": "x"}, "moved"),
        (TAKEN, {"purse": b"{}"}, "taken"),
        (COUPON_USE, {"back": 1}, "coupon_use"),
        (FEED["bal"], {"body": b'{"account_id":"x"}'}, "feed_bal"),
        (FEED["bal"], {"purse_ms": 1}, "feed_bal"),
        (FEED["spent"], {"body": b"{}"}, "feed_spent"),
    ],
)
def test_a_changed_row_is_named(office, tmp_path, table, change, named):
    changed(office, update(table).values(change))
    assert set(again(office, tmp_path)) == {named}


@pytest.mark.parametrize(
    ("table", "named"), [(EVENT, "event"), (RECEIPT, "receipt"), (FEED["bal"], "feed_bal"), (TAKEN, "taken")]
)
def test_rows_that_are_gone_are_missing(office, tmp_path, table, named):
    changed(office, delete(table))
    done = rebuild(office.store, tmp_path, office.now_ms)
    assert set(done.found) == {named}
    assert {each.kind for each in done.differences} == {"missing"}


@pytest.mark.parametrize("contra", ["issued", "clearing", "expired", "issued_back"])
def test_entries_with_other_points_are_named(office, tmp_path, contra):
    changed(office, update(LEDGER).where(LEDGER.c.contra == contra).values(points=LEDGER.c.points + 1))
    named = "ledger" if contra == "issued" else "ledger (sums)"
    assert set(again(office, tmp_path)) == {named}


def test_a_receipt_from_nowhere_follows_from_nothing(office, tmp_path):
    with office.store.begin(None) as tx:
        row = dict(tx.execute(select(RECEIPT)).first()._mapping)
        tx.execute(RECEIPT.insert().values({**row, "receipt_id": "nowhere"}))
    done = rebuild(office.store, tmp_path, office.now_ms)
    assert [(each.table, each.key, each.kind) for each in done.differences] == [("receipt", ("nowhere",), "extra")]


def test_it_is_not_begun_while_something_is_not_in_the_books_yet(office, tmp_path):
    till = office.till()
    till.put(till.sale())
    with pytest.raises(NotNow):
        rebuild(office.store, tmp_path, office.now_ms)


def test_used_coupons_that_tills_need_not_know_any_more_are_no_difference(office, tmp_path):
    """The series is in the programme no more, so tills are told nothing of its coupons from then on."""
    ended = RULES.replace("version = 1", "version = 2").partition("[[coupon]]")[0]
    publish_programme(office.store, office.identity, ended, office.now_ms)
    assert again(office, tmp_path) == {}
    settle_spent(office.store, read_published(office.store), "2027-01-01")
    assert again(office, tmp_path) == {}


def test_of_each_table_so_many_are_told_and_the_rest_is_counted(office, tmp_path):
    till = office.till()
    till.put(*(till.event(SaleCompleted(till.receipt())) for _ in range(MAX_TOLD + 1)))
    office.apply()
    changed(office, update(RECEIPT).where(RECEIPT.c.terminal == till.terminal).values(total_minor=1))
    done = rebuild(office.store, tmp_path, office.now_ms)
    assert (done.found, len(done.differences)) == ({"receipt": MAX_TOLD + 1}, MAX_TOLD)
    assert list(rebuilt_lines(done))[-2:] == [
        f"receipt: {MAX_TOLD + 1} in all, the first {MAX_TOLD} are above.",
        f"{MAX_TOLD + 1} DIFFERENCES.",
    ]


def test_each_table_is_read_by_a_name_of_its_own():
    assert len(READERS) == 11


@pytest.mark.parametrize(
    "change",
    [
        update(RECEIPT).values(total_minor=1),
        update(LEDGER).where(LEDGER.c.contra == "clearing").values(points=LEDGER.c.points + 1),
        update(FEED["bal"]).values(body=b'{"account_id":"x"}', points=0, h=1),
        delete(FEED["bal"]),
        delete(COUPON_USE),
    ],
)
def test_replaced_the_books_are_the_same_again_sound_and_told_to_tills(office, tmp_path, change):
    before = dump(office)
    changed(office, change)
    aside = tmp_path / "aside.db"
    done = rebuild(office.store, tmp_path, office.now_ms, aside)
    assert done.found
    assert aside.exists()
    assert dump(office) == before
    assert again(office, tmp_path) == {}
    found = verify(office.store)
    assert found.sound, found.findings


def test_what_was_replaced_is_kept_aside(office, tmp_path):
    with office.store.read() as tx:
        bucket = tx.execute(select(RECEIPT.c.bucket)).scalars().first()
    changed(office, update(RECEIPT).where(RECEIPT.c.bucket == bucket).values(total_minor=1))
    rebuild(office.store, tmp_path, office.now_ms, tmp_path / "aside.db")
    with closing(sqlite3.connect(tmp_path / "aside.db")) as file:
        kept = file.execute("SELECT DISTINCT bucket, total_minor FROM receipt").fetchall()
    assert kept == [(bucket, 1)]


def test_books_that_are_the_same_are_left_alone(office, tmp_path):
    assert rebuild(office.store, tmp_path, office.now_ms, tmp_path / "aside.db").same
    assert not (tmp_path / "aside.db").exists()


def test_nothing_is_replaced_once_more_has_come(office, tmp_path):
    changed(office, update(RECEIPT).values(total_minor=1))
    till = office.till()
    late = patch("sync_server.rebuilding.rebuild.compare", side_effect=lambda *a: till.put(till.sale()) and compare(*a))
    with late, pytest.raises(NotNow) as raised:
        rebuild(office.store, tmp_path, office.now_ms, tmp_path / "aside.db")
    assert raised.value.code == "rebuild.moved_on"
    assert again_after(office, tmp_path) == {"receipt"}


def again_after(office: TestOffice, tmp_path) -> set[str]:
    office.apply()
    return set(again(office, tmp_path))


def test_a_sale_after_the_books_were_replaced_counts_on(office, tmp_path):
    """For an account that has moved, through a bucket whose clearing was worked out anew."""
    changed(office, update(LEDGER).where(LEDGER.c.contra == "clearing").values(points=LEDGER.c.points + 1))
    rebuild(office.store, tmp_path, office.now_ms, tmp_path / "aside.db")
    with office.store.read() as tx:
        account = tx.execute(select(MOVED.c.account_id)).scalars().first()
    till = office.till()
    put(till, of(sold(till, 5, earned=9), account))
    office.apply()
    assert again(office, tmp_path) == {}
    assert verify(office.store).sound
