"""Cash put in or taken out counts at the register exactly once, whatever fails; a copy makes no document."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.shtrih import VirtualShtrih
from terminal.fiscal.drawer import CashMove
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.register import Refused, Registered, Unknown
from tests.support.fiscal import KeptInMemory, atol_register, fiscal_register
from tests.support.fiscal_receipts import SALE

IN = CashMove("a1" * 16, "in", 500_00, "Анна", "5" * 32, 1_790_000_000_000)
OUT = CashMove("a2" * 16, "out", 200_00, "Анна", "5" * 32, 1_790_000_000_000)
AGAIN = CashMove("a3" * 16, "in", 500_00, "Анна", "5" * 32, 1_790_000_000_000)
Device = VirtualShtrih | VirtualAtol


def counted(device: Device) -> tuple[int, int]:
    """Kopecks put in and taken out in the register's shift."""
    if isinstance(device, VirtualAtol):
        return int(device.memory.cash["cashIn"] * 100), int(device.memory.cash["cashOut"] * 100)
    return device.memory.cash_in_minor, device.memory.cash_out_minor


def till_on(device: Device, journal: KeptInMemory) -> FiscalRegister:
    return atol_register(device, journal) if isinstance(device, VirtualAtol) else fiscal_register(device, journal)


@pytest.mark.parametrize("make", [VirtualShtrih, VirtualAtol])
def test_cash_is_counted_by_the_register_and_kept_until_the_till_has_recorded_it(make: Callable[[], Device]) -> None:
    device, journal = make(), KeptInMemory()
    till = till_on(device, journal)
    assert till.move_cash(IN) == Registered()
    assert till.move_cash(OUT) == Registered()
    assert counted(device) == (500_00, 200_00)
    assert till.cash_left(ask=True) == (IN, OUT)
    refused = till.close_shift("Анна")
    assert refused is not None
    assert refused.said.code == "fiscal.cash_left"
    till.cash_recorded(IN.key)
    till.cash_recorded(OUT.key)
    assert till.close_shift("Анна") is None


def test_a_drawer_without_so_much_cash_gives_none() -> None:
    device, journal = VirtualShtrih(), KeptInMemory()
    answer = till_on(device, journal).move_cash(OUT)
    assert isinstance(answer, Refused)
    assert answer.said.code == "shtrih.cash"
    assert (journal.cash, counted(device)) == ({}, (0, 0))


def bytes_of() -> int:
    """How many bytes it is, both ways, when nothing fails."""
    register = VirtualShtrih()
    register.link.cut_after(1_000_000)
    assert till_on(register, KeptInMemory()).move_cash(IN) == Registered()
    assert register.link.left is not None
    return 1_000_000 - register.link.left


def test_power_cut_at_every_byte_counts_the_cash_once_in_the_end() -> None:
    seen = set()
    for count in range(bytes_of() + 1):
        register, journal = VirtualShtrih(), KeptInMemory()
        register.link.cut_after(count)
        first = till_on(register, journal).move_cash(IN)
        made = counted(register)
        assert made == (500_00, 0) or not isinstance(first, Registered)
        assert made == (0, 0) or not isinstance(first, Refused)
        register.power_on()
        till = till_on(register, journal)
        left = till.cash_left(ask=True)
        assert left == ((IN,) if made == (500_00, 0) else ())
        assert counted(register) == made
        for move in left:
            till.cash_recorded(move.key)
        assert till.move_cash(AGAIN) == Registered()
        assert counted(register) == (made[0] + 500_00, 0)
        seen.add((type(first), made[0]))
    assert seen == {(Refused, 0), (Unknown, 0), (Unknown, 500_00), (Registered, 500_00)}


def test_at_every_step_of_the_web_server_the_cash_counts_once_in_the_end() -> None:
    whole = VirtualAtol()
    whole.cut_after(1000)
    assert till_on(whole, KeptInMemory()).move_cash(IN) == Registered()
    assert whole.steps_left is not None
    seen = set()
    for count in range(1000 - whole.steps_left + 1):
        device, journal = VirtualAtol(), KeptInMemory()
        device.cut_after(count)
        first = till_on(device, journal).move_cash(IN)
        device.power_on()
        till = till_on(device, journal)
        left = till.cash_left(ask=True)
        assert left == ((IN,) if counted(device) == (500_00, 0) else ())
        assert counted(device) in ((0, 0), (500_00, 0))
        assert isinstance(first, Registered) <= (counted(device) == (500_00, 0))
        seen.add(type(first))
    assert seen == {Refused, Unknown, Registered}


@pytest.mark.parametrize("end", ["error", "error_made", "blocked", "blocked_made", "interrupted", "canceled"])
def test_however_a_task_ends_what_the_register_counted_is_what_the_till_takes_it_for(end: str) -> None:
    device, journal = VirtualAtol(), KeptInMemory()
    till = till_on(device, journal)
    device.end_as("cashIn", end)  # type: ignore[arg-type]
    first = till.move_cash(IN)
    device.unblock()
    left = till.cash_left(ask=True)
    assert left == ((IN,) if end.endswith("_made") else ())
    assert counted(device) == ((500_00, 0) if left else (0, 0))
    assert isinstance(first, Unknown) == end.startswith("blocked")


def test_a_request_for_cash_that_comes_late_counts_as_the_till_took_it() -> None:
    probe = VirtualAtol()
    assert till_on(probe, KeptInMemory()).move_cash(IN) == Registered()
    taken = set()
    for after in range(probe.requests):
        device, journal = VirtualAtol(), KeptInMemory()
        till = till_on(device, journal)
        device.fail("late", after)
        till.move_cash(IN)
        left = till.cash_left(ask=True)
        for _ in range(device.late_by):
            till.look("2026-11-22T12:00")
        assert counted(device) == (500_00 * len(left), 0)
        taken.add(len(left))
    assert taken == {0, 1}


def test_while_cash_is_in_doubt_no_more_is_moved() -> None:
    device, journal = VirtualShtrih(), KeptInMemory()
    till = till_on(device, journal)
    device.link.cut_after(bytes_of() - 20)
    assert isinstance(till.move_cash(IN), Unknown)
    made = counted(device)
    assert isinstance(till.move_cash(AGAIN), Unknown)
    device.power_on()
    assert till.move_cash(AGAIN) == Registered()
    assert counted(device) == (made[0] + 500_00, 0)


@pytest.mark.parametrize("make", [VirtualShtrih, VirtualAtol])
def test_a_copy_makes_no_document_and_of_none_there_is_none(make: Callable[[], Device]) -> None:
    device, journal = make(), KeptInMemory()
    till = till_on(device, journal)
    assert till.print_copy(None) is not None
    assert till.register(SALE, SALE.receipt_id) == Registered("2")
    assert till.print_copy(None) is None
    assert till.print_copy(2) is None
    assert len(device.memory.documents) == 2
    refused = till.print_copy(1)
    if isinstance(device, VirtualAtol):
        assert (refused, device.memory.copies) == (None, [2, 2, 1])
    else:
        assert refused is not None
        assert (refused.said.code, device.printed) == ("fiscal.no_copy", [1, 2, 2, 2])
