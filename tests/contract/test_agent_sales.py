"""Sales through the agent over a real socket: once for each id, at the total the client was shown, by many at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import Served, sale, served
from tests.support.counter import BLOCKED, CARD, CUP, TEA
from tests.support.small_till import ANNAS_POINTS


@pytest.fixture
def open_agent(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "till") as opened:
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "  Ольга  "}).status_code == 201
        yield opened


def test_the_same_sale_sent_again_gives_the_same_receipt_and_records_nothing(open_agent: Served) -> None:
    body = sale(payments=[{"kind": "cash", "amount_minor": 150_00}], member={"key": CARD, "scanned": True})
    first = open_agent.ask("POST", "/v1/receipts", body)
    written = open_agent.written()
    shuffled = json.dumps(dict(reversed(body.items())), indent=3).encode()
    again = open_agent.http.post("/v1/receipts", content=shuffled, headers={"content-type": "application/json"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["receipt"]["change_minor"] == 50_00
    assert first.json()["receipt"]["earned_points"] == 5
    assert open_agent.written() == written == (2, 0)


def test_another_body_under_the_same_id_is_refused(open_agent: Served) -> None:
    body = sale()
    number = open_agent.ask("POST", "/v1/receipts", body).json()["receipt"]["number"]
    others = [
        {**body, "payments": [{"kind": "card", "amount_minor": 100_00}]},
        {**body, "lines": [{"code": CUP.code}], "expected_total_minor": 450_50},
        {**body, "member": {"key": CARD}},
        {**body, "redeem_points": 1},
    ]
    for other in others:
        reply = open_agent.ask("POST", "/v1/receipts", other)
        assert (reply.status_code, reply.json()["code"]) == (409, "agent.other_body")
        assert number in reply.json()["detail"]
    assert open_agent.written() == (2, 0)


def test_a_sale_is_found_again_after_the_shift_has_ended_and_the_agent_has_restarted(tmp_path: Path) -> None:
    body = sale()
    with served(tmp_path / "till") as agent:
        agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        first = agent.ask("POST", "/v1/receipts", body).json()
        agent.ask("POST", "/v1/shift/close")
    with served(tmp_path / "till") as agent:
        assert agent.ask("POST", "/v1/receipts", body).json() == first
        assert agent.ask("POST", "/v1/receipts", sale()).json()["code"] == "not_now.closed"


def test_a_total_that_changed_comes_back_with_the_new_quote(open_agent: Served) -> None:
    body = sale(expected_total_minor=90_00)
    reply = open_agent.ask("POST", "/v1/receipts", body)
    assert (reply.status_code, reply.json()["code"]) == (409, "agent.total")
    assert reply.json()["quote"]["total_minor"] == 100_00
    assert open_agent.written() == (1, 0)
    confirmed = {**body, "expected_total_minor": 100_00}
    assert open_agent.ask("POST", "/v1/receipts", confirmed).status_code == 201


@pytest.mark.parametrize(
    ("payments", "code"),
    [
        ([], "sale.short"),
        ([{"kind": "cash", "amount_minor": 99_99}], "sale.short"),
        ([{"kind": "card", "amount_minor": 100_01}], "sale.card_over"),
    ],
)
def test_payments_that_do_not_fit_record_nothing_and_take_no_number(
    open_agent: Served, payments: list[dict[str, Any]], code: str
) -> None:
    reply = open_agent.ask("POST", "/v1/receipts", sale(payments=payments))
    assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert open_agent.written() == (1, 0)
    assert open_agent.ask("POST", "/v1/receipts", sale()).json()["receipt"]["number"] == "T1-000001"


def test_points_are_spent_within_the_offline_cap_and_gone_at_once(open_agent: Served) -> None:
    member = {"key": CARD, "scanned": True}
    body = sale(70_00, member=member, redeem_points=30)
    receipt = open_agent.ask("POST", "/v1/receipts", body).json()["receipt"]
    assert (receipt["redeemed_points"], receipt["offline"], receipt["balance_before_points"]) == (
        30,
        True,
        ANNAS_POINTS,
    )
    found = open_agent.ask("GET", f"/v1/members/{CARD}").json()
    assert found["balance_points"] == ANNAS_POINTS - 30 + receipt["earned_points"]


def test_a_blocked_card_sells_without_points(open_agent: Served) -> None:
    receipt = open_agent.ask("POST", "/v1/receipts", sale(member={"key": BLOCKED})).json()["receipt"]
    assert receipt["earned_points"] == 0


# -- many at once


def test_eight_clients_at_once_make_a_gapless_row_of_receipts_and_one_chain(open_agent: Served) -> None:
    member = {"key": CARD, "scanned": True}
    bodies = [[sale(member=member if place % 2 else None) for place in range(20)] for _ in range(8)]

    def client(mine: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each sale is sent twice, as a client that lost the first answer would."""
        receipts = []
        for body in mine:
            first, again = (open_agent.ask("POST", "/v1/receipts", body) for _ in range(2))
            assert (first.status_code, again.status_code) == (201, 200)
            assert first.json() == again.json()
            receipts.append(first.json()["receipt"])
        return receipts

    with ThreadPoolExecutor(8) as clients:
        receipts = [receipt for made in clients.map(client, bodies) for receipt in made]
    assert sorted(receipt["number"] for receipt in receipts) == [f"T1-{number:06d}" for number in range(1, 161)]
    assert open_agent.till.store.journal.verify() == 161
    totals = open_agent.ask("GET", "/v1/shift").json()["shift"]["totals"]
    assert (totals["sales"], totals["cash_minor"], totals["members"]) == (160, 160 * 100_00, 80)
    balances = [receipt["balance_before_points"] for receipt in receipts if receipt["member_id"]]
    assert sorted(balances) == [ANNAS_POINTS + 5 * nth for nth in range(80)]
    assert open_agent.ask("GET", f"/v1/members/{CARD}").json()["balance_points"] == ANNAS_POINTS + 400


def test_one_sale_sent_by_eight_at_once_is_recorded_once(open_agent: Served) -> None:
    body = sale()
    with ThreadPoolExecutor(8) as clients:
        replies = list(clients.map(lambda _: open_agent.ask("POST", "/v1/receipts", body), range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] * 7 + [201]
    assert len({reply.text for reply in replies}) == 1
    assert open_agent.written() == (2, 0)


def test_two_clients_spending_the_same_points_spend_them_once(open_agent: Served) -> None:
    """Eight baskets ask for 30 points each and earn 3; of 200 points that is seven, the eighth gets a new quote."""
    member = {"key": CARD, "scanned": True}
    lines = [{"code": TEA.code, "qty_milli": 1000}]

    def spend(_: int) -> int:
        body = sale(70_00, lines=lines, member=member, redeem_points=30)
        return open_agent.ask("POST", "/v1/receipts", body).status_code

    with ThreadPoolExecutor(8) as clients:
        assert sorted(clients.map(spend, range(8))) == [201] * 7 + [409]
    assert open_agent.ask("GET", f"/v1/members/{CARD}").json()["balance_points"] == ANNAS_POINTS - 7 * 27
