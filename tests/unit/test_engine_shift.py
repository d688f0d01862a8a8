"""Shifts through the engine: totals belong to the journal, so neither a restart nor a power cut loses them."""

from __future__ import annotations

from pathlib import Path

from loyalty.events import ShiftTotals
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, TEA
from tests.support.small_till import Rig, do, opened_rig

DAY = ShiftTotals(
    sales=2, returns=1, cash_minor=200_00, card_minor=450_50, returned_cash_minor=100_00, earned_points=5, members=1
)


def a_day(rig: Rig) -> None:
    """Two teas to a member for cash, one of them back, and a cup by card."""
    do(rig, c.OpenShift("Ольга"), c.Scan(CARD), c.Scan(TEA.code), c.Scan(TEA.code), c.Pay(), c.Tender("cash", 500_00))
    do(rig, c.Scan(CUP.code), c.Pay(), c.Tender("card"))
    do(rig, c.BeginReturn("T1-000001"), c.SetReturn(1, 1000), c.ConfirmReturn("cash"))


def test_totals_survive_a_restart(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        a_day(rig)
        before = rig.engine.view().state.shift
    with opened_rig(tmp_path / "till") as rig:
        shift = rig.engine.view().state.shift
        assert shift == before
        assert shift is not None
        assert shift.totals == DAY
        state = do(rig, c.XReport())
        assert "450.50" in "\n".join(state.slip)
        assert do(rig, c.CloseShift()).shift is None
        assert rig.slips[-1][1] != rig.slips[-2][1]
    with opened_rig(tmp_path / "till") as rig:
        assert rig.engine.view().state.mode == "closed"
        assert do(rig, c.OpenShift("Пётр")).shift is not None
        assert rig.records.shift_now().shift_no == 2


def test_a_part_returned_cannot_come_back_again(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        a_day(rig)
        state = do(rig, c.BeginReturn("kr:t1-000001"))
        assert state.returning is not None
        assert state.returning.left_milli == {1: 1000}
        do(rig, c.ReturnAll(), c.ConfirmReturn("cash"))
        state = do(rig, c.Back(), c.BeginReturn("T1-000001"))
        assert state.notice is not None
        assert state.notice.said.code == "return.all_back"


def test_numbers_of_receipts_go_on_after_a_restart(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        a_day(rig)
    with opened_rig(tmp_path / "till") as rig:
        state = do(rig, c.Scan(CUP.code), c.Pay(), c.Tender("card"))
        assert state.receipt is not None
        assert state.receipt.number == "T1-000004"
        assert rig.store.journal.verify() == 5
