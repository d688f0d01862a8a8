"""A payment terminal that people work by hand: the code of its slip is typed, and no device is waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.payment.model import Approval
from terminal.session import commands as c
from tests.support.paying_till import TEA_MINOR, Paper, args, at_payment, by_hand, kept
from tests.support.small_till import make_till, opened_rig, said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def test_the_code_of_the_bank_slip_is_typed_and_the_till_waits_for_no_device(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
        rig.engine.dispatch(c.EnterSlip("код"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code_again")
        rig.engine.dispatch(c.EnterSlip("123456"))
        receipt = rig.until(lambda state: state.mode == "done").receipt
        assert receipt is not None
        assert receipt.payments[0].bank is not None
        assert receipt.payments[0].bank.code == "123456"
    assert [(each.fate, each.operation.approval) for each in kept(folder)] == [("done", Approval("123456"))]


def test_a_till_stopped_before_the_code_was_typed_asks_what_became_of_it(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
    assert [each.fate for each in kept(folder)] == ["asked"]
    with opened_rig(folder, terminal=by_hand()) as rig:
        state = rig.until(lambda state: state.charge is not None and state.charge.step == "outcome")
        assert (state.charge is not None and state.charge.amount_minor, len(state.basket.lines)) == (TEA_MINOR, 1)
        rig.engine.dispatch(c.EnterSlip("123456"))
        state = rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        assert state.charge is not None
        assert state.charge.code == "123456"
        rig.engine.dispatch(c.EnterSlip(""))
        rig.until(lambda state: said(state) == "payment.undone" and state.charge is None)
    assert [each.fate for each in kept(folder)] == ["undone"]


def test_a_void_that_is_put_off_stays_on_the_list_and_is_asked_for_by_the_next_card(folder) -> None:
    with opened_rig(folder, Paper(), terminal=by_hand()) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
        rig.engine.dispatch(c.EnterSlip("123456"))
        rig.until(lambda state: said(state) == "fiscal.no_paper")
        rig.engine.dispatch(c.Back())
        rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        rig.engine.dispatch(c.CancelCharge())
        rig.until(lambda state: said(state) == "payment.unsettled_by_hand" and state.charge is None)
        rig.engine.dispatch(c.Pay())
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.step == "void")
        rig.engine.dispatch(c.EnterSlip(""))
        rig.until(lambda state: state.charge is not None and state.charge.step == "code")
    assert sorted(each.fate for each in kept(folder)) == ["asked", "undone"]


def test_of_a_terminal_worked_by_hand_the_receipts_are_told_for_its_own_report(folder) -> None:
    with opened_rig(folder, terminal=by_hand()) as rig:
        for _ in range(2):
            at_payment(rig)
            rig.engine.post(c.Tender("card"))
            rig.until(lambda state: state.charge is not None and state.charge.step == "code")
            rig.engine.dispatch(c.EnterSlip("123456"))
            rig.until(lambda state: state.mode == "done")
            rig.engine.dispatch(c.CloseShift())
            state = rig.until(lambda state: said(state) == "payment.day_by_hand" and state.mode == "closed")
            assert args(state) == {"own_minor": TEA_MINOR}
