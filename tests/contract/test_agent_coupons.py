"""Coupons, offers, other wallets and kinds of payment through the agent: quoted with their reasons, sold once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loyalty.coupons.codes import (
    SIGNED_CHARS,
    Ticket,
    issued_code,
    series_code,
    shop_mark,
    signed_code,
    ticket_bytes,
    to_sign,
)
from loyalty.coupons.reading import coupon_id
from terminal.agent.asked import MAX_COUPON_CHARS
from terminal.clock import now_ms
from tests.support.agent import Served, served
from tests.support.counter import CARD, PROGRAMME, TEA
from tests.support.queue_samples import OFFICE, identity
from tests.support.small_till import make_till

RULES = """
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }

[[coupon]]
id = "spring"
name = { ru = "Весна", en = "Spring" }
kind = "promo"
words = ["VESNA26"]

[[coupon]]
id = "next"
name = { ru = "Следующая", en = "Next" }
kind = "series"
code = "NEXT"
uses = "single"

[[coupon]]
id = "gift"
name = { ru = "Подарочный", en = "Gift" }
kind = "signed"
code = "GIFT"

[[campaign]]
id = "coupons"
name = { ru = "По купону", en = "By coupon" }
conditions = [{ type = "coupon", series = ["spring", "next", "gift"] }]
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }

[[campaign]]
id = "star"
name = { ru = "Звезда за чек", en = "A star a receipt" }
reward = { type = "points_fixed", reward_points = 1, wallet = "stars" }

[[campaign]]
id = "cheaper"
name = { ru = "За баллы", en = "For points" }
asked = true
cost = { points = 30 }
reward = { type = "amount", amount_minor = 20_00, per = "receipt" }

[[campaign]]
id = "by-card"
name = { ru = "Картой", en = "By card" }
conditions = [{ type = "payment", kinds = ["card"] }]
reward = { type = "amount", amount_minor = 5_00, per = "receipt" }

[[campaign]]
id = "come-back"
name = { ru = "Приходите", en = "Come back" }
reward = { type = "issue_coupon", series = "next" }

[[campaign]]
id = "hello"
name = { ru = "Привет", en = "Hello" }
reward = { type = "message", text = { ru = "До встречи", en = "See you" } }
"""
LINES = [{"code": TEA.code}]
MEMBER = {"key": CARD, "scanned": True}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("coupons") / "till"
    make_till(folder, programme=PROGRAMME + RULES, as_of_ms=now_ms())
    with served(folder) as opened:
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code == 201
        yield opened


def quoted(agent: Served, **more: Any) -> Any:
    reply = agent.ask("POST", "/v1/quote", {"lines": LINES, **more}, params={"lang": "en"})
    assert reply.status_code == 200, reply.text
    return reply.json()


def sell(agent: Served, total_minor: int, kind: str = "cash", **more: Any) -> Any:
    payments = [{"kind": kind, "amount_minor": total_minor}]
    body = {"lines": LINES, "sale_id": uuid.uuid4().hex, "expected_total_minor": total_minor, "payments": payments}
    return agent.ask("POST", "/v1/receipts", {**body, **more})


def refusal(reply: Any) -> tuple[int, str, str]:
    return reply.status_code, reply.json()["code"], reply.json().get("where", "")


def signed(serial: str) -> str:
    ticket = ticket_bytes(Ticket("GIFT", serial, "", "", shop_mark(identity().server_key)))
    return signed_code(ticket, OFFICE.sign(to_sign(ticket)))


def test_a_quote_says_of_each_coupon_what_it_gave_or_why_not(agent: Served) -> None:
    reply = quoted(agent, coupons=["vesna-26", series_code("NEXT", "000000000A")])
    assert reply["total_minor"] == 90_00
    used, other = reply["coupons"]
    assert (used["code"], used["series"], used["name"], used["used"]) == ("VESNA26", "spring", "Spring", True)
    assert used["id"] == coupon_id("promo", "VESNA26", "")
    assert (other["series"], other["used"]) == ("next", False)


@pytest.mark.parametrize("spoil", [False, True])
def test_a_signed_coupon_is_taken_whole_and_a_forged_one_is_not(agent: Served, spoil: bool) -> None:
    ticket = ticket_bytes(Ticket("GIFT", "0a" * 6, "", "", shop_mark(identity().server_key)))
    code = signed_code(ticket, OFFICE.sign(ticket if spoil else to_sign(ticket)))
    assert len(code) == SIGNED_CHARS < MAX_COUPON_CHARS
    if spoil:
        reply = agent.ask("POST", "/v1/quote", {"lines": LINES, "coupons": [code]})
        assert refusal(reply) == (422, "coupon.forged", "coupons[0]")
    else:
        assert (
            quoted(agent, coupons=[" ".join(code[at : at + 10] for at in range(0, len(code), 10))])["total_minor"]
            == 90_00
        )


def test_a_coupon_over_the_limit_of_characters_is_no_body(agent: Served) -> None:
    for size, code in ((MAX_COUPON_CHARS, "agent.not_coupon"), (MAX_COUPON_CHARS + 1, "agent.body")):
        reply = agent.ask("POST", "/v1/quote", {"lines": LINES, "coupons": ["K" * size]})
        assert reply.json()["code"] == code


def test_a_coupon_for_one_use_is_sold_once_and_the_same_request_again_finds_its_receipt(agent: Served) -> None:
    body: dict[str, Any] = {"coupons": [signed("0b" * 6)], "sale_id": uuid.uuid4().hex}
    made = sell(agent, 90_00, **body)
    assert made.status_code == 201
    assert made.json()["receipt"]["coupons"] == [coupon_id("signed", "GIFT", "0b" * 6)]
    again = sell(agent, 90_00, **body)
    assert (again.status_code, again.json()["receipt"]) == (200, made.json()["receipt"])
    assert refusal(sell(agent, 90_00, coupons=body["coupons"])) == (422, "coupon.spent_by", "coupons[0]")
    assert refusal(agent.ask("POST", "/v1/quote", {"lines": LINES, "coupons": body["coupons"]}))[1] == "coupon.spent_by"


def test_a_sale_is_quoted_for_the_way_it_is_paid(agent: Served) -> None:
    assert [quoted(agent, payment=way)["total_minor"] for way in ("", "cash", "card", "mixed")] == [
        100_00, 100_00, 95_00, 100_00,
    ]  # fmt: skip
    assert sell(agent, 95_00, "card").status_code == 201
    refused = sell(agent, 95_00, "cash")
    assert refusal(refused) == (409, "agent.total", "expected_total_minor")
    assert refused.json()["quote"]["total_minor"] == 100_00
    parts = [{"kind": "card", "amount_minor": 50_00}, {"kind": "cash", "amount_minor": 50_00}]
    assert sell(agent, 100_00, payments=parts).status_code == 201
    assert refusal(sell(agent, 95_00, "card", payment="cash")) == (422, "agent.payment", "payment")


def test_offers_are_listed_where_wanted_with_their_price(agent: Served) -> None:
    assert quoted(agent, member=MEMBER)["offers"] is None
    (offer,) = quoted(agent, member=MEMBER, with_offers=True)["offers"]
    assert (offer["campaign_id"], offer["possible"], offer["taken"]) == ("cheaper", True, False)
    assert offer["cost"]["text"] == "Price: 30 points"
    reply = quoted(agent, member=MEMBER, asked=["cheaper"])
    assert (reply["total_minor"], reply["costs"]) == (80_00, {"main": 30})


def test_other_wallets_messages_and_issued_coupons_are_said_and_stand_on_the_receipt(agent: Served) -> None:
    reply = quoted(agent, member=MEMBER)
    assert (reply["wallets"], reply["messages"], reply["member"]["wallets"]) == ({"stars": 1}, ["See you"], {})
    assert [(each["series"], each["count"]) for each in reply["issues"]] == [("next", 1)]
    made = sell(agent, 100_00, member=MEMBER).json()
    receipt = made["receipt"]
    code = issued_code("NEXT", receipt["receipt_id"], 1)
    assert [each["code"] for each in receipt["issued"]] == [code]
    paper = "\n".join(made["slip"])
    assert code in paper
    assert "Stars: earned" in paper
    assert agent.ask("GET", f"/v1/receipts/{receipt['number']}").json()["slip"] == made["slip"]
