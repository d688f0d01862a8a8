"""ATOL's web server over a real socket: whatever a connection does, one document in the end."""

from __future__ import annotations

from typing import ClassVar, get_args

import pytest

from devices.virtual.atol import End, Fault, Reply, Request, VirtualAtol
from devices.virtual.atol_served import on_http
from terminal.fiscal.atol import Atol
from terminal.fiscal.atol_link import AtolLink
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import NoAnswer
from terminal.fiscal.register import Registered
from tests.support.fiscal import KeptInMemory
from tests.support.fiscal_receipts import SALE

SOLD_AT = 8
"""The exchanges before a sale is sent with the shift closed: the state twice, the shift, the last document."""


class Recording(VirtualAtol):
    seen: ClassVar[list[bytes]] = []

    def answer(self, request: Request) -> Reply:
        self.seen.append(request.body)
        return super().answer(request)


def paid(url: str, journal: KeptInMemory) -> Registered | None:
    till = FiscalRegister(Atol(AtolLink(url, answer_s=0.2, pause=lambda _: None)), journal)
    answer = till.register(SALE, SALE.receipt_id)
    till.close()
    return answer if isinstance(answer, Registered) else None


@pytest.mark.parametrize("fault", get_args(Fault))
@pytest.mark.parametrize("at", [0, SOLD_AT, SOLD_AT + 1])
def test_an_exchange_that_fails_leaves_one_document_in_the_end(fault: Fault, at: int) -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.fail(fault, at)
    with on_http(register) as url:
        for _ in range(4):
            answer = paid(url, journal)
            assert len(register.memory.receipts()) <= 1
            if answer is not None:
                break
    assert answer == Registered("2")
    assert len(register.memory.receipts()) == 1


def test_the_exchange_spoiled_above_is_that_of_the_sale() -> None:
    register, seen = Recording(), Recording.seen
    seen.clear()
    with on_http(register) as url:
        assert paid(url, KeptInMemory()) == Registered("2")
    assert [b'"type":"sell"' in body for body in seen[: SOLD_AT + 1]] == [False] * SOLD_AT + [True]


@pytest.mark.parametrize("end", get_args(End))
def test_a_task_that_ends_otherwise_than_ready_leaves_one_document_in_the_end(end: End) -> None:
    register, journal = VirtualAtol(), KeptInMemory()
    register.end_as("sell", end)
    with on_http(register) as url:
        for _ in range(4):
            answer = paid(url, journal)
            register.unblock()
            if answer is not None:
                break
    assert answer == Registered("2")
    assert len(register.memory.receipts()) == 1


def test_nobody_at_the_address_is_silence() -> None:
    with on_http(VirtualAtol()) as url:
        pass
    with pytest.raises(NoAnswer):
        Atol(AtolLink(url)).state()
