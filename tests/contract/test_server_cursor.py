"""Writers that race, commit late and roll back, and a reader that follows the cursor: on a real PostgreSQL.

Each promise is tested twice: as the code stands nothing is missed, and with the counter taken outside the writing
transaction (the mistake it guards against) the same test sees rows go missing.
"""

from __future__ import annotations

import random
import threading
import time
from functools import partial

import pytest
from sqlalchemy import select

from loyalty.feed import checksum_add, row_hash
from sync_server import heads, ingest, rounds
from sync_server.feed import read_delta, read_heads
from sync_server.heads import Change, put_rows
from sync_server.refusals import Refused
from sync_server.rows import add_rows, insert_only
from sync_server.schema import FEED
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office

pytestmark = pytest.mark.postgres
BUCKET = 7
WRITERS = 6
WRITES = 30


@pytest.fixture
def office(postgres_database):
    with opened_office(postgres_database) as made:
        yield made


class Undone(Exception):
    pass


def write_rows(office: TestOffice, seed: int, stop: list[BaseException]) -> None:
    """Rows of one writer, each put alone or in pairs, committed late; one in ten is rolled back."""
    chance = random.Random(seed)

    def work(tx, number):
        keys = [f"{seed}-{number}-{part}" for part in range(chance.randrange(1, 3))]
        put_rows(tx, {"goods": [Change(BUCKET, key, key.encode().join((b'"', b'"')), None) for key in keys]})
        time.sleep(chance.random() * 0.004)
        if chance.random() < 0.1:
            raise Undone

    for number in range(WRITES):
        try:
            office.store.write(partial(work, number=number), BUCKET)
        except Undone:
            pass
        except BaseException as error:
            stop.append(error)
            return


def follow(office: TestOffice, done: threading.Event, seen: dict[str, int], torn: list[int]) -> None:
    """A reader as a till is one: it asks for what is above its cursor, never looks back, and checks the checksum."""
    cursor = checksum = 0
    while True:
        last = done.is_set()
        page = read_delta(office.store, "g", "reader", "goods", BUCKET, cursor, "g")
        for row in page.rows:
            seen[row.key] = row.change_seq
            checksum = checksum_add(checksum, added=row_hash("goods", row.key, row.change_seq, row.live))
        if page.drained and checksum != page.checksum:
            torn.append(cursor)
        cursor = page.to_seq
        if last:
            return


def race(office: TestOffice) -> tuple[dict[str, int], dict[str, int], list[int]]:
    """(what the reader saw, what is there, where the reader's checksum was not the page's)."""
    done = threading.Event()
    seen: dict[str, int] = {}
    torn: list[int] = []
    stop: list[BaseException] = []
    writers = [threading.Thread(target=write_rows, args=(office, seed, stop)) for seed in range(WRITERS)]
    reader = threading.Thread(target=follow, args=(office, done, seen, torn))
    for thread in [*writers, reader]:
        thread.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert not stop
    with office.store.read() as tx:
        there = {row.key: row.change_seq for row in tx.execute(select(FEED["goods"]))}
    return seen, there, torn


def test_a_cursor_passes_over_no_row_of_racing_writers(office):
    seen, there, torn = race(office)
    assert seen == there
    assert torn == [], "rows and checksum are of one moment"
    assert sorted(there.values()) == list(range(1, len(there) + 1)), "numbers have no gap, though writes were undone"
    (head,) = read_heads(office.store, "g", T0_MS).streams["goods"]
    assert head.seq == len(there)


def overtaken(office: TestOffice) -> list[str]:
    """What a reader sees when one writer takes a number and commits only after another has, and the reader been by."""
    numbered, go = threading.Event(), threading.Event()

    def slow() -> None:
        with office.store.begin(BUCKET) as tx:
            put_rows(tx, {"goods": [Change(BUCKET, "slow", b"1", None)]})
            numbered.set()
            go.wait(60)

    def quick() -> None:
        with office.store.begin(BUCKET) as tx:
            put_rows(tx, {"goods": [Change(BUCKET, "quick", b"2", None)]})

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    assert numbered.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    first = read_delta(office.store, "g", "reader", "goods", BUCKET, 0, "g")
    go.set()
    for thread in threads:
        thread.join(60)
    rest = read_delta(office.store, "g", "reader", "goods", BUCKET, first.to_seq, "g")
    return [row.key for row in (*first.rows, *rest.rows)]


def test_a_writer_that_takes_its_number_first_is_seen_first(office):
    assert overtaken(office) == ["slow", "quick"]


def test_a_counter_taken_outside_the_transaction_would_lose_a_row(office, monkeypatch):
    inside = heads.take_numbers

    def outside(tx, counts):
        with office.store.begin(BUCKET) as own:
            return inside(own, counts)

    monkeypatch.setattr(heads, "take_numbers", outside)
    assert overtaken(office) == ["quick"], "the reader's cursor passed the slow writer's row"


def send_sales(office: TestOffice, till, stop: list[BaseException]) -> None:
    for _ in range(12):
        try:
            till.put(till.sale(account=hex_id("account", till.terminal_no), earned=1))
        except BaseException as error:
            stop.append(error)
            return


def pass_on(office: TestOffice) -> int:
    """What a round does at its beginning and its end, without the work between."""
    taken = rounds._read_round(office.store, lambda: 0)
    rounds._move_marks(office.store, taken.marks)
    return len(taken.arrived)


def tills_of_one_shard(office: TestOffice, monkeypatch, count: int) -> list[Till]:
    """The shard of a till is a hash of it: of each, from here on, the same."""
    monkeypatch.setattr("sync_server.schema.bucket_of", lambda terminal: 5)
    return [office.till(f"till {number}") for number in range(count)]


def race_segments(office: TestOffice, monkeypatch) -> tuple[int, int]:
    """(events passed on to stage 2, events stored) of tills whose segments share one shard."""
    tills = tills_of_one_shard(office, monkeypatch, WRITERS)
    chance, applied = random.Random(3), 0

    def late(tx, table, rows):
        insert_only(tx, table, rows)
        time.sleep(chance.random() * 0.01)

    monkeypatch.setattr(ingest, "insert_only", late)
    stop: list[BaseException] = []
    threads = [threading.Thread(target=send_sales, args=(office, till, stop)) for till in tills]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        applied += pass_on(office)
    applied += pass_on(office)
    assert not stop
    return applied, sum(till.seq for till in tills)


def test_stage_2_passes_over_no_segment_of_racing_tills(office, monkeypatch):
    applied, stored = race_segments(office, monkeypatch)
    assert applied == stored == 12 * WRITERS


def overtaken_till(office: TestOffice, monkeypatch) -> int:
    """How many of two segments stage 2 finds when the first to be numbered is the last to be committed."""
    slow, quick = tills_of_one_shard(office, monkeypatch, 2)
    numbered, go = threading.Event(), threading.Event()

    def late(tx, table, rows):
        insert_only(tx, table, rows)
        if rows[0]["terminal"] == slow.terminal:
            numbered.set()
            go.wait(60)

    monkeypatch.setattr(ingest, "insert_only", late)
    sales = [till.sale(account=hex_id("a"), earned=1) for till in (slow, quick)]
    threads = [threading.Thread(target=till.put, args=(sale,)) for till, sale in zip((slow, quick), sales, strict=True)]
    threads[0].start()
    assert numbered.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    found = pass_on(office)
    go.set()
    for thread in threads:
        thread.join(60)
    return found + pass_on(office)


def test_a_segment_numbered_first_and_committed_last_is_found(office, monkeypatch):
    assert overtaken_till(office, monkeypatch) == 2


def test_a_segment_counter_taken_outside_would_lose_a_segment(office, monkeypatch):
    def outside(tx, table, keys, rows, returning):
        with office.store.begin(tx.bucket) as own:
            return add_rows(own, table, keys, rows, returning)

    monkeypatch.setattr(ingest, "add_rows", outside)
    assert overtaken_till(office, monkeypatch) == 1, "the mark of stage 2 passed a segment not committed yet"


def test_two_appliers_at_once_apply_everything_once(office):
    accounts = [hex_id("account", number) for number in range(20)]
    tills = [office.till(f"till {number}") for number in range(4)]
    for till in tills:
        for _ in range(5):
            till.put(*(till.sale(account=account, earned=1) for account in accounts))
    stop: list[BaseException] = []

    def apply() -> None:
        try:
            office.apply()
        except BaseException as error:
            stop.append(error)

    threads = [threading.Thread(target=apply) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not stop
    with office.store.read() as tx:
        assert set(tx.execute(select(FEED["bal"].c.points)).scalars()) == {20}


def test_two_copies_of_a_till_that_race_store_one_chain(office):
    till = office.till()
    data = till.segment(till.sale(account=hex_id("a"), earned=1))
    answers: list[object] = []

    def send() -> None:
        try:
            answers.append(till.send(data, keep_fence=False).new)
        except Refused as refused:
            answers.append(refused.reply.code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(True) == 1
    assert answers.count(False) == 5
    assert office.apply() == 1


def test_a_segment_that_comes_twice_at_once_gets_one_fence(office, monkeypatch):
    """Two answers with two fences would lock the till out with the one of them it keeps."""
    till = office.till()
    data = till.segment(till.sale(account=hex_id("a"), earned=1))
    till.send(data)
    looked, go = threading.Event(), threading.Event()
    verdict = ingest._verdict

    def slow_at_first(tx, arrival, cursor):
        found = verdict(tx, arrival, cursor)
        if not looked.is_set():
            looked.set()
            go.wait(60)
        return found

    monkeypatch.setattr(ingest, "_verdict", slow_at_first)
    fences: list[str] = []

    def again() -> None:
        fences.append(till.send(data, keep_fence=False).reply.fence_next)

    threads = [threading.Thread(target=again) for _ in range(2)]
    threads[0].start()
    assert looked.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    go.set()
    for thread in threads:
        thread.join(60)
    assert len(fences) == 2
    assert len(set(fences)) == 1
    assert till.send(till.segment(till.sale(account=hex_id("a"), earned=1)), fence=fences[0]).new
