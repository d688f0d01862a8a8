"""Whatever comes to the agent, the answer is JSON with a sentence; what is refused leaves no trace in the journal."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.agent.endpoints import ENDPOINTS, Endpoint
from tests.support.agent import Served, served
from tests.support.counter import CARD, PHONE, TEA

TAKING = [each for each in ENDPOINTS if each.takes]
KEYED = [each for each in ENDPOINTS if "{key}" in each.path]
PLAIN = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

GOOD: dict[str, dict[str, Any]] = {
    "/v1/quote": {
        "lines": [{"code": TEA.code, "qty_milli": 2000}], "member": {"key": CARD, "scanned": True}, "redeem_points": 5,
        "coupons": [], "asked": ["a"], "choices": {"b": "1"}, "payment": "card", "with_offers": True,
    },
    "/v1/receipts": {
        "sale_id": "0" * 32, "lines": [{"code": TEA.code, "qty_milli": 1000}], "member": {"key": PHONE},
        "redeem_points": 0, "coupons": [], "asked": ["a"], "choices": {"b": "1"}, "payment": "cash",
        "payments": [{"kind": "cash", "amount_minor": 1}], "expected_total_minor": 1,
    },
    "/v1/returns": {"return_id": "0" * 32, "number": "T1-000001", "lines": {"1": 1000}, "payment": "cash"},
    "/v1/confirmations": {"phone": PHONE},
    "/v1/confirmations/{key}/check": {"code": "402913"},
    "/v1/cash": {"cash_id": "0" * 32, "shift_id": "0" * 32, "kind": "out", "amount_minor": 1},
    "/v1/shift/open": {"cashier": "Ольга"},
}  # fmt: skip
"""Bodies of the right shape; none of them can be carried out while the shift is open and nothing is sold."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=80)
    | st.sampled_from([TEA.code, CARD, PHONE, "0" * 32, "cash", "", "\x00", "1", "null"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("agent") / "till") as opened:
        opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        yield opened


def ids(each: Endpoint) -> str:
    return f"{each.method} {each.path}"


def check(agent: Served, before: tuple[int, int], reply: httpx.Response) -> None:
    """A sentence for a refusal and no change; the only thing done here is a quote."""
    assert reply.headers["content-type"] == "application/json"
    body = reply.json()
    if reply.status_code != 200:
        assert 400 <= reply.status_code < 500 or (reply.status_code, body["code"]) == (503, "receipt.unknown")
        assert body["code"]
        assert body["detail"]
        assert "Traceback" not in reply.text
    assert agent.written() == before


def as_json(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def send(agent: Served, path: str, content: bytes) -> httpx.Response:
    return agent.http.post(path, content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize("endpoint", TAKING, ids=ids)
@given(content=st.binary(max_size=200) | values.map(as_json))
@PLAIN
def test_a_body_that_is_anything_is_refused_with_a_sentence(agent: Served, endpoint: Endpoint, content: bytes) -> None:
    before = agent.written()
    check(agent, before, send(agent, endpoint.path, content))


@st.composite
def spoiled(draw: st.DrawFn, path: str) -> object:
    """A good body with one place of it changed, taken out, put in or said twice."""
    body = json.loads(json.dumps(GOOD[path]))
    at: Any = body
    key: Any = draw(st.sampled_from(sorted(at)))
    while isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
        at = at[key]
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else list(range(len(at)))))
    match draw(st.sampled_from(["change", "remove", "add", "wrap"])):
        case "change":
            at[key] = draw(values)
        case "remove":
            del at[key]
        case "add" if isinstance(at, dict):
            at[draw(st.text(string.ascii_lowercase, min_size=1, max_size=8))] = draw(values)
        case _:
            at[key] = [at[key]]
    return body


@pytest.mark.parametrize("endpoint", TAKING, ids=ids)
@given(data=st.data())
@PLAIN
def test_a_body_spoiled_in_one_place_is_refused_with_a_sentence(
    agent: Served, endpoint: Endpoint, data: st.DataObject
) -> None:
    before = agent.written()
    body = data.draw(spoiled(endpoint.path))
    check(agent, before, send(agent, endpoint.path, as_json(body)))


@pytest.mark.parametrize("endpoint", KEYED, ids=ids)
@given(key=st.text(max_size=80), query=st.text(max_size=20))
@PLAIN
def test_a_key_that_is_anything_is_found_or_refused_with_a_sentence(
    agent: Served, endpoint: Endpoint, key: str, query: str
) -> None:
    before = agent.written()
    path = endpoint.path.replace("{key}", quote(key.encode("utf-8", "replace"), safe=""))
    check(agent, before, agent.http.get(f"{path}?{quote(query.encode('utf-8', 'replace'))}&lang=ru"))


@given(
    names=st.dictionaries(
        st.sampled_from(["accept-language", "content-type", "accept", "origin", "x-any", "if-none-match", "range"]),
        st.text(string.printable.strip(), max_size=60).map(str.strip), max_size=4,
    )
)  # fmt: skip
@PLAIN
def test_headers_that_are_anything_change_nothing(agent: Served, names: dict[str, str]) -> None:
    before = agent.written()
    check(agent, before, agent.http.post("/v1/quote", content=b"{}", headers=names))
    assert agent.http.get("/v1/shift", headers=names).status_code == 200
