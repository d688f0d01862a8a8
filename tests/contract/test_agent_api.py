"""What a client gets from the agent over a real socket: look-ups, quotes, sales and returns once each, the shift."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from loyalty.api import ErrorReply
from loyalty.basket import MAX_LINES, MAX_QTY_MILLI
from terminal.agent.desk import MAX_FETCHING
from terminal.offline_queue.http_reply import Refusal
from terminal.session import commands as c
from tests.support.agent import SOON_S, Served, served
from tests.support.counter import ANNA, BLOCKED, CARD, CUP, PHONE, TEA, UNPRICED, gtin
from tests.support.queue_samples import receipt as foreign_receipt
from tests.support.small_till import ANNAS_POINTS, make_till

TEA_LINE = {"code": TEA.code}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A till whose shift is closed: for what only asks."""
    with served(tmp_path_factory.mktemp("agent") / "till") as opened:
        yield opened


@pytest.fixture
def open_agent(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "till") as opened:
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "  Ольга  "}).status_code == 201
        yield opened


def sale(total_minor: int = 100_00, **changed: Any) -> dict[str, Any]:
    body = {
        "sale_id": uuid.uuid4().hex, "lines": [TEA_LINE], "expected_total_minor": total_minor,
        "payments": [{"kind": "cash", "amount_minor": total_minor}],
    }  # fmt: skip
    return {**body, **changed}


# -- looking up


def test_a_member_is_found_by_phone_in_any_spelling_and_by_card(agent: Served) -> None:
    for key, by in [("8 (903) 123-45-67", "phone"), (PHONE, "phone"), (CARD, "manual"), (f"KPL:{CARD}", "manual")]:
        found = agent.ask("GET", f"/v1/members/{key}").json()
        assert (found["member_id"], found["identified_by"]) == (ANNA.member_id, by)
    scanned = agent.ask("GET", f"/v1/members/{CARD}", params={"scanned": "true"}).json()
    assert (scanned["identified_by"], scanned["balance_points"]) == ("card", ANNAS_POINTS)


def test_a_member_is_given_masked(agent: Served) -> None:
    text = agent.ask("GET", f"/v1/members/{CARD}").text
    for secret in (PHONE, PHONE[2:], CARD):
        assert secret not in text
    assert json.loads(text)["card_tail"] == CARD[-4:]


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("+79990001122", 404, "member.unknown"),
        ("2990000099997", 422, "code.check_digit"),
        ("hello", 422, "code.unknown"),
        (TEA.code, 422, "agent.not_member"),
        ("T1-000001", 422, "agent.not_member"),
        ("x" * 65, 400, "agent.body"),
    ],
)
def test_nobody_found_is_said_with_its_reason(agent: Served, key: str, status: int, code: str) -> None:
    reply = agent.ask("GET", f"/v1/members/{key}")
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(("code", "qty_milli"), [("2100123004560", 456), ("00123", 1000)])
def test_weighed_goods_are_found_by_label_and_by_plu(agent: Served, code: str, qty_milli: int) -> None:
    found = agent.ask("GET", f"/v1/goods/{code}").json()
    assert (found["name"], found["unit"], found["qty_milli"]) == ("Конфеты", "kg", qty_milli)


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (gtin(99), 404, "product.unknown"),
        (UNPRICED.code, 404, "product.no_price"),
        ("4600000000016", 422, "code.check_digit"),
        (CARD, 422, "agent.not_goods"),
        (PHONE, 422, "agent.not_goods"),
    ],
)
def test_goods_not_found_are_said_with_the_reason(agent: Served, code: str, status: int, said: str) -> None:
    reply = agent.ask("GET", f"/v1/goods/{code}")
    assert (reply.status_code, reply.json()["code"]) == (status, said)


# -- quotes


def test_a_quote_gives_its_reasons_as_data_and_as_sentences_in_two_languages(agent: Served) -> None:
    body = {
        "lines": [TEA_LINE, {"code": "2100123004560"}],
        "member": {"key": CARD, "scanned": True},
        "redeem_points": 999,
    }
    english = agent.ask("POST", "/v1/quote", body).json()
    russian = agent.ask("POST", "/v1/quote", body, headers={"accept-language": "ru-RU, en;q=0.5"}).json()
    by_name = agent.ask("POST", "/v1/quote", body, params={"lang": "ru"}, headers={"accept-language": "en"}).json()
    assert russian == by_name
    assert english["points"]["limit"] == {
        "code": "redeem.offline", "args": {"limit_points": 30}, "text": "Offline: up to 30 points a receipt",
    }  # fmt: skip
    assert russian["points"]["limit"]["args"] == {"limit_points": 30}
    assert "30" in russian["points"]["limit"]["text"]
    assert russian["points"]["limit"]["text"] != english["points"]["limit"]["text"]
    for name in ("base_minor", "redeemed_minor", "total_minor", "earned_points"):
        assert english[name] == sum(line[name] for line in english["lines"])
    assert english["lines"][0]["notes"][0]["text"]


def test_the_best_hint_missed_is_given(agent: Served) -> None:
    reply = agent.ask("POST", "/v1/quote", {"lines": [TEA_LINE]}).json()
    assert (reply["hints"][0]["said"]["code"], reply["member"]) == ("member.card_points", None)


def test_a_phone_identifies_but_does_not_spend(agent: Served) -> None:
    body = {"lines": [TEA_LINE], "member": {"key": PHONE, "scanned": True}, "redeem_points": 10}
    reply = agent.ask("POST", "/v1/quote", body).json()
    assert (reply["points"]["used_points"], reply["earned_points"]) == (0, 5)
    assert reply["points"]["limit"]["code"].startswith("redeem.")


def test_a_card_typed_by_hand_is_not_a_card_scanned(agent: Served) -> None:
    body = {"lines": [TEA_LINE], "member": {"key": CARD}, "redeem_points": 10}
    assert agent.ask("POST", "/v1/quote", body).json()["points"]["used_points"] == 0


@pytest.mark.parametrize(
    ("body", "status", "code", "where"),
    [
        ({"lines": [TEA_LINE, {"code": gtin(99)}]}, 422, "product.unknown", "lines[1]"),
        ({"lines": [{"code": TEA.code, "qty_milli": 500}]}, 422, "sale.quantity_piece", "lines[0]"),
        ({"lines": [{"code": "00123"}]}, 422, "agent.no_weight", "lines[0]"),
        ({"lines": [{"code": "2100123004560", "qty_milli": 400}]}, 422, "agent.label_weight", "lines[0]"),
        ({"lines": [{"code": f"010{gtin(99)}21x"}]}, 422, "product.unknown", "lines[0]"),
        ({"lines": [TEA_LINE], "member": {"key": "+79990001122"}}, 422, "member.unknown", "member"),
        ({"lines": [TEA_LINE], "coupons": ["KC1"]}, 422, "agent.not_coupon", "coupons[0]"),
        ({"lines": [{"code": TEA.code, "qty_milli": 0}]}, 400, "agent.body", None),
        ({"lines": [{"code": TEA.code, "qty_milli": MAX_QTY_MILLI + 1}]}, 400, "agent.body", None),
        ({"lines": [{"code": TEA.code, "price_minor": 1}]}, 400, "agent.body", None),
        ({"lines": [TEA_LINE], "total_minor": 1}, 400, "agent.body", None),
        ({"lines": [{"code": TEA.code, "qty_milli": 1000.0001}]}, 400, "agent.body", None),
        ({"lines": [{"code": TEA.code, "qty_milli": "1000"}]}, 400, "agent.body", None),
        ({"lines": [TEA_LINE] * (MAX_LINES + 1)}, 400, "agent.body", None),
        ({"lines": [TEA_LINE], "redeem_points": -1}, 400, "agent.body", None),
    ],
)
def test_a_quote_that_will_not_do_names_the_part(
    agent: Served, body: dict[str, Any], status: int, code: str, where: str | None
) -> None:
    reply = agent.ask("POST", "/v1/quote", body)
    assert (reply.status_code, reply.json()["code"], reply.json().get("where")) == (status, code, where)
    assert reply.json()["detail"]


def test_as_many_lines_as_may_be_are_quoted(agent: Served) -> None:
    body = {"lines": [{"code": TEA.code, "qty_milli": 1000}] * MAX_LINES}
    assert agent.ask("POST", "/v1/quote", body).json()["total_minor"] == MAX_LINES * 100_00


# -- sales


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


# -- returns


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


# -- shift and link


def test_the_shift_is_one_for_all_and_its_reports_are_figures_and_slips(open_agent: Served) -> None:
    again = open_agent.ask("POST", "/v1/shift/open", {"cashier": "Пётр"})
    assert (again.status_code, again.json()["code"]) == (409, "journal.shift_open")
    open_agent.ask("POST", "/v1/receipts", sale())
    for path in ("/v1/shift", "/v1/shift/x"):
        shift = open_agent.ask("GET", path).json()["shift"]
        assert (shift["cashier"], shift["totals"]["cash_minor"]) == ("Ольга", 100_00)
    closed = open_agent.ask("POST", "/v1/shift/close").json()
    assert closed["shift"]["totals"]["sales"] == 1
    assert any("100.00" in row for row in closed["slip"])
    assert open_agent.ask("GET", "/v1/shift").json() == {"shift": None}
    for method, path in (("GET", "/v1/shift/x"), ("POST", "/v1/shift/close")):
        assert open_agent.ask(method, path).json()["code"] == "not_now.closed"
    assert open_agent.ask("POST", "/v1/shift/open", {"cashier": "Пётр"}).json()["shift"]["shift_no"] == 2


@pytest.mark.parametrize("cashier", [" ", "\x1b@", "a\x00b", "х" * 41])
def test_a_cashier_has_a_name_that_can_be_printed(agent: Served, cashier: str) -> None:
    assert agent.ask("POST", "/v1/shift/open", {"cashier": cashier}).status_code in (400, 422)
    assert agent.written() == (0, 0)


def test_the_engines_own_picture_follows_the_shift(open_agent: Served) -> None:
    assert open_agent.till.engine.view().state.mode == "sale"
    open_agent.ask("POST", "/v1/shift/close")
    assert open_agent.till.engine.view().state.mode == "closed"


def test_the_link_says_what_waits_and_that_nothing_was_heard(open_agent: Served) -> None:
    link = open_agent.ask("GET", "/v1/link", params={"lang": "ru"}).json()
    assert (link["online"], link["pending"], link["cache_age_s"]) == (False, 1, None)
    assert link["oldest_pending_ms"] > 0


def test_health_says_who_answers(agent: Served) -> None:
    health = agent.ask("GET", "/v1/health").json()
    assert (health["terminal"], health["store_name"], health["programme_id"]) == ("T1", "North stand", "corner")


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


def test_one_thing_returned_by_eight_at_once_comes_back_once(open_agent: Served) -> None:
    number = open_agent.ask("POST", "/v1/receipts", sale()).json()["receipt"]["number"]

    def take_back(_: int) -> int:
        back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 1000}, "payment": "cash"}
        return open_agent.ask("POST", "/v1/returns", back).status_code

    with ThreadPoolExecutor(8) as clients:
        assert sorted(clients.map(take_back, range(8))) == [201] + [422] * 7


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
