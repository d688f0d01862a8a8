"""A till with a fiscal register: one document for each receipt it records, and none it does not know of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from devices.shtrih.commands import Command
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from loyalty.events import decode_envelope
from terminal.fiscal.tags import find, read
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import CUP, TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_till import at_work, made, numbers
from tests.support.small_till import Rig, do, make_till, said

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire(VirtualShtrih())


@pytest.fixture
def rig(tmp_path: Path, wire: MemoryWire) -> Iterator[Rig]:
    with at_work(tmp_path / "till", wire) as opened:
        yield opened


def in_doubt(rig: Rig, wire: MemoryWire) -> State:
    """Tea is paid; the register makes the document, and the cable is out before it says so."""
    wire.pull_after = Command.CLOSE_RECEIPT
    return do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))


def test_a_sale_is_a_document_and_the_receipt_has_its_number(rig: Rig, wire: MemoryWire) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert state.receipt is not None
    assert (state.mode, state.receipt.fiscal_number, made(wire)) == ("done", "2", [(1, 100_00)])
    assert rig.store.journal.receipt(state.receipt.number) == state.receipt


def test_a_return_is_a_document_of_its_own(rig: Rig, wire: MemoryWire) -> None:
    sold = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")).receipt
    assert sold is not None
    state = do(rig, c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert state.receipt is not None
    assert (state.receipt.kind, state.receipt.fiscal_number) == ("return", "3")
    assert made(wire) == [(1, 100_00), (2, 100_00)]


def test_a_return_of_cash_and_card_is_both_in_the_document_too(rig: Rig, wire: MemoryWire) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("card", 60_00))
    sold = do(rig, c.Tender("cash", 50_00)).receipt
    assert sold is not None
    do(rig, c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("card"))
    back = [read(each.tlv) for each in wire.register.memory.receipts()][1]
    assert [find(back, name) for name in ("paid_cash", "paid_electronic", "total")] == [40_00, 60_00, 100_00]


def test_a_silent_register_leaves_the_sale_on_the_screen_and_says_that_nothing_was_printed(
    rig: Rig, wire: MemoryWire
) -> None:
    wire.out = True
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "fiscal.silent")
    wire.out = False
    assert do(rig, c.Tender("cash")).mode == "done"
    assert (made(wire), numbers(rig)) == ([(1, 100_00)], [("T1-000001", "2")])


def test_a_doubt_is_said_and_paying_again_asks_the_register_and_ends_the_very_sale(rig: Rig, wire: MemoryWire) -> None:
    state = in_doubt(rig, wire)
    assert (state.mode, said(state), numbers(rig)) == ("pay", "fiscal.doubt", [])
    assert said(do(rig, c.Tender("cash"))) == "fiscal.doubt"
    wire.out = False
    state = do(rig, c.Tender("cash"))
    assert (state.mode, state.receipt and state.receipt.number) == ("done", "T1-000001")
    assert (made(wire), numbers(rig)) == ([(1, 100_00)], [("T1-000001", "2")])
    assert rig.store.journal.prepared() == ()


def test_while_one_receipt_is_in_doubt_no_other_is_sold_nor_the_shift_closed(rig: Rig, wire: MemoryWire) -> None:
    in_doubt(rig, wire)
    state = do(rig, c.Back(), c.VoidReceipt(), c.Scan(CUP.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state), made(wire)) == ("pay", "fiscal.doubt", [(1, 100_00)])
    state = do(rig, c.Back(), c.VoidReceipt(), c.CloseShift())
    assert said(state) == "fiscal.doubt"
    wire.out = False
    state = do(rig, c.Scan(CUP.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state), numbers(rig)) == ("pay", "sale.recorded_late", [("T1-000001", "2")])
    assert do(rig, c.Tender("cash")).mode == "done"
    assert [number for number, _ in numbers(rig)] == ["T1-000002", "T1-000001"]
    assert len(made(wire)) == 2


def test_a_doubt_that_comes_to_nothing_lets_the_same_sale_be_paid_again(rig: Rig, wire: MemoryWire) -> None:
    wire.pull_after = Command.ITEM
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, made(wire)) == ("pay", [])
    wire.out = False
    assert do(rig, c.Tender("cash")).mode == "done"
    assert made(wire) == [(1, 100_00)]


def test_a_till_that_stops_in_doubt_records_at_its_start_what_the_register_made(
    tmp_path: Path, wire: MemoryWire
) -> None:
    with at_work(tmp_path / "till", wire) as rig:
        in_doubt(rig, wire)
    with at_work(tmp_path / "till", wire) as rig:
        assert said(rig.engine.view().state) == "fiscal.doubt"
        assert rig.engine.view().state.basket.lines == ()
    wire.out = False
    with at_work(tmp_path / "till", wire) as rig:
        assert said(rig.engine.view().state) == "sale.recorded_late"
        assert numbers(rig) == [("T1-000001", "2")]
        assert rig.store.journal.prepared() == ()
        shift = rig.store.journal.open_shift()
        assert shift is not None
        assert (shift.totals.sales, shift.totals.cash_minor) == (1, 100_00)
    assert made(wire) == [(1, 100_00)]


def test_a_receipt_recorded_at_the_next_start_has_the_id_its_event_was_begun_with(
    tmp_path: Path, wire: MemoryWire
) -> None:
    """By it a client's request sent again finds what it made."""
    with at_work(tmp_path / "till", wire) as rig:
        in_doubt(rig, wire)
        (prepared,) = rig.store.journal.prepared()
    wire.out = False
    with at_work(tmp_path / "till", wire) as rig:
        raw = rig.store.journal.read(lambda each: each.execute("SELECT raw FROM event ORDER BY seq DESC").fetchone())[0]
        assert decode_envelope(raw).id == msgspec.json.decode(prepared.raw)["event_id"]


def test_a_return_that_stops_in_doubt_is_recorded_with_all_it_does(tmp_path: Path, wire: MemoryWire) -> None:
    with at_work(tmp_path / "till", wire) as rig:
        sold = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")).receipt
        assert sold is not None
        wire.pull_after = Command.CLOSE_RECEIPT
        do(rig, c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    wire.out = False
    with at_work(tmp_path / "till", wire) as rig:
        assert rig.store.journal.returned_milli(sold.receipt_id) == {1: 1000}
        assert [number for number, _ in numbers(rig)] == ["T1-000002", "T1-000001"]
    assert made(wire) == [(1, 100_00), (2, 100_00)]


def test_the_shift_is_closed_at_the_register_before_it_is_closed_here(rig: Rig, wire: MemoryWire) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"), c.Refresh())
    wire.out = True
    state = do(rig, c.CloseShift())
    assert (said(state), state.shift is not None) == ("fiscal.silent", True)
    wire.out = False
    assert do(rig, c.CloseShift()).shift is None
    assert [each.kind for each in wire.register.memory.documents] == [2, 3, 5]


KILLED = """
import os, signal, sys
from pathlib import Path

from devices.shtrih.wire import TcpWire
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.small_till import opened_rig

class Counting(TcpWire):
    left = int(sys.argv[3])
    def transfer(self, raw, wait_s):
        if raw:
            if not Counting.left:
                os.kill(os.getpid(), signal.SIGKILL)
            Counting.left -= 1
        return super().transfer(raw, wait_s)

folder = Path(sys.argv[1])
register = FiscalRegister(Shtrih(Counting("127.0.0.1", int(sys.argv[2]))), FiscalBook(folder))
with opened_rig(folder, register) as rig:
    for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")):
        rig.engine.dispatch(command)
"""


@pytest.mark.parametrize("steps", [6, 11, 20, 35, 44, 47, 48, 49, 50, 51])
def test_a_till_killed_between_any_two_writes_to_the_register_leaves_one_document_and_one_receipt(
    tmp_path: Path, wire: MemoryWire, steps: int
) -> None:
    folder = tmp_path / "till"
    make_till(folder)
    with on_tcp(wire.register.receive) as (_, port):
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(port), str(steps)], cwd=ROOT, check=False, timeout=60
        )
    with at_work(folder, wire) as rig:
        if rig.engine.view().state.basket.lines:
            assert do(rig, c.Pay(), c.Tender("cash")).mode == "done"
        assert len(numbers(rig)) == len(made(wire))
        assert made(wire) in ([], [(1, 100_00)])
        assert (ran.returncode == 0) <= (made(wire) == [(1, 100_00)])
        assert rig.store.journal.prepared() == ()
