"""What the tests of families share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from loyalty.errors import BadInput
from loyalty.feed import IdentRow
from sync_server.books import read_books
from sync_server.families import create_family
from sync_server.find_member import find_member
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.personal import store_personal
from sync_server.schema import ALIAS, CHANGE_OPEN, FEED, LEDGER, TAKEN
from tests.support.server import T0_MS, TestOffice, Till, hex_id
from tests.support.taking_in import balance, check_books, check_feed

ANNA, BORIS, VERA = hex_id("anna"), hex_id("boris"), hex_id("vera")
CARDS = {ANNA: "2990001000018", BORIS: "2990001000025", VERA: "2990001000032"}
PHONES = {ANNA: "+79161234567", BORIS: "+79161234568", VERA: "+79161234569"}
NAMES = {ANNA: "Иванова Мария", BORIS: "Петров Борис", VERA: "Сидорова Вера"}
MOVED_MS = T0_MS + 3_600_000


def enrol(till: Till, *members: str) -> None:
    for member in members:
        event, personal = till.enrolled(member, CARDS[member], PHONES[member], NAMES[member])
        till.put(event)
        store_personal(till.office.store, till.office.identity, [personal])


def wish(office: TestOffice, at_ms: int = MOVED_MS) -> Wish:
    return Wish("olga", at_ms, office.random)


def family(office: TestOffice, *members: str) -> str:
    """The account of a new family of these."""
    return create_family(office.store, office.identity, wish(office), [CARDS[m] for m in members])[0].ident.account_id


def merge(office: TestOffice, kept: str, gone: str) -> None:
    merge_members(office.store, office.identity, wish(office), kept, gone)


def main(office: TestOffice, account: str) -> int:
    return balance(office, account).wallets.get("main", 0)


def ident_of(office: TestOffice, member: str) -> IdentRow:
    return find_member(office.store, office.identity, member).ident


def check(office: TestOffice) -> None:
    """Nothing under way, nothing lost between buckets, every account the sum of its ledger, the feed sound."""
    check_books(office)
    check_feed(office)
    with office.store.read() as tx:
        accounts = sorted({row.account_id for row in tx.execute(select(LEDGER.c.account_id))})
    books = read_books(office.store, accounts)
    assert (books.effects_under_way, books.effects_failed, books.clearing_points) == (0, 0, {})
    assert books.sound
    assert all(of.balance_points == of.ledger_points for each in books.accounts for of in each.wallets.values())


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as caught:
        call()
    return caught.value.code


def settled(office: TestOffice) -> dict[str, object]:
    """What all must be whatever was killed: rows of the feed but for their numbers, the ledger, who has what."""
    with office.store.read() as tx:
        feed = {
            (stream, row.key): bytes(row.body) if row.body is not None else None
            for stream, table in FEED.items()
            for row in tx.execute(select(table.c.key, table.c.body))
        }
        ledger: Counter[tuple[str, str, str]] = Counter()
        for row in tx.execute(select(LEDGER)):
            ledger[row.account_id, row.wallet, row.contra] += row.points
        aliases = sorted((r.kind, r.alias, r.member_id, r.account_id) for r in tx.execute(select(ALIAS)))
        taken = sorted((r.account_id, r.from_account, r.facts, bytes(r.purse)) for r in tx.execute(select(TAKEN)))
        opened = tx.execute(select(CHANGE_OPEN.c.change_id)).scalars().all()
    return {"feed": feed, "ledger": ledger, "aliases": aliases, "taken": taken, "open": opened}
