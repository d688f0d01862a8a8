"""Events as they are applied, on SQLite and PostgreSQL alike: exactly once, in any order, with books that balance."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from contextlib import contextmanager

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from loyalty.events import (
    Consent,
    ConsentChanged,
    ReturnCompleted,
    SaleCompleted,
    bucket_of,
    decode_body,
    decode_envelope,
)
from loyalty.ledger import receipt_entries
from loyalty.receipt import Receipt
from sync_server import rounds
from sync_server.apply import apply_unit
from sync_server.feed import read_delta, read_heads
from sync_server.identity import read_identity, renew_generation
from sync_server.schema import EVENT, LEDGER, RECEIPT, TERM_BUCKET, TSHARD_APPLIED
from tests.support.server import T0_MS, hex_id
from tests.support.taking_in import ANNA, BORIS, check_books, check_feed, counted, dump, flags, points


def test_a_sale_moves_points_and_the_books_balance(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=30), till.sale(account=ANNA, redeemed=10, earned=1))
    assert office.apply() == 2
    assert points(office, ANNA) == 21
    assert counted(office, LEDGER) == 3
    check_books(office)
    check_feed(office)


def test_the_same_id_with_other_bytes_changes_nothing_and_is_flagged(office):
    till = office.till()
    receipt = till.receipt(account=ANNA, earned=5)
    one = till.event(SaleCompleted(receipt), event_id=hex_id("same"))
    two = till.event(
        SaleCompleted(replace(receipt, receipt_id=hex_id("other"), cashier="boris")),
        event_id=hex_id("same"),
    )
    till.put(one)
    office.apply()
    till.put(two)
    till.put(two)
    office.apply()
    assert points(office, ANNA) == 5
    assert flags(office) == {"other_bytes": 2}
    assert counted(office, RECEIPT) == 1


def test_the_same_id_twice_in_one_segment_counts_once(office):
    till = office.till()
    receipt = till.receipt(account=ANNA, earned=5)
    one = till.event(SaleCompleted(receipt), event_id=hex_id("same"))
    two = till.event(SaleCompleted(receipt), event_id=hex_id("same"), at_ms=T0_MS + 1)
    till.put(one, two, one)
    office.apply()
    assert points(office, ANNA) == 5
    assert flags(office) == {"other_bytes": 1}


def test_one_receipt_in_two_events_is_booked_once(office):
    till = office.till()
    receipt = till.receipt(account=ANNA, earned=5)
    till.put(till.event(SaleCompleted(receipt)), till.event(SaleCompleted(receipt)))
    office.apply()
    assert points(office, ANNA) == 5
    assert flags(office) == {"receipt_again": 1}


def test_events_that_cannot_be_read_are_parked_and_stop_nothing(office):
    till = office.till()
    future = b'{"at_ms":1,"body":{"x":1},"id":"%s","type":"draw_won","v":7}' % hex_id("future").encode()
    wrong = b'{"at_ms":1,"body":{"receipt":5},"id":"%s","type":"sale_completed","v":1}' % hex_id("wrong").encode()
    huge = till.sale(account=ANNA, earned=2**60)
    nul = till.sale(account=ANNA, earned=1).replace(b'"anna"', b'"an\\u0000na"')
    till.put(b"not json", future, wrong, huge, nul, till.sale(account=ANNA, earned=9))
    assert office.apply() == 6
    assert points(office, ANNA) == 9
    assert flags(office) == {"unreadable": 5}
    with office.store.read() as tx:
        parked = tx.execute(select(EVENT).where(EVENT.c.state == "parked")).all()
    assert len(parked) == 5
    assert all(row.raw for row in parked)


def test_an_event_that_fails_in_applying_is_parked_and_the_others_are_applied(office, monkeypatch):
    till = office.till()

    def fails_at_boris(tx, arrived, rules, owners):
        if any(event.account_id == BORIS for event in arrived):
            raise ZeroDivisionError("boris")
        apply_unit(tx, arrived, rules, owners)

    monkeypatch.setattr(rounds, "apply_unit", fails_at_boris)
    till.put(till.sale(account=ANNA, earned=1), till.sale(account=BORIS, earned=2), till.sale(account=ANNA, earned=4))
    assert office.apply() == 3
    assert (points(office, ANNA), points(office, BORIS)) == (5, 0)
    assert flags(office) == {"failed": 1}


@pytest.mark.parametrize("place", ["claim", "apply_unit", "complete_members", "_move_marks"])
def test_a_round_cut_anywhere_runs_again_without_harm(office, monkeypatch, place):
    till = office.till()
    enrol, _ = till.enrolled(ANNA, "2990001000015", "+79031234567")
    till.put(enrol, till.sale(account=ANNA, earned=8), till.sale(account=BORIS, earned=3))
    real = getattr(rounds, place)
    for late in (False, True):
        calls: Counter[str] = Counter()

        def cut(*args, late=late, calls=calls, **named):
            calls["n"] += 1
            done = real(*args, **named) if late else None
            if calls["n"] == 1:
                raise KeyboardInterrupt
            return done if late else real(*args, **named)

        monkeypatch.setattr(rounds, place, cut)
        with pytest.raises(KeyboardInterrupt):
            office.apply()
        monkeypatch.setattr(rounds, place, real)
    office.apply()
    assert (points(office, ANNA), points(office, BORIS)) == (8, 3)
    assert counted(office, LEDGER) == 2
    check_books(office)
    check_feed(office)


def test_the_primary_keys_hold_where_the_watermark_is_lost(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=8, redeemed=3))
    office.apply()
    before = dump(office)
    with office.store.begin("many" if office.store.sqlite else bucket_of(ANNA)) as tx:
        tx.execute(TERM_BUCKET.delete())
    with office.store.begin(None) as tx:
        tx.execute(TSHARD_APPLIED.delete())
    assert office.apply() == 1
    assert dump(office) == before
    check_books(office)


def test_a_commit_nobody_heard_of_is_done_once(office, monkeypatch):
    """The connection is lost amid every other COMMIT, and all of it had been committed."""
    begin, calls = office.store.begin, itertools.count()

    @contextmanager
    def unheard(bucket):
        with begin(bucket) as tx:
            yield tx
        if next(calls) % 2 == 0:
            raise OperationalError("COMMIT", None, ConnectionError("gone"), connection_invalidated=True)

    till = office.till()
    sale = till.receipt(account=ANNA, earned=8)
    monkeypatch.setattr(office.store, "begin", unheard)
    till.put(till.event(SaleCompleted(sale)), till.sale(account=BORIS, earned=3))
    till.put(till.back(sale, earned=2, total=2_500))
    office.apply()
    monkeypatch.undo()
    assert next(calls) >= 8, "every transaction ran twice"
    assert (points(office, ANNA), points(office, BORIS)) == (6, 3)
    assert (flags(office), counted(office, RECEIPT), counted(office, LEDGER)) == ({}, 3, 3)
    check_books(office)
    check_feed(office)


def test_the_watermark_tells_a_till_which_of_its_events_are_in(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=8), till.sale(account=BORIS, earned=1))
    office.apply()
    mine = read_delta(office.store, "g", till.terminal, "bal", bucket_of(ANNA), 0, "g")
    assert (mine.your_applied.epoch, mine.your_applied.seq) == (1, 1)
    other = office.till("two")
    theirs = read_delta(office.store, "g", other.terminal, "bal", bucket_of(ANNA), 0, "g")
    assert (theirs.your_applied.epoch, theirs.your_applied.seq) == (0, 0)


def test_an_event_that_moves_no_points_still_moves_the_accounts_row(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=8))
    office.apply()
    before = read_delta(office.store, "g", till.terminal, "bal", bucket_of(ANNA), 0, "g")
    till.put(till.event(ConsentChanged(ANNA, ANNA, Consent("advertising", "1", False), "anna")))
    office.apply()
    after = read_delta(office.store, "g", till.terminal, "bal", bucket_of(ANNA), before.to_seq, "g")
    assert (after.your_applied.seq, len(after.rows)) == (2, 1)
    assert after.rows[0].live == before.rows[0].live


def test_a_receipt_whose_sums_disagree_is_booked_as_printed_and_flagged(office):
    till = office.till()
    receipt = replace(till.receipt(account=ANNA, earned=30), earned_points=31)
    till.put(till.event(SaleCompleted(receipt)))
    office.apply()
    assert points(office, ANNA) == 31
    assert flags(office) == {"sums": 1}


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_cut_of_the_segments_comes_to_the_same(office, seed, tmp_path_factory):
    chance = random.Random(seed)
    tills = [office.till(f"till {n}") for n in range(3)]
    accounts = [hex_id("account", n) for n in range(4)]
    queues: list[list[bytes]] = [[] for _ in tills]
    sales: list[Receipt] = []
    for _ in range(40):
        at = chance.randrange(3)
        till = tills[at]
        if sales and chance.random() < 0.3:
            sale = sales.pop(chance.randrange(len(sales)))
            queues[at].append(
                till.back(sale, earned=sale.earned_points, redeemed=sale.redeemed_points, total=sale.total_minor)
            )
        else:
            sale = till.receipt(
                account=chance.choice(accounts), earned=chance.randrange(50), redeemed=chance.randrange(20)
            )
            sales.append(sale)
            queues[at].append(till.event(SaleCompleted(sale)))
    expected: Counter[str] = Counter()
    for queue in queues:
        for raw in queue:
            body = decode_body(decode_envelope(raw))
            assert isinstance(body, SaleCompleted | ReturnCompleted)
            for entry in receipt_entries(body.receipt, "e"):
                expected[entry.account_id] += entry.points
    sent = []
    while any(queues):
        at = chance.choice([n for n, queue in enumerate(queues) if queue])
        cut = chance.randrange(1, 6)
        data = tills[at].segment(*queues[at][:cut])
        del queues[at][:cut]
        tills[at].send(data)
        sent.append((tills[at], data))
        if chance.random() < 0.4:
            again, before = chance.choice(sent)
            again.send(before)
        if chance.random() < 0.3:
            office.apply()
    office.apply()
    assert {account: points(office, account) for account in expected} == dict(expected)
    with office.store.read() as tx:
        assert "waiting" not in set(tx.execute(select(EVENT.c.state)).scalars())
    check_books(office)
    check_feed(office)


def test_an_office_set_back_to_a_backup_gets_everything_again(office):
    till = office.till()
    sales = [till.sale(account=ANNA, earned=1) for _ in range(4)]
    till.put(*sales[:2])
    office.apply()
    kept, kept_hash = till.seq, till.hash
    lost = till.segment(*sales[2:])
    till.hash, till.seq = kept_hash, kept
    till.fence = "a fence of the time that was lost"
    renew_generation(office.store, office.random)
    renewed = read_identity(office.store)
    assert renewed.gen != office.identity.gen
    assert renewed.server_key == office.identity.server_key
    assert till.send(lost).new, "no fork: the fence was lost with the rest"
    office.apply()
    assert points(office, ANNA) == 4


def test_a_round_run_again_does_not_touch_the_feed(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=8), till.sale(account=BORIS, earned=1))
    office.apply()
    before = read_heads(office.store, "g", T0_MS)
    with office.store.begin(None) as tx:
        tx.execute(TSHARD_APPLIED.delete())
    assert office.apply() == 2
    assert read_heads(office.store, "g", T0_MS) == before


@pytest.mark.parametrize("changed", [{"receipt_id": ""}, {"number": ""}, {"receipt_id": "#T1-1"}])
def test_a_receipt_without_an_id_is_parked_and_wakes_no_return(office, changed):
    till = office.till()
    receipt = replace(till.receipt(account=ANNA, earned=5), **changed)
    till.put(till.sale(account=ANNA, earned=1), till.event(SaleCompleted(receipt)))
    office.apply()
    assert points(office, ANNA) == 1
    assert flags(office) == {"unreadable": 1}
