"""Gift cards at the head office, over SQLite and PostgreSQL alike: money apart from points, once, in any order."""

from __future__ import annotations

import random

import msgspec
import pytest
from sqlalchemy import select

from loyalty.events import GiftCardMoved, GiftMove, bucket_of
from loyalty.feed import BalanceRow
from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.gift_moves import gift_event_id
from loyalty.money import MAX_MINOR
from sync_server.books import read_books, unbalanced_buckets
from sync_server.books_said import account_named, books_lines
from sync_server.reports import read_counts
from sync_server.schema import EVENT, FEED, FLAG, PROGRAMME_TOTAL
from tests.support.server import TestOffice, Till, hex_id

CARD = gift_card("2980000001239")
ANNA = hex_id("anna")


def moved(kind: GiftMove, amount_minor: int, receipt: str = "r1") -> GiftCardMoved:
    id_ = hex_id(receipt)
    return GiftCardMoved(CARD.account_id, CARD.tail, kind, amount_minor, id_, f"T1-{receipt}", "2026-11-22")


def event(till: Till, body: GiftCardMoved) -> bytes:
    return till.event(body, event_id=gift_event_id(body))


def held(office: TestOffice) -> tuple[BalanceRow, int, int]:
    """The card's row, its points and its money."""
    table = FEED["bal"]
    with office.store.read() as tx:
        mine = (table.c.bucket == bucket_of(CARD.account_id)) & (table.c.key == CARD.account_id)
        row = tx.execute(select(table).where(mine)).one()
        assert unbalanced_buckets(tx) == {}
    return msgspec.json.decode(row.body, type=BalanceRow), row.points, row.gift_minor


def flags(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return [row.kind for row in tx.execute(select(FLAG.c.kind).order_by(FLAG.c.kind))]


def test_a_card_has_what_was_put_on_it_less_what_it_paid_and_no_points(office):
    till = office.till()
    till.put(event(till, moved("loaded", 1000_00, "r1")), event(till, moved("paid", 300_00, "r2")))
    till.put(till.sale(account=ANNA, earned=7))
    office.apply()
    row, points, gift_minor = held(office)
    assert (row.wallets, points, gift_minor) == ({GIFT_WALLET: 700_00}, 0, 700_00)
    assert (row.receipts, row.purse) == (0, None)
    assert read_counts(office.store).points == 7, "money is no points"
    assert flags(office) == []


def test_the_programme_s_side_says_what_was_taken_in_and_what_was_redeemed(office):
    till = office.till()
    moves = (
        moved("loaded", 1000_00, "r1"),
        moved("paid", 300_00, "r2"),
        moved("paid_back", 100_00, "r3"),
        moved("loaded", 500_00, "r4"),
        moved("loaded_back", 500_00, "r5"),
    )
    till.put(*(event(till, each) for each in moves))
    office.apply()
    with office.store.read() as tx:
        totals = {row.contra: row.points for row in tx.execute(select(PROGRAMME_TOTAL)) if row.wallet == GIFT_WALLET}
    assert totals == {"loaded": -1500_00, "paid": 300_00, "paid_back": -100_00, "loaded_back": 500_00}
    books = read_books(office.store, [CARD.account_id])
    (account,) = books.accounts
    assert (account.wallets[GIFT_WALLET].balance_points, account.wallets[GIFT_WALLET].ledger_points) == (800_00, 800_00)
    assert books.conserved


def test_the_same_fact_in_two_events_of_two_tills_is_booked_once(office):
    """A till set back to a backup tells the same receipt again, in another epoch; its id is the same."""
    one, two = office.till("one"), office.till("two")
    for till in (one, two):
        till.put(event(till, moved("loaded", 1000_00)))
    office.apply()
    assert held(office)[2] == 1000_00


def test_a_card_that_paid_at_two_tills_at_once_goes_below_zero_and_is_flagged(office):
    one, two = office.till("one"), office.till("two")
    one.put(event(one, moved("loaded", 1000_00, "r1")), event(one, moved("paid", 800_00, "r2")))
    office.apply()
    assert flags(office) == []
    two.put(event(two, moved("paid", 800_00, "r3")))
    office.apply()
    assert (held(office)[2], flags(office)) == (-600_00, ["gift_overdrawn"])
    one.put(event(one, moved("loaded", 1000_00, "r4")))
    office.apply()
    assert (held(office)[2], flags(office)) == (400_00, ["gift_overdrawn"])


def test_a_payment_that_arrives_before_its_load_is_flagged_and_made_good_by_it(office):
    one, two = office.till("one"), office.till("two")
    two.put(event(two, moved("paid", 300_00, "r2")))
    office.apply()
    one.put(event(one, moved("loaded", 1000_00, "r1")))
    office.apply()
    assert held(office)[2] == 700_00


@pytest.mark.parametrize(
    ("amount_minor", "state"),
    [(1, "applied"), (0, "parked"), (-1, "parked"), (MAX_MINOR, "applied"), (MAX_MINOR + 1, "parked")],
)
def test_an_amount_that_is_none_is_parked(office, amount_minor, state):
    till = office.till()
    till.put(event(till, moved("loaded", amount_minor)))
    office.apply()
    with office.store.read() as tx:
        assert tx.execute(select(EVENT.c.state)).scalar_one() == state


def test_a_till_learns_how_far_its_own_events_are_in_the_card_s_bucket(office):
    till = office.till()
    till.put(event(till, moved("loaded", 1000_00)))
    office.apply()
    before = _change_seq(office)
    till.put(event(till, moved("paid", 1_00, "r2")))
    office.apply()
    assert _change_seq(office) > before


def test_the_books_show_a_gift_card_by_its_number_as_money(office):
    till = office.till()
    till.put(event(till, moved("loaded", 1000_00, "r1")), event(till, moved("paid", 300_00, "r2")))
    office.apply()
    account_id = account_named("2980000001239")
    assert (account_id, account_named(ANNA)) == (CARD.account_id, ANNA)
    lines = list(books_lines(read_books(office.store, [account_id])))
    assert f"{account_id} {GIFT_WALLET}: balance 700.00, ledger 700.00" in lines


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_facts_come_and_however_often_the_money_is_the_same(office, seed):
    """1,000.00 and 500.00 loaded, 300.00 and 900.00 paid, 200.00 of it back, 500.00 taken back: none is left."""
    chance = random.Random(seed)
    moves = [
        moved("loaded", 1000_00, "r1"),
        moved("loaded", 500_00, "r2"),
        moved("paid", 300_00, "r3"),
        moved("paid", 900_00, "r4"),
        moved("paid_back", 200_00, "r5"),
        moved("loaded_back", 500_00, "r6"),
    ]
    tills = [office.till(name) for name in ("one", "two")]
    told = [(chance.choice(tills), each) for each in moves + chance.sample(moves, 3)]
    chance.shuffle(told)
    for till, each in told:
        till.put(event(till, each))
        if chance.random() < 0.4:
            office.apply()
            held(office)
    office.apply()
    row, points, gift_minor = held(office)
    assert (row.wallets[GIFT_WALLET], points, gift_minor) == (0, 0, 0)
    assert read_books(office.store, []).conserved


def _change_seq(office: TestOffice) -> int:
    with office.store.read() as tx:
        return int(
            tx.execute(select(FEED["bal"].c.change_seq).where(FEED["bal"].c.key == CARD.account_id)).scalar_one()
        )


def test_an_unbalanced_card_is_seen_by_the_books(office):
    till = office.till()
    till.put(event(till, moved("loaded", 1000_00)))
    office.apply()
    bucket = bucket_of(CARD.account_id)
    office.store.write(
        lambda tx: tx.execute(FEED["bal"].update().where(FEED["bal"].c.key == CARD.account_id).values(gift_minor=1)),
        bucket,
    )
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {bucket: 1 - 1000_00}
