"""Spent beyond the balance: what members owe and the programme bears, in whatever order receipts came."""

from itertools import permutations

import pytest

from loyalty.events import SaleCompleted, bucket_of
from sync_server.books import read_books
from sync_server.find_member import read_balance
from sync_server.rows import update_rows
from sync_server.schema import PROGRAMME_TOTAL
from sync_server.verifying.kept import check_bucket
from tests.support.server import T0_MS, TestOffice, Till, hex_id

ANNA = hex_id("anna")


@pytest.fixture
def office(sqlite_office: TestOffice) -> TestOffice:
    return sqlite_office


def loss(office: TestOffice) -> tuple[int, int]:
    """(what the programme bears, what members owe) of the main wallet, from the members' side."""
    moved = read_books(office.store, ()).wallets["main"].moved_points
    return moved.get("offline_loss", 0), moved.get("owed", 0)


def overdrawn(office: TestOffice) -> dict[str, int]:
    with office.store.read() as tx:
        return read_balance(tx, ANNA).overdrawn


def findings(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return [each.code for each in check_bucket(tx, bucket_of(ANNA))]


def sold(till: Till, minute: int, *, earned: int = 0, redeemed: int = 0) -> bytes:
    return till.sale(account=ANNA, earned=earned, redeemed=redeemed, at_ms=T0_MS + minute * 60_000)


def test_what_two_tills_spent_twice_is_owed_and_borne_until_it_is_earned_back(office: TestOffice) -> None:
    one, two = office.till("one"), office.till("two")
    one.put(sold(one, 0, earned=300))
    office.apply()
    one.put(sold(one, 1, redeemed=300))
    two.put(sold(two, 2, redeemed=250))
    office.apply()
    assert (overdrawn(office), loss(office)) == ({"main": 250}, (250, -250))
    two.put(sold(two, 3, earned=100))
    office.apply()
    assert (overdrawn(office), loss(office)) == ({"main": 150}, (150, -150))
    one.put(sold(one, 4, earned=170))
    office.apply()
    assert (overdrawn(office), loss(office)) == ({}, (0, 0))
    books = read_books(office.store, (ANNA,))
    assert books.sound
    assert books.accounts[0].wallets["main"].balance_points == 20
    assert findings(office) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_no_order_of_arrival_changes_what_is_overdrawn(office: TestOffice, order: tuple[int, ...]) -> None:
    """300 earned, 300 and 250 spent, 40 earned: 210 are owed, whoever is heard of first."""
    tills = [office.till(str(number)) for number in range(3)]
    facts = [
        (sold(tills[0], 0, earned=300), sold(tills[0], 3, earned=40)),
        (sold(tills[1], 1, redeemed=300),),
        (sold(tills[2], 2, redeemed=250),),
    ]
    for place in order:
        tills[place].put(*facts[place])
        office.apply()
        assert read_books(office.store, ()).conserved
    assert (overdrawn(office), loss(office)) == ({"main": 210}, (210, -210))
    assert findings(office) == []


def test_points_a_return_takes_back_are_owed_and_no_loss_by_spending(office: TestOffice) -> None:
    till = office.till()
    sale = till.receipt(account=ANNA, earned=100)
    till.put(till.event(SaleCompleted(sale)), sold(till, 1, redeemed=100))
    office.apply()
    till.put(till.back(sale, earned=100, total=10_000, at_ms=T0_MS + 120_000))
    office.apply()
    with office.store.read() as tx:
        assert read_balance(tx, ANNA).wallets == {"main": -100}
    assert (overdrawn(office), loss(office)) == ({}, (0, 0))
    till.put(sold(till, 3, redeemed=30))
    office.apply()
    assert (overdrawn(office), loss(office)) == ({"main": 30}, (30, -30))


def test_verify_names_a_loss_that_is_not_what_the_ledger_says(office: TestOffice) -> None:
    till = office.till()
    till.put(sold(till, 0, redeemed=5))
    office.apply()
    assert findings(office) == []
    bucket, keys = bucket_of(ANNA), ("bucket", "wallet", "contra")
    row = {"bucket": bucket, "wallet": "main", "contra": "offline_loss", "points": -4}
    office.store.write(lambda tx: update_rows(tx, PROGRAMME_TOTAL, keys, [row]), bucket)
    assert findings(office) == ["verify.total"]
