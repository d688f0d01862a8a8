"""terminal.offline_queue.journal: prepared, recorded, counted, found again; faults as sentences."""

import sqlite3
import subprocess
import sys

import msgspec
import pytest

from loyalty.chain import ZERO_HASH, event_hash
from loyalty.coupons.spent import SpentCoupon
from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.events import (
    MAX_EVENT_BYTES,
    SaleCompleted,
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
    decode_body,
    decode_envelope,
)
from loyalty.feed import Applied, BalanceRow
from loyalty.points.shown import OwnPoints
from loyalty.sentences import say
from loyalty.statuses.progress import Counted
from terminal.offline_queue import journal_file
from terminal.offline_queue.glance import glance
from terminal.offline_queue.journal import MAX_FACTS, Fact, Journal, Overlay, Pending
from terminal.offline_queue.journal_beside import Beside
from terminal.offline_queue.journal_prepared import MAX_PREPARED
from terminal.offline_queue.lock import FolderLock
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.sentences import SENTENCES
from terminal.offline_queue.status import read_status
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import (
    NOON_MS,
    SHIFT,
    TERMINAL,
    account_in,
    enrolment,
    fact_of,
    hex_id,
    new_till,
    open_shift,
    receipt,
    sell,
)


@pytest.fixture
def till(tmp_path):
    store = new_till(tmp_path / "till")
    yield store
    store.close()


@pytest.fixture
def journal(till):
    return till.journal


def test_a_sale_is_prepared_then_recorded_and_no_longer_prepared(journal):
    made = receipt(1)
    journal.prepare(made.receipt_id, b"basket", NOON_MS)
    assert [p.raw for p in journal.prepared()] == [b"basket"]
    recorded = journal.record(fact_of(made), completes=made.receipt_id)
    assert (recorded.epoch, recorded.first_seq, recorded.last_seq) == (1, 1, 1)
    assert journal.prepared() == ()
    assert journal.receipt(made.number) == made


def prepared_rows(journal):
    return journal.read(lambda c: c.execute("SELECT sale_id FROM prepared ORDER BY rowid").fetchall())


def test_a_sale_that_ended_leaves_its_row_to_the_next_and_nothing_at_the_next_start(till):
    sell(till.journal, 1)
    till.journal.prepare("begun", b"basket", NOON_MS)
    assert prepared_rows(till.journal) == [("begun",)]
    made = sell(till.journal, 2)
    assert prepared_rows(till.journal) == [("begun",), (made.receipt_id,)]
    till.close()
    again = open_store(till.folder)
    assert [each.sale_id for each in again.journal.prepared()] == ["begun"]
    assert prepared_rows(again.journal) == [("begun",)]
    again.close()


def test_what_was_kept_of_a_sale_that_ended_goes_with_whatever_else_is_recorded(journal):
    sell(journal, 1)
    open_shift(journal)
    assert prepared_rows(journal) == []


def test_a_sale_prepared_again_keeps_its_row_and_the_later_bytes(journal):
    journal.prepare("one", b"first", NOON_MS)
    journal.prepare("two", b"other", NOON_MS)
    journal.prepare("one", b"second", NOON_MS)
    assert sorted((each.sale_id, each.raw) for each in journal.prepared()) == [("one", b"second"), ("two", b"other")]


def test_the_bytes_recorded_are_the_event_and_its_hash_follows_the_one_before(journal):
    sell(journal, 1)
    second = sell(journal, 2)
    rows = journal.read(lambda c: c.execute("SELECT raw, hash FROM event ORDER BY seq").fetchall())
    first_hash = event_hash(ZERO_HASH, TERMINAL, 1, 1, rows[0][0])
    assert rows[0][1] == first_hash
    assert rows[1][1] == event_hash(first_hash, TERMINAL, 1, 2, rows[1][0])
    assert decode_body(decode_envelope(rows[1][0])) == SaleCompleted(second)


def test_recording_the_same_facts_again_changes_nothing_and_answers_the_same(journal):
    made = receipt(1)
    journal.prepare(made.receipt_id, b"", NOON_MS)
    first = journal.record(fact_of(made), completes=made.receipt_id)
    assert journal.record(fact_of(made), completes=made.receipt_id) == first
    assert journal.pending_count() == 1


def test_another_fact_under_a_known_id_is_refused(journal):
    sell(journal, 1)
    other = Fact(fact_of(receipt(1)).event_id, NOON_MS, fact_of(receipt(2)).body)
    with pytest.raises(StoreFault) as caught:
        journal.record(other)
    assert caught.value.code == "journal.same_id"


def test_one_receipt_cannot_be_recorded_in_two_events(journal):
    made = sell(journal, 1)
    with pytest.raises(StoreFault) as caught:
        journal.record(Fact(hex_id("other"), NOON_MS, fact_of(made).body))
    assert caught.value.code == "store.twice"
    assert journal.pending_count() == 1


@pytest.mark.parametrize("ended", ["never begun", "recorded", "discarded"])
def test_a_sale_completes_only_while_it_is_prepared(journal, ended):
    made = receipt(1)
    if ended != "never begun":
        journal.prepare(made.receipt_id, b"", NOON_MS)
    if ended == "recorded":
        journal.record(fact_of(receipt(2)), completes=made.receipt_id)
    if ended == "discarded":
        journal.discard_prepared(made.receipt_id)
    with pytest.raises(NotNow) as caught:
        journal.record(fact_of(made), completes=made.receipt_id)
    assert caught.value.code == "journal.not_prepared"
    assert journal.receipt(made.number) is None


def test_unfinished_sales_have_a_limit(journal):
    for number in range(MAX_PREPARED):
        journal.prepare(str(number), b"", number)
    with pytest.raises(StoreFault) as caught:
        journal.prepare("one more", b"", 0)
    assert caught.value.code == "journal.too_many"
    assert len(journal.prepared()) == MAX_PREPARED


def test_the_largest_prepared_sale_fits_and_one_byte_more_does_not(journal):
    journal.prepare("a", bytes(MAX_EVENT_BYTES), NOON_MS)
    with pytest.raises(BadInput) as caught:
        journal.prepare("b", bytes(MAX_EVENT_BYTES + 1), NOON_MS)
    assert caught.value.code == "journal.too_large"


@pytest.mark.parametrize("count", [0, MAX_FACTS + 1])
def test_facts_of_one_transaction_have_a_limit(journal, count):
    with pytest.raises(BadInput):
        journal.record(*[fact_of(receipt(number)) for number in range(count)])
    assert journal.pending_count() == 0


def test_one_number_cannot_be_of_two_receipts(journal):
    sell(journal, 7)
    other = msgspec.structs.replace(receipt(8), number=receipt(7).number)
    with pytest.raises(StoreFault) as caught:
        journal.record(Fact(hex_id("other"), NOON_MS, SaleCompleted(other)))
    assert caught.value.code == "store.twice"
    assert journal.pending_count() == 1


@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("ids", [("a", "b", "c", "d"), ("d", "c", "b", "a"), ("b", "d", "a", "c")])
def test_no_name_is_taken_twice_in_whatever_order_names_come(till, ids, restarted, looked):
    """`a` to `d` begin the ids of events and receipts, and the numbers, so that some come below those before."""

    def named(event, made, number):
        sold = msgspec.structs.replace(receipt(1), receipt_id=made * 32, number=f"{number}-000001")
        return Fact(event * 32, NOON_MS, SaleCompleted(sold))

    store = till
    for id_ in ids:
        store.journal.record(named(id_, id_, id_))
    if restarted:
        store.close()
        store = open_store(till.folder)
    if looked:
        store.journal.own_buckets()
    for id_ in ids:
        for taken in (named("e", id_, "e"), named("e", "e", id_)):
            with pytest.raises(StoreFault) as caught:
                store.journal.record(taken)
            assert caught.value.code == "store.twice"
        with pytest.raises(StoreFault) as caught:
            store.journal.record(named(id_, "e", "e"))
        assert caught.value.code == "journal.same_id"
    assert store.journal.verify() == 4
    assert store.journal.record(named("c", "c", "c")).first_seq == ids.index("c") + 1
    store.close()


@pytest.mark.parametrize("same", ["event", "receipt", "number"])
def test_two_facts_of_one_transaction_cannot_have_one_name(journal, same):
    first, second = fact_of(receipt(1)), fact_of(receipt(2))
    if same == "event":
        second = Fact(first.event_id, second.at_ms, second.body)
    else:
        key, value = {"receipt": ("receipt_id", hex_id("receipt", 1)), "number": ("number", "1-000001")}[same]
        second = Fact(second.event_id, second.at_ms, SaleCompleted(msgspec.structs.replace(receipt(2), **{key: value})))
    with pytest.raises(StoreFault) as caught:
        journal.record(first, second)
    assert caught.value.code == "store.twice"
    assert journal.pending_count() == 0


def test_a_transaction_broken_off_at_any_statement_leaves_the_journal_as_it_was(journal):
    open_shift(journal)
    sell(journal, 1)
    connection = journal._writer._connection
    made = receipt(2)
    journal.prepare(made.receipt_id, b"basket", NOON_MS)
    for statements in range(1, 9):
        passed = iter(range(statements))
        connection.set_progress_handler(lambda left=passed: next(left, None) is None, 20)
        try:
            journal.record(fact_of(made), completes=made.receipt_id, totals=ShiftTotals(sales=1))
        except StoreFault:
            assert journal.pending_count() == 2
        else:
            break
        finally:
            connection.set_progress_handler(None, 0)
    else:
        journal.record(fact_of(made), completes=made.receipt_id, totals=ShiftTotals(sales=1))
    assert journal.verify() == 3
    assert journal.open_shift().totals == ShiftTotals(sales=1)


def test_an_interrupt_just_after_the_commit_leaves_nothing_stale(journal, monkeypatch):
    sell(journal, 1, account_in(3))

    def interrupted(recorded):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(journal, "_keep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sell(journal, 2, account_in(3))
    assert journal.overlay(account_in(3), Applied()).wallets == {"main": 20}
    sell(journal, 3, account_in(3))
    assert journal.overlay(account_in(3), Applied()).wallets == {"main": 30}
    assert journal.verify() == 3


def test_an_index_of_another_version_is_made_anew(till):
    sell(till.journal, 1, account_in(3))
    assert till.journal.overlay(account_in(3), Applied()).wallets == {"main": 10}
    till.close()
    for statement in ("DELETE FROM effect", "PRAGMA user_version = 77"):
        connection = sqlite3.connect(till.folder / "journal-index.db")
        connection.execute(statement)
        connection.commit()
        connection.close()
    again = open_store(till.folder)
    assert again.journal.overlay(account_in(3), Applied()).wallets == {"main": 10}
    assert again.journal.differing() == ()
    again.close()


def test_several_facts_are_recorded_as_one(journal):
    recorded = journal.record(*[fact_of(receipt(number)) for number in range(MAX_FACTS)])
    assert (recorded.first_seq, recorded.last_seq) == (1, MAX_FACTS)
    assert journal.verify() == MAX_FACTS
    with pytest.raises(StoreFault):
        journal.record(fact_of(receipt(98)), fact_of(receipt(1)), Fact(hex_id("x"), 0, fact_of(receipt(99)).body))
    assert journal.pending_count() == MAX_FACTS


def test_own_events_after_the_known_place_make_the_overlay(journal):
    account, other = account_in(3), account_in(4)
    sell(journal, 1, account, earned=10)
    sell(journal, 2, other, earned=99)
    bought = sell(journal, 3, account, earned=7, redeemed=4)
    journal.record(fact_of(receipt(4, account, earned=7, original=bought)))
    day = bought.moment.local_date
    first = OwnPoints("main", day, 0, 10, bought=True)
    later = (OwnPoints("main", day, 4, 7, bought=True), OwnPoints("main", day, 0, -7))
    assert journal.overlay(account, Applied()) == Overlay(
        (first, *later), (Counted(day, 20_000, 10_000, 2, {"main": 17}, {"main": 7}),)
    )
    assert journal.overlay(account, Applied(1, 1)) == Overlay(
        later, (Counted(day, 10_000, 10_000, 1, {"main": 7}, {"main": 7}),)
    )
    assert journal.overlay(account, Applied(1, 4)) == Overlay()
    assert journal.overlay(account, Applied(2, 0)) == Overlay()


def test_a_receipt_without_points_still_counts_as_a_visit(journal):
    account = account_in(3)
    sell(journal, 1, account, earned=0)
    assert journal.overlay(account, Applied()).counted == (Counted("2026-11-18", 10_000, receipts=1),)


def test_points_of_each_wallet_count_for_the_progress(journal):
    account = account_in(3)
    journal.record(fact_of(msgspec.structs.replace(receipt(1, account, earned=7), wallets={"stars": 3})))
    journal.record(fact_of(msgspec.structs.replace(receipt(2, account, earned=0), wallets={"stars": 2})))
    assert journal.overlay(account, Applied()).counted == (
        Counted("2026-11-18", 20_000, receipts=2, earned_points={"main": 7}),
        Counted("2026-11-18", earned_points={"stars": 5}),
    )


def test_a_return_counts_on_the_day_of_its_sale_also_when_another_till_sold_it(journal):
    account = account_in(3)
    bought = receipt(1, account, earned=7)
    journal.record(fact_of(receipt(2, account, earned=7, original=bought)), beside=Beside(sale_day="2026-05-31"))
    back = Counted("2026-05-31", returned_minor=10_000, returned_points={"main": 7})
    assert journal.overlay(account, Applied()).counted == (back,)


def test_returned_quantities_add_up_by_line(journal):
    sold = sell(journal, 1)
    assert journal.returned_milli(sold.receipt_id) == {}
    journal.record(fact_of(receipt(2, original=sold)))
    journal.record(fact_of(receipt(3, original=sold)))
    assert journal.returned_milli(sold.receipt_id) == {1: 2000}


def test_recent_receipts_come_newest_first_and_pass_over_other_events(journal):
    open_shift(journal)
    for number in (1, 2, 3):
        sell(journal, number)
    assert [r.number for r in journal.recent_receipts(2)] == ["1-000003", "1-000002"]


def test_a_shift_opens_counts_and_closes(journal):
    assert journal.open_shift() is None
    assert journal.next_shift_no() == 1
    open_shift(journal)
    counted = ShiftTotals(sales=1, cash_minor=10_000)
    journal.record(fact_of(receipt(1)), totals=counted)
    shift = journal.open_shift()
    assert (shift.totals, shift.shift_no, shift.cashier) == (counted, 1, "ivanova")
    journal.record(Fact(hex_id("z"), NOON_MS + 9, ShiftClosed(SHIFT, 1, "north", "ivanova", counted)))
    assert journal.open_shift() is None
    assert journal.next_shift_no() == 2


def test_a_second_shift_cannot_open_over_an_open_one(journal):
    open_shift(journal)
    with pytest.raises(NotNow) as caught:
        journal.record(Fact(hex_id("again"), NOON_MS, ShiftOpened("6" * 32, 2, "north", "petrova")))
    assert caught.value.code == "journal.shift_open"
    assert journal.pending_count() == 1


def test_a_receipt_that_counts_needs_its_open_shift(journal):
    with pytest.raises(NotNow) as caught:
        journal.record(fact_of(receipt(1)), totals=ShiftTotals(sales=1))
    assert caught.value.code == "journal.no_shift"
    assert journal.receipt("1-000001") is None


def test_a_member_enrolled_here_is_found_by_card_and_by_phone(journal):
    fact, personal, ident = enrolment()
    journal.record(fact, personal=personal, enrolled=ident)
    known = journal.enrolled_by_card("2990001000001")
    assert (known.ident, known.balance, known.as_of_ms) == (ident, BalanceRow(ident.account_id), 0)
    assert journal.enrolled_by_phone_hash("ab" * 16) == known
    assert journal.enrolled_by_phone_hash("") is None
    assert journal.enrolled_by_card("299") is None


def test_personal_data_that_the_event_does_not_commit_to_are_refused(journal):
    fact, _, ident = enrolment()
    _, other, _ = enrolment("+79031234568")
    with pytest.raises(StoreFault) as caught:
        journal.record(fact, personal=other, enrolled=ident)
    assert caught.value.code == "journal.personal"
    assert journal.pending_count() == 0


def test_personal_data_are_erased_once_the_head_office_has_them(till):
    fact, personal, ident = enrolment()
    till.journal.record(fact, personal=personal, enrolled=ident)
    outbox = Outbox(till.journal)
    assert outbox.has_personal()
    assert outbox.personal() == (personal,)
    outbox.personal_stored((fact.event_id,))
    assert not outbox.has_personal()
    till.close()
    data = b"".join(path.read_bytes() for path in till.folder.iterdir())
    assert b"+79031234567" not in data
    assert "Иванова".encode() not in data


def test_numbers_are_given_once_and_go_on_after_a_restart(till):
    journal = till.journal
    assert [journal.next_receipt_no(), journal.next_receipt_no(), journal.next_card_no()] == [1, 2, 1]
    sell(journal, 1)
    fact, personal, ident = enrolment()
    journal.record(fact, personal=personal, enrolled=ident)
    assert (journal.next_receipt_no(), journal.next_card_no()) == (3, 2)
    till.close()
    again = open_store(till.folder)
    assert (again.journal.next_receipt_no(), again.journal.next_card_no()) == (2, 2)
    again.close()


def test_a_sale_begun_before_a_power_cut_keeps_no_number(till):
    sell(till.journal, 1)
    till.journal.prepare("begun", b"basket", till.journal.next_receipt_no())
    till.close()
    again = open_store(till.folder)
    assert again.journal.next_receipt_no() == 2
    again.close()


def test_a_receipt_recorded_after_a_power_cut_has_taken_its_number(till):
    made = receipt(1)
    till.journal.prepare(made.receipt_id, b"basket", NOON_MS)
    till.close()
    again = open_store(till.folder)
    again.journal.record(fact_of(made), completes=made.receipt_id)
    assert again.journal.next_receipt_no() == 2
    again.close()


def test_a_number_given_back_is_the_next_one_unless_another_was_taken_since(journal):
    first, second = journal.next_receipt_no(), journal.next_receipt_no()
    journal.give_back_receipt_no(first)
    assert journal.next_receipt_no() == 3
    journal.give_back_receipt_no(3)
    journal.give_back_receipt_no(second)
    assert [journal.next_receipt_no(), journal.next_receipt_no()] == [2, 3]


def test_the_journal_is_synced_at_every_commit_and_the_cache_when_it_suits(till):
    assert till.journal.write(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (2,)
    assert till.journal.write(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    assert till.cache._writer.run(lambda c: c.execute("PRAGMA synchronous").fetchone()) == (1,)
    assert till.cache._writer.run(lambda c: c.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


def test_a_restart_finds_everything_as_it_was(till):
    open_shift(till.journal)
    made = sell(till.journal, 1, account_in(1))
    till.journal.prepare("begun", b"basket", NOON_MS)
    till.close()
    again = open_store(till.folder)
    assert again.journal.receipt(made.number) == made
    assert [p.sale_id for p in again.journal.prepared()] == ["begun"]
    assert again.journal.pending() == Pending(2, NOON_MS)
    assert again.journal.verify() == 2
    again.close()


def test_a_full_disk_records_nothing_by_half_and_says_so(journal):
    open_shift(journal)
    pages = journal.write(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    journal._writer._connection.execute(f"PRAGMA max_page_count={pages + 2}")

    def sell_on():
        for number in range(1, 1000):
            sell(journal, number, account_in(1))

    with pytest.raises(StoreFault) as caught:
        sell_on()
    assert caught.value.code == "store.full"
    assert "диске нет места" in say(caught.value.said, "ru", SENTENCES)
    assert caught.value.hint is not None
    sales = journal.pending_count() - 1
    assert len(journal.overlay(account_in(1), Applied()).points) == sales
    assert journal.receipt(f"1-{sales:06}") is not None
    assert journal.receipt(f"1-{sales + 1:06}") is None
    journal._writer._connection.execute("PRAGMA max_page_count=100000")
    sell(journal, 1001)
    assert journal.verify() == journal.pending_count()


def test_a_second_process_gets_the_sentence_with_the_owner(till):
    program = (
        "import sys; from pathlib import Path; from terminal.offline_queue.store import open_store\n"
        "try: open_store(Path(sys.argv[1]))\n"
        "except Exception as error: print(error.code, error.said.args['pid'])"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(till.folder)], capture_output=True, text=True, check=True)
    code, pid = ran.stdout.split()
    assert code == "store.owned"
    assert pid == (till.folder / "lock").read_text().strip()


def test_the_lock_is_free_again_once_released(tmp_path):
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreFault):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def spoil(till, statement, *values):
    till.close()
    connection = sqlite3.connect(till.folder / "journal.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_changed_last_event_is_seen_at_the_start(till):
    sell(till.journal, 1)
    sell(till.journal, 2)
    spoil(till, "UPDATE event SET raw = CAST(raw || ' ' AS BLOB) WHERE seq = 2")
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert (caught.value.code, caught.value.said.args) == ("journal.chain", {"epoch": 1, "seq": 2})
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "change", ["UPDATE event SET raw = CAST(raw || ' ' AS BLOB) WHERE seq = 2", "DELETE FROM event WHERE seq = 2"]
)
def test_a_changed_or_missing_event_amid_the_chain_is_seen_by_verify(till, change):
    for number in range(5):
        sell(till.journal, number)
    spoil(till, change)
    again = open_store(till.folder)
    with pytest.raises(StoreFault) as caught:
        again.journal.verify()
    assert (caught.value.code, caught.value.said.args) == ("journal.chain", {"epoch": 1, "seq": 2})
    again.close()


def test_a_journal_of_another_till_is_refused(till):
    till.close()
    with pytest.raises(StoreFault) as caught:
        Journal(till.folder / "journal.db", "f" * 32)
    assert caught.value.code == "journal.other_terminal"


def test_a_journal_of_another_version_is_refused(till):
    till.close()
    connection = sqlite3.connect(till.folder / "journal.db")
    connection.execute(f"PRAGMA user_version = {journal_file.VERSION + 1}")
    connection.close()
    for _ in range(2):  # a failed start gives the lock back
        with pytest.raises(StoreFault) as caught:
            open_store(till.folder)
        assert caught.value.code == "journal.version"


def test_a_missing_journal_is_never_replaced_by_an_empty_one(till):
    till.close()
    (till.folder / "journal.db").unlink()
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert caught.value.code == "store.no_journal"
    assert not (till.folder / "journal.db").exists()


def test_garbage_in_place_of_the_journal_is_said_to_be_damaged(till):
    till.close()
    (till.folder / "journal.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreFault) as caught:
        open_store(till.folder)
    assert caught.value.code == "store.damaged"


def test_a_till_that_was_never_enrolled_says_what_to_do(tmp_path):
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path)
    assert caught.value.code == "store.no_identity"
    assert caught.value.hint is not None


def test_the_status_is_read_beside_a_running_till_and_after_it(till):
    sell(till.journal, 1)
    running = read_status(till.folder)
    assert (running.recorded, running.acked, running.pending, running.as_of_ms) == (1, 0, 1, 0)
    assert running.oldest_pending_ms == NOON_MS + 1
    till.close()
    assert read_status(till.folder) == running


def test_a_glance_finds_members_beside_a_running_till(till):
    fact, personal, ident = enrolment()
    till.journal.record(fact, personal=personal, enrolled=ident)
    with glance(till.folder) as seen:
        assert seen.identity == till.identity
        assert seen.cache.member_by_card(ident.cards[0]) is None
        known = seen.journal.enrolled_by_card(ident.cards[0])
        assert known
        assert known.ident == ident


def test_every_fault_of_this_room_has_words_in_both_languages():
    for code, (russian, english) in SENTENCES.items():
        assert russian, code
        assert english, code
        assert russian.count("{") == english.count("{"), code


def test_coupons_are_spent_with_the_receipt_and_counted_by_series(journal):
    open_shift(journal)
    account = account_in(3)
    spent = (
        SpentCoupon("c1", "next", single=True, counted=True), SpentCoupon("c2", "next", counted=True),
        SpentCoupon("c3", "own", single=True),
    )  # fmt: skip
    made = msgspec.structs.replace(receipt(1), account_id=account, spent=spent)
    at = journal.record(fact_of(made))
    assert [journal.coupon_receipts(id) for id in ("c1", "c2", "c3")] == [
        {made.number: False}, {}, {made.number: False}
    ]  # fmt: skip
    assert journal.overlay(account, Applied()).coupon_uses == {"next": 2}
    assert journal.overlay(account, Applied(at.epoch, at.last_seq)).coupon_uses == {}
    assert journal.overlay(account_in(4), Applied()).coupon_uses == {}


def test_a_receipt_recorded_again_spends_its_coupons_once(journal):
    spent = (SpentCoupon("c1", "next", single=True, counted=True),)
    made = msgspec.structs.replace(receipt(1), account_id=account_in(3), spent=spent)
    for _ in range(2):
        journal.record(fact_of(made))
    assert journal.overlay(account_in(3), Applied()).coupon_uses == {"next": 1}
