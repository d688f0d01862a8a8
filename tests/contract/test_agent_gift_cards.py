"""Gift cards through the agent: looked up, loaded, paying once for each request, given back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loyalty.catalogue import Price, Product
from loyalty.codes import card_number
from loyalty.events import canonical
from loyalty.feed import FeedRow
from loyalty.receipt import Receipt
from sync_server.sums import wrong_sums
from tests.support.agent import Served, served
from tests.support.counter import PROGRAMME, TEA, gtin
from tests.support.queue_samples import cursor_to
from tests.support.small_till import GOODS, make_till

GIFT = Product(gtin(9), "Подарочная карта", (Price(1000_00),), vat="none", gift_card=True)
RULE = "\n[gift_cards]\noffline_max_minor = 30000\n"
"""The till of these tests is offline."""
numbers = iter(range(1, 100))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("gift-cards") / "till"
    make_till(folder, programme=PROGRAMME + RULE)
    with served(folder) as opened:
        goods = [FeedRow(each.code, 1, msgspec.Raw(canonical(each))) for each in (*GOODS, GIFT)]
        opened.till.store.cache.install(goods, cursor_to("goods", 0, goods), afresh=True)
        assert opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code == 201
        yield opened


def sell(agent: Served, total: int, payments: list[dict[str, Any]], lines: Any = None, **changed: Any) -> Any:
    body = {"lines": lines or [{"code": TEA.code}], "expected_total_minor": total, "payments": payments}
    return agent.ask("POST", "/v1/receipts", {**body, "sale_id": uuid.uuid4().hex, **changed}, params={"lang": "en"})


def cash(amount: int) -> dict[str, Any]:
    return {"kind": "cash", "amount_minor": amount}


def by_card(number: str, amount: int) -> dict[str, Any]:
    return {"kind": "gift_card", "gift_card": number, "amount_minor": amount}


def loaded(agent: Served) -> str:
    """A card with 1,000.00 on it."""
    number = card_number("298", next(numbers))
    reply = sell(agent, 1000_00, [cash(1000_00)], [{"code": GIFT.code, "gift_card": number}])
    assert reply.status_code == 201, reply.text
    return number


def held(agent: Served, number: str) -> dict[str, Any]:
    return agent.ask("GET", f"/v1/gift-cards/{number}", params={"lang": "en"}).json()


def test_a_card_is_loaded_by_the_receipt_that_sells_it_and_says_what_it_may_pay(agent: Served) -> None:
    number = loaded(agent)
    found = held(agent, number)
    assert (found["balance_minor"], found["may_pay_minor"], found["tail"]) == (1000_00, 300_00, number[-4:])
    assert found["limit"]["text"] == "Offline: up to 300.00 a gift card and receipt"


def test_a_card_nobody_has_loaded_has_nothing_on_it(agent: Served) -> None:
    number = card_number("298", 999)
    found = held(agent, number)
    assert (found["balance_minor"], found["may_pay_minor"]) == (0, 0)
    assert found["limit"]["text"] == f"There is no money on card •••• {number[-4:]}"


def test_what_is_no_gift_card_is_refused(agent: Served) -> None:
    assert agent.ask("GET", f"/v1/gift-cards/{TEA.code}").json()["code"] == "agent.not_gift_card"
    wrong = card_number("298", 1)[:-1] + "0"
    wrong = wrong if wrong != card_number("298", 1) else wrong[:-1] + "1"
    assert agent.ask("GET", f"/v1/gift-cards/{wrong}").json()["code"] == "code.check_digit"


def test_a_sale_paid_in_part_by_a_card_is_recorded_once(agent: Served) -> None:
    number, sale_id = loaded(agent), uuid.uuid4().hex
    replies = [
        sell(agent, 100_00, [by_card(number, 60_00), cash(50_00)], sale_id=sale_id, payment="cash") for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [201, 200]
    receipt = replies[0].json()["receipt"]
    assert receipt["payments"][0]["gift_card"]["tail"] == number[-4:]
    assert (receipt["payments"][0]["left_minor"], receipt["change_minor"]) == (940_00, 10_00)
    assert number not in replies[0].text
    slip = [" ".join(line.split()) for line in replies[0].json()["slip"]]
    assert slip[(place := slip.index(f"Gift card *{number[-4:]} 60.00")) + 1] == "Left on the card 940.00"
    assert slip[place + 2] == "Cash 50.00"
    assert wrong_sums(msgspec.convert(receipt, Receipt)) == ""
    assert held(agent, number)["balance_minor"] == 940_00


@pytest.mark.parametrize(
    ("payments", "status", "code"),
    [
        ([{"kind": "gift_card", "amount_minor": 100_00}], 422, "gift_card.needs_card"),
        ([{"kind": "cash", "gift_card": "2980000000992", "amount_minor": 100_00}], 422, "agent.gift_card_alone"),
        ([{"kind": "gift_card", "gift_card": TEA.code, "amount_minor": 100_00}], 422, "agent.not_gift_card"),
        ([by_card(card_number("298", 998), 100_00)], 409, "gift_card.empty"),
    ],
)
def test_a_payment_that_will_not_do_is_refused_and_nothing_is_recorded(
    agent: Served, payments: list[dict[str, Any]], status: int, code: str
) -> None:
    before = agent.written()
    reply = sell(agent, 100_00, payments)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert agent.written() == before


def test_beyond_the_offline_limit_a_card_is_refused(agent: Served) -> None:
    number, teas = loaded(agent), [{"code": TEA.code, "qty_milli": 4000}]
    reply = sell(agent, 400_00, [by_card(number, 300_01), cash(99_99)], teas)
    assert (reply.status_code, reply.json()["code"]) == (409, "gift_card.offline")
    assert sell(agent, 400_00, [by_card(number, 300_00), cash(100_00)], teas).status_code == 201


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"code": GIFT.code}, "gift_card.no_card"),
        ({"code": GIFT.code, "gift_card": card_number("298", 997), "qty_milli": 2000}, "gift_card.one_each"),
        ({"code": TEA.code, "gift_card": card_number("298", 997)}, "agent.gift_card_alone"),
        ({"code": GIFT.code, "gift_card": TEA.code}, "agent.not_gift_card"),
    ],
)
def test_a_line_names_a_card_if_and_only_if_it_sells_one(agent: Served, line: dict[str, Any], code: str) -> None:
    total = 2000_00 if "qty_milli" in line else 1000_00 if line["code"] == GIFT.code else 100_00
    reply = sell(agent, total, [cash(total)], [line])
    assert (reply.status_code, reply.json()["code"]) == (422, code)


def test_a_return_gives_the_card_its_part_back(agent: Served) -> None:
    number = loaded(agent)
    sold = sell(agent, 100_00, [by_card(number, 60_00), cash(40_00)]).json()["receipt"]["number"]
    body = {"return_id": uuid.uuid4().hex, "number": sold, "lines": {"1": 1000}, "payment": "card"}
    back = agent.ask("POST", "/v1/returns", body).json()["receipt"]
    assert [(each["kind"], each["amount_minor"]) for each in back["payments"]] == [
        ("gift_card", 60_00),
        ("card", 40_00),
    ]
    assert held(agent, number)["balance_minor"] == 1000_00


def test_goods_say_whether_they_are_a_gift_card(agent: Served) -> None:
    flags = [agent.ask("GET", f"/v1/goods/{each.code}").json()["gift_card"] for each in (TEA, GIFT)]
    assert flags == [False, True]
