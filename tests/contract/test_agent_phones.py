"""Phones confirmed over the agent's API: a code asked for, checked, and good for one sale."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest, ErrorReply
from loyalty.errors import LinkFault
from loyalty.member import Member
from loyalty.sentences import sentence
from terminal.agent.confirmed import GOOD_MS, MOST, ConfirmedPhones
from terminal.clock import now_ms
from terminal.offline_queue.http_reply import Refusal
from tests.support.agent import Served, served
from tests.support.counter import ANNA, CARD, PHONE, PROGRAMME, TEA
from tests.support.small_till import Codes, make_till

BY_CODE = PROGRAMME.replace("[redeem]\n", '[redeem]\nidentified_by = ["card", "phone_code"]\n')
SPELLED = "8 903 123-45-67"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Served]:
    make_till(tmp_path / "till", programme=BY_CODE, as_of_ms=now_ms())
    with served(tmp_path / "till") as made:
        made.ask("POST", "/v1/shift/open", {"cashier": "Olga"})
        yield made


@pytest.fixture
def codes(agent: Served, monkeypatch: pytest.MonkeyPatch) -> Codes:
    made = Codes()
    monkeypatch.setattr(agent.till.confirming, "_office", made)
    return made


def confirmed(agent: Served) -> str:
    id: str = agent.ask("POST", "/v1/confirmations", {"phone": SPELLED}).json()["confirmation_id"]
    said = agent.ask("POST", f"/v1/confirmations/{id}/check", {"code": "402913"})
    assert said.json() == {"state": "confirmed", "tries_left": 0}
    return id


def basket(member: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [{"code": TEA.code}], "member": member, "redeem_points": 30}


def sale(member: dict[str, Any], total_minor: int) -> dict[str, Any]:
    payments = [{"kind": "cash", "amount_minor": total_minor}]
    return {**basket(member), "sale_id": uuid.uuid4().hex, "expected_total_minor": total_minor, "payments": payments}


def test_a_member_looked_up_with_a_confirmation_redeems(agent: Served, codes: Codes) -> None:
    alone = agent.ask("POST", "/v1/quote", basket({"key": SPELLED})).json()
    assert (alone["points"]["allowed_points"], alone["points"]["limit"]["code"]) == (0, "redeem.confirm_offline")
    reply = agent.ask("POST", "/v1/confirmations", {"phone": SPELLED})
    id = reply.json()["confirmation_id"]
    assert (reply.status_code, reply.json()) == (
        201,
        {"confirmation_id": id, "phone_tail": "67", "digits": 6, "good_for_s": 300, "resend_after_s": 30},
    )
    (asked,) = codes.asked
    assert isinstance(asked, ConfirmRequest)
    assert (asked.confirmation_id, asked.lang) == (id, "en")
    agent.ask("POST", f"/v1/confirmations/{id}/check", {"code": "402913"})
    assert codes.asked[1] == (id, CheckRequest(asked.member_id, asked.account_id, "402913"))
    member = {"key": SPELLED, "confirmation_id": id}
    quote = agent.ask("POST", "/v1/quote", basket(member)).json()
    assert (quote["redeemed_points"], quote["member"]["identified_by"]) == (30, "phone_code")
    sold = agent.ask("POST", "/v1/receipts", sale(member, 70_00))
    assert sold.status_code == 201
    receipt = sold.json()["receipt"]
    assert (receipt["identified_by"], receipt["redeemed_points"]) == ("phone_code", 30)


def test_a_confirmation_is_good_for_one_sale_and_the_sale_may_be_sent_again(agent: Served, codes: Codes) -> None:
    member = {"key": SPELLED, "confirmation_id": confirmed(agent)}
    body = sale(member, 70_00)
    assert [agent.ask("POST", "/v1/receipts", body).status_code for _ in range(2)] == [201, 200]
    again = agent.ask("POST", "/v1/receipts", sale(member, 70_00))
    assert (again.status_code, again.json()["code"]) == (422, "agent.not_confirmed")
    assert again.json()["where"] == "member.confirmation_id"


def test_a_sale_that_is_refused_leaves_the_confirmation(agent: Served, codes: Codes) -> None:
    member = {"key": SPELLED, "confirmation_id": confirmed(agent)}
    assert agent.ask("POST", "/v1/receipts", sale(member, 70_01)).status_code == 409
    assert agent.ask("POST", "/v1/receipts", sale(member, 70_00)).status_code == 201


@pytest.mark.parametrize("state", ["wrong", "ended"])
def test_a_code_that_is_not_right_confirms_nothing(agent: Served, codes: Codes, state: Any) -> None:
    codes.checks = lambda: CheckReply(state, 3)
    id = agent.ask("POST", "/v1/confirmations", {"phone": SPELLED}).json()["confirmation_id"]
    said = agent.ask("POST", f"/v1/confirmations/{id}/check", {"code": "000000"})
    assert (said.status_code, said.json()) == (200, {"state": state, "tries_left": 3})
    refused = agent.ask("POST", "/v1/quote", basket({"key": SPELLED, "confirmation_id": id}))
    assert (refused.status_code, refused.json()["code"]) == (422, "agent.not_confirmed")


@pytest.mark.parametrize("key", [CARD, "8 903 000-00-00"])
def test_a_confirmation_serves_no_other_member_and_no_card(agent: Served, codes: Codes, key: str) -> None:
    refused = agent.ask("POST", "/v1/quote", basket({"key": key, "confirmation_id": confirmed(agent)}))
    assert refused.status_code == 422


def test_an_id_nobody_gave_is_none(agent: Served, codes: Codes) -> None:
    unknown = agent.ask("POST", f"/v1/confirmations/{'0' * 32}/check", {"code": "402913"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "agent.no_confirmation")
    assert codes.asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({"phone": CARD}, 409), ({"phone": "nonsense"}, 422), ({"phone": "8 903 000-00-00"}, 404), ({}, 400),
     ({"phone": PHONE, "member": 1}, 400)],
)  # fmt: skip
def test_what_is_no_member_s_phone_gets_no_code(agent: Served, codes: Codes, body: Any, status: int) -> None:
    assert agent.ask("POST", "/v1/confirmations", body).status_code == status
    assert codes.asked == []


def test_where_the_programme_asks_for_no_code_none_is_sent(tmp_path: Path) -> None:
    with served(tmp_path / "till") as plain:
        reply = plain.ask("POST", "/v1/confirmations", {"phone": PHONE})
    assert (reply.status_code, reply.json()["code"]) == (409, "confirm.no_need")


def refuse(code: Any, retry_after_s: int = 0) -> NoReturn:
    raise Refusal(429, ErrorReply(code, "no"), retry_after_s)


def offline() -> NoReturn:
    raise LinkFault(sentence("link.offline"))


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        (lambda: refuse("wait", 17), 429, "confirm.wait", "17"),
        (lambda: refuse("no_messages"), 409, "confirm.no_messages", None),
        (lambda: refuse("bad_request"), 409, "confirm.refused", None),
        (offline, 503, "confirm.unreachable", "1"),
    ],
)
def test_a_head_office_that_sends_nothing_is_said_so(
    agent: Served, codes: Codes, fault: Any, status: int, code: str, retry_after: str | None
) -> None:
    codes.sends = fault
    reply = agent.ask("POST", "/v1/confirmations", {"phone": SPELLED})
    assert (reply.status_code, reply.json()["code"], reply.headers.get("retry-after")) == (status, code, retry_after)


def test_nobody_there_is_out_of_reach(agent: Served) -> None:
    reply = agent.ask("POST", "/v1/confirmations", {"phone": SPELLED})
    assert (reply.status_code, reply.json()["code"]) == (503, "confirm.unreachable")


# -- the memory


def other(number: int) -> Member:
    return Member(f"{number:032x}", f"{number:032x}", "", "basic")


def test_a_confirmation_waits_a_quarter_of_an_hour_for_its_sale() -> None:
    phones = ConfirmedPhones()
    phones.begun("a", ANNA)
    assert not phones.holds("a", ANNA, 0)
    phones.confirmed("a", 1000)
    assert phones.holds("a", ANNA, 1000 + GOOD_MS - 1)
    assert not phones.holds("a", ANNA, 1000 + GOOD_MS)
    assert not phones.holds("a", other(1), 1000)
    phones.used("a")
    assert not phones.holds("a", ANNA, 1000)


def test_a_thousand_confirmations_are_remembered_and_of_one_more_the_oldest_is_forgotten() -> None:
    phones = ConfirmedPhones()
    for number in range(MOST + 1):
        phones.begun(str(number), other(number))
    assert phones.member_of("0") is None
    assert phones.member_of("1") == other(1)
    phones.confirmed("0", 0)
    assert not phones.holds("0", other(0), 0)


def test_the_answer_of_the_head_office_is_passed_on_whole(agent: Served, codes: Codes) -> None:
    codes.sends = lambda: ConfirmReply(4, 60, 5)
    reply = agent.ask("POST", "/v1/confirmations?lang=ru", {"phone": SPELLED}).json()
    assert (reply["digits"], reply["good_for_s"], reply["resend_after_s"]) == (4, 60, 5)
    (asked,) = codes.asked
    assert isinstance(asked, ConfirmRequest)
    assert asked.lang == "ru"
