"""Several server processes on one PostgreSQL: they share the work, and whoever dies, stops or lies about the time does
no harm."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select

from loyalty.api import SegmentReply
from loyalty.errors import StoreFault
from loyalty.events import SaleCompleted
from sync_server import booking_returns, leases
from sync_server.books import Books, wait_for_books
from sync_server.clock import now_ms, steady_ms
from sync_server.leases import LEASE_MS, SLOTS, Leases, read_holders
from sync_server.rounds import run_round
from sync_server.rows import update_rows
from sync_server.schema import EVENT, TERM_BUCKET, tshard_of
from sync_server.store import open_store
from sync_server.verifying.verify import verify
from tests.support.server import TestOffice, Till, hex_id, opened_office

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = [hex_id("account", number) for number in range(12)]
SOON_S = 60


@pytest.fixture
def office(postgres_database):
    with opened_office(postgres_database) as made:
        yield made


@contextmanager
def applying(url: str, *words: object):
    """A process that applies; it has said that it does."""
    command = [sys.executable, "-m", "tests.support.applying", url, *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        assert "applies" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate(timeout=SOON_S)


def sell(tills: list[Till]) -> None:
    """Each till sells each member something for one point, and sends it in two segments."""
    for till in tills:
        for half in (ACCOUNTS[:6], ACCOUNTS[6:]):
            till.put(*(till.sale(account=account, earned=1) for account in half))


def drained(office: TestOffice) -> Books:
    return wait_for_books(office.store, ACCOUNTS, steady_ms, SOON_S)


def hold_points(books: Books) -> set[int]:
    return {account.wallets["main"].balance_points for account in books.accounts}


def assert_sound(office: TestOffice, each_points: int) -> None:
    """Every event is in once, by the books and by all that `verify` compares."""
    books = drained(office)
    assert books.events_behind == 0
    assert hold_points(books) == {each_points}
    assert books.sound
    assert books.receipts == each_points * len(ACCOUNTS)
    assert verify(office.store).sound


def test_a_process_killed_amid_a_transaction_is_followed_by_another_once_its_leases_run_out(office, postgres_database):
    tills = [office.till(f"till {number}") for number in range(5)]
    sell(tills)
    with applying(postgres_database, 0, "SIGKILL", 3) as killed:
        assert killed.stdout.readline() == "amid\n"
        assert killed.wait(SOON_S) == -signal.SIGKILL
        with office.store.read() as tx:
            held, free = read_holders(tx, now_ms())
        with applying(postgres_database, 0):
            assert_sound(office, 5)
    assert sum(held.values()) + free == SLOTS


def test_a_process_stopped_amid_a_transaction_holds_nobody_up_and_does_no_harm_when_it_goes_on(
    office, postgres_database
):
    tills = [office.till(f"till {number}") for number in range(5)]
    sell(tills)
    with applying(postgres_database, 0, "SIGSTOP", 3) as stopped:
        assert stopped.stdout.readline() == "amid\n"
        with applying(postgres_database, 0):
            assert_sound(office, 5)
            stopped.send_signal(signal.SIGCONT)
            sell(tills)
            assert_sound(office, 10)
        assert stopped.poll() is None
        sell(tills)
        assert_sound(office, 15)


@pytest.mark.parametrize("ahead_ms", [3_600_000, -3_600_000])
def test_a_process_whose_clock_is_an_hour_off_does_no_harm_and_holds_nobody_up(office, postgres_database, ahead_ms):
    tills = [office.till(f"till {number}") for number in range(5)]
    with applying(postgres_database, ahead_ms) as wrong, applying(postgres_database, 0):
        sell(tills)
        assert_sound(office, 5)
        wrong.kill()
        sell(tills)
        assert_sound(office, 10)


def test_a_process_told_to_end_gives_its_leases_back(office, postgres_database):
    with applying(postgres_database, 0) as process:
        office.till()
        process.terminate()
        assert process.wait(SOON_S) == 0
    with office.store.read() as tx:
        assert read_holders(tx, now_ms()) == ({}, SLOTS)


def test_api_processes_keep_nothing_a_till_would_miss_when_its_next_request_goes_to_another(
    office, postgres_database, tmp_path
):
    till = office.till()
    words = ["run", "--port", "0", "--data", str(tmp_path), "--database", postgres_database, "--no-apply"]
    command = [sys.executable, "-m", "sync_server", *words]
    servers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        addresses = [server.stdout.readline().split()[-1] for server in servers if server.stdout]
        with applying(postgres_database, 0):
            for turn in range(4):
                data = till.segment(*(till.sale(account=account, earned=1) for account in ACCOUNTS))
                headers = {"content-type": "application/vnd.kopilka.segment", "kopilka-fence": till.fence}
                answer = httpx.post(f"{addresses[turn % 2]}/v1/segments", content=data, headers=headers)
                till.fence = msgspec.json.decode(answer.content, type=SegmentReply).fence_next
            assert_sound(office, 4)
    finally:
        for server in servers:
            server.terminate()
            server.communicate(timeout=SOON_S)


def test_a_transaction_that_stands_still_too_long_is_ended_and_its_rows_are_free(office, postgres_database):
    office.till().put(office.till().sale())
    row = {"bucket": 3, "terminal": "t", "epoch": 1, "seq": 1}
    office.store.write(lambda tx: tx.execute(TERM_BUCKET.insert().values(row)), 3)
    paused = open_store(postgres_database, idle_limit_ms=200)

    def change(tx) -> None:
        update_rows(tx, TERM_BUCKET, ("bucket", "terminal"), [{**row, "seq": 2}])

    def stand_still(tx) -> None:
        change(tx)
        office.store.write(change, 3)
        change(tx)

    with pytest.raises(StoreFault):
        paused.write(stand_still, 3, sleep=lambda _: None)
    paused.close()


def slot_of(till: Till) -> int:
    return tshard_of(till.terminal) % SLOTS


def overtaken_return(office: TestOffice, monkeypatch) -> list[str]:
    """A sale has looked for returns that wait, and is not committed; its return comes by another process."""
    one = office.till("one")
    other = next(till for till in iter(office.till, None) if slot_of(till) != slot_of(one))
    sold = one.receipt(account=ACCOUNTS[0], earned=5)
    looked, go = threading.Event(), threading.Event()
    look = booking_returns._waiting_for

    def slow(tx, sales):
        found = look(tx, sales)
        if sales:
            looked.set()
            go.wait(SOON_S)
        return found

    monkeypatch.setattr(booking_returns, "_waiting_for", slow)
    one.put(one.event(SaleCompleted(sold)))
    first = threading.Thread(target=run_round, args=(office.store, office.identity, lambda: 0, {slot_of(one)}))
    first.start()
    assert looked.wait(SOON_S)
    other.put(other.back(sold, earned=-5, total=sold.total_minor))
    second = threading.Thread(target=run_round, args=(office.store, office.identity, lambda: 0, {slot_of(other)}))
    second.start()
    second.join(0.5)
    go.set()
    for thread in (first, second):
        thread.join(SOON_S)
    with office.store.read() as tx:
        return list(tx.execute(select(EVENT.c.state)).scalars())


def test_a_return_and_its_sale_applied_at_the_same_time_by_two_processes_find_one_another(office, monkeypatch):
    assert overtaken_return(office, monkeypatch) == ["applied", "applied"]


def test_two_share_and_each_gives_back_what_is_over_its_share(office):
    one, other = (Leases(office.store, name) for name in "ab")
    assert len(one.hold(0, 0)) == SLOTS
    assert other.hold(0, 0) == frozenset()
    assert len(one.hold(6_000, 6_000)) == SLOTS // 2
    assert other.hold(6_000, 6_000) == frozenset(range(SLOTS)) - one.slots
    third = Leases(office.store, "c")
    assert third.hold(7_000, 7_000) == frozenset()
    assert (len(one.hold(12_000, 12_000)), len(other.hold(12_000, 12_000))) == (6, 6)
    assert len(third.hold(13_000, 13_000)) == 4


def test_the_leases_of_one_who_is_gone_run_out_and_not_a_moment_earlier(office):
    Leases(office.store, "gone").hold(0, 0)
    other = Leases(office.store, "other")
    assert other.hold(LEASE_MS - 1, 0) == frozenset()
    assert len(other.hold(LEASE_MS, 10_000)) == SLOTS


def test_a_slot_two_see_free_at_once_is_one_s(office, monkeypatch):
    both_have_looked = threading.Barrier(2)
    look = leases._leases
    Leases(office.store, "before").release()

    def slow(tx):
        rows = look(tx)
        both_have_looked.wait(SOON_S)
        return rows

    office.store.write(look)
    monkeypatch.setattr(leases, "_leases", slow)
    monkeypatch.setattr(leases, "_say_alive", lambda tx, holder, now_ms: 1)
    found: list[frozenset[int]] = []
    threads = [
        threading.Thread(target=lambda name=name: found.append(Leases(office.store, name).hold(0, 0))) for name in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, found)) == [0, SLOTS]


def test_what_a_wrong_clock_wrote_counts_as_run_out(office):
    Leases(office.store, "ahead").hold(86_400_000, 0)
    assert len(Leases(office.store, "right").hold(0, 0)) == SLOTS
