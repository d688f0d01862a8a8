"""Codes to phones at a working till: asked on threads of their own, faults as sentences, nothing kept over a stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

from loyalty.api import CheckRequest, ConfirmReply, ConfirmRequest, ErrorReply
from loyalty.errors import LinkFault, NotNow
from loyalty.sentences import sentence
from terminal.committing import Begun
from terminal.confirming import MAX_ASKING
from terminal.offline_queue.http_reply import Refusal
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import NOON, PHONE, PROGRAMME, TEA
from tests.support.small_till import Rig, make_till, opened_rig, said

WAIT_S = 60.0
BY_CODE = PROGRAMME.replace(
    "offline_max_points = 30", 'offline_max_points = 30\nidentified_by = ["card", "phone_code"]'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till", programme=BY_CODE)
    return tmp_path / "till"


@pytest.fixture
def rig(folder: Path) -> Iterator[Rig]:
    with opened_rig(folder) as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        opened.engine.dispatch(c.Scan(TEA.code))
        opened.engine.dispatch(c.Type(PHONE))
        yield opened


def until(rig: Rig, code: str, *commands: c.Command) -> State:
    """The state once the till says this, after the commands."""
    heard = threading.Event()
    unwatch = rig.engine.watch(lambda view: heard.set() if said(view.state) == code else None)
    for command in commands:
        rig.engine.post(command)
    assert heard.wait(WAIT_S), said(rig.engine.view().state)
    unwatch()
    return rig.engine.view().state


def test_a_phone_is_confirmed_and_points_are_spent(rig: Rig) -> None:
    until(rig, "confirm.sent", c.ConfirmPhone())
    state = until(rig, "confirm.done", c.EnterCode("123456"))
    assert state.basket.member is not None
    asked, (id, checked) = rig.codes.asked  # type: ignore[misc]
    assert isinstance(asked, ConfirmRequest)
    member = state.basket.member
    assert (asked.member_id, asked.account_id, asked.lang) == (member.member_id, member.account_id, "en")
    assert (id, checked) == (asked.confirmation_id, CheckRequest(member.member_id, member.account_id, "123456"))
    for command in (c.SpendPoints(), c.Pay(), c.Tender("cash")):
        rig.engine.dispatch(command)
    receipt = rig.engine.view().state.receipt
    assert receipt is not None
    assert (receipt.identified_by, receipt.redeemed_points) == ("phone_code", 30)


def test_the_till_sells_on_while_the_head_office_takes_its_time(rig: Rig) -> None:
    let_go = threading.Event()

    def slow() -> ConfirmReply:
        assert let_go.wait(WAIT_S)
        return ConfirmReply(6, 300, 30)

    rig.codes.sends = slow
    rig.engine.dispatch(c.ConfirmPhone())
    state = rig.engine.dispatch(c.Scan(TEA.code)).state
    assert state.basket.lines[0].qty_milli == 2000
    let_go.set()
    assert until(rig, "confirm.sent").confirming is not None


def test_a_code_that_comes_after_the_sale_is_dropped(rig: Rig) -> None:
    let_go, over = threading.Event(), threading.Event()

    def slow() -> ConfirmReply:
        assert let_go.wait(WAIT_S)
        return ConfirmReply(6, 300, 30)

    rig.codes.sends = slow
    later = rig._post

    def told(command: c.Command) -> None:
        later(command)
        over.set()

    rig.effects._confirming._later = told
    for command in (c.ConfirmPhone(), c.Pay(), c.Tender("cash")):
        rig.engine.dispatch(command)
    let_go.set()
    assert over.wait(WAIT_S)
    state = rig.engine.dispatch(c.Refresh()).state
    assert (state.mode, said(state), state.confirming) == ("done", "done.sale_exact", None)


def refuse(code: str, retry_after_s: int = 0) -> NoReturn:
    raise Refusal(429, ErrorReply(code, "no"), retry_after_s)  # type: ignore[arg-type]


def offline() -> NoReturn:
    raise LinkFault(sentence("link.offline"))


def broken() -> NoReturn:
    raise ValueError("123456")


FAULTS = {
    "confirm.unreachable": offline,
    "confirm.wait": lambda: refuse("wait", 12),
    "confirm.no_messages": lambda: refuse("no_messages"),
    "confirm.refused": lambda: refuse("bad_request"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_of_the_link_is_a_sentence(rig: Rig, code: str) -> None:
    rig.codes.sends = FAULTS[code]
    state = until(rig, code, c.ConfirmPhone())
    assert state.confirming is None
    assert rig.codes.looked == (1 if code == "confirm.unreachable" else 0)
    if code == "confirm.wait":
        assert state.notice is not None
        assert state.notice.said.args == {"seconds": 12}


@pytest.mark.parametrize("busy", ["busy", "internal"])
def test_a_head_office_in_trouble_is_as_good_as_none(rig: Rig, busy: str) -> None:
    rig.codes.sends = lambda: refuse(busy)
    until(rig, "confirm.unreachable", c.ConfirmPhone())


def test_what_nobody_foresaw_is_a_sentence_too(rig: Rig) -> None:
    rig.codes.sends = broken
    until(rig, "confirm.refused", c.ConfirmPhone())


def test_a_till_that_stops_says_nothing(rig: Rig) -> None:
    over = threading.Event()

    def stopping() -> NoReturn:
        over.set()
        raise NotNow(sentence("till.stopping"))

    rig.codes.sends = stopping
    rig.engine.dispatch(c.ConfirmPhone())
    assert over.wait(WAIT_S)
    assert said(rig.engine.dispatch(c.Refresh()).state) == "member.found"


def test_four_requests_may_hang_and_a_fifth_says_at_once_that_nobody_answers(rig: Rig) -> None:
    let_go = threading.Event()

    def slow() -> ConfirmReply:
        assert let_go.wait(WAIT_S)
        return ConfirmReply(6, 300, 30)

    rig.codes.sends = slow
    for _ in range(MAX_ASKING):
        rig.engine.dispatch(c.ConfirmPhone())
        rig.engine.dispatch(c.CancelConfirm())
    until(rig, "confirm.unreachable", c.ConfirmPhone())
    let_go.set()


def test_a_sale_brought_back_by_a_restart_asks_for_a_new_code(folder: Path) -> None:
    with opened_rig(folder) as rig:
        for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Type(PHONE)):
            rig.engine.dispatch(command)
        until(rig, "confirm.sent", c.ConfirmPhone())
        until(rig, "confirm.done", c.EnterCode("123456"))
        basket = rig.engine.dispatch(c.SpendPoints()).state.basket
        assert basket.redeem_points == 30
        rig.store.journal.prepare("ab" * 16, msgspec.json.encode(Begun(basket)), NOON.at_ms)
    with opened_rig(folder) as rig:
        state = rig.engine.view().state
        assert state.basket.member is not None
        assert (said(state), state.basket.member.identified_by) == ("till.unfinished", "phone")
        assert state.quote is not None
        assert state.quote.redemption.used_points == 0
