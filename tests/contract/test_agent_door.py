"""The agent's door over a real socket: who is let in, how much at once, and what everyone else is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from terminal.agent.asked import MAX_BODY_BYTES
from terminal.agent.endpoints import ENDPOINTS
from terminal.agent.guard import MAX_AT_ONCE
from terminal.offline_queue.sentences import store_fault
from tests.support.agent import SOON_S, Served, served
from tests.support.counter import TEA

PATHS = [(each.method, each.path.format(key="x")) for each in ENDPOINTS]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("agent") / "till") as opened:
        opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        yield opened


def said(reply: httpx.Response) -> tuple[int, str]:
    body = reply.json()
    assert body["detail"]
    assert "Traceback" not in reply.text
    return reply.status_code, body["code"]


def raw(agent: Served, request: bytes) -> bytes:
    """What comes back for these very bytes, until the agent closes."""
    with socket.create_connection(("127.0.0.1", httpx.URL(agent.url).port or 0), SOON_S) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_it_listens_on_loopback_alone(agent: Served) -> None:
    assert httpx.URL(agent.url).host == "127.0.0.1"
    for address in {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if not address.startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, httpx.URL(agent.url).port or 0), SOON_S)


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "/nowhere"), ("DELETE", "/v1/shift")])
def test_without_the_token_nothing_is_done_and_nothing_is_told(agent: Served, method: str, path: str) -> None:
    before = agent.written()
    right = f"Bearer {agent.token}"
    for header in ("", agent.token, f"Basic {agent.token}", right[:-1], f"{right}0", "Bearer Ω"):
        headers = [(b"authorization", header.encode())]
        reply = httpx.request(method, agent.url + path, headers=headers, trust_env=False)
        assert said(reply) == (401, "agent.token")
        assert reply.headers["www-authenticate"] == "Bearer"
    assert agent.written() == before


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "/openapi.json")])
def test_a_request_to_another_name_is_refused_even_with_the_token(agent: Served, method: str, path: str) -> None:
    port = httpx.URL(agent.url).port
    wrong = (f"evil.example:{port}", "evil.example", "127.0.0.1:1", "127.0.0.1.evil.example", "localhost@evil", "[::1]")
    for host in wrong:
        assert said(agent.ask(method, path, headers={"host": host})) == (403, "agent.host")


def test_the_machines_own_names_are_let_in(agent: Served) -> None:
    port = httpx.URL(agent.url).port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", "LOCALHOST", "127.0.0.1"):
        assert agent.ask("GET", "/v1/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "head", ["GET /v1/health HTTP/1.0\r\n", "GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n"]
)
def test_a_request_that_names_no_host_or_two_is_refused(agent: Served, head: str) -> None:
    answer = raw(agent, f"{head}Authorization: Bearer {agent.token}\r\n\r\n".encode())
    assert answer.split()[1] in (b"400", b"403")


@pytest.mark.parametrize("nonsense", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"POST /v1/quote HTTP/9.9\r\n\r\n", b""])
def test_what_is_not_http_harms_nothing(agent: Served, nonsense: bytes) -> None:
    assert not raw(agent, nonsense).startswith(b"HTTP/1.1 2")
    assert agent.ask("GET", "/v1/health").status_code == 200


def test_the_description_needs_no_token_but_the_right_name(agent: Served) -> None:
    assert httpx.get(f"{agent.url}/openapi.json", trust_env=False).json()["openapi"] == "3.1.0"


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(agent: Served) -> None:
    body = json.dumps({"lines": [{"code": TEA.code}]}).encode()
    largest = body + b" " * (MAX_BODY_BYTES - len(body))
    assert agent.http.post("/v1/quote", content=largest, headers=JSON).status_code == 200
    assert said(agent.http.post("/v1/quote", content=largest + b" ", headers=JSON)) == (413, "agent.too_large")
    parts = (largest[place : place + 4096] for place in range(0, MAX_BODY_BYTES, 4096))
    assert agent.http.post("/v1/quote", content=parts, headers=JSON).status_code == 200
    parts = (part for part in (largest, b" "))
    assert said(agent.http.post("/v1/quote", content=parts, headers=JSON)) == (413, "agent.too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_does_not_say_it_is_json_is_refused(agent: Served, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    assert said(agent.http.post("/v1/quote", content=b"{}", headers=headers)) == (415, "agent.body_type")


def test_a_body_nested_without_end_is_refused(agent: Served) -> None:
    for body in (b"[" * 100_000, b'{"lines":' * 20_000, b'{"lines":[{"code":' + b"[" * 50_000):
        assert said(agent.http.post("/v1/quote", content=body, headers=JSON)) == (400, "agent.body")


def test_paths_and_methods_nobody_serves_are_said_so(agent: Served) -> None:
    for path in ("/", "/v1", "/v1/quote/", "/v2/health", "/v1/members/", "/v1/members/a/b", "/docs", "/schema"):
        reply = agent.ask("GET", path)
        assert said(reply) in {(404, "agent.path"), (405, "agent.method")}
    for method, path in (("DELETE", "/v1/shift"), ("GET", "/v1/quote"), ("PUT", "/v1/receipts"), ("PATCH", "/v1/link")):
        assert said(agent.ask(method, path)) == (405, "agent.method")


def test_errors_speak_the_language_asked_for(agent: Served) -> None:
    for headers, params, start in [
        ({"accept-language": "ru"}, {}, "Такого"),
        ({"accept-language": "de, ru;q=0.2"}, {}, "Такого"),
        ({}, {"lang": "ru"}, "Такого"),
        ({"accept-language": "ru;q=0.1, en;q=0.9"}, {}, "There"),
        ({"accept-language": "ru" * 10_000}, {}, "There"),
        ({}, {}, "There"),
    ]:
        detail = agent.ask("GET", "/nowhere", headers=headers, params=params).json()["detail"]
        assert detail.startswith(start)
    refused = httpx.get(f"{agent.url}/v1/health", headers={"accept-language": "ru"}, trust_env=False).json()
    assert refused["detail"].startswith("Ключ")


def test_a_fault_of_our_own_is_a_sentence_and_records_nothing(agent: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    before = agent.written()
    monkeypatch.setattr(agent.till.lookups, "product", broken)
    reply = agent.ask("POST", "/v1/quote", {"lines": [{"code": TEA.code}]})
    assert said(reply) == (500, "till.unexpected")
    assert "secret" not in reply.text
    assert "ZeroDivision" not in reply.text
    assert agent.written() == before


def test_a_full_disk_is_said_and_the_sale_can_be_sent_again(agent: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **options: Any) -> None:
        raise store_fault("store.full", file="journal.db")

    before = agent.written()
    body = {
        "sale_id": "f" * 32, "lines": [{"code": TEA.code}], "expected_total_minor": 100_00,
        "payments": [{"kind": "card", "amount_minor": 100_00}],
    }  # fmt: skip
    with monkeypatch.context() as filling:
        filling.setattr(agent.till.store.journal, "record", full)
        reply = agent.ask("POST", "/v1/receipts", body)
        assert said(reply) == (503, "store.full")
        assert reply.json()["hint"]
        assert reply.headers["retry-after"]
    assert agent.written() == before
    assert agent.ask("POST", "/v1/receipts", body).status_code == 201
    assert agent.written() == (before[0] + 1, 0)


def test_more_than_so_many_at_once_are_told_to_come_back(agent: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's queue tells nothing of how many have come in: the till posts to it as well."""
    go, begun, inside, call = threading.Event(), threading.Event(), threading.Semaphore(0), agent.till.engine.call

    def counted(work: Callable[[], object]) -> object:
        inside.release()
        return call(work)

    def hold() -> None:
        begun.set()
        assert go.wait(SOON_S)

    def ask() -> int:
        return agent.ask("GET", "/v1/shift").status_code

    with ThreadPoolExecutor(MAX_AT_ONCE + 1) as clients:
        try:
            clients.submit(call, hold)
            assert begun.wait(SOON_S)
            monkeypatch.setattr(agent.till.engine, "call", counted)
            asked = [clients.submit(ask) for _ in range(MAX_AT_ONCE)]
            assert all(inside.acquire(timeout=SOON_S) for _ in asked)
            reply = agent.ask("GET", "/v1/shift")
        finally:
            go.set()
        assert said(reply) == (503, "agent.busy")
        assert reply.headers["retry-after"]
        assert [each.result(SOON_S) for each in asked] == [200] * MAX_AT_ONCE
    assert agent.ask("GET", "/v1/shift").status_code == 200
