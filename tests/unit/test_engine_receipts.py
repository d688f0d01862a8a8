"""The receipts of the shift looked up again: the list, a slip on the screen, a copy that is no other document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.virtual.shtrih import VirtualShtrih
from terminal.session import State, receipts
from terminal.session import commands as c
from terminal.session.receipts import ReceiptRow
from tests.support.counter import CARD, TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_till import at_work
from tests.support.small_till import Rig, do, opened_rig, said

SELL = (c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
COPY = "*** COPY ***"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till") as opened:
        yield opened


def rows(state: State) -> tuple[ReceiptRow, ...]:
    assert state.receipts is not None
    return state.receipts.rows


def test_the_list_has_the_receipts_of_this_shift_alone_the_newest_first(rig: Rig) -> None:
    do(rig, c.OpenShift("Anna"), *SELL, c.CloseShift(), c.OpenShift("Olga"))
    assert said(do(rig, c.ListReceipts())) == "receipts.none"
    do(rig, c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Tender("card", 40_00), c.Tender("cash", 100_00))
    do(rig, c.BeginReturn("2"), c.ReturnAll(), c.ConfirmReturn("card"))
    name = rig.engine.view().state.receipt.member_name  # type: ignore[union-attr]
    state, now = do(rig, c.ListReceipts()), rig.engine.around().moment.local_minute
    assert rows(state) == (
        ReceiptRow("T1-000003", "return", now, 100_00, name, ("card", "cash")),
        ReceiptRow("T1-000002", "sale", now, 100_00, name, ("card", "cash")),
    )
    assert (state.mode, state.receipts.more) == ("done", False)  # type: ignore[union-attr]


def test_of_more_receipts_than_the_list_holds_it_has_the_last_and_says_so(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.shift_receipts.MOST_LISTED", 2)
    do(rig, c.OpenShift("Anna"), *SELL * 2)
    assert len(rows(do(rig, c.ListReceipts()))) == 2
    assert said(do(rig)) != "receipts.more"
    do(rig, *SELL)
    state = do(rig, c.ListReceipts())
    assert [row.number for row in rows(state)] == ["T1-000003", "T1-000002"]
    assert said(state) == "receipts.more"
    assert receipts.MOST_LISTED == 500


def test_a_receipt_looked_at_is_its_slip_and_a_copy_says_above_and_below_that_it_is_one(rig: Rig) -> None:
    do(rig, c.OpenShift("Anna"), *SELL)
    before = rig.store.journal.verify()
    state = do(rig, c.ListReceipts(), c.LookAtReceipt("T1-000001"))
    assert state.receipts is not None
    assert (state.receipts.number, state.receipts.slip) == ("T1-000001", rig.slips[0])
    assert said(do(rig, c.ReprintReceipt("T1-000001"))) == "receipts.copy_printer"
    assert [line.strip() for line in (rig.slips[1][0], rig.slips[1][-1])] == [COPY, COPY]
    assert (rig.slips[1][1:-1], len(rig.slips)) == (rig.slips[0], 2)
    assert rig.store.journal.verify() == before


def test_a_receipt_nobody_knows_and_a_till_without_a_printer_are_told(rig: Rig) -> None:
    do(rig, c.OpenShift("Anna"), *SELL)
    assert said(do(rig, c.LookAtReceipt("T1-000009"))) == "receipt.none"
    rig.records.paper_of = None
    assert said(do(rig, c.ReprintReceipt("T1-000001"))) == "receipts.no_printer"
    assert len(rig.slips) == 1


def test_the_register_copies_its_own_document_and_makes_no_other(tmp_path: Path) -> None:
    wire = MemoryWire(VirtualShtrih())
    with at_work(tmp_path / "till", wire) as rig:
        do(rig, c.OpenShift("Anna"), *SELL)
        assert rows(do(rig, c.ListReceipts()))[0].fiscal_number == "2"
        assert said(do(rig, c.ReprintReceipt("T1-000001"))) == "receipts.copy_register"
        assert (wire.register.printed, len(wire.register.memory.receipts())) == ([1, 2, 2], 1)
        assert len(rig.slips) == 1
        do(rig, *SELL)
        assert said(do(rig, c.ReprintReceipt("T1-000001"))) == "receipts.copy_printer"  # it repeats its last alone
        assert (wire.register.printed, len(wire.register.memory.receipts())) == ([1, 2, 2, 3], 2)
        assert rig.slips[-1][0].strip() == COPY
        rig.records.paper_of = None
        assert said(do(rig, c.ReprintReceipt("T1-000001"))) == "fiscal.no_copy"


def test_with_the_language_the_slips_change_and_what_is_on_show_too(rig: Rig) -> None:
    state = do(rig, c.OpenShift("Anna"), *SELL)
    assert "Receipt T1-000001" in "\n".join(state.slip)
    state = do(rig, c.Speak("ru"))
    assert (state.mode, "Чек T1-000001" in "\n".join(state.slip)) == ("done", True)
    assert "ВЫРУЧКА" in "\n".join(do(rig, c.XReport()).slip)
    assert "TAKINGS" in "\n".join(do(rig, c.Speak("en")).slip)
    assert "TAKINGS" in "\n".join(do(rig, c.CloseShift()).slip)
    assert "ВЫРУЧКА" in "\n".join(do(rig, c.Speak("ru")).slip)
    assert do(rig, c.OpenShift("Anna"), c.Speak("en")).slip == ()
