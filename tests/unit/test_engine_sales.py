"""A sale through the engine, over a real journal and a real cache: durable before it is shown, and never half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence
from terminal.fiscal.register import Refused, Registered, Unknown
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.sentences import store_fault
from terminal.sales import GivenIds
from terminal.session import State
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import CARD, TEA
from tests.support.queue_samples import receipt as foreign_receipt
from tests.support.small_till import Rig, do, opened_rig, said
from tests.support.spy import Spy, events_of


@pytest.fixture
def spy() -> Spy:
    return Spy()


@pytest.fixture
def rig(tmp_path: Path, spy: Spy) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till", spy) as opened:
        spy.rig = opened
        yield opened


def test_a_sale_is_prepared_then_registered_then_recorded_and_only_then_shown_as_done(rig: Rig, spy: Spy) -> None:
    shown: list[bool] = []

    def painted(view: View) -> None:
        if view.state.mode == "done":
            assert view.state.receipt is not None
            shown.append(rig.store.journal.receipt(view.state.receipt.number) == view.state.receipt)

    rig.engine.watch(painted)
    state = do(rig, c.OpenShift("Ольга"), c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert state.mode == "done"
    assert spy.seen == [(1, None)]
    assert shown == [True]
    assert rig.store.journal.prepared() == ()
    assert events_of(rig) == 2
    assert state.receipt is not None
    assert state.slip == rig.slips[-1]
    assert state.receipt.number in "\n".join(state.slip)


@pytest.mark.parametrize("answer", [Refused(sentence("fiscal.paper")), Unknown(sentence("fiscal.doubt"))])
def test_what_the_register_does_not_confirm_leaves_the_sale_on_the_screen_and_no_event(
    rig: Rig, spy: Spy, answer: Refused | Unknown
) -> None:
    spy.answer = answer
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", answer.said.code)
    assert [line.product.code for line in state.basket.lines] == [TEA.code]
    assert events_of(rig) == 1
    # What is certain not to be issued is forgotten; what is in doubt is not, until the register is asked again.
    assert len(rig.store.journal.prepared()) == isinstance(answer, Unknown)
    do(rig, c.AskRegister())
    assert rig.store.journal.prepared() == ()


# -- a full disk


def full(rig: Rig, full_now: bool = True) -> None:
    """From now on journal.db may not grow by a page; or may again."""

    def limit(connection: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages if full_now else 1_000_000}")  # type: ignore[attr-defined]

    rig.store.journal.write(limit)


def many_lines(rig: Rig) -> State:
    """A basket whose events need more than the room left in pages begun."""
    do(rig, c.OpenShift("Ольга"), c.Scan(CARD), *[c.Scan("2100123004560")] * 120)
    return do(rig, c.Pay())


def test_a_full_disk_before_the_register_keeps_the_sale_and_records_nothing(rig: Rig, spy: Spy) -> None:
    before = many_lines(rig)
    full(rig)
    state = do(rig, c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "store.full")
    assert state.notice is not None
    assert state.notice.hint == sentence("store.full.do")
    assert (state.basket, state.tenders) == (replace(before.basket, payment="cash"), ())
    assert spy.seen == []
    assert events_of(rig) == 1
    full(rig, False)
    assert do(rig, c.Tender("cash")).mode == "done"
    assert events_of(rig) == 2


def test_a_full_disk_after_the_register_keeps_the_sale_and_records_nothing(rig: Rig, spy: Spy) -> None:
    before = many_lines(rig)
    spy.meanwhile = lambda: full(rig)
    state = do(rig, c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "store.full")
    assert (state.basket, state.tenders) == (replace(before.basket, payment="cash"), ())
    assert len(spy.seen) == 1
    assert events_of(rig) == 1
    assert rig.store.journal.prepared() == ()
    assert rig.store.journal.recent_receipts() == ()
    spy.meanwhile = lambda: full(rig, False)
    full(rig, False)
    assert do(rig, c.Tender("cash")).mode == "done"
    assert events_of(rig) == 2


def test_a_sale_undone_on_a_disk_too_full_to_forget_it_is_forgotten_before_the_next(
    rig: Rig, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, refusing = rig.store.journal, [True]
    forget = journal.discard_prepared

    def discard(sale_id: str) -> None:
        if refusing[0]:
            raise store_fault("store.full", file="journal.db")
        forget(sale_id)

    monkeypatch.setattr(journal, "discard_prepared", discard)
    spy.answer = Refused(sentence("fiscal.paper"))
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert said(state) == "fiscal.paper"
    assert len(journal.prepared()) == 1
    refusing[0] = False
    spy.answer = Registered()
    state = do(rig, c.Tender("cash"))
    assert (state.mode, state.receipt and state.receipt.number) == ("done", "T1-000001")
    assert journal.prepared() == ()


# -- numbers and ids


def sell(rig: Rig, paid_minor: int, ids: GivenIds | None = None) -> Receipt:
    """A cup of tea through the records, as the local API sells it."""

    def work() -> Receipt:
        view = rig.engine.view().state
        assert view.quote is not None
        effect = c.CommitSale(view.basket, view.quote, (Payment("cash", paid_minor),))
        return rig.records.sale(effect, rig.records.shift_now(), rig.engine.around(), ids).receipt

    return rig.engine.call(work)


def test_a_receipt_that_does_not_hold_together_takes_no_number(rig: Rig) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    assert sell(rig, 100_00).number == "T1-000001"
    with pytest.raises(BadInput):
        sell(rig, 99_99)
    assert sell(rig, 100_00).number == "T1-000002"


def test_a_sale_that_is_not_recorded_gives_its_number_to_the_next(rig: Rig, spy: Spy) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    spy.answer = Refused(sentence("fiscal.paper"))
    with pytest.raises(NotNow):
        sell(rig, 100_00)
    spy.answer = Registered()
    assert sell(rig, 100_00).number == "T1-000001"


def test_the_number_of_a_receipt_that_may_stand_on_paper_is_not_given_again(rig: Rig, spy: Spy) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    spy.answer = Unknown(sentence("fiscal.doubt"))
    with pytest.raises(NotNow):
        sell(rig, 100_00)
    spy.answer = Registered()
    assert sell(rig, 100_00).number == "T1-000002"


def test_a_full_disk_leaves_no_gap_in_the_numbers(rig: Rig, spy: Spy) -> None:
    assert many_lines(rig).mode == "pay"
    full(rig)
    assert said(do(rig, c.Tender("cash"))) == "store.full"
    full(rig, False)
    spy.meanwhile = lambda: full(rig)
    assert said(do(rig, c.Tender("cash"))) == "store.full"
    full(rig, False)
    spy.meanwhile = lambda: None
    state = do(rig, c.Tender("cash"))
    assert (state.mode, state.receipt and state.receipt.number) == ("done", "T1-000001")


def test_given_ids_are_the_receipts_own_and_leave_nothing_for_a_screen(rig: Rig, spy: Spy) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    raws: list[bytes] = []
    spy.meanwhile = lambda: raws.extend(prepared.raw for prepared in rig.store.journal.prepared())
    ids = GivenIds("12" * 16, "34" * 16)
    assert sell(rig, 100_00, ids).receipt_id == ids.receipt_id
    assert TEA.code.encode() not in raws[0]


def test_totals_count_what_was_sold_beside_the_screen(rig: Rig) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    sell(rig, 100_00)
    state = do(rig, c.Pay(), c.Tender("card"))
    assert state.shift is not None
    assert (state.shift.totals.sales, state.shift.totals.cash_minor, state.shift.totals.card_minor) == (
        2,
        100_00,
        100_00,
    )


def test_another_tills_receipt_goes_back_once_even_before_the_head_office_hears_of_it(rig: Rig) -> None:
    do(rig, c.OpenShift("Ольга"))
    original = foreign_receipt(7)
    effect = c.CommitReturn(original, {}, {1: 1000}, "cash")

    def take_back() -> Receipt:
        return rig.records.take_back(effect, rig.records.shift_now(), rig.engine.around()).receipt

    assert rig.engine.call(take_back).original_id == original.receipt_id
    with pytest.raises(BadInput) as refusal:
        rig.engine.call(take_back)
    assert refusal.value.code == "return.all_returned"


def test_a_fault_of_the_store_is_told_with_its_sentence(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise StoreFault(sentence("store.disk", file="journal.db", what="I/O error"))

    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay())
    monkeypatch.setattr(rig.store.journal, "record", broken)
    state = do(rig, c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "store.disk")


def test_a_sale_whose_record_came_late_is_done_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = rig.store.journal
    record = journal.record

    def late(*facts: Fact, **extras: Any) -> None:
        record(*facts, **extras)
        raise store_fault("store.slow")

    do(rig, c.OpenShift("Olga"), c.Scan(TEA.code), c.Pay())
    monkeypatch.setattr(journal, "record", late)
    state = do(rig, c.Tender("cash"))
    assert state.mode == "done"
    assert state.receipt is not None
    assert journal.receipt(state.receipt.number) == state.receipt
    assert events_of(rig) == 2


@pytest.mark.parametrize("again", ["the same", "another"])
def test_a_sale_recorded_while_the_disk_hung_is_ended_when_it_is_paid_again_and_named_before_another(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    journal = rig.store.journal
    record, discard = journal.record, journal.discard_prepared

    def late(*facts: Fact, **extras: Any) -> None:
        record(*facts, **extras)
        raise store_fault("store.slow")

    def hung(sale_id: str) -> None:
        raise store_fault("store.slow")

    do(rig, c.OpenShift("Olga"), c.Scan(TEA.code), c.Pay())
    monkeypatch.setattr(journal, "record", late)
    monkeypatch.setattr(journal, "discard_prepared", hung)
    assert do(rig, c.Tender("cash")).mode == "pay"
    monkeypatch.setattr(journal, "record", record)
    monkeypatch.setattr(journal, "discard_prepared", discard)
    if again == "the same":
        state = do(rig, c.Tender("cash"))
        assert (state.mode, state.receipt and state.receipt.number) == ("done", "T1-000001")
        assert events_of(rig) == 2
        return
    state = do(rig, c.Back(), c.VoidReceipt(), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", "sale.recorded_late")
    assert events_of(rig) == 2
    assert do(rig, c.Tender("cash")).mode == "done"
