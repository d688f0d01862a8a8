"""Points of clients' sales held over the agent: taken before the sale, given back when it fails, done without when
nobody answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loyalty.api import HoldReply
from loyalty.errors import LinkFault
from loyalty.sentences import sentence
from terminal.clock import now_ms
from terminal.session import Link
from tests.support.agent import Served, served
from tests.support.counter import CARD, TEA
from tests.support.holding_office import Office
from tests.support.small_till import make_till

SOON_S = 60


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Served]:
    make_till(tmp_path / "till", as_of_ms=now_ms())
    with served(tmp_path / "till") as made:
        made.ask("POST", "/v1/shift/open", {"cashier": "Olga"})
        yield made


@pytest.fixture
def office(agent: Served, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The link is up, whatever the sync finds of a head office that is not there."""
    made = Office()
    monkeypatch.setattr(agent.till.holding, "_office", made)
    monkeypatch.setattr(agent.till.holding, "_within_s", SOON_S)
    agent.till.sync.stop()
    agent.till.engine.link_changed(Link(online=True))
    return made


def sale(points: int = 50, total_minor: int = 150_00) -> dict[str, Any]:
    """Two teas at 100.00: half of it can be paid with points."""
    return {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA.code, "qty_milli": 2000}], "redeem_points": points,
        "member": {"key": CARD, "scanned": True}, "expected_total_minor": total_minor,
        "payments": [{"kind": "cash", "amount_minor": total_minor}],
    }  # fmt: skip


def test_a_sale_that_spends_points_has_them_held_first_and_names_the_hold(agent: Served, office: Office) -> None:
    reply = agent.ask("POST", "/v1/receipts", sale())
    (asked,) = office.asked
    receipt = reply.json()["receipt"]
    assert (reply.status_code, asked.points) == (201, {"main": 50})
    assert (receipt["hold_id"], receipt["redeemed_points"], receipt["offline"]) == (asked.hold_id, 50, False)
    assert not any((agent.till.store.folder / "holds").iterdir())


def test_the_same_sale_sent_again_holds_nothing_more(agent: Served, office: Office) -> None:
    body = sale()
    first = agent.ask("POST", "/v1/receipts", body).json()
    again = agent.ask("POST", "/v1/receipts", body)
    assert (again.status_code, again.json(), len(office.asked)) == (200, first, 1)


def test_a_sale_without_points_holds_nothing(agent: Served, office: Office) -> None:
    assert agent.ask("POST", "/v1/receipts", sale(0, 200_00)).status_code == 201
    assert office.asked == []


def test_points_that_are_gone_are_a_conflict_that_says_what_is_left(agent: Served, office: Office) -> None:
    office.answers = lambda: HoldReply("short", available={"main": 7})
    reply = agent.ask("POST", "/v1/receipts", sale())
    said = "So many points are no longer there: 7 left"
    assert (reply.status_code, reply.json()["code"], reply.json()["detail"]) == (409, "agent.points_short", said)
    assert agent.written()[1] == 0


def test_a_sale_refused_after_its_hold_gives_the_hold_back(agent: Served, office: Office) -> None:
    body = sale()
    body["payments"] = [{"kind": "cash", "amount_minor": 1}]  # falls short
    assert agent.ask("POST", "/v1/receipts", body).status_code == 422
    assert office.voided.get(timeout=SOON_S) == office.asked[0].hold_id


def test_another_total_is_refused_before_anything_is_held(agent: Served, office: Office) -> None:
    reply = agent.ask("POST", "/v1/receipts", sale(50, 151_00))
    assert (reply.status_code, reply.json()["code"], office.asked) == (409, "agent.total", [])


def nobody() -> HoldReply:
    raise LinkFault(sentence("link.offline"))


def test_where_nobody_answers_the_offline_rule_makes_the_quote_and_the_sale(agent: Served, office: Office) -> None:
    office.answers = nobody
    refused = agent.ask("POST", "/v1/receipts", sale()).json()
    assert (refused["code"], refused["quote"]["total_minor"]) == ("agent.total", 170_00)
    assert refused["quote"]["points"]["limit"]["code"] == "redeem.offline"
    receipt = agent.ask("POST", "/v1/receipts", sale(50, 170_00)).json()["receipt"]
    assert (receipt["redeemed_points"], receipt["offline"], receipt.get("hold_id", "")) == (30, True, "")
    assert len(office.asked) == 1


def test_few_points_are_spent_where_nobody_answers(agent: Served, office: Office) -> None:
    office.answers = nobody
    receipt = agent.ask("POST", "/v1/receipts", sale(20, 180_00)).json()["receipt"]
    assert (receipt["redeemed_points"], receipt["offline"], len(office.asked)) == (20, True, 1)
