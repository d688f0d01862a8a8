"""The agent's small parts: the token's file, the address, the language, the ids of sales, and the description."""

from __future__ import annotations

import json
import re
import socket
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loyalty.errors import BadInput, KopilkaError, NotNow
from loyalty.sentences import Lang
from terminal.agent import selling
from terminal.agent.asked import (
    LineAsked,
    MemberAsked,
    PaymentGiven,
    QuoteRequest,
    SaleRequest,
)
from terminal.agent.desk import language_of
from terminal.agent.endpoints import ENDPOINTS
from terminal.agent.openapi import openapi_json
from terminal.agent.sentences import SENTENCES
from terminal.agent.serve import listen
from terminal.agent.token import FILE, same_token, token_of
from terminal.agent.wire import ErrorReply

ROOT = Path(__file__).resolve().parents[2]


def test_a_token_has_256_bits_is_kept_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token = token_of(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert token_of(tmp_path) == token
    (tmp_path / FILE).unlink()
    assert token_of(tmp_path) != token


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o601, 0o666])
def test_a_token_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    token_of(tmp_path)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(NotNow) as refusal:
        token_of(tmp_path)
    assert refusal.value.code == "agent.token_mode"
    assert refusal.value.hint is not None


@pytest.mark.parametrize("content", ["", "password", "A" * 64, "0" * 63, "0" * 64 + "\n\n", "0" * 200])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(NotNow) as refusal:
        token_of(tmp_path)
    assert refusal.value.code == "agent.token_bad"


def test_a_link_in_the_tokens_place_is_not_followed(tmp_path: Path) -> None:
    token_of(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).symlink_to(tmp_path / FILE)
    with pytest.raises(NotNow):
        token_of(tmp_path / "other")


@pytest.mark.parametrize(
    ("header", "right"),
    [
        ("Bearer secret", True), ("bearer secret", True), ("Bearer  secret", True), ("Bearer Secret", False),
        ("Bearer secre", False), ("Bearer secrets", False), ("secret", False), ("Basic secret", False), ("", False),
        ("Bearer", False), ("Bearer \udce9", False),
    ],
)  # fmt: skip
def test_a_header_carries_the_token_or_it_does_not(header: str, right: bool) -> None:
    assert same_token(header, "secret") is right


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.2"])
def test_any_address_but_loopback_is_refused(host: str) -> None:
    with pytest.raises(BadInput) as refusal:
        listen(host, 0)
    assert refusal.value.code == "agent.address"


def test_an_answer_does_not_wait_until_its_first_half_is_acknowledged() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_said_to_be(tmp_path: Path) -> None:
    with listen("localhost", 0) as first:
        assert first.getsockname()[0] == "127.0.0.1"
        with pytest.raises(KopilkaError) as refusal:
            listen("127.0.0.1", first.getsockname()[1])
        assert refusal.value.code == "agent.port"
    with pytest.raises(KopilkaError):
        listen("127.0.0.1", 70_000)


@pytest.mark.parametrize(
    ("asked", "accept", "default", "spoken"),
    [
        ("ru", "en", "en", "ru"), ("en", "ru", "ru", "en"), ("de", "ru", "en", "ru"), ("", "", "ru", "ru"),
        ("", "en-GB,en;q=0.9,ru;q=0.8", "ru", "en"), ("", "de;q=1.0, ru-RU;q=0.3", "en", "ru"),
        ("", "ru;q=0", "en", "en"), ("", "en;q=0.5, ru;q=0.5", "ru", "en"), ("", ";;;,,,q=", "ru", "ru"),
        ("", "*", "en", "en"),
    ],
)  # fmt: skip
def test_the_language_is_what_the_client_likes_best(asked: str, accept: str, default: Lang, spoken: Lang) -> None:
    assert language_of(asked, accept, default) == spoken


def test_every_sentence_is_there_in_both_languages_with_the_same_places() -> None:
    for code, (russian, english) in SENTENCES.items():
        assert russian != english
        places = [set(re.findall(r"\{(\w+)", text)) for text in (russian, english)]
        assert places[0] == places[1], code


def test_an_events_id_is_a_uuid_of_its_moment_that_says_what_was_asked() -> None:
    body = b'{"sale_id":"%s","lines":[{"code":"1"}],"expected_total_minor":1}' % (b"a" * 32)
    one, other = (msgspec.json.decode(text, type=SaleRequest) for text in (body, body.replace(b":1}", b":2}")))
    at_ms = 1_790_000_000_123
    timed = at_ms << 80 | 0x7 << 76 | 0b10 << 62
    said = [timed | selling._said("sale", request) & selling._SAID_BITS for request in (one, other, one)]
    assert said[0] == said[2] != said[1]
    assert all(value >> 80 == at_ms for value in said)
    assert selling._said("sale", one) != selling._said("return", one)
    assert selling._receipt_id("t1", "sale", "a") != selling._receipt_id("t2", "sale", "a")


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(openapi_json())
    return loaded


def test_the_description_has_every_path_with_its_types_and_refusals() -> None:
    paths = document()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == {
        (each.method, each.path) for each in ENDPOINTS
    }
    for each in ENDPOINTS:
        operation = paths[each.path][each.method.lower()]
        assert ("requestBody" in operation) is (each.takes is not None)
        assert {"401", "403", "503"} <= set(operation["responses"])
        assert str(each.made) in operation["responses"]
        assert any(one["in"] == "path" for one in operation["parameters"]) is ("{" in each.path)
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(set(names)) == len(ENDPOINTS)


def test_every_reference_of_the_description_leads_somewhere() -> None:
    text = openapi_json().decode()
    schemas = document()["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in schemas
    assert {"SaleRequest", "ReturnRequest", "QuoteReply", "ReceiptReply", ErrorReply.__name__} <= set(schemas)


def test_no_request_takes_a_field_it_does_not_know() -> None:
    taken = [each.takes for each in ENDPOINTS if each.takes] + [LineAsked, MemberAsked, PaymentGiven]
    for kind in taken:
        assert kind.__struct_config__.forbid_unknown_fields
        assert document()["components"]["schemas"][kind.__name__]["additionalProperties"] is False


def test_the_description_states_the_limits_that_are_really_held() -> None:
    schemas = document()["components"]["schemas"]
    sale = schemas["SaleRequest"]
    assert sale["properties"]["lines"]["maxItems"] == 500
    assert sale["properties"]["sale_id"]["pattern"] == "^[0-9a-f]{32}$"
    assert sale["additionalProperties"] is False
    assert set(sale["required"]) == {"sale_id", "lines", "expected_total_minor"}
    quote = schemas["QuoteRequest"]["properties"]["redeem_points"]
    for points, fits in ((quote["maximum"], True), (quote["maximum"] + 1, False), (quote["minimum"] - 1, False)):
        body = json.dumps({"redeem_points": points}).encode()
        if fits:
            assert msgspec.json.decode(body, type=QuoteRequest).redeem_points == points
        else:
            with pytest.raises(msgspec.ValidationError):
                msgspec.json.decode(body, type=QuoteRequest)
