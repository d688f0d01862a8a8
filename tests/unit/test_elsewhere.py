"""Returns at other tills: what the head office says is joined with the journal, and nobody waits long for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import ErrorReply
from loyalty.errors import BadInput, LinkFault, NotNow
from loyalty.quote import quote
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, Sums
from loyalty.sentences import sentence
from terminal.elsewhere import MAX_ASKING, Elsewhere
from terminal.offline_queue.http_reply import Refusal
from terminal.session import Link
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import NOON, TEA
from tests.support.loyalty_samples import basket, line, programme, receipt
from tests.support.small_till import SOON_S, Rig, begin_return, opened_rig

MINE = GivenBack("aa" * 16, {1: 1000}, Sums(total_minor=100_00))
THEIRS = GivenBack("bb" * 16, {1: 1000}, Sums(total_minor=100_00))


def sale(receipt_id: str = "5a" * 16) -> Receipt:
    goods = basket(line(1, 100_00, 4000))
    return receipt(quote(goods, programme(), NOON), goods, receipt_id=receipt_id)


OWN = c.ReceiptFound(sale(), {}, (MINE,))


def test_the_returns_of_both_are_told_each_with_its_own_id() -> None:
    told = c.ReceiptFound(sale(), {1: 2000}, (MINE, THEIRS))
    found = Elsewhere(lambda number: told).joined(OWN)
    assert (found.returned_milli, found.parts, found.elsewhere_known) == ({1: 2000}, (MINE, MINE, THEIRS), True)


def test_a_receipt_the_head_office_has_not_got_yet_was_returned_nowhere_else() -> None:
    def ask(number: str) -> c.ReceiptFound:
        raise Refusal(404, ErrorReply("unknown", "there is no such receipt"), 0)

    assert Elsewhere(ask).joined(OWN) == OWN


@pytest.mark.parametrize(
    "fault",
    [
        Refusal(503, ErrorReply("busy", ""), 5),
        LinkFault(sentence("link.offline")),
        NotNow(sentence("till.stopping")),
        RuntimeError("a fault of ours"),
    ],
)
def test_without_an_answer_the_journal_alone_is_told_to_be_alone(fault: Exception) -> None:
    def ask(number: str) -> c.ReceiptFound:
        raise fault

    found = Elsewhere(ask).joined(OWN)
    assert (found.parts, found.elsewhere_known) == ((MINE,), False)


def test_another_receipt_of_the_same_number_tells_nothing() -> None:
    other = c.ReceiptFound(sale("6b" * 16), {1: 4000}, (THEIRS,))
    found = Elsewhere(lambda number: other).joined(OWN)
    assert (found.returned_milli, found.parts, found.elsewhere_known) == ({}, (MINE,), False)


def test_a_slow_answer_is_not_waited_for_and_so_many_may_be_under_way() -> None:
    go, asked = threading.Event(), threading.Semaphore(0)

    def ask(number: str) -> c.ReceiptFound:
        asked.release()
        assert go.wait(SOON_S)
        return OWN

    slow = Elsewhere(ask, within_s=0.01)
    try:
        found = [slow.joined(OWN).elsewhere_known for _ in range(MAX_ASKING + 1)]
        assert found == [False] * (MAX_ASKING + 1)
        for _ in range(MAX_ASKING):
            assert asked.acquire(timeout=SOON_S)
        assert not asked.acquire(blocking=False), "one more is not asked"
    finally:
        go.set()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Anna"))
        yield opened


def sold(rig: Rig, pieces: int) -> Receipt:
    for _ in range(pieces):
        rig.engine.dispatch(c.Scan(TEA.code))
    rig.engine.dispatch(c.Pay())
    made = rig.engine.dispatch(c.Tender("cash")).state.receipt
    assert made is not None
    return made


def test_own_returns_the_head_office_has_not_got_yet_count_beside_those_of_another_till(rig: Rig) -> None:
    made = sold(rig, 4)
    rig.ask = lambda number: c.ReceiptFound(made, {1: 1000}, (THEIRS,))
    rig.engine.link_changed(Link(online=True))
    begin_return(rig.engine, made.number)
    rig.engine.dispatch(c.SetReturn(1, 2000))
    assert rig.engine.dispatch(c.ConfirmReturn("cash")).state.mode == "done"
    draft = begin_return(rig.engine, made.number).returning
    assert draft is not None
    assert (draft.left_milli, draft.elsewhere_known) == ({1: 1000}, True)


def test_a_return_on_another_screen_after_the_question_counts_beside_those_of_another_till(rig: Rig) -> None:
    made = sold(rig, 3)
    rig.ask = lambda number: c.ReceiptFound(made, {1: 1000}, (THEIRS,))
    found = rig.lookups.fetch_receipt(made.number)
    commit = c.CommitReturn(made, found.returned_milli, {1: 2000}, "cash", found.parts, found.programme)
    rig.engine.call(lambda: rig.records.take_back(commit, rig.records.shift_now(), rig.engine.around()))
    with pytest.raises(BadInput) as refused:
        rig.engine.call(lambda: rig.records.take_back(commit, rig.records.shift_now(), rig.engine.around()))
    assert refused.value.code == "return.all_returned"


def test_an_offline_till_asks_nobody_and_says_what_it_cannot_know(rig: Rig) -> None:
    made, asked = sold(rig, 1), list[str]()

    def ask(number: str) -> c.ReceiptFound:
        asked.append(number)
        return c.ReceiptFound(made, {})

    rig.ask = ask
    draft = rig.engine.dispatch(c.BeginReturn(made.number)).state.returning
    assert draft is not None
    assert (draft.elsewhere_known, asked) == (False, [])


def test_goods_rung_up_while_the_head_office_is_asked_stay_on_the_receipt(rig: Rig) -> None:
    made, go = sold(rig, 1), threading.Event()

    def ask(number: str) -> c.ReceiptFound:
        assert go.wait(SOON_S)
        return c.ReceiptFound(made, {})

    rig.ask = ask
    rig.engine.link_changed(Link(online=True))
    refused = threading.Event()

    def look(shown: View) -> None:
        if shown.state.notice and shown.state.notice.said.code == "return.finish_first":
            refused.set()

    rig.engine.watch(look)
    view = rig.engine.dispatch(c.BeginReturn(made.number))
    assert view.state.notice is not None
    assert view.state.notice.said.code == "receipt.asking"
    rig.engine.dispatch(c.Scan(TEA.code))
    go.set()
    assert refused.wait(SOON_S)
    assert len(rig.engine.view().state.basket.lines) == 1
