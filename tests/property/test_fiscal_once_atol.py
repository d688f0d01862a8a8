"""Over ATOL's web server: never more than one fiscal document for a receipt, and in the end one, whatever fails."""

from __future__ import annotations

from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from devices.virtual.atol import End, Fault, VirtualAtol
from loyalty.receipt import Payment, Receipt
from terminal.fiscal.port import Issued, NoAnswer
from terminal.fiscal.register import Answer, Refused, Registered, Unknown
from tests.support.fiscal import KeptInMemory, atol_port, atol_register
from tests.support.fiscal_receipts import SALE

RETURN = replace(
    SALE, kind="return", receipt_id="ff" * 16, number="T1-18", payments=(Payment("cash", 286_480),), change_minor=0
)
OTHER = replace(SALE, receipt_id="0e" * 16, number="T1-19")
FAULTS: tuple[Fault, ...] = get_args(Fault)
ENDS: tuple[End, ...] = get_args(End)
MOST_TRIES = 20


def documents(register: VirtualAtol) -> list[tuple[int, int]]:
    return [(each.operation, each.total_minor) for each in register.memory.receipts()]


def pay(register: VirtualAtol, journal: KeptInMemory, receipt: Receipt = SALE) -> Answer:
    """As a till does after a start: the journal is all it knows."""
    return atol_register(register, journal).register(receipt, receipt.receipt_id)


def all_late_arrive(register: VirtualAtol) -> None:
    """Ask until whatever is on its way has arrived."""
    register.power_on()
    for _ in range(register.late_by):
        register.unblock()
        with suppress(NoAnswer):
            atol_port(register).state()


def paid_in_the_end(register: VirtualAtol, journal: KeptInMemory, receipt: Receipt = SALE) -> None:
    register.paper = None
    till = atol_register(register, journal)
    for _ in range(MOST_TRIES):
        register.power_on()
        register.unblock()
        answer = till.register(receipt, receipt.receipt_id)
        assert len(documents(register)) <= 1
        if isinstance(answer, Registered):
            break
    all_late_arrive(register)
    assert documents(register) == [(1 if receipt.kind == "sale" else 2, 286_480)]
    assert journal.open_sent() == ()


def steps_of(receipt: Receipt) -> int:
    register = VirtualAtol()
    register.cut_after(1_000_000)
    assert pay(register, KeptInMemory(), receipt) == Registered("2")
    assert register.steps_left is not None
    return 1_000_000 - register.steps_left


def requests_of(receipt: Receipt) -> int:
    register = VirtualAtol()
    pay(register, KeptInMemory(), receipt)
    return register.requests


@pytest.mark.parametrize("receipt", [SALE, RETURN])
def test_power_cut_at_every_step_leaves_one_document_in_the_end(receipt: Receipt) -> None:
    seen = set()
    for count in range(steps_of(receipt) + 1):
        register, journal = VirtualAtol(), KeptInMemory()
        register.cut_after(count)
        first = pay(register, journal, receipt)
        made = documents(register)
        assert len(made) == 1 or not isinstance(first, Registered)
        assert made == [] or not isinstance(first, Refused)
        paid_in_the_end(register, journal, receipt)
        seen.add((type(first), len(made)))
    assert seen == {(Refused, 0), (Unknown, 0), (Unknown, 1), (Registered, 1)}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_exchange_that_fails_leaves_one_document_in_the_end(fault: Fault) -> None:
    for at in range(requests_of(SALE)):
        register, journal = VirtualAtol(), KeptInMemory()
        register.fail(fault, at)
        first = pay(register, journal)
        assert len(documents(register)) == 1 or not isinstance(first, Registered)
        all_late_arrive(register)
        assert documents(register) == [] or not isinstance(first, Refused)
        paid_in_the_end(register, journal)


@pytest.mark.parametrize("late_by", [1, 2, 4, 8, 16])
def test_what_was_said_not_to_be_issued_is_not_issued_by_a_request_that_comes_late(late_by: int) -> None:
    for at in range(requests_of(SALE)):
        register, journal = VirtualAtol(), KeptInMemory()
        register.late_by = late_by
        register.fail("late", at)
        answer = pay(register, journal)
        all_late_arrive(register)
        assert documents(register) == [] or not isinstance(answer, Refused)
        paid_in_the_end(register, journal)


@pytest.mark.parametrize("end", ENDS)
def test_a_receipt_that_ends_otherwise_than_ready_is_one_document_in_the_end(end: End) -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.end_as("sell", end)
    first = pay(register, journal)
    expected = {"blocked": Unknown, "blocked_made": Unknown, "error_made": Registered}.get(end, Refused)
    assert type(first) is expected
    assert len(documents(register)) == end.endswith("_made")
    paid_in_the_end(register, journal)


@given(
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 60)), max_size=6),
    ends=st.lists(
        st.tuples(st.sampled_from(["sell", "openShift", "getFnStatus", "getFnDocument"]), st.sampled_from(ENDS)),
        max_size=4,
    ),
    cuts=st.lists(st.integers(0, 80), max_size=4),
    slow_looks=st.sampled_from([0, 0, 1, 3]),
    late_by=st.integers(1, 30),
    paper=st.sampled_from([None, 0, 1, 2, -1]),
)
def test_whatever_fails_there_is_never_a_second_document_and_in_the_end_one(
    faults: list[tuple[Fault, int]],
    ends: list[tuple[str, End]],
    cuts: list[int],
    slow_looks: int,
    late_by: int,
    paper: int | None,
) -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.paper, register.slow_looks, register.late_by = paper, slow_looks, late_by
    for fault, at in faults:
        register.fail(fault, at)
    for kind, end in ends:
        register.end_as(kind, end)
    for cut in (*cuts, None, None):
        if cut is not None:
            register.cut_after(cut)
        pay(register, journal)
        assert len(documents(register)) <= 1
        register.power_on()
        register.unblock()
    register.slow_looks = 0
    paid_in_the_end(register, journal)


def test_in_progress_is_never_taken_for_an_end() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    atol_port(register).open_shift("Анна")
    till = atol_register(register, journal)
    state = atol_port(register).state()
    register.slow_looks = 3
    assert till.register(SALE, SALE.receipt_id) == Registered("2")
    register.slow_looks = 10_000
    assert state.last_document == 1
    assert isinstance(till.register(OTHER, OTHER.receipt_id), Refused)
    assert documents(register) == [(1, 286_480)]


def test_while_the_queue_is_stopped_nothing_is_sold_and_the_shift_stays_open() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.end_as("sell", "blocked")
    answer = pay(register, journal)
    assert isinstance(answer, Unknown)
    assert answer.hint is not None
    assert answer.hint.code == "atol.stopped.hint"
    assert isinstance(pay(register, journal, OTHER), Refused)
    assert atol_register(register, journal).close_shift("Анна") is not None
    assert documents(register) == []
    register.unblock()
    assert isinstance(pay(register, journal, OTHER), Registered)
    assert journal.sent_of(SALE.receipt_id) is None


def test_a_receipt_sent_to_another_memory_waits_for_a_person() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.end_as("sell", "blocked_made")
    assert isinstance(pay(register, journal), Unknown)
    swapped = VirtualAtol()
    swapped.memory.serial = "9999078900009999"
    answer = pay(swapped, journal)
    assert isinstance(answer, Unknown)
    assert answer.said.code == "fiscal.other_memory"
    atol_register(swapped, journal).settle(SALE.receipt_id, Issued(2, 7))
    assert pay(swapped, journal) == Registered("2")
    assert documents(swapped) == []


def test_a_receipt_known_to_the_server_and_forgotten_here_is_taken_over_and_not_issued_again() -> None:
    register = VirtualAtol()
    assert pay(register, KeptInMemory()) == Registered("2")
    assert pay(register, KeptInMemory()) == Registered("2")
    assert documents(register) == [(1, 286_480)]


def test_a_server_that_lost_its_queue_is_asked_by_the_memory() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.end_as("sell", "blocked_made")
    assert isinstance(pay(register, journal), Unknown)
    reinstalled = VirtualAtol(register.memory)
    assert pay(reinstalled, journal) == Registered("2")
    assert documents(reinstalled) == [(1, 286_480)]


def test_the_shift_is_opened_by_the_first_receipt_and_over_24_hours_nothing_is_sold() -> None:
    now = ["2026-11-22T12:00"]
    register, journal = VirtualAtol(now=lambda: now[0]), KeptInMemory()
    assert pay(register, journal) == Registered("2")
    now[0] = "2026-11-23T11:59"
    assert pay(register, journal, OTHER) == Registered("3")
    now[0] = "2026-11-23T12:00"
    answer = pay(register, journal, RETURN)
    assert isinstance(answer, Refused)
    assert answer.said.code == "fiscal.over_24h"
    assert len(documents(register)) == 2


def test_a_receipt_torn_by_the_end_of_the_roll_is_issued_and_printed_before_the_next() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    atol_port(register).open_shift("Анна")
    register.tear_paper()
    till = atol_register(register, journal)
    assert till.register(SALE, SALE.receipt_id) == Registered("2")
    assert register.printed == [1]
    answer = till.register(OTHER, OTHER.receipt_id)
    assert isinstance(answer, Refused)
    assert answer.said.code == "atol.refused"
    register.paper = 5
    assert till.register(OTHER, OTHER.receipt_id) == Registered("3")
    assert register.printed == [1, 2, 3]


def test_a_till_started_anew_finds_out_that_a_document_waits_for_paper() -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    atol_port(register).open_shift("Анна")
    register.tear_paper()
    assert pay(register, journal) == Registered("2")
    register.paper = 5
    till = atol_register(register, journal)
    assert isinstance(till.register(OTHER, OTHER.receipt_id), Refused)
    assert till.register(OTHER, OTHER.receipt_id) == Registered("3")
    assert register.printed == [1, 2, 3]
