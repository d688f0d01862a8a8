"""Points written off once they have run out, over SQLite and PostgreSQL alike: once, and corrected by what is late."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from loyalty.events import bucket_of
from loyalty.points.shown import shown_points
from loyalty.points.terms import Lot, lot_id
from loyalty.receipt import Receipt
from sync_server import expire as expiry
from sync_server.books import read_books
from sync_server.expire import WalletRun, expire
from sync_server.schema import FEED, LEDGER
from tests.support.purses import ANNA, DAY_MS, back, day, put, row, totals
from tests.support.server import T0_MS, TestOffice, Till


@pytest.fixture
def office(office):
    office.now_ms += 60 * DAY_MS  # everything here has happened by the time it comes in
    return office


def sold(till: Till, number: int, last: str = "", wallet: str = "main", **more) -> Receipt:
    """A sale of a day; what it earns runs out after `last`."""
    receipt = till.receipt(account=ANNA, at_ms=T0_MS + number * DAY_MS, local_date=day(number), **more)
    if not last:
        return receipt
    points = receipt.earned_points
    return replace(receipt, lots=(Lot(lot_id(receipt.receipt_id), wallet, points, day(number), expires_date=last),))


def run(office: TestOffice, number: int, dry_run: bool = False) -> dict[str, WalletRun]:
    """By the date of so many days after 22 November 2026, 01:00 in the stores' time zone, which is UTC here."""
    return expire(office.store, T0_MS + number * DAY_MS + 3 * 3_600_000, dry_run).wallets


def entries(office: TestOffice) -> list[int]:
    query = select(LEDGER.c.points).where(LEDGER.c.contra == "expired")
    with office.store.read() as tx:
        return sorted(tx.execute(query).scalars())


def written(office: TestOffice) -> int:
    """What the books say is written off; the account's ledger, balance and the books agree."""
    (account,) = read_books(office.store, [ANNA]).accounts
    assert account.wallets["main"].balance_points == account.wallets["main"].ledger_points
    with office.store.read() as tx:
        assert tx.execute(select(func.sum(FEED["bal"].c.points))).scalar_one() == sum(row(office).wallets.values())
    return totals(office).get(("main", "expired"), 0)


def spendable(office: TestOffice, number: int) -> int:
    return shown_points(row(office), (), day(number)).wallets["main"]


def test_points_are_written_off_the_day_after_their_last(office):
    till = office.till()
    put(till, sold(till, 0, earned=50, last=day(3)), sold(till, 1, earned=7))
    office.apply()
    assert run(office, 3) == {}
    assert (written(office), spendable(office, 3)) == (0, 57)
    assert spendable(office, 4) == 7
    assert run(office, 4) == {"main": WalletRun(1, 50, 0)}
    assert (written(office), row(office).wallets, spendable(office, 4)) == (50, {"main": 7}, 7)


def test_a_second_run_and_a_dry_one_write_nothing(office):
    till = office.till()
    put(till, sold(till, 0, earned=50, last=day(3)))
    office.apply()
    assert run(office, 9, dry_run=True) == {"main": WalletRun(1, 50, 0)}
    assert written(office) == 0
    run(office, 9)
    before = row(office)
    assert (run(office, 9), run(office, 12), run(office, 12, dry_run=True)) == ({}, {}, {})
    assert (row(office), entries(office)) == (before, [-50])


def test_a_late_receipt_that_had_spent_the_points_in_time_gets_them_back_into_the_books(office):
    till, offline = office.till(), office.till("offline")
    put(till, sold(till, 0, earned=50, last=day(3)))
    office.apply()
    run(office, 4)
    put(offline, sold(offline, 2, redeemed=20))
    office.apply()
    assert (written(office), entries(office), row(office).wallets) == (30, [-50, 20], {"main": 0})
    assert spendable(office, 4) == 0
    assert run(office, 9) == {}


def test_points_spent_after_they_ran_out_are_a_debt_and_stay_written_off(office):
    till, offline = office.till(), office.till("offline")
    put(till, sold(till, 0, earned=50, last=day(3)))
    office.apply()
    run(office, 4)
    put(offline, sold(offline, 5, redeemed=20))
    office.apply()
    assert (written(office), row(office).wallets, spendable(office, 5)) == (50, {"main": -20}, -20)


def test_a_return_takes_the_points_out_of_what_ran_out_and_costs_the_member_nothing(office):
    till = office.till()
    sale, plain = sold(till, 0, earned=50, last=day(3)), sold(till, 1, earned=8)
    put(till, sale, plain)
    office.apply()
    run(office, 4)
    put(till, back(till, sale, 5))
    office.apply()
    assert (written(office), row(office).wallets, spendable(office, 5)) == (0, {"main": 8}, 8)
    assert entries(office) == [-50, 50]


def test_points_given_back_after_their_end_are_written_off_by_the_date_that_was(office):
    till = office.till()
    spent = sold(till, 1, redeemed=20)
    put(till, sold(till, 0, earned=50, last=day(3)), spent)
    office.apply()
    run(office, 4)
    assert written(office) == 30
    put(till, back(till, spent, 6))
    office.apply()
    assert (written(office), spendable(office, 6)) == (50, 0)


def test_each_wallet_is_written_off_on_its_own(office):
    till = office.till()
    sale = till.receipt(account=ANNA, earned=10)
    (line,) = sale.lines
    stars = Lot(lot_id(sale.receipt_id), "stars", 5, day(0), expires_date=day(2))
    put(till, replace(sale, lines=(replace(line, wallets={"stars": 5}),), wallets={"stars": 5}, lots=(stars,)))
    office.apply()
    assert run(office, 3) == {"stars": WalletRun(1, 5, 0)}
    assert row(office).wallets == {"main": 10, "stars": 0}
    assert totals(office)["stars", "expired"] == 5


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_any_order_of_receipts_and_runs_comes_to_the_same_books(request, tmp_path, order):
    from tests.support.server import office_on

    with office_on("sqlite", request, tmp_path) as made:
        made.now_ms += 60 * DAY_MS
        tills = [made.till(str(number)) for number in range(3)]
        earned, spent = sold(tills[0], 0, earned=50, last=day(3)), sold(tills[1], 2, redeemed=20)
        moves: list[Callable[[], object]] = [
            lambda: put(tills[0], earned), lambda: put(tills[1], spent), lambda: run(made, 4),
            lambda: put(tills[2], back(tills[2], spent, 6)),
        ]  # fmt: skip
        for place in order:
            moves[place]()
            made.apply()
        run(made, 8)
        assert (written(made), spendable(made, 8), row(made).wallets) == (50, 0, {"main": 0})


def test_a_run_that_died_in_the_middle_goes_on_and_writes_nothing_twice(office, monkeypatch):
    till = office.till()
    put(till, sold(till, 0, earned=50, last=day(3)))
    office.apply()
    with monkeypatch.context() as patched:
        patched.setattr(expiry, "put_rows", _dies)
        with pytest.raises(_PowerCutError):
            run(office, 4)
    assert written(office) == 0
    run(office, 4)
    assert (written(office), entries(office)) == (50, [-50])


def test_pages_of_accounts_are_gone_through_to_the_last(office, monkeypatch):
    monkeypatch.setattr(expiry, "PAGE_ACCOUNTS", 2)
    till = office.till()
    same_bucket = [each for number in range(2000) if bucket_of(each := f"{number:032x}") == 7][:5]
    for account in same_bucket:
        sale = till.receipt(account=account, earned=10)
        lot = Lot(lot_id(sale.receipt_id), "main", 10, day(0), expires_date=day(1))
        put(till, replace(sale, lots=(lot,)))
    office.apply()
    assert run(office, 2) == {"main": WalletRun(5, 50, 0)}


class _PowerCutError(Exception):
    pass


def _dies(*_args: object, **_kwargs: object) -> None:
    raise _PowerCutError
