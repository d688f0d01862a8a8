"""A receipt in doubt: asked once, resolved by the register or by who has seen its tape, put aside; the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.shtrih.commands import Command
from devices.shtrih.link import ENQ
from devices.virtual.shtrih import VirtualShtrih
from loyalty.sentences import sentence
from terminal.session import State
from terminal.session import commands as c
from terminal.session.state import Doubt
from tests.support.counter import CUP, TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_till import at_work, made, numbers
from tests.support.small_till import Rig, do, said


class CountingWire(MemoryWire):
    """Counts how often the register is called in vain."""

    def __init__(self, register: VirtualShtrih) -> None:
        super().__init__(register)
        self.calls = 0

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        self.calls += self.out and raw == bytes((ENQ,))
        return super().transfer(raw, wait_s)


@pytest.fixture
def wire() -> CountingWire:
    return CountingWire(VirtualShtrih())


@pytest.fixture
def rig(tmp_path: Path, wire: CountingWire) -> Iterator[Rig]:
    with at_work(tmp_path / "till", wire) as opened:
        yield opened


def in_doubt(rig: Rig, wire: MemoryWire, last: int = Command.CLOSE_RECEIPT) -> State:
    """Tea is paid; the cable is out right after that command of the receipt."""
    wire.pull_after = last
    return do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))


def test_a_doubt_stands_in_the_picture_with_all_that_is_known_of_it(rig: Rig, wire: CountingWire) -> None:
    assert rig.engine.view().doubt is None
    in_doubt(rig, wire)
    assert rig.engine.view().doubt == Doubt(
        "T1-000001", "sale", 100_00, rig.engine.around().moment, sentence("fiscal.silent"),
        sentence("fiscal.doubt.hint"), "9999078900001234",
    )  # fmt: skip


def test_a_payment_that_comes_into_doubt_waits_for_one_question_and_no_second(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    # Five for the answer that was lost, five for the question what became of it.
    assert wire.calls == 10
    do(rig, c.AskRegister())
    assert wire.calls == 15
    do(rig, c.Tender("cash"))
    assert wire.calls == 20


def test_asking_again_ends_the_very_sale_once_the_register_answers(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    state = do(rig, c.AskRegister())
    assert (state.mode, said(state)) == ("pay", "doubt.still")
    wire.out = False
    state = do(rig, c.AskRegister())
    assert (state.mode, state.receipt and state.receipt.fiscal_number) == ("done", "2")
    assert rig.engine.view().doubt is None
    assert (made(wire), numbers(rig)) == ([(1, 100_00)], [("T1-000001", "2")])
    assert len(rig.slips) == 1


def test_a_sale_the_register_never_made_is_there_to_be_paid_again(rig: Rig, wire: CountingWire) -> None:
    wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    in_doubt(rig, wire)
    wire.out = False
    state = do(rig, c.AskRegister())
    assert (state.mode, said(state), rig.engine.view().doubt) == ("pay", "doubt.not_issued", None)
    assert do(rig, c.Tender("cash")).mode == "done"
    assert (made(wire), numbers(rig)) == ([(1, 100_00)], [("T1-000002", "2")])


def test_put_aside_the_receipt_leaves_the_screen_and_comes_back_if_it_was_never_issued(
    rig: Rig, wire: CountingWire
) -> None:
    wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    in_doubt(rig, wire)
    state = do(rig, c.PutAside())
    assert (state.mode, state.basket.lines) == ("sale", ())
    assert said(do(rig, c.PutAside())) == "doubt.nothing_to_put_aside"
    state = do(rig, c.Scan(CUP.code))
    assert (state.total_minor, state.mode) == (450_50, "sale")
    state = do(rig, c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "fiscal.doubt")
    do(rig, c.Back(), c.VoidReceipt())
    wire.out = False
    state = do(rig, c.AskRegister())
    assert [line.product for line in state.basket.lines] == [TEA]
    assert (said(state), state.total_minor) == ("doubt.not_issued", 100_00)
    assert do(rig, c.Pay(), c.Tender("cash")).mode == "done"


def test_what_was_put_aside_does_not_push_another_basket_off_the_screen(rig: Rig, wire: CountingWire) -> None:
    wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    in_doubt(rig, wire)
    do(rig, c.PutAside(), c.Scan(CUP.code))
    wire.out = False
    state = do(rig, c.AskRegister())
    assert [line.product for line in state.basket.lines] == [CUP]
    assert state.notice is not None
    assert (state.notice.said.code, state.notice.hint) == ("doubt.not_issued", sentence("doubt.ring_up_again"))


def test_put_aside_and_issued_it_is_recorded_and_the_other_basket_stays(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    do(rig, c.PutAside(), c.Scan(CUP.code))
    wire.out = False
    state = do(rig, c.AskRegister())
    assert (said(state), [line.product for line in state.basket.lines]) == ("doubt.issued", [CUP])
    assert state.shift is not None
    assert (state.shift.totals.sales, numbers(rig)) == (1, [("T1-000001", "2")])


def test_with_another_register_in_its_place_the_manager_says_what_the_tape_says(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    wire.register, wire.out = VirtualShtrih(), False
    wire.register.memory.serial = "9999078900009999"
    state = do(rig, c.AskRegister())
    doubt = rig.engine.view().doubt
    assert doubt is not None
    assert (said(state), doubt.told) == (
        "fiscal.other_memory", sentence("fiscal.memory_now", now="9999078900009999")
    )  # fmt: skip
    assert said(do(rig, c.SettleDoubt("  ", 2))) == "doubt.who"
    assert said(do(rig, c.SettleDoubt("Петрова", 0))) == "doubt.document"
    state = do(rig, c.SettleDoubt("Петрова", 2))
    assert (state.mode, numbers(rig), made(wire)) == ("done", [("T1-000001", "2")], [])


def test_a_silent_register_s_receipt_is_settled_as_not_issued_by_the_manager(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire, Command.CLOSE_RECEIPT)
    state = do(rig, c.SettleDoubt("Петрова"))
    assert (state.mode, said(state), rig.engine.view().doubt) == ("pay", "doubt.not_issued", None)
    assert rig.store.journal.prepared() == ()


def test_what_the_register_says_itself_goes_before_what_the_manager_says(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    wire.out = False
    state = do(rig, c.SettleDoubt("Петрова"))
    assert (state.mode, numbers(rig), made(wire)) == ("done", [("T1-000001", "2")], [(1, 100_00)])


def test_a_doubt_found_at_the_start_is_asked_about_and_its_receipt_comes_back(
    tmp_path: Path, wire: CountingWire
) -> None:
    wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    with at_work(tmp_path / "till", wire) as rig:
        in_doubt(rig, wire)
    with at_work(tmp_path / "till", wire) as rig:
        assert rig.engine.view().doubt is not None
        wire.out = False
        state = do(rig, c.AskRegister())
        assert [line.product for line in state.basket.lines] == [TEA]
        assert do(rig, c.Pay(), c.Tender("cash")).mode == "done"
    assert made(wire) == [(1, 100_00)]


def test_a_return_in_doubt_is_resolved_as_a_sale_is(rig: Rig, wire: CountingWire) -> None:
    sold = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")).receipt
    assert sold is not None
    wire.pull_after = Command.CLOSE_RECEIPT
    state = do(rig, c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    doubt = rig.engine.view().doubt
    assert doubt is not None
    assert (state.mode, doubt.kind, doubt.total_minor) == ("return", "return", 100_00)
    wire.out = False
    state = do(rig, c.AskRegister())
    assert (state.mode, numbers(rig)[0]) == ("done", ("T1-000002", "3"))


def test_in_doubt_our_own_x_report_is_made_and_says_that_the_register_s_is_not(rig: Rig, wire: CountingWire) -> None:
    in_doubt(rig, wire)
    state = do(rig, c.PutAside(), c.XReport())
    assert state.slip
    assert state.notice is not None
    assert (state.notice.level, state.notice.said.code) == ("warn", "fiscal.silent")
    assert state.notice.hint == sentence("shift.report_ours")


def test_with_nothing_in_doubt_asking_says_so(rig: Rig) -> None:
    assert said(do(rig, c.OpenShift("Ольга"), c.AskRegister())) == "doubt.none"
