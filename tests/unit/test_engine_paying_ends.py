"""The end of the day at the payment terminal: it is settled, and agrees with the receipts or the difference is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.payment.model import Operation
from devices.payment.terminal import TRIES
from devices.virtual.payment import VirtualTerminal
from terminal.session import commands as c
from tests.support.paying_till import TEA_MINOR, args, at_payment
from tests.support.payments import line_terminal
from tests.support.small_till import Rig, make_till, opened_rig, said


@pytest.fixture
def bank() -> VirtualTerminal:
    return VirtualTerminal()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def closed_after_a_sale(rig: Rig) -> None:
    at_payment(rig)
    rig.engine.post(c.Tender("card"))
    rig.until(lambda state: state.mode == "done")
    rig.engine.dispatch(c.CloseShift())


def test_a_shift_that_is_closed_settles_the_terminal_which_agrees_with_the_receipts(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_agrees")
        assert (state.mode, args(state)) == ("closed", {"own_minor": TEA_MINOR})
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_agrees" and state.mode == "closed")
        assert args(state) == {"own_minor": TEA_MINOR}


def test_what_the_terminal_has_taken_without_a_receipt_is_a_difference_told_in_figures(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        line_terminal(bank).authorize_sales(Operation("past the till", "sale", 30_00), lambda step: None)
        closed_after_a_sale(rig)
        state = rig.until(lambda state: said(state) == "payment.day_differs")
        assert args(state) == {
            "told_minor": 130_00, "told": 2, "own_minor": 100_00, "own": 1, "difference_minor": 30_00,
        }  # fmt: skip


def test_a_terminal_that_is_silent_at_the_end_of_the_day_is_compared_at_the_next(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
        bank.on = False
        assert rig.engine.dispatch(c.CloseShift()).state.mode == "closed"
        rig.until(lambda state: said(state) == "payment.no_totals")
        bank.power_on()
        closed_after_a_sale(rig)
        assert args(rig.until(lambda state: said(state) == "payment.day_agrees")) == {"own_minor": 2 * TEA_MINOR}


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_day_whose_settlement_was_lost_is_counted_once_and_whole(folder, bank, loss) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        for _ in range(TRIES):
            bank.lose("totals", loss)
        closed_after_a_sale(rig)
        rig.until(lambda state: said(state) == "payment.no_totals")
        closed_after_a_sale(rig)
        assert args(rig.until(lambda state: said(state) == "payment.day_agrees")) == {"own_minor": 2 * TEA_MINOR}
