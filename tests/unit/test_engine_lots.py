"""Points with dates over a real till: on the receipt, on the slip, and in what the member can spend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.member import Due, Member
from loyalty.points.terms import Lot
from loyalty.receipt import Receipt
from terminal.session import commands as c
from tests.support.counter import CARD, PROGRAMME, TEA
from tests.support.small_till import ANNAS_POINTS, Rig, do, make_till, opened_rig

DATED = PROGRAMME.replace("[redeem]", "[points]\npending_days = 14\nexpire_days = 365\n\n[redeem]")
"""Points earned on 21 September 2026 can be spent from 5 October to 21 September 2027."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till", programme=DATED)
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def found(rig: Rig) -> Member:
    state = do(rig, c.Back(), c.Scan(CARD))
    assert state.basket.member is not None
    do(rig, c.VoidReceipt())
    return state.basket.member


def four_teas(rig: Rig) -> Receipt:
    """400.00 at 5 %: 20 points."""
    receipt = do(rig, c.Scan(CARD), *[c.Scan(TEA.code)] * 4, c.Pay(), c.Tender("cash")).receipt
    assert receipt is not None
    return receipt


def test_points_earned_wait_and_cannot_be_spent_today(rig: Rig) -> None:
    receipt = four_teas(rig)
    dates = ("2026-09-21", "2026-10-05", "2027-09-21")
    assert receipt.lots == (Lot(f"{receipt.receipt_id}#1", "main", 20, *dates),)
    member = found(rig)
    assert (member.balance_points, member.pending) == (ANNAS_POINTS, (Due("main", "2026-10-05", 20),))
    assert member.ending == (Due("main", "2027-09-21", 20),)


def test_what_is_returned_waits_no_longer(rig: Rig) -> None:
    receipt = four_teas(rig)
    do(rig, c.Back(), c.BeginReturn(receipt.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    member = found(rig)
    assert (member.balance_points, member.pending, member.ending) == (ANNAS_POINTS, (), ())
