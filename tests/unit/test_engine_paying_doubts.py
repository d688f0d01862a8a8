"""A charge in doubt: asked about once the line or the till is back, and never taken twice nor kept for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.payment.model import Operation
from devices.shtrih.commands import Command
from devices.virtual.payment import VirtualTerminal
from devices.virtual.shtrih import VirtualShtrih
from terminal.charges import Kept
from terminal.payment_book import PaymentBook
from terminal.session import commands as c
from tests.support.fiscal import MemoryWire
from tests.support.paying_till import TEA_MINOR, InTheDark, at_payment, kept, with_shtrih
from tests.support.payments import line_terminal
from tests.support.small_till import make_till, opened_rig, said


@pytest.fixture
def bank() -> VirtualTerminal:
    return VirtualTerminal()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def test_power_that_goes_amid_a_sale_is_a_doubt_and_asking_again_ends_it_with_one_charge(folder, bank) -> None:
    bank.cut_after(220)
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.stage == "doubt")
        assert bank.charged() == [("sale", TEA_MINOR)]
        bank.power_on()
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert [each.fate for each in kept(folder)] == ["done"]


def test_a_doubt_left_for_cash_is_undone_by_the_next_start(folder, bank) -> None:
    bank.cut_after(220)
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.charge is not None and state.charge.stage == "doubt")
        rig.engine.dispatch(c.Back())
        rig.until(lambda state: said(state) == "payment.unsettled")
        assert rig.engine.dispatch(c.Tender("cash")).state.mode == "done"
    assert [each.fate for each in kept(folder)] == ["undoing"]
    bank.power_on()
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.until(lambda state: said(state) == "payment.undone")
    assert (bank.charged(), [each.fate for each in kept(folder)]) == ([], ["undone"])


@pytest.mark.parametrize("issued", [True, False])
def test_what_paid_a_receipt_in_doubt_waits_for_its_end(folder, bank, issued) -> None:
    """The register's cable is out amid the receipt; the cashier puts it aside, and sells on once it is plugged in."""
    wire = MemoryWire(VirtualShtrih())
    wire.pull_after = Command.CLOSE_RECEIPT
    if not issued:
        wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "fiscal.doubt")
        rig.engine.dispatch(c.PutAside())
        assert bank.charged() == [("sale", TEA_MINOR)]
        wire.out = False
        rig.engine.dispatch(c.AskRegister())
        if not issued:
            rig.until(lambda state: said(state) == "payment.undone")
        receipts = rig.store.journal.recent_receipts()
    assert len(receipts) == issued
    assert bank.charged() == [("sale", TEA_MINOR)] * issued
    assert [each.fate for each in kept(folder)] == ["done" if issued else "undone"]


def test_a_till_killed_with_a_receipt_in_doubt_asks_both_and_loses_neither(folder, bank) -> None:
    wire = MemoryWire(VirtualShtrih())
    wire.pull_after = Command.CLOSE_RECEIPT
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: said(state) == "fiscal.doubt")
    with with_shtrih(folder, wire, line_terminal(bank)) as rig:
        assert said(rig.engine.view().state) == "fiscal.doubt"
        assert bank.charged() == [("sale", TEA_MINOR)]
        wire.out = False
        rig.engine.dispatch(c.AskRegister())
        assert len(rig.store.journal.recent_receipts()) == 1
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert [each.fate for each in kept(folder)] == ["done"]


def test_a_till_killed_between_the_card_and_the_receipt_gives_the_money_back(folder, bank) -> None:
    book = PaymentBook(folder)
    operation = Operation("ab" * 16, "sale", TEA_MINOR)
    line_terminal(bank).authorize_sales(operation, lambda step: None)
    book.keep(Kept(operation, 0, "VT000001"))
    book.close()
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        rig.until(lambda state: said(state) == "payment.undone")
    assert bank.charged() == []


def test_a_till_killed_after_the_receipt_leaves_the_money_where_it_is(folder, bank) -> None:
    with opened_rig(folder, terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.post(c.Tender("card"))
        rig.until(lambda state: state.mode == "done")
    (done,) = kept(folder)
    book = PaymentBook(folder)
    book.keep(Kept(done.operation, done.at_ms, done.terminal, "approved"))
    book.close()
    with opened_rig(folder, terminal=line_terminal(bank)):
        pass
    assert bank.charged() == [("sale", TEA_MINOR)]
    assert kept(folder) == [done]


def test_while_an_older_receipt_is_in_doubt_no_card_is_charged(folder, bank) -> None:
    with opened_rig(folder, InTheDark(), terminal=line_terminal(bank)) as rig:
        at_payment(rig)
        rig.engine.dispatch(c.Tender("cash"))
        rig.engine.dispatch(c.Tender("card"))
        assert said(rig.engine.view().state) == "fiscal.doubt"
        assert rig.engine.view().state.charge is None
    assert (bank.charged(), kept(folder)) == ([], [])
