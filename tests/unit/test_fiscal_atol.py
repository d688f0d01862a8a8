"""What ATOL's web server is told, and what its answers are taken for."""

from __future__ import annotations

import json
from decimal import Decimal

import httpx
import pytest
from msgspec.structs import replace

from devices.virtual.atol import VirtualAtol
from loyalty.gift_card import GiftCard
from loyalty.receipt import Payment
from terminal.fiscal.atol import Atol
from terminal.fiscal.atol_link import MOST_REPLY_BYTES, MOST_TEXT, AtolLink
from terminal.fiscal.atol_tasks import VAT, receipt_task, uuid_of
from terminal.fiscal.document import Form, fiscal_document
from terminal.fiscal.port import InDoubt, NoAnswer, NotIssued, Unsent
from tests.support.fiscal import AtolWire, Body, atol_port
from tests.support.fiscal_receipts import CHEESE, SALE, SCARF

SOLD = fiscal_document(SALE)
FORM = Form()
READY = {"status": "ready", "error": {"code": 0, "description": "Ошибок нет"}}
PARAMS = {
    "fiscalDocumentNumber": 7,
    "fiscalDocumentSign": "3812976540",
    "fiscalDocumentDateTime": "2026-11-22T12:01:00+03:00",
}


def link_to(*replies: httpx.Response) -> AtolLink:
    """A server that gives these answers in order, the last for ever."""
    left = list(replies)
    clock = [0.0]

    def answer(request: httpx.Request) -> httpx.Response:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(reply.status_code, stream=Body(reply.content))

    def pause(seconds: float) -> None:
        clock[0] += seconds

    return AtolLink("http://register", transport=httpx.MockTransport(answer), now=lambda: clock[0], pause=pause)


def looked(*results: dict) -> httpx.Response:
    return httpx.Response(200, json={"results": results})


def test_a_receipt_is_one_task_with_the_price_as_paid() -> None:
    assert receipt_task(SOLD, "usnIncome", FORM) == {
        "type": "sell",
        "taxationType": "usnIncome",
        "electronically": False,
        "ignoreNonFiscalPrintErrors": False,
        "operator": {"name": "Анна"},
        "items": [
            {
                "type": "position", "name": "Шарф клубный", "price": Decimal("1250.00"), "quantity": Decimal(2),
                "amount": Decimal("2500.00"), "paymentMethod": "fullPayment", "paymentObject": "commodity",
                "tax": {"type": "vat20"}, "measurementUnit": "piece",
            },
            {
                "type": "position", "name": "Сыр", "price": Decimal("800.00"), "quantity": Decimal("0.456"),
                "amount": Decimal("364.80"), "paymentMethod": "fullPayment", "paymentObject": "commodity",
                "tax": {"type": "vat10"}, "measurementUnit": "kilogram",
            },
            {"type": "userAttribute", "name": "Kopilka", "value": f"T1-17 {'aa' * 16}", "print": False},
        ],
        "payments": [
            {"type": "electronically", "sum": Decimal("2000.00")}, {"type": "cash", "sum": Decimal("900.00")},
        ],
        "total": Decimal("2864.80"),
    }  # fmt: skip


def test_money_goes_out_as_numbers_to_the_kopeck() -> None:
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(201, stream=Body(b"{}"))

    AtolLink("http://register", transport=httpx.MockTransport(answer)).put("u", [receipt_task(SOLD, "osn", FORM)])
    told = json.loads(sent[0], parse_float=str)
    assert told["uuid"] == "u"
    assert [item["amount"] for item in told["request"][0]["items"][:2]] == ["2500.00", "364.80"]
    assert told["request"][0]["items"][1]["quantity"] == "0.456"


def test_a_return_and_points_as_counter_provision_and_a_gift_card_have_their_names() -> None:
    back = replace(SALE, kind="return", payments=(Payment("cash", 286_480),), change_minor=0)
    assert receipt_task(fiscal_document(back), "osn", FORM)["type"] == "sellReturn"
    points = receipt_task(fiscal_document(SALE, "counter_provision"), "osn", FORM)
    assert {"type": "other", "sum": Decimal("200.00")} in points["payments"]
    assert points["total"] == Decimal("3064.80")
    card = replace(SCARF, gift_card=GiftCard("7" * 32, "1234"))
    given = replace(SALE, lines=(card, CHEESE), payments=(Payment("gift_card", 286_480),), change_minor=0)
    task = receipt_task(fiscal_document(given), "osn", FORM)
    assert (task["items"][0]["paymentMethod"], task["items"][0]["paymentObject"]) == ("advance", "payment")
    assert task["payments"] == [{"type": "prepaid", "sum": Decimal("2864.80")}]


def test_every_rate_has_the_name_of_the_driver() -> None:
    goods = {"vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "none"}
    assert set(VAT.values()) == goods | {"vat105", "vat107", "vat110", "vat120", "vat122"}


def test_a_receipt_has_the_same_uuid_for_ever_and_another_one_when_it_has_failed() -> None:
    assert uuid_of("aa" * 16, 0) == "34691ca6-e572-5045-9724-c50b11566344"
    assert len({uuid_of("aa" * 16, 0), uuid_of("aa" * 16, 1), uuid_of("bb" * 16, 0)}) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "atol.denied"), (403, "atol.denied"), (404, "atol.other_server"), (302, "atol.other_server")],
)
def test_a_server_that_refuses_at_the_door_has_taken_nothing(status: int, code: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        link_to(httpx.Response(status)).put("u", [])
    assert caught.value.said is not None
    assert caught.value.said.code == code


@pytest.mark.parametrize(("status", "text"), [(500, ""), (202, "{}"), (200, "<html>")])
def test_an_answer_that_says_neither_leaves_a_doubt(status: int, text: str) -> None:
    with pytest.raises(InDoubt):
        link_to(httpx.Response(status, text=text)).put("u", [])


def test_a_known_uuid_a_bad_task_and_a_stopped_queue_are_told_apart() -> None:
    stopped = httpx.Response(201, json={"isBlocked": True, "blockedUUID": "x"})
    taken = httpx.Response(201, json={"isBlocked": False})
    found = [link_to(each).put("u", []) for each in (taken, stopped, httpx.Response(409), httpx.Response(400))]
    assert found == ["taken", "stopped", "known", "bad"]


@pytest.mark.parametrize("status", ["wait", "inProgress", "anythingNew"])
def test_a_status_that_is_not_an_end_is_waited_for_and_given_up_in_time(status: str) -> None:
    assert link_to(looked({"status": status}), looked(READY)).wait("u", 10.0) is not None
    with pytest.raises(NoAnswer):
        link_to(looked({"status": status})).wait("u", 10.0)


def test_of_two_tasks_both_must_have_ended() -> None:
    with pytest.raises(NoAnswer):
        link_to(looked(READY, {"status": "inProgress"})).wait("u", 1.0)


def test_three_silent_looks_are_a_server_that_is_gone_and_two_are_not() -> None:
    broken = httpx.Response(500)
    assert link_to(broken, broken, looked(READY)).wait("u", 10.0) is not None
    with pytest.raises(NoAnswer):
        link_to(broken, broken, broken, looked(READY)).wait("u", 10.0)


def test_errors_come_nested_or_flat_and_are_cut_to_a_length() -> None:
    flat = link_to(looked({"status": "error", "errorCode": 5, "errorDescription": "ы" * 300})).wait("u", 1.0)
    nested = link_to(looked({"status": "error", "error": {"code": 6, "description": "нет"}})).wait("u", 1.0)
    assert flat is not None
    assert nested is not None
    assert (flat[0].fault().code, len(flat[0].fault().description)) == (5, MOST_TEXT)
    assert (nested[0].fault().code, nested[0].fault().description) == (6, "нет")


def test_a_reply_is_read_to_its_limit_and_not_one_byte_past() -> None:
    raw = json.dumps({"results": [READY]}).encode()
    assert link_to(httpx.Response(200, content=raw.ljust(MOST_REPLY_BYTES))).wait("u", 0.0) is not None
    with pytest.raises(NoAnswer):
        link_to(httpx.Response(200, content=raw.ljust(MOST_REPLY_BYTES + 1))).wait("u", 0.0)


def test_the_state_of_a_shift_is_read_under_both_its_names() -> None:
    for name in ("state", "status"):
        results = (
            READY | {"result": {"deviceStatus": {"paperPresent": True, "currentDateTime": "2026-11-22 12:01:30"}}},
            READY | {"result": {"fnInfo": {"serial": "99"}}},
            READY | {"result": {"fnStatus": {"fiscalDocumentNumber": 6}}},
            READY | {"result": {"shiftStatus": {name: "expired"}}},
        )
        found = Atol(link_to(httpx.Response(201, json={}), looked(*results))).state()
        assert (found.shift, found.last_document, found.local_time) == ("over_24h", 6, "2026-11-22T12:01")


def test_ready_without_a_document_is_a_doubt() -> None:
    taken, status = httpx.Response(201, json={}), looked(READY | {"result": {"fnStatus": {"fiscalDocumentNumber": 6}}})
    results: list[dict] = [{}, {"fiscalParams": {}}, {"fiscalParams": PARAMS | {"fiscalDocumentSign": "?"}}]
    for result in results:
        with pytest.raises(InDoubt):
            Atol(link_to(taken, status, taken, looked(READY | {"result": result}))).issue(SOLD)
    made = Atol(link_to(taken, status, taken, looked(READY | {"result": {"fiscalParams": PARAMS}}))).issue(SOLD)
    assert (made.document, made.sign, made.local_time) == (7, 3_812_976_540, "2026-11-22T12:01")


def test_a_task_whose_end_the_server_does_not_know_is_a_doubt_though_the_memory_has_nothing_new() -> None:
    taken, status = httpx.Response(201, json={}), looked(READY | {"result": {"fnStatus": {"fiscalDocumentNumber": 6}}})
    with pytest.raises(InDoubt):
        Atol(link_to(taken, status, taken, looked({"status": "blocked"}), taken, status)).issue(SOLD)
    with pytest.raises(NotIssued):
        Atol(link_to(taken, status, taken, looked({"status": "error"}), taken, status)).issue(SOLD)


def test_a_task_the_server_does_not_understand_makes_nothing() -> None:
    status = looked(READY | {"result": {"fnStatus": {"fiscalDocumentNumber": 6}}})
    with pytest.raises(NotIssued) as caught:
        Atol(link_to(httpx.Response(201, json={}), status, httpx.Response(400))).issue(SOLD)
    assert caught.value.said.code == "atol.bad_task"


def test_a_receipt_is_not_tried_for_ever() -> None:
    register = VirtualAtol()
    port = atol_port(register)
    for _ in range(30):
        with pytest.raises(NotIssued) as caught:
            port.issue(SOLD)
        assert caught.value.said.code == "atol.refused"
    with pytest.raises(NotIssued) as caught:
        port.issue(SOLD)
    assert caught.value.said.code == "atol.attempts"


def test_a_login_is_sent_and_a_wrong_one_is_said() -> None:
    register = VirtualAtol(login="till", password="пароль")
    assert atol_port(register, "till", "пароль").state().shift == "closed"
    with pytest.raises(NoAnswer) as caught:
        atol_port(register).state()
    assert caught.value.said is not None
    assert caught.value.said.code == "atol.denied"


@pytest.mark.parametrize("url", ["", "register:16732", "ftp://register", "http://[", "https://reg\nister"])
def test_what_is_no_address_is_refused_before_anything_is_opened(url: str) -> None:
    with pytest.raises(ValueError):
        AtolLink(url, transport=AtolWire(VirtualAtol()))


def test_the_clock_and_what_the_tax_service_has_not_got_are_told() -> None:
    register = VirtualAtol()
    port = atol_port(register)
    port.open_shift("Анна")
    port.issue(SOLD)
    register.paper = 0
    assert (port.clock(), port.unsent()) == ("2026-11-22T12:00", Unsent(2, "2026-11-22T12:00"))
