"""Never more than one fiscal document for a receipt, and in the end one, whatever fails and wherever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from devices.shtrih.commands import Command
from devices.virtual.shtrih import VirtualShtrih
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence
from terminal.fiscal.port import Issued
from terminal.fiscal.register import Refused, Registered, Unknown
from tests.support.fiscal import KeptInMemory, fiscal_register
from tests.support.fiscal_receipts import CHEESE, SALE, SCARF

RETURN = replace(
    SALE, kind="return", receipt_id="ff" * 16, number="T1-18", payments=(Payment("cash", 286_480),), change_minor=0
)


def documents(register: VirtualShtrih) -> list[tuple[int, int]]:
    return [(each.operation, each.total_minor) for each in register.memory.receipts()]


def bytes_of(receipt: Receipt, *before: Receipt) -> int:
    """How many bytes a sale is, both ways, when nothing fails; `before` are those of the shift already made."""
    register, journal = VirtualShtrih(), KeptInMemory()
    for each in before:
        fiscal_register(register, journal).register(each, each.receipt_id)
    register.link.cut_after(1_000_000)
    made = fiscal_register(register, journal).register(receipt, receipt.receipt_id)
    assert made == Registered(str(2 + len(before)))
    assert register.link.left is not None
    return 1_000_000 - register.link.left


MARK = "010460000000001521abc\x1d93Zx1="
MARKED = replace(SALE, lines=(replace(SCARF, qty_milli=1000, mark=MARK), CHEESE))
"""One piece with a code of marking, at the price of two without."""


@pytest.mark.parametrize(("receipt", "operation"), [(SALE, 1), (RETURN, 2), (MARKED, 1)])
def test_power_cut_at_every_byte_leaves_one_document_in_the_end(receipt: Receipt, operation: int) -> None:
    seen = set()
    for count in range(bytes_of(receipt) + 1):
        register, journal = VirtualShtrih(), KeptInMemory()
        register.link.cut_after(count)
        first = fiscal_register(register, journal).register(receipt, receipt.receipt_id)
        made = documents(register)
        assert made == [(operation, 286_480)] or not isinstance(first, Registered)
        assert made == [] or not isinstance(first, Refused)
        register.power_on()
        assert isinstance(fiscal_register(register, journal).register(receipt, receipt.receipt_id), Registered)
        assert documents(register) == [(operation, 286_480)]
        seen.add((type(first), len(made)))
    assert seen == {(Refused, 0), (Unknown, 0), (Unknown, 1), (Registered, 1)}


COMMANDS = (
    Command.MEMORY_STATUS, Command.SHORT_STATUS, Command.BEGIN_OPENING, Command.OPEN_SHIFT, Command.OPEN_RECEIPT,
    Command.ITEM,
    Command.SEND_TAG, Command.SEND_LINE_TAG, Command.CLOSE_RECEIPT, Command.FIND_DOCUMENT, Command.BEGIN_DOCUMENT,
    Command.NEXT_BLOCK, Command.CANCEL,
)  # fmt: skip


@given(
    losses=st.lists(
        st.tuples(st.sampled_from(["request", "answer", "taken", "forgotten"]), st.sampled_from(COMMANDS)), max_size=6
    ),
    cuts=st.lists(st.integers(0, 1100), max_size=4),
    paper=st.sampled_from([None, 0, 1, 2]),
    restarts=st.booleans(),
)
def test_whatever_is_lost_there_is_never_a_second_document_and_in_the_end_one(losses, cuts, paper, restarts) -> None:
    register, journal = VirtualShtrih(), KeptInMemory()
    register.paper = paper
    for loss, command in losses:
        register.link.lose(loss, command)
    till = fiscal_register(register, journal)
    answers = []
    for cut in (*cuts, None, None):
        if cut is not None:
            register.link.cut_after(cut)
        answers.append(till.register(SALE, SALE.receipt_id))
        assert len(documents(register)) <= 1
        register.power_on()
        till = fiscal_register(register, journal) if restarts else till
    register.paper = None
    while not isinstance(answers[-1], Registered):
        assert len(answers) < 20
        answers.append(till.register(SALE, SALE.receipt_id))
    assert documents(register) == [(1, 286_480)]


@pytest.mark.parametrize("loss", ["answer", "taken", "forgotten"])
def test_a_lost_answer_to_the_last_command_is_asked_for_and_the_document_taken_over(loss) -> None:
    register, journal = VirtualShtrih(), KeptInMemory()
    register.link.lose(loss, Command.CLOSE_RECEIPT)
    assert fiscal_register(register, journal).register(SALE, SALE.receipt_id) == Registered("2")
    assert documents(register) == [(1, 286_480)]


def test_while_one_receipt_is_in_doubt_no_other_goes_out() -> None:
    register, journal = VirtualShtrih(), KeptInMemory()
    till = fiscal_register(register, journal)
    till.register(RETURN, RETURN.receipt_id)
    register.link.cut_after(bytes_of(SALE, RETURN) - 20)
    assert isinstance(till.register(SALE, SALE.receipt_id), Unknown)
    other = replace(SALE, receipt_id="0e" * 16, number="T1-19")
    refused = till.register(other, other.receipt_id)
    assert isinstance(refused, Refused)
    assert refused.said == sentence("fiscal.doubt", number=SALE.number)
    register.power_on()
    assert isinstance(till.register(other, other.receipt_id), Registered)
    assert len(documents(register)) in (2, 3)
    assert journal.open_sent() == ()


def test_a_receipt_sent_to_another_memory_waits_for_a_person() -> None:
    register, journal = VirtualShtrih(), KeptInMemory()
    register.link.lose("answer", Command.CLOSE_RECEIPT)
    register.link.cut_after(bytes_of(SALE) - 20)
    assert isinstance(fiscal_register(register, journal).register(SALE, SALE.receipt_id), Unknown)
    swapped = VirtualShtrih()
    swapped.memory.serial = "9999078900009999"
    till = fiscal_register(swapped, journal)
    answer = till.register(SALE, SALE.receipt_id)
    assert isinstance(answer, Unknown)
    assert answer.said.code == "fiscal.other_memory"
    assert documents(swapped) == []
    till.settle(SALE.receipt_id, Issued(2, 7))
    assert till.register(SALE, SALE.receipt_id) == Registered("2")
    assert documents(swapped) == []


def test_the_shift_of_the_register_is_opened_by_its_first_receipt_and_over_24_hours_nothing_is_sold() -> None:
    now = [(26, 11, 22, 12, 0)]
    register, journal = VirtualShtrih(now=lambda: now[0]), KeptInMemory()
    till = fiscal_register(register, journal)
    assert till.register(SALE, SALE.receipt_id) == Registered("2")
    now[0] = (26, 11, 23, 12, 0)
    answer = till.register(RETURN, RETURN.receipt_id)
    assert isinstance(answer, Refused)
    assert answer.said.code == "fiscal.over_24h"
    assert len(documents(register)) == 1


def test_without_paper_nothing_is_sent_and_what_waited_for_paper_is_printed_before_the_next() -> None:
    register, journal = VirtualShtrih(), KeptInMemory()
    till = fiscal_register(register, journal)
    register.paper = 0
    answer = till.register(SALE, SALE.receipt_id)
    assert isinstance(answer, Refused)
    assert answer.said.code == "fiscal.no_paper"
    register.paper = 5
    assert isinstance(till.register(SALE, SALE.receipt_id), Registered)
    assert register.printed == [1, 2]
