"""A register's troubles at a till: said when a shift opens and at a sale, and put right with the receipt kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.shtrih import VirtualShtrih
from loyalty.basket import Moment
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import FiscalPort
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire, atol_port
from tests.support.small_till import Rig, do, make_till, opened_rig, said

Device = VirtualShtrih | VirtualAtol
SELL = (c.Scan(TEA.code), c.Pay(), c.Tender("cash"))


class Clock:
    """The register's, which a test moves; `text` is ISO local time."""

    def __init__(self) -> None:
        self.text = "2026-09-21T12:00"

    def shtrih(self) -> tuple[int, int, int, int, int]:
        at = datetime.fromisoformat(self.text)
        return at.year % 100, at.month, at.day, at.hour, at.minute

    def later(self, **by: int) -> None:
        self.text = (datetime.fromisoformat(self.text) + timedelta(**by)).isoformat(timespec="minutes")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["shtrih", "atol"])
def device(request: pytest.FixtureRequest, clock: Clock) -> Device:
    return VirtualShtrih(now=clock.shtrih) if request.param == "shtrih" else VirtualAtol(now=lambda: clock.text)


def port_of(device: Device) -> FiscalPort:
    return atol_port(device) if isinstance(device, VirtualAtol) else Shtrih(MemoryWire(device))


@contextmanager
def at_work(folder: Path, device: Device) -> Iterator[Rig]:
    if not folder.exists():
        make_till(folder)
    register = FiscalRegister(port_of(device), FiscalBook(folder))
    with opened_rig(folder, register) as rig:
        yield rig
    register.close()


@pytest.fixture
def rig(tmp_path: Path, device: Device, clock: Clock) -> Iterator[Rig]:
    """Register and till have the same time."""
    with at_work(tmp_path / "till", device) as opened:
        clock.text = local(opened.engine.around().moment)
        yield opened


def local(moment: Moment) -> str:
    return f"{moment.local_date}T{moment.local_minute // 60:02d}:{moment.local_minute % 60:02d}"


def troubles(state: State) -> list[tuple[str, str]]:
    assert state.register is not None
    return [(trouble.said.code, trouble.way) for trouble in state.register.troubles]


def totals(device: Device) -> list[int]:
    return [made.total_minor for made in device.memory.receipts()]


def test_a_register_in_order_is_seen_and_nothing_is_said_of_it_at_the_opening(rig: Rig) -> None:
    assert said(do(rig, c.OpenShift("Ольга"))) == "shift.opened"
    state = do(rig, c.LookAtRegister())
    assert (said(state), troubles(state)) == ("register.well", [])
    assert state.register is not None
    assert (state.register.serial, state.register.shift) == ("9999078900001234", "closed")


def test_a_shift_over_24_hours_is_renewed_and_the_receipt_goes_on(rig: Rig, device: Device, clock: Clock) -> None:
    do(rig, c.OpenShift("Ольга"), *SELL, c.Scan(TEA.code), c.Scan(TEA.code))
    clock.later(hours=24)
    state = do(rig, c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "fiscal.over_24h")
    assert ("fiscal.over_24h", "renew_shift") in troubles(do(rig, c.LookAtRegister()))
    state = do(rig, c.RenewShift())
    assert (state.mode, said(state), state.total_minor) == ("pay", "shift.renewed", 200_00)
    assert state.shift is not None
    assert (state.shift.shift_no, state.shift.totals.sales) == (2, 0)
    assert do(rig, c.Tender("cash")).mode == "done"
    assert [made.kind for made in device.memory.documents] == [2, 3, 5, 2, 3]


def test_without_paper_or_with_an_open_cover_nothing_is_sold_and_with_it_the_same_receipt_is(
    rig: Rig, device: Device
) -> None:
    do(rig, c.OpenShift("Ольга"))
    device.paper = 0
    assert said(do(rig, *SELL)) == "fiscal.no_paper"
    device.paper, device.cover_open = None, True
    assert said(do(rig, c.Tender("cash"))) == "fiscal.cover_open"
    assert troubles(do(rig, c.LookAtRegister())) == [("fiscal.cover_open", "")]
    device.cover_open = False
    assert do(rig, c.Tender("cash")).mode == "done"
    assert totals(device) == [100_00]


def test_a_document_that_waits_for_paper_is_printed_on_from_the_till(rig: Rig, device: Device) -> None:
    do(rig, c.OpenShift("Ольга"), *SELL)
    if isinstance(device, VirtualAtol):
        device.tear_paper()
    else:
        device.torn_at = 3
    assert do(rig, *SELL).mode == "done"
    device.paper = 5
    assert troubles(do(rig, c.LookAtRegister())) == [("fiscal.unprinted", "print_on")]
    assert device.printed == [1, 2]
    assert troubles(do(rig, c.PutRight("print_on"))) == []
    assert device.printed == [1, 2, 3]


def test_another_fiscal_memory_stops_selling_until_the_manager_accepts_it_and_that_is_kept(
    tmp_path: Path, device: Device
) -> None:
    with at_work(tmp_path / "till", device) as rig:
        do(rig, c.OpenShift("Ольга"), *SELL)
    swapped = VirtualAtol() if isinstance(device, VirtualAtol) else VirtualShtrih()
    swapped.memory.serial = "9999078900009999"
    with at_work(tmp_path / "till", swapped) as rig:
        assert said(do(rig, *SELL)) == "fiscal.swapped"
        assert ("fiscal.swapped", "accept_memory") in troubles(do(rig, c.LookAtRegister()))
        assert said(do(rig, c.PutRight("accept_memory", " "))) == "doubt.who"
        assert totals(swapped) == []
        assert ("fiscal.swapped", "accept_memory") not in troubles(do(rig, c.PutRight("accept_memory", "Петрова")))
        assert do(rig, c.Tender("cash")).mode == "done"
    with at_work(tmp_path / "till", swapped) as rig:
        assert do(rig, *SELL).mode == "done"
    assert totals(swapped) == [100_00, 100_00]


def test_a_clock_that_is_off_is_said_when_the_shift_opens_and_set_by_ours(rig: Rig, clock: Clock) -> None:
    clock.later(minutes=6)
    state = do(rig, c.OpenShift("Ольга"))
    assert state.notice is not None
    assert (state.notice.level, state.notice.said.code) == ("warn", "fiscal.clock")
    assert troubles(do(rig, c.LookAtRegister())) == [("fiscal.clock", "set_clock")]
    state = do(rig, c.PutRight("set_clock"))
    assert (said(state), troubles(state)) == ("register.well", [])
    assert state.register is not None
    assert state.register.clock == local(rig.engine.around().moment)


def test_with_its_shift_open_the_clock_is_only_told(rig: Rig, clock: Clock) -> None:
    do(rig, c.OpenShift("Ольга"), *SELL)
    clock.later(minutes=6)
    assert troubles(do(rig, c.LookAtRegister())) == [("fiscal.clock", "")]
    clock.later(minutes=-1)
    assert troubles(do(rig, c.LookAtRegister())) == []


@pytest.mark.parametrize(("minutes", "told"), [(0, []), (1, [("fiscal.unsent", "")])])
def test_documents_unsent_for_more_than_three_days_are_told(
    rig: Rig, clock: Clock, minutes: int, told: list[tuple[str, str]]
) -> None:
    do(rig, c.OpenShift("Ольга"))
    clock.later(days=-3, minutes=-minutes)
    do(rig, *SELL)
    clock.later(days=3, minutes=minutes)
    state = do(rig, c.LookAtRegister())
    assert [each for each in troubles(state) if each[0] == "fiscal.unsent"] == told
    assert state.register is not None
    assert state.register.unsent == 2
