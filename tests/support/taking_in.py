"""What tests of taking events in ask of a head office: points, flags, whether the books and the feed hold."""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import select

from loyalty.documents.programme_file import parse_programme
from loyalty.events import bucket_of
from loyalty.feed import BalanceRow, IdentRow, checksum_add, row_hash
from sync_server.books import read_books, unbalanced_buckets
from sync_server.feed import read_heads
from sync_server.schema import FEED, FLAG, LEDGER, RECEIPT, RETURNED
from sync_server.standing import Rules
from tests.support.server import T0_MS, TestOffice, hex_id

ANNA, BORIS = hex_id("anna"), hex_id("boris")


def points(office: TestOffice, account: str) -> int:
    return sum(balance(office, account).wallets.values())


def balance(office: TestOffice, account: str) -> BalanceRow:
    """An account without a row has nothing."""
    table = FEED["bal"]
    with office.store.read() as tx:
        query = select(table.c.body).where(table.c.bucket == bucket_of(account), table.c.key == account)
        body = tx.execute(query).scalar()
    return msgspec.json.decode(body, type=BalanceRow) if body else BalanceRow(account)


def flags(office: TestOffice) -> Counter[str]:
    with office.store.read() as tx:
        return Counter(tx.execute(select(FLAG.c.kind)).scalars())


def check_books(office: TestOffice) -> None:
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
    assert read_books(office.store, []).stored_twice == 0


def ident(office: TestOffice, member: str) -> IdentRow:
    table = FEED["ident"]
    with office.store.read() as tx:
        return msgspec.json.decode(
            tx.execute(select(table.c.body).where(table.c.key == member)).scalar_one(), type=IdentRow
        )


def counted(office: TestOffice, table) -> int:
    with office.store.read() as tx:
        return len(tx.execute(select(table)).all())


def dump(office: TestOffice) -> dict[str, object]:
    """What must be the same whatever the way: balances, ledger, receipts, returned quantities, programme accounts."""
    with office.store.read() as tx:
        bal = {row.key: bytes(row.body) for row in tx.execute(select(FEED["bal"]))}
        ledger = sorted((r.account_id, r.points, r.contra) for r in tx.execute(select(LEDGER)))
        receipts = sorted((r.receipt_id, r.returned_minor, r.returned_points) for r in tx.execute(select(RECEIPT)))
        returned = sorted((r.receipt_id, r.line_no, r.qty_milli) for r in tx.execute(select(RETURNED)))
    return {"bal": bal, "ledger": ledger, "receipts": receipts, "returned": returned}


def check_feed(office: TestOffice) -> None:
    """Every bucket's checksum is that of its rows, and no row is numbered above its head."""
    heads = read_heads(office.store, office.identity.gen, T0_MS)
    with office.store.read() as tx:
        for stream, table in FEED.items():
            sums: dict[int, int] = {}
            tops: dict[int, int] = {}
            for row in tx.execute(select(table)):
                assert row.h == row_hash(stream, row.key, row.change_seq, row.body)
                sums[row.bucket] = checksum_add(sums.get(row.bucket, 0), added=row.h)
                tops[row.bucket] = max(tops.get(row.bucket, 0), row.change_seq)
            for head in heads.streams[stream]:
                assert (head.checksum, head.seq) == (sums[head.bucket], tops[head.bucket])


def status(office: TestOffice, account: str, on_date: str = "2026-11-24") -> str:
    return Rules(parse_programme(CLUB)).status_on(balance(office, account), on_date)


CLUB = """
id = "club"
version = 1
name = { ru = "Клуб", en = "Club" }
[[season]]
id = "2026/27"
first = 2026-06-01
last = 2027-05-31
[[season]]
id = "2027/28"
first = 2027-06-01
last = 2028-05-31
[[season]]
id = "2028/29"
first = 2028-06-01
[[status]]
id = "novice"
name = { ru = "Новичок", en = "Novice" }
earn_bp = 300
[[status]]
id = "passenger"
name = { ru = "Пассажир", en = "Passenger" }
earn_bp = 500
spend_minor = 500_000
visits = 2
"""
