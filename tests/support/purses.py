"""Sales and returns of one member over days, with wallets, costs and lots, put into a head office."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.events import ReturnCompleted, SaleCompleted, bucket_of
from loyalty.feed import BalanceRow
from loyalty.points.terms import Lot, LotTerms, lot_for, lot_id
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt
from sync_server.books import unbalanced_buckets
from sync_server.schema import FEED, PROGRAMME_TOTAL
from tests.support.server import T0_MS, TestOffice, Till, hex_id

ANNA = hex_id("anna")
DAY_MS = 24 * 3_600_000
PLAIN = LotTerms()
TERMS = LotTerms(pending_days=14, expire_days=30)
"""Earned on 22 November, points can be spent from 6 to 22 December."""


def day(number: int) -> str:
    """So many days after 22 November 2026."""
    return f"2026-11-{22 + number}" if number < 9 else f"2026-12-{number - 8:02d}"


def sold(till: Till, number: int = 0, terms: LotTerms = PLAIN, stars: int = 0, cost: int = 0, **more) -> Receipt:
    """A sale of a day; of main points by these terms, and of stars that run out on 31 December."""
    receipt = till.receipt(account=ANNA, at_ms=T0_MS + number * DAY_MS, local_date=day(number), **more)
    (line,) = receipt.lines
    wallets, costs = {"stars": stars} if stars else {}, {"stars": cost} if cost else {}
    id_, points = receipt.receipt_id, receipt.earned_points
    lots: tuple[Lot, ...] = (
        (lot_for(terms, lot_id(id_, 1), "main", points, day(number)),) if points and terms != PLAIN else ()
    )
    if stars:
        lots += (Lot(lot_id(id_, 2), "stars", stars, day(number), expires_date="2026-12-31"),)
    line = replace(line, wallets=wallets, costs=costs)
    return replace(receipt, lines=(line,), wallets=wallets, costs=costs, lots=lots)


def back(till: Till, sale: Receipt, number: int, qty_milli: int = 1000, before: int = 0) -> Receipt:
    moment = replace(sale.moment, at_ms=T0_MS + number * DAY_MS, local_date=day(number))
    count = next(till.numbers)
    return return_receipt(
        sale, {1: before} if before else {}, {1: qty_milli}, receipt_id=in_order(1000 + count),
        number=f"T{till.terminal_no}-{count}", store="S1", terminal=till.terminal, cashier="anna", shift_id="shift",
        moment=moment,
    )  # fmt: skip


def in_order(number: int) -> str:
    """An id whose order among others does not hang on its first digits."""
    return f"{ANNA[:8]}{number:023x}0"


def put(till: Till, *receipts: Receipt) -> None:
    for receipt in receipts:
        body = SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt)
        till.put(till.event(body, event_id=receipt.receipt_id[:31] + "e", at_ms=receipt.moment.at_ms))


def row(office: TestOffice, account: str = ANNA) -> BalanceRow:
    table = FEED["bal"]
    with office.store.read() as tx:
        query = select(table.c.body).where(table.c.bucket == bucket_of(account), table.c.key == account)
        return msgspec.json.decode(tx.execute(query).scalar_one(), type=BalanceRow)


def totals(office: TestOffice) -> dict[tuple[str, str], int]:
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
        found = tx.execute(select(PROGRAMME_TOTAL)).all()
    return {(each.wallet, each.contra): each.points for each in found if each.points}
