"""Bringing a friend, over SQLite and PostgreSQL alike: one reward, in the bucket of who invited, in whatever order."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select

from loyalty.points.terms import LotTerms
from loyalty.points.workdays import MONDAY_TO_FRIDAY
from loyalty.referral import Invited, Referral, invitation
from sync_server.books import read_books
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import LEDGER
from tests.support.families import ANNA, BORIS, CARDS, VERA, enrol, family, merge
from tests.support.server import T0_MS, TestOffice, Till
from tests.support.taking_in import balance, check_books, check_feed

RULE = Referral(inviter_points=200, min_total_minor=100_00)
DAY = "2026-11-22"
PLAIN = LotTerms()


def invited(inviter: str = ANNA, newcomer: str = BORIS, terms: LotTerms = PLAIN) -> Invited:
    return invitation(RULE, inviter, newcomer, DAY, T0_MS, terms, MONDAY_TO_FRIDAY)


def come(till: Till, by: Invited | None = None, newcomer: str = BORIS) -> bytes:
    return till.enrolled(newcomer, CARDS[newcomer], invited=by or invited())[0]


def points(office: TestOffice, account: str) -> int:
    return balance(office, account).wallets.get("main", 0)


def waiting(office: TestOffice, account: str) -> int:
    return len(balance(office, account).invited)


def entries(office: TestOffice, account: str) -> list[tuple[str, int]]:
    query = select(LEDGER.c.contra, LEDGER.c.points).where(LEDGER.c.account_id == account)
    with office.store.read() as tx:
        return sorted((row.contra, row.points) for row in tx.execute(query))


def check(office: TestOffice) -> None:
    office.apply()
    check_books(office)
    check_feed(office)


def test_who_invited_is_rewarded_by_the_first_purchase_that_is_large_enough_and_once(office: TestOffice) -> None:
    till = office.till()
    enrol(till, ANNA)
    till.put(come(till), till.sale(account=BORIS, total=99_99))
    office.apply()
    assert (points(office, ANNA), waiting(office, BORIS)) == (0, 1)
    till.put(till.sale(account=BORIS, total=100_00))
    check(office)
    assert (points(office, ANNA), waiting(office, BORIS)) == (200, 0)
    till.put(till.sale(account=BORIS, total=500_00))
    check(office)
    assert entries(office, ANNA) == [("referral", 200)]
    assert entries(office, BORIS) == []


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_tills_are_heard_of_the_reward_is_the_same(office: TestOffice, order) -> None:
    tills = [office.till(f"till {number}") for number in range(4)]
    sold = tills[2].receipt(account=BORIS, total=100_00)
    events = [
        lambda: enrol(tills[0], ANNA),
        lambda: tills[1].put(come(tills[1])),
        lambda: tills[2].put(tills[2].sale(account=BORIS, total=100_00)),
        lambda: tills[3].put(tills[3].back(sold, total=100_00)),
    ]
    for place in order:
        events[place]()
        office.apply()
    check(office)
    assert (entries(office, ANNA), waiting(office, BORIS)) == ([("referral", 200)], 0)


def test_points_that_wait_are_dated_on_the_day_of_the_enrolment(office: TestOffice) -> None:
    till = office.till()
    enrol(till, ANNA)
    till.put(come(till, invited(terms=LotTerms(pending_days=14, expire_months=6))))
    till.put(till.sale(account=BORIS, total=100_00))
    check(office)
    purse = balance(office, ANNA).purse
    assert purse is not None
    (lot,) = purse.lots
    assert (lot.points, lot.earned_date, lot.usable_from_date, lot.expires_date) == (
        200,
        DAY,
        "2026-12-06",
        "2027-05-22",
    )


def test_an_inviter_who_moved_gets_the_reward_where_they_are(office: TestOffice) -> None:
    till = office.till()
    enrol(till, ANNA, VERA)
    till.put(come(till))
    office.apply()
    home = family(office, ANNA, VERA)
    till.put(till.sale(account=BORIS, total=100_00))
    check(office)
    assert (points(office, ANNA), points(office, home)) == (0, 200)


@pytest.mark.parametrize("late", [False, True])
def test_a_newcomer_who_moved_still_brings_the_reward_by_their_own_purchase(office: TestOffice, late) -> None:
    till, away = office.till(), office.till("away")
    enrol(till, ANNA, VERA)
    till.put(come(till))
    office.apply()
    home = family(office, BORIS, VERA)
    office.apply()
    till.put(till.sale(account=home, member_id=VERA, total=500_00))
    office.apply()
    assert (points(office, ANNA), waiting(office, home)) == (0, 1)
    sold = {"account": BORIS} if late else {"account": home, "member_id": BORIS}
    away.put(away.sale(**sold, total=100_00))
    check(office)
    assert (points(office, ANNA), waiting(office, home)) == (200, 0)


def test_two_who_were_invited_and_are_merged_reward_each_who_invited(office: TestOffice) -> None:
    till = office.till()
    enrol(till, ANNA)
    till.put(come(till), come(till, invited(ANNA, VERA), VERA))
    office.apply()
    merge(office, BORIS, VERA)
    office.apply()
    assert waiting(office, BORIS) == 2
    till.put(till.sale(account=BORIS, total=100_00))
    check(office)
    assert (entries(office, ANNA), waiting(office, BORIS)) == ([("referral", 200)], 1)


def test_the_books_say_what_inviting_cost_and_worked_out_again_they_are_the_same(office: TestOffice, tmp_path) -> None:
    till = office.till()
    enrol(till, ANNA)
    till.put(come(till), till.sale(account=BORIS, total=100_00))
    check(office)
    books = read_books(office.store, [])
    assert books.conserved
    assert books.wallets["main"].moved_points["referral"] == 200
    assert not rebuild(office.store, tmp_path, office.now_ms).found
