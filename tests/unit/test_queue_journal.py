"""terminal.offline_queue.journal: prepared, recorded, counted, found again; faults as sentences."""

import msgspec
import pytest

from loyalty.chain import ZERO_HASH, event_hash
from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.events import (
    MAX_EVENT_BYTES,
    SaleCompleted,
    ShiftTotals,
    decode_body,
    decode_envelope,
)
from loyalty.feed import Applied
from terminal.offline_queue.journal import MAX_FACTS, Fact
from terminal.offline_queue.journal_prepared import MAX_PREPARED
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import (
    NOON_MS,
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


def test_several_facts_are_recorded_as_one(journal):
    recorded = journal.record(*[fact_of(receipt(number)) for number in range(MAX_FACTS)])
    assert (recorded.first_seq, recorded.last_seq) == (1, MAX_FACTS)
    assert journal.verify() == MAX_FACTS
    with pytest.raises(StoreFault):
        journal.record(fact_of(receipt(98)), fact_of(receipt(1)), Fact(hex_id("x"), 0, fact_of(receipt(99)).body))
    assert journal.pending_count() == MAX_FACTS


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
