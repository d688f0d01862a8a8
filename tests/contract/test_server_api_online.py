"""What a till asks the head office for while a customer waits: a code that confirms a phone, points held."""

from __future__ import annotations

import msgspec
import pytest
from litestar.testing import TestClient

from loyalty.api import (
    CheckReply,
    CheckRequest,
    ConfirmReply,
    ConfirmRequest,
    HoldReply,
    HoldRequest,
    HoldVoid,
    PersonalUpload,
)
from loyalty.events import canonical
from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.messages.journal import written
from sync_server.settings import Settings
from tests.support.server import TestOffice, hex_id
from tests.support.signed_wire import ANNA, Wire, error_of, post_segment, settle


@pytest.fixture
def messages(tmp_path):
    """A head office that writes messages down, with its office."""
    with TestClient(make_app(Settings(tmp_path, messages="journal")), raise_server_exceptions=False) as made:
        served = made.app.state.office
        yield made, TestOffice(served.store, served.identity, now_ms())


def confirm(wire: Wire, member: str, id: str):
    asked = canonical(ConfirmRequest(id, member, member, "en"))
    return wire.ask("POST", "/v1/confirmations", asked, headers={"content-type": "application/json"})


def test_a_phone_is_confirmed_over_signed_requests(messages):
    client, served = messages
    wire = Wire(client, served.till())
    event, personal = wire.till.enrolled(ANNA, "2990001000017", "+79161234567")
    assert post_segment(wire, event).status_code == 200
    body = canonical(PersonalUpload((personal,)))
    assert wire.ask("POST", "/v1/personal", body, headers={"content-type": "application/json"}).status_code == 200
    settle(client)
    answer = confirm(wire, ANNA, hex_id("one"))
    assert msgspec.json.decode(answer.content, type=ConfirmReply) == ConfirmReply(6, 300, 30)
    client.app.state.office.sender.close()
    (message,) = written(served.store)
    assert message.phone == "+79161234567"
    asked = CheckRequest(ANNA, ANNA, message.text.split()[1].strip("."))
    path = f"/v1/confirmations/{hex_id('one')}/check"
    checked = wire.ask("POST", path, canonical(asked))
    assert msgspec.json.decode(checked.content, type=CheckReply) == CheckReply("confirmed", 0)
    soon = confirm(wire, ANNA, hex_id("two"))
    assert (soon.status_code, error_of(soon).code) == (429, "wait")
    assert 1 <= int(soon.headers["retry-after"]) <= 30


@pytest.mark.parametrize("path", ["/v1/confirmations", f"/v1/confirmations/{hex_id('one')}/check"])
def test_nobody_confirms_without_a_signature(messages, path):
    answer = messages[0].post(path, content=canonical(ConfirmRequest(hex_id("one"), ANNA, ANNA)))
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"confirmation_id": 1}', b"x" * 4097])
def test_a_body_that_is_no_confirmation_is_refused(messages, body):
    client, served = messages
    answer = Wire(client, served.till()).ask("POST", "/v1/confirmations", body)
    assert answer.status_code in (400, 413)
    assert error_of(answer).code in ("bad_request", "too_large")


def test_a_head_office_that_sends_no_messages_says_so(client, served):
    answer = confirm(Wire(client, served.till()), ANNA, hex_id("one"))
    assert (answer.status_code, error_of(answer).code) == (409, "no_messages")


def test_points_are_held_and_given_back_over_signed_requests(client, served):
    wire = Wire(client, served.till())
    event, _ = wire.till.enrolled(ANNA, "2990001000017")
    assert post_segment(wire, event, wire.till.sale(account=ANNA, earned=50)).status_code == 200
    settle(client)
    asked = canonical(HoldRequest(hex_id("one"), ANNA, ANNA, {"main": 50}, 900))
    held = msgspec.json.decode(wire.ask("POST", "/v1/holds", asked).content, type=HoldReply)
    assert (held.state, held.good_for_s) == ("held", 900)
    again = msgspec.json.decode(wire.ask("POST", "/v1/holds", asked).content, type=HoldReply)
    assert (again.state, 890 < again.good_for_s <= 900) == ("held", True)
    given = wire.ask("POST", f"/v1/holds/{hex_id('one')}/void", canonical(HoldVoid(ANNA)))
    assert msgspec.json.decode(given.content, type=HoldReply) == HoldReply("voided")


@pytest.mark.parametrize("path", ["/v1/holds", f"/v1/holds/{hex_id('one')}/void"])
def test_nobody_holds_points_without_a_signature(client, path):
    answer = client.post(path, content=canonical(HoldRequest(hex_id("one"), ANNA, ANNA, {"main": 1}, 900)))
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


@pytest.mark.parametrize("path", ["/v1/holds", f"/v1/holds/{hex_id('one')}/void"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"account_id": 1}', b"x" * 4097])
def test_a_body_that_is_no_hold_is_refused(client, served, path, body):
    answer = Wire(client, served.till()).ask("POST", path, body)
    assert answer.status_code in (400, 413)
    assert error_of(answer).code in ("bad_request", "too_large")
