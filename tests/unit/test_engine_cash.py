"""Cash put into the drawer and taken out of it at a till: an event once, the shift's totals, a slip, the reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.shtrih.commands import Command
from devices.virtual.shtrih import VirtualShtrih
from loyalty.events import CashMoved, decode_body, decode_envelope
from terminal.fiscal.register import NoRegister
from terminal.fiscal_book import FiscalBook
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_till import at_work
from tests.support.small_till import Rig, do, opened_rig, said

SELL = (c.Scan(TEA.code), c.Pay(), c.Tender("cash"))


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire(VirtualShtrih())


@pytest.fixture
def rig(tmp_path: Path, wire: MemoryWire) -> Iterator[Rig]:
    with at_work(tmp_path / "till", wire) as opened:
        yield opened


def moved(rig: Rig) -> list[tuple[str, int]]:
    query = "SELECT raw FROM event WHERE type = 'cash_moved' ORDER BY place"
    raws = rig.store.journal.read(lambda connection: connection.execute(query).fetchall())
    bodies = [decode_body(decode_envelope(raw)) for (raw,) in raws]
    return [(body.kind, body.amount_minor) for body in bodies if isinstance(body, CashMoved)]


def drawer(state: State) -> tuple[int, int, int]:
    assert state.shift is not None
    totals = state.shift.totals
    return totals.cash_minor, totals.cash_in_minor, totals.cash_out_minor


def test_cash_is_counted_at_the_register_recorded_as_an_event_and_stands_in_the_totals(
    rig: Rig, wire: MemoryWire
) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.MoveCash("in", 500_00), *SELL, c.MoveCash("out", 120_00))
    assert (said(state), drawer(state)) == ("cash.out", (100_00, 500_00, 120_00))
    assert moved(rig) == [("in", 500_00), ("out", 120_00)]
    memory = wire.register.memory
    assert (memory.cash_in_minor, memory.cash_out_minor, memory.cash_minor) == (500_00, 120_00, 480_00)
    assert "Cash taken out" in "\n".join(rig.slips[-1])
    assert rig.store.journal.verify() == 4


def test_receipts_keep_what_was_put_in_and_the_reports_say_what_is_in_the_drawer(rig: Rig) -> None:
    do(rig, c.OpenShift("Ольга"), c.MoveCash("in", 500_00), *SELL, c.Back())
    state = do(rig, c.XReport())
    page = "\n".join(state.slip)
    rows = [(line.rsplit(" ", 1)[0].strip(), line.rsplit(" ", 1)[1]) for line in state.slip if " " in line]
    assert ("Cash put in", "500.00") in rows
    assert ("Cash in the drawer", "600.00") in rows
    assert "Cash taken out" in page
    assert do(rig, c.CloseShift()).shift is None
    assert "600.00" in "\n".join(rig.slips[-1])


def test_a_report_of_a_shift_without_them_has_no_such_rows(rig: Rig) -> None:
    assert "Cash put in" not in "\n".join(do(rig, c.OpenShift("Ольга"), *SELL, c.XReport()).slip)


def test_what_the_register_refuses_is_not_recorded(rig: Rig, wire: MemoryWire) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.MoveCash("out", 1))
    assert (said(state), moved(rig), drawer(state)) == ("shtrih.cash", [], (0, 0, 0))
    for amount_minor in (0, -1, 10**13):
        assert said(do(rig, c.MoveCash("in", amount_minor))) == "pay.amount"
    assert moved(rig) == []


def test_without_a_register_no_more_is_taken_out_than_the_drawer_holds_by_the_books(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "alone") as alone:
        do(alone, c.OpenShift("Ольга"), c.MoveCash("in", 500_00), *SELL)
        state = do(alone, c.MoveCash("out", 600_01))
        assert (said(state), moved(alone)) == ("cash.too_much", [("in", 500_00)])
        assert state.notice is not None
        assert state.notice.said.args == {"drawer_minor": 600_00}
        assert said(do(alone, c.MoveCash("out", 600_00))) == "cash.out"
        assert said(do(alone, c.MoveCash("out", 1))) == "cash.too_much"


def test_without_a_shift_no_cash_is_moved(rig: Rig) -> None:
    assert said(do(rig, c.MoveCash("in", 100))) == "not_now.closed"


@pytest.mark.parametrize("loss", ["request", "forgotten"])
def test_a_doubt_is_said_keeps_the_shift_open_and_is_settled_by_looking_at_the_register(
    rig: Rig, wire: MemoryWire, loss: str
) -> None:
    do(rig, c.OpenShift("Ольга"), *SELL)
    wire.register.link.lose(loss, Command.CASH_IN)  # type: ignore[arg-type]
    wire.pull_after = Command.CASH_IN
    assert said(do(rig, c.MoveCash("in", 500_00))) == "fiscal.cash_in_doubt"
    wire.out = False
    wire.pull_after = Command.SHORT_STATUS
    state = do(rig, c.CloseShift())
    assert (said(state), state.shift is not None) == ("fiscal.cash_left", True)
    wire.out, wire.pull_after = False, None
    do(rig, c.LookAtRegister(), c.LookAtRegister())
    expected = [] if loss == "request" else [("in", 500_00)]
    assert moved(rig) == expected
    assert do(rig, c.CloseShift()).shift is None


def test_cash_in_doubt_that_is_asked_for_again_by_its_id_is_counted_and_recorded_once(
    rig: Rig, wire: MemoryWire
) -> None:
    move = c.MoveCash("in", 500_00, "0199692e2c0070008000000000000001")
    do(rig, c.OpenShift("Ольга"), *SELL)
    wire.pull_after = Command.CASH_IN
    assert said(do(rig, move)) == "fiscal.cash_in_doubt"
    wire.out, wire.pull_after = False, None
    assert said(do(rig, move)) == "cash.in"
    assert (moved(rig), wire.register.memory.cash_in_minor) == ([("in", 500_00)], 500_00)
    assert drawer(rig.engine.view().state) == (100_00, 500_00, 0)


def test_cash_moved_at_the_register_as_the_till_ended_is_recorded_once_at_the_next_start(
    tmp_path: Path, wire: MemoryWire
) -> None:
    with at_work(tmp_path / "till", wire) as rig:
        do(rig, c.OpenShift("Ольга"), *SELL)
        wire.pull_after = Command.CASH_IN
        assert said(do(rig, c.MoveCash("in", 500_00))) == "fiscal.cash_in_doubt"
    wire.out = False
    for _ in range(2):
        with at_work(tmp_path / "till", wire) as rig:
            assert moved(rig) == [("in", 500_00)]
            assert drawer(rig.engine.view().state) == (100_00, 500_00, 0)


def test_what_is_recorded_again_after_a_till_that_died_there_is_the_same_event(
    tmp_path: Path, wire: MemoryWire
) -> None:
    with at_work(tmp_path / "till", wire) as rig:
        forgotten = FiscalBook.drop_cash
        FiscalBook.drop_cash = lambda self, key: None  # type: ignore[method-assign]
        try:
            do(rig, c.OpenShift("Ольга"), c.MoveCash("in", 500_00))
        finally:
            FiscalBook.drop_cash = forgotten  # type: ignore[method-assign]
        assert moved(rig) == [("in", 500_00)]
    with at_work(tmp_path / "till", wire) as rig:
        assert moved(rig) == [("in", 500_00)]
        assert drawer(rig.engine.view().state) == (0, 500_00, 0)


def test_a_till_without_a_register_records_it_too_and_has_no_copies(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till", NoRegister()) as rig:
        state = do(rig, c.OpenShift("Ольга"), c.MoveCash("in", 500_00))
        assert (said(state), moved(rig), drawer(state)) == ("cash.in", [("in", 500_00)], (0, 500_00, 0))
        assert said(do(rig, c.PrintCopy())) == "register.none"


def test_a_copy_of_the_last_document_comes_out_of_the_register(rig: Rig, wire: MemoryWire) -> None:
    assert said(do(rig, c.OpenShift("Ольга"), *SELL, c.PrintCopy())) == "register.copied"
    assert wire.register.printed == [1, 2, 2]
    assert said(do(rig, c.PrintCopy(1))) == "fiscal.no_copy"
    assert said(do(rig, c.PrintCopy(0))) == "doubt.document"


def test_cash_of_a_shift_that_ended_without_the_register_stops_neither_a_start_nor_the_next_shift(
    tmp_path: Path, wire: MemoryWire
) -> None:
    folder = tmp_path / "till"
    with at_work(folder, wire) as rig:
        do(rig, c.OpenShift("Ольга"), *SELL)
        wire.pull_after = Command.CASH_IN
        do(rig, c.MoveCash("in", 500_00))
    wire.out = False
    with opened_rig(folder, NoRegister()) as rig:
        assert do(rig, c.CloseShift()).shift is None
    with at_work(folder, wire) as rig:
        assert moved(rig) == []
        assert do(rig, c.OpenShift("Ольга"), c.MoveCash("in", 1_00)).shift is not None
        assert moved(rig) == [("in", 1_00)]
        assert do(rig, c.CloseShift()).shift is None
