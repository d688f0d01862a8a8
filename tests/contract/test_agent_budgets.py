"""Budgets over the agent: clients that cannot see one another draw on the one share of their till."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import ShareGiven, SharesAsk, SharesReply, ShareTold
from loyalty.shares import Amount
from tests.support.agent import Served, served
from tests.support.counter import PROGRAMME, TEA
from tests.support.small_till import make_till

TEN = """
[[campaign]]
id = "ten"
name = { ru = "Десять", en = "Ten" }
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }
budget = { times = 100 }
"""
BASKET = {"lines": [{"code": TEA.code}]}


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Served]:
    make_till(tmp_path / "till", programme=PROGRAMME + TEN)
    with served(tmp_path / "till") as opened:
        opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        yield opened


def grant(agent: Served, times: int) -> None:
    used = agent.till.store.shares.left()[1]["ten"].used
    asked = SharesAsk((ShareTold("ten", used=used),))
    agent.till.store.shares.take(asked, SharesReply((ShareGiven("ten", Amount(times)),)))


def quoted(agent: Served) -> tuple[int, str, str]:
    """The total; what became of the campaign and why."""
    answer = agent.ask("POST", "/v1/quote", BASKET).json()
    (told,) = [each for each in answer["explanations"] if each["campaign_id"] == "ten"]
    return answer["total_minor"], told["outcome"], told["said"]["code"]


def sell(agent: Served, sale_id: str, total_minor: int) -> tuple[int, str]:
    """The status of the answer, and the code of what was refused."""
    payments = [{"kind": "cash", "amount_minor": total_minor}]
    body = {**BASKET, "sale_id": sale_id, "expected_total_minor": total_minor, "payments": payments}
    done = agent.ask("POST", "/v1/receipts", body)
    return done.status_code, done.json().get("said", {}).get("code", "")


def test_without_a_share_the_reason_is_told_and_the_till_wants_one(agent: Served) -> None:
    assert quoted(agent) == (100_00, "blocked", "limit.no_share")
    (told,) = agent.till.store.shares.ask().shares
    assert told == ShareTold("ten", wanted=Amount(1))


def test_of_two_clients_that_were_quoted_the_last_piece_one_gets_it(agent: Served) -> None:
    grant(agent, 1)
    assert quoted(agent)[0] == quoted(agent)[0] == 90_00
    assert sell(agent, "a" * 32, 90_00) == (201, "")
    assert sell(agent, "b" * 32, 90_00)[0] == 409
    assert quoted(agent) == (100_00, "blocked", "limit.share_times")
    assert sell(agent, "b" * 32, 100_00)[0] == 201
    assert agent.till.store.shares.left()[1]["ten"].used == Amount(1, 10_00)


def test_the_same_sale_sent_again_uses_the_share_once(agent: Served) -> None:
    grant(agent, 5)
    assert sell(agent, "a" * 32, 90_00)[0] == 201
    assert sell(agent, "a" * 32, 90_00)[0] == 200
    assert agent.till.store.shares.left()[1]["ten"].used == Amount(1, 10_00)
