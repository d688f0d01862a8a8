"""Stage 1 and 2 over SQLite and PostgreSQL alike: exactly once, in any order, with books that always balance."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from contextlib import contextmanager

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from loyalty.documents.programme_file import parse_programme
from loyalty.events import (
    Consent,
    ConsentChanged,
    ReturnCompleted,
    SaleCompleted,
    bucket_of,
    decode_body,
    decode_envelope,
)
from loyalty.feed import IdentRow, checksum_add, row_hash
from loyalty.ledger import receipt_entries
from loyalty.receipt import Receipt
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from sync_server import rounds
from sync_server.apply import apply_unit
from sync_server.books import read_books
from sync_server.feed import read_delta, read_heads
from sync_server.identity import read_identity, renew_generation
from sync_server.personal import store_personal
from sync_server.programmes import publish_programme
from sync_server.schema import EVENT, FEED, LEDGER, RECEIPT, RETURNED, TERM_BUCKET, TSHARD_APPLIED
from sync_server.standing import Rules
from tests.support.server import T0_MS, TestOffice, hex_id, office_on
from tests.support.taking_in import ANNA, BORIS, KINDS, balance, check_books, flags, points


@pytest.fixture(params=KINDS)
def office(request, tmp_path):
    with office_on(request.param, request, tmp_path) as made:
        yield made


def sale_of(receipt: Receipt) -> SaleCompleted:
    return SaleCompleted(receipt)


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
    one = till.event(sale_of(receipt), event_id=hex_id("same"))
    two = till.event(
        sale_of(msgspec.structs.replace(receipt, receipt_id=hex_id("other"), cashier="boris")), event_id=hex_id("same")
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
    one = till.event(sale_of(receipt), event_id=hex_id("same"))
    two = till.event(sale_of(receipt), event_id=hex_id("same"), at_ms=T0_MS + 1)
    till.put(one, two, one)
    office.apply()
    assert points(office, ANNA) == 5
    assert flags(office) == {"other_bytes": 1}


def test_one_receipt_in_two_events_is_booked_once(office):
    till = office.till()
    receipt = till.receipt(account=ANNA, earned=5)
    till.put(till.event(sale_of(receipt)), till.event(sale_of(receipt)))
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
    till.put(till.event(sale_of(sale)), till.sale(account=BORIS, earned=3))
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


def test_a_return_gives_back_what_the_sale_gave(office):
    till = office.till()
    sale = till.receipt(account=ANNA, earned=30, redeemed=10, qty=2000)
    till.put(till.event(sale_of(sale)), till.back(sale, earned=15, redeemed=5, total=5000))
    office.apply()
    assert points(office, ANNA) == 20 - 10
    with office.store.read() as tx:
        row = tx.execute(select(RETURNED)).one()
    assert (row.receipt_id, row.line_no, row.qty_milli) == (sale.receipt_id, 1, 1000)
    check_books(office)


def test_a_return_before_its_sale_waits_and_is_booked_when_the_sale_comes(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30)
    two.put(two.back(sale, earned=30))
    office.apply()
    assert points(office, ANNA) == 0
    assert read_books(office.store, []).receipts == 1
    one.put(one.event(sale_of(sale)))
    office.apply()
    assert points(office, ANNA) == 0
    assert counted(office, LEDGER) == 2
    with office.store.read() as tx:
        assert set(tx.execute(select(EVENT.c.state)).scalars()) == {"applied"}
    check_books(office)


def test_a_return_that_knows_only_the_number_waits_for_it(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30)
    two.put(two.back(sale, earned=10, original_id=None))
    office.apply()
    one.put(one.event(sale_of(sale)))
    office.apply()
    assert points(office, ANNA) == 20


def test_returns_never_take_more_points_than_the_sale_gave(office):
    one, two = office.till("one"), office.till("two")
    sale = one.receipt(account=ANNA, earned=30, redeemed=20)
    one.put(one.event(sale_of(sale)), one.back(sale, earned=30, redeemed=20))
    two.put(two.back(sale, earned=30, redeemed=20))
    office.apply()
    assert points(office, ANNA) == 0
    assert flags(office) == {"points_excess": 1, "return_excess": 1}
    check_books(office)


def test_a_return_for_another_account_moves_no_points(office):
    till = office.till()
    other = next(
        hex_id("same bucket", n) for n in range(10_000) if bucket_of(hex_id("same bucket", n)) == bucket_of(ANNA)
    )
    sale = till.receipt(account=ANNA, earned=30)
    till.put(till.event(sale_of(sale)), till.back(sale, earned=30, account_id=other, member_id=other))
    office.apply()
    assert (points(office, ANNA), points(office, other)) == (30, 0)
    assert flags(office) == {"return_other_account": 1}


def test_a_receipt_whose_sums_disagree_is_booked_as_printed_and_flagged(office):
    till = office.till()
    receipt = msgspec.structs.replace(till.receipt(account=ANNA, earned=30), earned_points=31)
    till.put(till.event(sale_of(receipt)))
    office.apply()
    assert points(office, ANNA) == 31
    assert flags(office) == {"sums": 1}


def test_a_new_member_has_a_card_a_masked_name_and_a_hashed_phone(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    till.put(event)
    office.apply()
    assert ident(office, ANNA).name_masked == ""
    assert store_personal(office.store, office.identity, [personal]) == (personal.event_id,)
    store_personal(office.store, office.identity, [personal])
    row = ident(office, ANNA)
    assert (row.cards, row.name_masked, row.phone_tail, row.birthday_md) == (
        ("2990001000015",),
        "Мария И.",
        "67",
        "05-23",
    )
    assert row.phone_hash == office.identity.phone_hash("+79031234567")
    assert balance(office, ANNA).progress == Progress()
    check_feed(office)


def test_personal_data_may_come_before_the_event(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    store_personal(office.store, office.identity, [personal])
    till.put(event)
    office.apply()
    assert ident(office, ANNA).name_masked == "Мария И."


def test_personal_data_that_do_not_match_the_event_are_never_shown(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    till.put(event)
    office.apply()
    store_personal(office.store, office.identity, [msgspec.structs.replace(personal, name="Чужой Человек")])
    assert ident(office, ANNA).name_masked == ""


def test_the_first_member_keeps_a_phone_and_a_card_that_two_claim(office):
    till = office.till()
    one, first = till.enrolled(ANNA, "2990001000015", "+79031234567")
    two, second = till.enrolled(BORIS, "2990001000015", "+79031234567", name="Петров Борис")
    till.put(one, two)
    office.apply()
    store_personal(office.store, office.identity, [first, second])
    assert (ident(office, ANNA).phone_tail, ident(office, BORIS).phone_tail) == ("67", "")
    assert (ident(office, ANNA).cards, ident(office, BORIS).cards) == (("2990001000015",), ())
    assert flags(office) == {"card_taken": 1, "phone_taken": 1}
    check_feed(office)


def test_a_status_is_raised_by_spending_and_visits_and_lost_again_by_a_return(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    days = ("2026-11-22", "2026-11-23")
    sales = [till.receipt(account=ANNA, total=300_000, earned=9, local_date=day) for day in days]
    till.put(till.event(sale_of(sales[0])))
    office.apply()
    assert status(office, ANNA) == "novice"
    till.put(till.event(sale_of(sales[1])))
    office.apply()
    figures = SeasonFigures("2026/27", 600_000, receipts=2, earned_points={"main": 18}, days=(20_779, 1))
    assert balance(office, ANNA).progress == Progress((figures,))
    assert (status(office, ANNA), status(office, ANNA, "2028-05-31")) == ("passenger", "passenger")
    assert status(office, ANNA, "2028-06-01") == "novice", "not reached again in the season after"
    till.put(till.back(sales[0], total=300_000, earned=9))
    office.apply()
    back = replace(figures, returned_minor=300_000, returned_points={"main": 9})
    assert balance(office, ANNA).progress == Progress((back,))
    assert status(office, ANNA) == "novice"


def test_two_receipts_of_one_day_are_one_visit(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    till.put(*(till.sale(account=ANNA, total=300_000) for _ in range(2)))
    office.apply()
    (figures,) = balance(office, ANNA).progress.seasons
    assert (figures.receipts, len(figures.days)) == (2, 1)
    assert status(office, ANNA) == "novice"


def test_a_return_counts_in_the_season_of_its_sale_and_never_beyond_it(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    sale = till.receipt(account=ANNA, total=300_000, local_date="2027-05-31")
    backs = [till.back(sale, total=200_000, local_date="2027-06-01") for _ in range(2)]
    till.put(backs[0])
    office.apply()
    till.put(till.event(sale_of(sale)), backs[1])
    office.apply()
    (figures,) = balance(office, ANNA).progress.seasons
    assert (figures.season, figures.sold_minor, figures.returned_minor) == ("2026/27", 300_000, 300_000)


def test_an_enrolment_with_a_higher_status_gives_it_to_the_end_of_the_next_season(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    event, _ = till.enrolled(ANNA, "2990001000015")
    till.put(event.replace(b'"status":"novice"', b'"status":"passenger"'))
    office.apply()
    assert balance(office, ANNA).progress == Progress(grants=(Grant("passenger", "2026-11-22"),))
    assert [status(office, ANNA, day) for day in ("2028-05-31", "2028-06-01")] == ["passenger", "novice"]


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
            queues[at].append(till.event(sale_of(sale)))
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


def test_a_member_without_a_card_claims_none(office):
    till = office.till()
    one, _ = till.enrolled(ANNA, "")
    two, _ = till.enrolled(BORIS, "")
    till.put(one, two)
    office.apply()
    assert (ident(office, ANNA).cards, ident(office, BORIS).cards) == ((), ())
    assert flags(office) == {}


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
    receipt = msgspec.structs.replace(till.receipt(account=ANNA, earned=5), **changed)
    till.put(till.sale(account=ANNA, earned=1), till.event(sale_of(receipt)))
    office.apply()
    assert points(office, ANNA) == 1
    assert flags(office) == {"unreadable": 1}
