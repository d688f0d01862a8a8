"""Returns as they are applied: before their sale, by number alone, never for more than the sale gave."""

from __future__ import annotations

from sqlalchemy import select

from loyalty.events import SaleCompleted, bucket_of
from sync_server.books import read_books
from sync_server.schema import EVENT, LEDGER, RETURNED
from tests.support.server import hex_id
from tests.support.taking_in import ANNA, check_books, counted, flags, points


def test_a_return_gives_back_what_the_sale_gave(office):
    till = office.till()
    sale = till.receipt(account=ANNA, earned=30, redeemed=10, qty=2000)
    till.put(till.event(SaleCompleted(sale)), till.back(sale, earned=15, redeemed=5, total=5000))
    office.apply()
    assert points(office, ANNA) == 20 - 10
    with office.store.read() as tx:
        row = tx.execute(select(RETURNED)).one()
    assert (row.receipt_id, row.line_no, row.qty_milli) == (sale.receipt_id, 1, 1000)
    check_books(office)


def test_a_return_before_its_sale_waits_and_is_booked_when_the_sale_comes(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30)
    two.put(two.back(sale, earned=30))
    office.apply()
    assert points(office, ANNA) == 0
    assert read_books(office.store, []).receipts == 1
    one.put(one.event(SaleCompleted(sale)))
    office.apply()
    assert points(office, ANNA) == 0
    assert counted(office, LEDGER) == 2
    with office.store.read() as tx:
        assert set(tx.execute(select(EVENT.c.state)).scalars()) == {"applied"}
    check_books(office)


def test_a_return_that_knows_only_the_number_waits_for_it(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30)
    two.put(two.back(sale, earned=10, original_id=None))
    office.apply()
    one.put(one.event(SaleCompleted(sale)))
    office.apply()
    assert points(office, ANNA) == 20


def test_returns_never_take_more_points_than_the_sale_gave(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30, redeemed=20)
    one.put(one.event(SaleCompleted(sale)), one.back(sale, earned=30, redeemed=20))
    two.put(two.back(sale, earned=30, redeemed=20))
    office.apply()
    assert points(office, ANNA) == 0
    assert flags(office) == {"points_excess": 1, "return_excess": 1}
    check_books(office)


def test_a_return_for_another_account_moves_no_points(office):
    till = office.till()
    other = next(
        hex_id("same bucket", n) for n in range(10_000) if bucket_of(hex_id("same bucket", n)) == bucket_of(ANNA)
    )
    sale = till.receipt(account=ANNA, earned=30)
    till.put(till.event(SaleCompleted(sale)), till.back(sale, earned=30, account_id=other, member_id=other))
    office.apply()
    assert (points(office, ANNA), points(office, other)) == (30, 0)
    assert flags(office) == {"return_other_account": 1}
