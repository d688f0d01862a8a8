"""Wallets, costs and lots at the head office, over SQLite and PostgreSQL alike: any order of arrival, the same row."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.points.purse import Purse, figures
from loyalty.points.terms import LotTerms
from loyalty.receipt import Receipt
from sync_server.schema import FEED, FLAG
from tests.support.purses import ANNA, DAY_MS, TERMS, back, in_order, put, row, sold, totals
from tests.support.server import TestOffice, Till, hex_id


@pytest.fixture
def office(office):
    office.now_ms += 60 * DAY_MS  # everything here has happened by the time it comes in
    return office


def flags(office: TestOffice) -> Counter[str]:
    """But for those of the clock: here receipts of many days come in at one moment."""
    with office.store.read() as tx:
        return Counter(tx.execute(select(FLAG.c.kind).where(FLAG.c.kind != "clock")).scalars())


def states(purse: Purse | None, wallet: str, today: str) -> tuple[int, int, int, int]:
    assert purse is not None
    found = figures(purse, wallet, today)
    return found.usable_points, found.pending_points, found.expired_points, found.owed_points


def test_each_wallet_is_booked_on_its_own(office):
    till = office.till()
    first = sold(till, earned=30, stars=12)
    second = replace(
        sold(till, 1, redeemed=10, earned=4, stars=1, cost=10), redeemed_wallets=(("bonus", 3), ("main", 7))
    )
    put(till, first, second)
    office.apply()
    assert row(office).wallets == {"main": 30 - 7 + 4, "bonus": -3, "stars": 12 - 10 + 1}
    assert totals(office) == {
        ("main", "issued"): -34, ("main", "redeemed"): 7, ("bonus", "redeemed"): 3, ("stars", "issued"): -13,
        ("stars", "redeemed"): 10, ("bonus", "owed"): 3, ("bonus", "offline_loss"): -3,
    }  # fmt: skip
    assert flags(office) == {}


def test_a_programme_without_terms_keeps_its_rows_as_they_were(office):
    till = office.till()
    put(till, sold(till, earned=30), sold(till, 1, redeemed=50))
    office.apply()
    table = FEED["bal"]
    with office.store.read() as tx:
        body = bytes(tx.execute(select(table.c.body)).scalar_one())
    assert body == b'{"account_id":"%s","overdrawn":{"main":20},"receipts":2,"wallets":{"main":-20}}' % ANNA.encode()


def test_a_return_takes_back_no_more_of_a_wallet_than_its_sale_had(office):
    till, other = office.till(), office.till("other")
    sale = sold(till, redeemed=10, earned=20, stars=5, cost=4, qty=2000)
    put(till, sale, back(till, sale, 1, 2000))
    put(other, back(other, sale, 1))  # does not know of the other
    office.apply()
    assert row(office).wallets == {"main": 0, "stars": 0}
    assert totals(office) == {
        ("main", "issued"): -20, ("main", "issued_back"): 20, ("main", "redeemed"): 10, ("main", "redeemed_back"): -10,
        ("stars", "issued"): -5, ("stars", "issued_back"): 5, ("stars", "redeemed"): 4, ("stars", "redeemed_back"): -4,
    }  # fmt: skip
    assert flags(office) == {"return_excess": 1, "points_excess": 1}


def test_lots_wait_can_be_spent_and_run_out(office):
    till = office.till()
    put(till, sold(till, terms=TERMS, earned=30), sold(till, 1, earned=5))
    office.apply()
    purse = row(office).purse
    assert states(purse, "main", "2026-12-05") == (5, 30, 0, 0)
    assert states(purse, "main", "2026-12-06") == (35, 0, 0, 0)
    assert states(purse, "main", "2026-12-23") == (5, 0, 30, 0)


def test_points_spent_are_those_that_run_out_first_whenever_the_receipts_come(office):
    till, other = office.till(), office.till("other")
    put(till, sold(till, terms=TERMS, earned=30))
    put(other, sold(other, 16, redeemed=20))  # on 8 December
    office.apply()
    put(till, sold(till, 1, earned=100))  # came late
    office.apply()
    purse = row(office).purse
    assert states(purse, "main", "2026-12-08") == (110, 0, 0, 0)
    assert states(purse, "main", "2026-12-23") == (100, 0, 10, 0)


def test_points_spent_while_they_waited_are_owed_and_then_settled(office):
    till = office.till()
    put(till, sold(till, terms=TERMS, earned=30), sold(till, 1, redeemed=20))
    office.apply()
    # a debt is settled out of any points there are, those that wait too
    assert states(row(office).purse, "main", "2026-11-23") == (0, 10, 0, 0)


def test_a_return_gives_points_back_to_the_lot_they_left(office):
    till = office.till()
    first, second = sold(till, terms=TERMS, earned=30), sold(till, 16, redeemed=20)
    put(till, first, second, back(till, second, 17))
    office.apply()
    assert states(row(office).purse, "main", "2026-12-22") == (30, 0, 0, 0)
    assert states(row(office).purse, "main", "2026-12-23") == (0, 0, 30, 0)


def test_a_return_takes_back_the_lot_of_its_sale_though_others_would_run_out_sooner(office):
    till = office.till()
    later = LotTerms(expire_days=300)
    one, two = sold(till, terms=LotTerms(expire_days=10), earned=5), sold(till, 1, terms=later, earned=7)
    put(till, one, two, back(till, two, 2))
    office.apply()
    assert states(row(office).purse, "main", "2026-12-02") == (5, 0, 0, 0)
    assert states(row(office).purse, "main", "2026-12-03") == (0, 0, 5, 0)


def test_points_are_idle_from_the_last_purchase_on_whatever_it_earned(office):
    till = office.till()
    put(till, sold(till, terms=LotTerms(idle_days=10), earned=5), sold(till, 8))
    office.apply()
    assert states(row(office).purse, "main", "2026-12-10") == (5, 0, 0, 0)
    assert states(row(office).purse, "main", "2026-12-11") == (0, 0, 5, 0)


def test_dates_begin_with_the_first_dated_lot_and_what_was_there_has_none(office):
    till = office.till()
    put(till, sold(till, earned=40), sold(till, 1, redeemed=15))
    office.apply()
    assert row(office).purse is None
    put(till, sold(till, 2, terms=TERMS, earned=3))
    office.apply()
    assert states(row(office).purse, "main", "2026-11-25") == (25, 3, 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"usable_from_date": "soon"},
        {"expires_date": "2026-02-30"},
        {"idle_days": -1},
        {"lot_id": "somebody"},
        {"points": 31},
    ],
)
def test_a_lot_that_cannot_be_is_flagged_and_dates_nothing(office, wrong):
    till = office.till()
    sale = sold(till, terms=TERMS, earned=30)
    put(till, replace(sale, lots=(replace(sale.lots[0], **wrong),)), sold(till, 1, terms=TERMS, earned=2))
    office.apply()
    assert flags(office) == {"sums": 1}
    assert states(row(office).purse, "main", "2026-11-24") == (30, 2, 0, 0)


def test_a_date_that_is_none_stops_no_other_receipt(office):
    till = office.till()
    nowhen = sold(till, earned=30)
    nowhen = replace(nowhen, moment=replace(nowhen.moment, local_date="yesterday"))
    idle = LotTerms(idle_days=10, expire_days=5)
    put(till, nowhen, sold(till, 1, terms=idle, earned=2), sold(till, 2, earned=1))
    office.apply()
    assert flags(office) == {}
    assert states(row(office).purse, "main", "2026-11-24") == (33, 0, 0, 0)


def story(till: Till, chance: random.Random) -> list[Receipt]:
    """Sales and returns of twenty days, by the rules of a till that knows them all."""
    receipts: list[Receipt] = []
    sales: list[tuple[Receipt, int]] = []
    for number in range(20):
        terms = chance.choice((LotTerms(), TERMS, LotTerms(idle_days=4), LotTerms(expire_days=6)))
        sale = sold(
            till, number, terms, stars=chance.choice((0, 7)), cost=chance.choice((0, 0, 5)), qty=2000,
            earned=chance.choice((0, 11, 40)), redeemed=chance.choice((0, 0, 25)), receipt_id=in_order(number),
        )  # fmt: skip
        receipts.append(sale)
        sales.append((sale, 0))
        if chance.random() < 0.4:
            place = chance.randrange(len(sales))
            of, before = sales[place]
            if before < 2000:
                receipts.append(back(till, of, number, 1000, before))
                sales[place] = (of, before + 1000)
    return receipts


def by_wallet(receipts: list[Receipt]) -> dict[str, int]:
    """What the receipts come to, counted by hand."""
    sums: defaultdict[str, int] = defaultdict(int)
    for each in receipts:
        sign = 1 if each.kind == "sale" else -1
        sums["main"] += sign * (each.earned_points - each.redeemed_points)
        sums["stars"] += sign * (each.wallets.get("stars", 0) - each.costs.get("stars", 0))
    return dict(sums)


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_arrival_changes_the_row(office, seed):
    chance = random.Random(seed)
    till = office.till()
    receipts = story(till, chance)
    put(till, *receipts)
    office.apply()
    whole = row(office)
    assert whole.wallets == by_wallet(receipts)
    for wallet, points in whole.wallets.items():
        for today in ("2026-11-30", "2026-12-20", "2027-12-31"):
            usable, pending, expired, owed = states(whole.purse, wallet, today)
            assert usable + pending + expired - owed == points
    for number in range(2):
        account = hex_id("other", number)
        again = office.till(f"again {number}")
        moved = [told_of(each, account) for each in receipts]
        chance.shuffle(moved)
        for part in (moved[:9], moved[9:17], moved[17:]):
            put(again, *part)
            office.apply()
        found = row(office, account)
        assert found == replace(whole, account_id=account, purse=renamed(whole.purse, account))
    assert flags(office) == {}


def told_of(receipt: Receipt, account: str) -> Receipt:
    """The same receipt of another account, under ids in the same order."""

    def other(id_: str) -> str:
        return account[:8] + id_[8:]

    lots = tuple(replace(lot, lot_id=other(lot.lot_id)) for lot in receipt.lots)
    original = other(receipt.original_id) if receipt.original_id else None
    return replace(
        receipt, receipt_id=other(receipt.receipt_id), number=account[:4] + receipt.number, account_id=account,
        member_id=account, original_id=original, lots=lots,
    )  # fmt: skip


def renamed(purse: Purse | None, account: str) -> Purse:
    assert purse is not None
    lots = (
        lot if lot.lot_id.startswith("plain") else replace(lot, lot_id=account[:8] + lot.lot_id[8:])
        for lot in purse.lots
    )
    return replace(purse, lots=tuple(lots))
