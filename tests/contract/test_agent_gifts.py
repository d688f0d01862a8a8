"""Gifts through the agent: offered, chosen, on the receipt and its slip, and given back for nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loyalty.receipt import Receipt
from sync_server.sums import wrong_sums
from terminal.agent.asked import MAX_ASKED
from tests.support.agent import Served, served
from tests.support.counter import PROGRAMME, TEA
from tests.support.small_till import make_till

GIFTS = """
[[campaign]]
id = "badge"
name = { ru = "Значок за чай", en = "A badge with tea" }
reward = { type = "gift", options = [{ code = "991", name = { ru = "Значок", en = "A badge" }, vat = "20", qty = 2 }] }

[[campaign]]
id = "pick"
name = { ru = "Подарок на выбор", en = "A gift to choose" }
reward = { type = "gift", options = [
    { code = "992", name = { ru = "Магнит", en = "A magnet" } },
    { code = "993", name = { ru = "Брелок", en = "A key ring" } },
] }

[[campaign]]
id = "half"
name = { ru = "Половина цены", en = "Half price" }
asked = true
reward = { type = "percent", rate_bp = 5000 }
"""
LINES = [{"code": TEA.code}]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("gifts") / "till"
    make_till(folder, programme=PROGRAMME + GIFTS)
    with served(folder) as opened:
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code == 201
        yield opened


def sold(agent: Served, **changed: Any) -> Any:
    body = {"lines": LINES, "expected_total_minor": 100_00, "payments": [{"kind": "cash", "amount_minor": 100_00}]}
    reply = agent.ask("POST", "/v1/receipts", {**body, "sale_id": uuid.uuid4().hex, **changed})
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_quote_says_what_is_given_and_what_is_still_to_be_chosen(agent: Served) -> None:
    made = agent.ask("POST", "/v1/quote", {"lines": LINES}, headers={"accept-language": "en"}).json()
    assert made["gifts"] == [
        {"line_no": 2, "campaign_id": "badge", "code": "991", "name": "A badge", "qty_milli": 2000}
    ]
    magnet = {"code": "992", "name": "A magnet", "qty_milli": 1000}
    ring = {"code": "993", "name": "A key ring", "qty_milli": 1000}
    assert made["gift_choices"] == [{"campaign_id": "pick", "options": [magnet, ring]}]
    said = {each["campaign_id"]: each["said"]["text"] for each in made["explanations"]}
    assert (said["badge"], said["pick"]) == ("Free: A badge, 2 pc.", "Choose a gift: A magnet, A key ring")
    assert made["total_minor"] == 100_00


def test_what_is_chosen_is_given_and_what_is_no_gift_is_told(agent: Served) -> None:
    made = agent.ask("POST", "/v1/quote", {"lines": LINES, "choices": {"pick": "993"}}).json()
    assert [gift["code"] for gift in made["gifts"]] == ["991", "993"]
    assert made["gift_choices"] == []
    wrong = agent.ask("POST", "/v1/quote", {"lines": LINES, "choices": {"pick": "999"}}).json()
    assert [gift["code"] for gift in wrong["gifts"]] == ["991"]
    assert "999" in next(e["said"]["text"] for e in wrong["explanations"] if e["campaign_id"] == "pick")


def test_a_campaign_on_request_is_asked_for(agent: Served) -> None:
    assert agent.ask("POST", "/v1/quote", {"lines": LINES, "asked": ["half"]}).json()["total_minor"] == 50_00


def test_gifts_are_on_the_receipt_and_its_slip_and_the_figures_add_up(agent: Served) -> None:
    made = sold(agent, choices={"pick": "992"})
    receipt = made["receipt"]
    assert [(line["line_no"], line["code"], line["total_minor"]) for line in receipt["lines"]] == [
        (1, TEA.code, 100_00),
        (2, "991", 0),
        (3, "992", 0),
    ]
    assert receipt["choices"] == {"pick": "992"}
    slip = [" ".join(line.split()) for line in made["slip"]]
    place = slip.index("A badge")
    assert slip[place : place + 3] == ["A badge", "2 pcs × 0.00 0.00", "A badge with tea"]
    assert wrong_sums(msgspec.convert(receipt, Receipt)) == ""


def test_a_gift_that_comes_back_gives_nothing_back(agent: Served) -> None:
    number = sold(agent)["receipt"]["number"]
    body = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"2": 1000}, "payment": "cash"}
    reply = agent.ask("POST", "/v1/returns", body)
    assert reply.status_code == 201, reply.text
    back = reply.json()["receipt"]
    assert (back["total_minor"], back["payments"], back["lines"][0]["qty_milli"]) == (0, [], 1000)
    assert wrong_sums(msgspec.convert(back, Receipt)) == ""
    assert agent.ask("GET", f"/v1/receipts/{number}").json()["returned_milli"] == {"2": 1000}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"asked": [f"c{number}" for number in range(MAX_ASKED)]}, 200),
        ({"asked": [f"c{number}" for number in range(MAX_ASKED + 1)]}, 400),
        ({"choices": {f"c{number}": "991" for number in range(MAX_ASKED)}}, 200),
        ({"choices": {f"c{number}": "991" for number in range(MAX_ASKED + 1)}}, 400),
        ({"choices": {"pick": ""}}, 400),
    ],
)
def test_choices_and_requests_have_limits(agent: Served, changed: dict[str, Any], status: int) -> None:
    assert agent.ask("POST", "/v1/quote", {"lines": LINES, **changed}).status_code == status
