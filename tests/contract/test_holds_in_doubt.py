"""Points held for a receipt of which the register cannot say whether it was issued: kept until that is known."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from terminal.clock import now_ms
from terminal.opened import OpenedTill, opened_till
from terminal.session import Link, State
from terminal.session import commands as c
from tests.support.agent import Served, served
from tests.support.counter import CARD, CUP, TEA
from tests.support.holding_office import Office
from tests.support.small_till import make_till

SOON_S = 60
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "atol"\nurl = "{url}"\n'


@pytest.fixture
def web() -> VirtualAtol:
    return VirtualAtol()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def folder(tmp_path: Path, web: VirtualAtol) -> Iterator[Path]:
    make_till(tmp_path / "till", as_of_ms=now_ms())
    with on_http(web) as url:
        (tmp_path / "till" / "devices.toml").write_text(REGISTER.format(url=url))
        yield tmp_path / "till"


def linked(till: OpenedTill, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(till.holding, "_office", office)
    monkeypatch.setattr(till.holding, "_within_s", SOON_S)
    till.sync.stop()
    till.engine.link_changed(Link(online=True))


@pytest.fixture
def agent(folder: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(folder) as made:
        made.ask("POST", "/v1/shift/open", {"cashier": "Olga"})
        linked(made.till, office, monkeypatch)
        yield made


@contextmanager
def screen(folder: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenedTill]:
    with opened_till(folder, lang="en", sync_at_once=False) as till:
        linked(till, office, monkeypatch)
        yield till


def noted(till: OpenedTill) -> list[str]:
    folder = till.store.folder / "holds"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def do(till: OpenedTill, *commands: c.Command) -> State:
    for command in commands:
        till.engine.dispatch(command)
    return till.engine.view().state


def sale() -> dict[str, Any]:
    """Two teas at 100.00, half of it paid with points."""
    return {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA.code, "qty_milli": 2000}], "redeem_points": 50,
        "member": {"key": CARD, "scanned": True}, "expected_total_minor": 150_00,
        "payments": [{"kind": "cash", "amount_minor": 150_00}],
    }  # fmt: skip


def test_over_the_agent_the_hold_stays_amid_the_doubt_and_is_captured_by_the_receipt_recorded_late(
    agent: Served, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch
) -> None:
    slips: list[str] = []
    monkeypatch.setattr(agent.till.records, "put_slip", lambda slip, number: slips.append(number))
    web.end_as("sell", "blocked_made")
    body = sale()
    assert agent.ask("POST", "/v1/receipts", body).json()["code"] == "fiscal.doubt"
    (asked,) = office.asked
    assert noted(agent.till) == [asked.hold_id]
    assert agent.ask("POST", "/v1/receipts", body).json()["code"] == "fiscal.doubt"
    web.unblock()
    ended = agent.ask("POST", "/v1/receipts", body)
    assert (ended.status_code, ended.json()["receipt"]["hold_id"]) == (200, asked.hold_id)
    assert (len(office.asked), office.voided.empty(), noted(agent.till)) == (1, True, [])
    assert slips == [ended.json()["receipt"]["number"]]


def test_over_the_agent_what_was_never_issued_gives_its_hold_back_before_the_same_points_are_held_again(
    agent: Served, office: Office, web: VirtualAtol
) -> None:
    web.end_as("sell", "blocked")
    body = sale()
    assert agent.ask("POST", "/v1/receipts", body).json()["code"] == "fiscal.doubt"
    assert noted(agent.till) == [office.asked[0].hold_id]
    web.unblock()
    made = agent.ask("POST", "/v1/receipts", body)
    first, second = office.asked
    assert (made.status_code, made.json()["receipt"]["hold_id"]) == (201, second.hold_id)
    # Holds go one after the other: the answer to the second came after the first was given back.
    assert (office.voided.get_nowait(), office.voided.empty(), noted(agent.till)) == (first.hold_id, True, [])


def in_doubt(till: OpenedTill, office: Office) -> str:
    """The hold of a sale that waits for a register that is blocked."""
    do(till, c.OpenShift("Olga"), c.Scan(CARD), c.Scan(TEA.code), c.Scan(TEA.code), c.SpendPoints(50))
    till.holding.take_now("f" * 32, "f" * 32, {"main": 1})  # answered in its turn: after the hold of the sale
    state = do(till, c.Pay(), c.Tender("cash"))
    assert (state.mode, till.engine.view().doubt is not None) == ("pay", True)
    return office.asked[0].hold_id


def voided(till: OpenedTill, office: Office) -> list[str]:
    """All that has been given back by now."""
    till.holding.take_now("f" * 32, "f" * 32, {"main": 1})
    return [office.voided.get_nowait() for _ in range(office.voided.qsize())]


@pytest.mark.parametrize("left", [(c.PutAside(),), (c.Back(), c.VoidReceipt()), (c.Back(), c.SpendPoints(20))])
def test_on_the_screen_the_hold_stays_whatever_is_done_with_the_basket(
    folder: Path, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch, left: tuple[c.Command, ...]
) -> None:
    web.end_as("sell", "blocked_made")
    with screen(folder, office, monkeypatch) as till:
        hold_id = in_doubt(till, office)
        do(till, *left, c.Scan(CUP.code))
        assert (hold_id in voided(till, office), hold_id in noted(till)) == (False, True)
        assert hold_id not in {asked.replaces for asked in office.asked}
        web.unblock()
        do(till, c.AskRegister())
        (receipt,) = till.store.journal.recent_receipts()
        assert receipt.hold_id == hold_id
        assert (hold_id in voided(till, office), hold_id in noted(till)) == (False, False)


@pytest.mark.parametrize("left", [c.VoidReceipt(), c.SpendPoints(20)])
def test_a_captured_hold_is_not_given_back_with_the_basket_left_on_the_screen(
    folder: Path, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch, left: c.Command
) -> None:
    web.end_as("sell", "blocked_made")
    with screen(folder, office, monkeypatch) as till:
        hold_id = in_doubt(till, office)
        do(till, c.Back(), c.Scan(CUP.code))
        web.unblock()
        state = do(till, c.Pay(), c.Tender("cash"))
        assert state.notice is not None
        assert state.notice.said.code == "sale.recorded_late"
        do(till, c.Back(), left)
        assert (hold_id in voided(till, office), hold_id in noted(till)) == (False, False)
        assert hold_id not in {asked.replaces for asked in office.asked}


def test_on_the_screen_a_receipt_put_aside_and_never_issued_gives_its_hold_back(
    folder: Path, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.end_as("sell", "blocked")
    with screen(folder, office, monkeypatch) as till:
        hold_id = in_doubt(till, office)
        do(till, c.PutAside(), c.Scan(CUP.code))
        assert voided(till, office) == []
        web.unblock()
        do(till, c.AskRegister())
        assert voided(till, office) == [hold_id]


def test_a_start_amid_the_doubt_keeps_the_hold_that_the_receipt_names(
    folder: Path, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.end_as("sell", "blocked_made")
    with screen(folder, office, monkeypatch) as till:
        hold_id = in_doubt(till, office)
    with screen(folder, office, monkeypatch) as till:
        till.holding.give_back_left(set)
        assert (hold_id in voided(till, office), hold_id in noted(till)) == (False, True)
        web.unblock()
        do(till, c.AskRegister())
        assert (till.store.journal.recent_receipts()[0].hold_id, hold_id in noted(till)) == (hold_id, False)


def test_a_payment_that_failed_for_a_doubt_is_not_said_any_more_once_the_doubt_has_ended(
    folder: Path, office: Office, web: VirtualAtol, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.end_as("sell", "blocked")
    with screen(folder, office, monkeypatch) as till:
        in_doubt(till, office)
        assert do(till, c.AskRegister()).failure is not None
        web.unblock()
        state = do(till, c.AskRegister())
        assert state.notice is not None
        assert (state.mode, state.notice.said.code, state.failure) == ("pay", "doubt.not_issued", None)
