"""Returns through the agent over a real socket: once for each id, also of a receipt another till made."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loyalty.api import ErrorReply
from terminal.agent.desk import MAX_FETCHING
from terminal.offline_queue.http_reply import Refusal
from terminal.session import commands as c
from tests.support.agent import SOON_S, Served, sale, served
from tests.support.counter import TEA
from tests.support.queue_samples import receipt as foreign_receipt
from tests.support.small_till import make_till


@pytest.fixture
def open_agent(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "till") as opened:
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "  Ольга  "}).status_code == 201
        yield opened


def test_a_part_comes_back_once_for_each_return_id(open_agent: Served) -> None:
    lines = [{"code": TEA.code, "qty_milli": 3000}]
    number = open_agent.ask("POST", "/v1/receipts", sale(300_00, lines=lines)).json()["receipt"]["number"]
    back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 2000}, "payment": "cash"}
    first, again = (open_agent.ask("POST", "/v1/returns", back) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["receipt"]["total_minor"] == 200_00
    assert open_agent.ask("GET", f"/v1/receipts/{number}").json()["returned_milli"] == {"1": 2000}
    other = open_agent.ask("POST", "/v1/returns", {**back, "payment": "card"})
    assert (other.status_code, other.json()["code"]) == (409, "agent.other_body")
    more = open_agent.ask("POST", "/v1/returns", {**back, "return_id": uuid.uuid4().hex})
    assert (more.status_code, more.json()["code"]) == (422, "return.too_much")
    assert open_agent.written() == (3, 0)


THREE_FOR_TWO = """
id = "corner"
version = 1
name = { ru = "Уголок", en = "Corner" }
[returns]
rule = "kept"
[[campaign]]
id = "three"
name = { ru = "3 по цене 2", en = "3 for 2" }
reward = { type = "n_for_m", take = 3, pay = 2 }
"""


def test_a_return_of_less_than_was_paid_says_why_in_words_and_as_data(tmp_path: Path) -> None:
    make_till(tmp_path / "till", programme=THREE_FOR_TWO)
    with served(tmp_path / "till") as agent:
        agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        lines = [{"code": TEA.code, "qty_milli": 3000}]
        number = agent.ask("POST", "/v1/receipts", sale(200_00, lines=lines)).json()["receipt"]["number"]
        back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 1000}, "payment": "cash"}
        made = agent.ask("POST", "/v1/returns", back).json()
        assert made["receipt"]["total_minor"] == 0
        assert [note["code"] for note in made["notes"]] == ["return.withheld", "return.less_off"]
        assert made["notes"][0]["text"] == "66.67 less comes back than was paid for this"
        back |= {"return_id": uuid.uuid4().hex, "lines": {"1": 2000}}
        assert agent.ask("POST", "/v1/returns", back).json()["receipt"]["total_minor"] == 200_00


def test_a_sale_and_a_return_may_have_the_same_id(open_agent: Served) -> None:
    body = sale()
    number = open_agent.ask("POST", "/v1/receipts", body).json()["receipt"]["number"]
    back = {"return_id": body["sale_id"], "number": f"kr:{number.lower()}", "lines": {"1": 1000}, "payment": "cash"}
    assert open_agent.ask("POST", "/v1/returns", back).status_code == 201


def test_another_tills_receipt_is_said_to_be_out_of_reach_while_offline(open_agent: Served) -> None:
    reply = open_agent.ask("GET", "/v1/receipts/T9-000001")
    assert (reply.status_code, reply.json()["code"]) == (503, "receipt.unknown")
    assert reply.json()["hint"]
    assert int(reply.headers["retry-after"]) > 0


class Office:
    """The head office as far as a receipt of another till goes; `held` waits before it answers."""

    def __init__(self, agent: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        self.receipt = foreign_receipt(7)
        self.waiting, self.go = threading.Semaphore(0), threading.Event()
        self.held = False
        monkeypatch.setattr(agent.till.lookups, "_ask_receipt", self.ask)

    def ask(self, number: str) -> c.ReceiptFound:
        if self.held:
            self.waiting.release()
            assert self.go.wait(SOON_S)
        if number != self.receipt.number:
            raise Refusal(404, ErrorReply("unknown", "no such receipt"), 0)
        return c.ReceiptFound(self.receipt, {})


def test_another_tills_receipt_comes_back_once_for_all_clients(
    open_agent: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(open_agent, monkeypatch)
    back = {"return_id": uuid.uuid4().hex, "number": office.receipt.number, "lines": {"1": 1000}, "payment": "cash"}
    first, again = (open_agent.ask("POST", "/v1/returns", back) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["receipt"]["original_id"] == office.receipt.receipt_id
    other = open_agent.ask("POST", "/v1/returns", {**back, "return_id": uuid.uuid4().hex})
    assert (other.status_code, other.json()["code"]) == (422, "return.all_returned")
    assert open_agent.ask("GET", f"/v1/receipts/{office.receipt.number}").json()["returned_milli"] == {"1": 1000}


def test_a_receipt_the_head_office_does_not_know_is_not_there(
    open_agent: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    Office(open_agent, monkeypatch)
    reply = open_agent.ask("GET", "/v1/receipts/T9-000009")
    assert (reply.status_code, reply.json()["code"]) == (404, "agent.no_receipt")


def test_nobodys_sale_waits_for_the_head_office(open_agent: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(open_agent, monkeypatch)
    office.held = True
    with ThreadPoolExecutor(MAX_FETCHING) as clients:
        try:
            asked = [
                clients.submit(open_agent.ask, "GET", f"/v1/receipts/{office.receipt.number}")
                for _ in range(MAX_FETCHING)
            ]
            for _ in range(MAX_FETCHING):
                assert office.waiting.acquire(timeout=SOON_S)
            assert open_agent.ask("POST", "/v1/receipts", sale()).status_code == 201
            assert open_agent.ask("GET", "/v1/receipts/T9-000001").json()["code"] == "agent.busy"
        finally:
            office.go.set()
        assert [each.result(SOON_S).status_code for each in asked] == [200] * MAX_FETCHING


def test_one_thing_returned_by_eight_at_once_comes_back_once(open_agent: Served) -> None:
    number = open_agent.ask("POST", "/v1/receipts", sale()).json()["receipt"]["number"]

    def take_back(_: int) -> int:
        back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 1000}, "payment": "cash"}
        return open_agent.ask("POST", "/v1/returns", back).status_code

    with ThreadPoolExecutor(8) as clients:
        assert sorted(clients.map(take_back, range(8))) == [201] + [422] * 7
