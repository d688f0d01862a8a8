"""Receipts of tills whose clocks are wrong, over SQLite and PostgreSQL alike: what they count for."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from loyalty.events import GiftCardMoved, ReturnCompleted, SaleCompleted, bucket_of
from loyalty.feed import BalanceRow
from loyalty.gift_card import gift_card
from loyalty.points.terms import Lot
from loyalty.receipt import Receipt
from loyalty.statuses.progress import SeasonFigures
from loyalty.told_clock import ToldClock
from sync_server.console.receipt_facts import read_receipt
from sync_server.parked import replay_parked
from sync_server.programmes import publish_programme
from sync_server.rebuilding.rebuild import rebuild
from sync_server.receipts import find_receipt
from sync_server.schema import EVENT, FEED, FLAG, LEDGER, RECEIPT
from sync_server.verifying.verify import verify
from tests.support.newer_events import newer, upgraded
from tests.support.server import T0_MS, TestOffice, Till, hex_id
from tests.support.taking_in import CLUB

ANNA = hex_id("anna")
HOUR = 3_600_000
DAY = 24 * HOUR
OLD = T0_MS - 400 * DAY
"""18 October 2025, 04:26 in Moscow: what a till shows whose battery is empty."""


def told(till: Till, at_ms: int, date: str = "2026-11-22", **more) -> Receipt:
    return till.receipt(account=ANNA, earned=5, at_ms=at_ms, local_date=date, **more)


def part_of(sale: Receipt, total: int = 1_000) -> dict[str, Any]:
    """The figures of a return."""
    return {"original_id": sale.receipt_id, "original_number": sale.number, "kind": "return", "total": total}


def event(till: Till, receipt: Receipt) -> bytes:
    body = SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt)
    return till.event(body, at_ms=receipt.moment.at_ms)


def put(till: Till, *receipts: Receipt, clock: ToldClock | None = None) -> None:
    till.send(till.segment(*(event(till, receipt) for receipt in receipts), clock=clock))


def counted(office: TestOffice) -> dict[str, int]:
    """receipt number -> when it counts for."""
    with office.store.read() as tx:
        return {row.number: row.at_ms for row in tx.execute(select(RECEIPT.c.number, RECEIPT.c.at_ms))}


def flags(office: TestOffice) -> list[tuple[str, str]]:
    with office.store.read() as tx:
        return sorted((row.kind, row.detail) for row in tx.execute(select(FLAG.c.kind, FLAG.c.detail)))


def balance(office: TestOffice) -> BalanceRow:
    where = (FEED["bal"].c.bucket == bucket_of(ANNA)) & (FEED["bal"].c.key == ANNA)
    with office.store.read() as tx:
        return msgspec.json.decode(tx.execute(select(FEED["bal"].c.body).where(where)).scalar_one(), type=BalanceRow)


def test_a_receipt_of_a_time_to_come_counts_for_when_it_came_and_is_flagged_past_the_limit(office):
    till = office.till()
    in_time, late, far = (told(till, T0_MS + ahead) for ahead in (300_000, 300_001, 2 * DAY + 3 * HOUR + 240_000))
    put(till, in_time, late, far)
    office.apply()
    assert counted(office) == {in_time.number: T0_MS + 300_000, late.number: T0_MS, far.number: T0_MS}
    assert flags(office) == [("clock", f"{late.number}: +0 d 00:05"), ("clock", f"{far.number}: +2 d 03:04")]
    assert balance(office).wallets == {"main": 15}


def test_a_receipt_of_before_its_till_heard_from_us_last_counts_for_that_moment(office):
    till = office.till()
    heard = T0_MS - 9 * HOUR
    old, in_time, offline = told(till, OLD), told(till, heard - 300_000), told(till, T0_MS - 3 * HOUR)
    put(till, old, in_time, offline, clock=ToldClock(heard))
    office.apply()
    assert counted(office) == {
        old.number: heard, in_time.number: heard - 300_000, offline.number: T0_MS - 3 * HOUR
    }  # fmt: skip
    assert flags(office) == [("clock", f"{old.number}: -399 d 15:00")]


def test_a_till_that_says_nothing_of_its_clock_may_have_waited_for_a_year(office):
    till = office.till()
    put(till, old := told(till, OLD))
    office.apply()
    assert (counted(office), flags(office)) == ({old.number: OLD}, [])


def test_a_clock_known_to_be_off_is_put_right_by_so_much(office):
    till = office.till()
    first, second = told(till, OLD), told(till, OLD + 2 * HOUR)
    put(till, first, second, clock=ToldClock(T0_MS - DAY, 400 * DAY - 5 * HOUR))
    office.apply()
    assert counted(office) == {first.number: T0_MS - 5 * HOUR, second.number: T0_MS - 3 * HOUR}


def test_what_was_told_stays_on_the_receipt_and_the_console_says_what_it_counts_for(office):
    till = office.till()
    put(till, sale := told(till, OLD, "2025-10-18"), clock=ToldClock(T0_MS - HOUR))
    office.apply()
    assert find_receipt(office.store, sale.number).receipt == sale
    facts = read_receipt(office.store, sale.receipt_id)
    assert facts is not None
    assert (facts.receipt, facts.came.counted_ms, facts.came.same) == (sale, T0_MS - HOUR, True)
    with office.store.read() as tx:
        row = tx.execute(select(RECEIPT.c.local_date, RECEIPT.c.local_minute)).one()
        days = tx.execute(select(LEDGER.c.date, LEDGER.c.at_ms)).all()
    # the sale says 10:00 where the instant is 22:26:40 of the day before in UTC: 11.5 hours later on the store's wall
    assert tuple(row) == ("2026-11-22", 8 * 60 + 56)
    assert [tuple(day) for day in days] == [("2026-11-22", T0_MS - HOUR)]


def test_seasons_and_dates_of_points_go_by_the_time_it_counts_for(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS - DAY)
    till = office.till()
    sale = told(till, OLD, "2025-10-18")
    lot = Lot(f"{sale.receipt_id}#1", "main", 5, "2025-10-18", "2025-10-25", "2026-01-18")
    put(till, msgspec.structs.replace(sale, lots=(lot,)), clock=ToldClock(T0_MS))
    office.apply()
    row = balance(office)
    season = SeasonFigures("2026/27", 10_000, receipts=1, earned_points={"main": 5}, days=(20779,))
    assert row.progress.seasons == (season,)
    assert row.purse is not None
    # 400 days later each: from 29 November 2026 to 22 February 2027
    moved = Lot(lot.lot_id, "main", 5, "2026-11-22", "2026-11-29", "2027-02-22")
    assert row.purse.lots == (moved,)


def test_a_return_is_counted_in_the_season_its_sale_counts_for(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS - DAY)
    till = office.till()
    sale = told(till, OLD, "2025-10-18")
    put(till, sale, clock=ToldClock(T0_MS))
    office.apply()
    cited = part_of(sale, 10_000)
    put(till, told(till, T0_MS, **cited), clock=ToldClock(T0_MS))
    office.apply()
    (season,) = balance(office).progress.seasons
    assert (season.season, season.sold_minor, season.returned_minor) == ("2026/27", 10_000, 10_000)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_a_return_of_a_wrong_clock_that_waited_counts_for_the_same_as_one_that_did_not(office, order):
    tills = [office.till(str(number)) for number in range(3)]
    sale = told(tills[0], OLD)
    cited: dict[str, Any] = {
        "original_id": sale.receipt_id,
        "original_number": sale.number,
        "kind": "return",
        "total": 1_000,
    }
    told_by = [sale, told(tills[1], T0_MS + DAY, **cited), told(tills[2], OLD, **cited)]
    for number in order:
        clock = ToldClock(T0_MS - (number + 1) * HOUR)
        put(tills[number], told_by[number], clock=clock)
        office.apply()
    with office.store.read() as tx:
        entries = {row.event_id: row.at_ms for row in tx.execute(select(LEDGER.c.event_id, LEDGER.c.at_ms))}
        events = {row.event_id: row.at_ms for row in tx.execute(select(EVENT.c.event_id, EVENT.c.at_ms))}
    assert sorted(counted(office).values()) == sorted(events.values()) == [T0_MS - 3 * HOUR, T0_MS - HOUR, T0_MS]
    assert entries.items() <= events.items()


def test_a_gift_card_is_paid_with_on_the_day_its_receipt_counts_for(office):
    till = office.till()
    card = gift_card("2980000001239")
    moved = GiftCardMoved(card.account_id, card.tail, "loaded", 5_000, hex_id("r"), "T1-000001", "2025-10-18")
    till.send(till.segment(till.event(moved, at_ms=OLD), clock=ToldClock(T0_MS)))
    office.apply()
    with office.store.read() as tx:
        assert tx.execute(select(LEDGER.c.date)).scalar_one() == "2026-11-22"


def test_it_is_flagged_once_however_often_it_comes(office):
    till = office.till()
    raw = event(till, late := told(till, T0_MS + 300_001))
    for _ in range(2):
        till.put(raw)
        office.apply()
    assert flags(office) == [("clock", f"{late.number}: +0 d 00:05")]
    assert balance(office).wallets == {"main": 5}


def test_an_event_put_aside_counts_for_the_same_once_it_is_understood(office, monkeypatch):
    till = office.till()
    sale = told(till, OLD)
    till.send(till.segment(newer(event(till, sale)), clock=ToldClock(T0_MS - HOUR)))
    office.apply()
    assert counted(office) == {}
    with monkeypatch.context() as patched:
        upgraded(patched)
        assert replay_parked(office.store, office.identity).applied == 1
        assert counted(office) == {sale.number: T0_MS - HOUR}


def test_worked_out_again_from_the_segments_all_is_as_it_was(office, tmp_path):
    publish_programme(office.store, office.identity, CLUB, T0_MS - DAY)
    till = office.till()
    sale = told(till, OLD, "2025-10-18")
    cited: dict[str, Any] = {
        "original_id": sale.receipt_id,
        "original_number": sale.number,
        "kind": "return",
        "total": 1_000,
    }
    put(till, sale, told(till, T0_MS + DAY), clock=ToldClock(T0_MS - HOUR))
    put(till, told(till, OLD + HOUR, "2025-10-18", **cited), clock=ToldClock(T0_MS, DAY))
    office.apply()
    assert rebuild(office.store, tmp_path, T0_MS).found == {}
    assert verify(office.store).sound
