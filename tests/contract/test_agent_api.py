"""What a client gets from the agent over a real socket: look-ups, quotes, the shift, how the link stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI
from tests.support.agent import TEA_LINE, Served, sale, served
from tests.support.counter import ANNA, CARD, PHONE, TEA, UNPRICED, gtin
from tests.support.small_till import ANNAS_POINTS


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
