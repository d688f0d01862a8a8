"""Each limit the agent's document states of a request: at the limit it is read, one past it it is refused.

The bounds are taken from the document itself, so a new one is tried the day it is written.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from terminal.agent.asked import MAX_CODE_CHARS
from terminal.agent.endpoints import ENDPOINTS
from terminal.agent.openapi import openapi_json
from terminal.agent.serve import MAX_HEAD_BYTES
from tests.support.agent import Served, served
from tests.support.counter import CARD, PHONE, TEA
from tests.support.raw_bytes import head_answered

DOCUMENT = json.loads(openapi_json())
FULL: dict[str, dict[str, Any]] = {
    "/v1/quote": {
        "lines": [{"code": TEA.code, "qty_milli": 2000}], "member": {"key": CARD, "scanned": True}, "redeem_points": 5,
        "coupons": ["A1"], "asked": ["a"], "choices": {"b": "1"}, "payment": "card", "with_offers": True,
    },
    "/v1/receipts": {
        "sale_id": "0" * 32, "lines": [{"code": TEA.code, "qty_milli": 1000}], "member": {"key": PHONE},
        "redeem_points": 0, "coupons": ["A1"], "asked": ["a"], "choices": {"b": "1"}, "payment": "cash",
        "payments": [{"kind": "cash", "amount_minor": 1}], "expected_total_minor": 1,
    },
    "/v1/returns": {"return_id": "0" * 32, "number": "T1-000001", "lines": {"1": 1000}, "payment": "cash"},
    "/v1/confirmations": {"phone": PHONE},
    "/v1/confirmations/{key}/check": {"code": "402913"},
    "/v1/shift/open": {"cashier": "Ольга"},
    "/v1/cash": {"cash_id": "0" * 32, "shift_id": "0" * 32, "kind": "in", "amount_minor": 1},
}  # fmt: skip
"""Of each request one that has all its parts."""
UNREADABLE = 400


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; of a choice the part that says more than null."""
    while True:
        if "$ref" in schema:
            schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        else:
            return schema


Place = tuple[Any, ...]


def bounds(schema: dict[str, Any], value: Any, at: Place = ()) -> Iterator[tuple[Place, str, Any, Any]]:
    """Place, bound, a value at it and one past it, of every bound under a schema that a whole `value` meets."""
    schema = resolved(schema)
    for name, made in MADE.items():
        if name in schema:
            yield at, name, made(value, schema[name]), made(value, schema[name] + (1 if name.startswith("max") else -1))
    if isinstance(value, dict) and "properties" in schema:
        for key, inner in schema["properties"].items():
            yield from bounds(inner, value[key], (*at, key)) if key in value else ()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from bounds(schema["additionalProperties"], inner, (*at, key))
    elif isinstance(value, list):
        yield from bounds(schema["items"], value[0], (*at, 0))


MADE = {
    "maxLength": lambda value, bound: "9" * bound,
    "minLength": lambda value, bound: "9" * bound,
    "maximum": lambda value, bound: bound,
    "minimum": lambda value, bound: bound,
    "maxItems": lambda value, bound: value * bound,
    "minItems": lambda value, bound: value * bound,
    "maxProperties": lambda value, bound: {f"{number + 1}": next(iter(value.values())) for number in range(bound)},
    "minProperties": lambda value, bound: dict(list(value.items())[:bound]),
}


def every_bound() -> list[Any]:
    found = []
    for path, body in FULL.items():
        schema = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for at, name, good, bad in bounds(schema, body):
            found.append(pytest.param(path, at, good, bad, id=f"{path} {'.'.join(map(str, at))} {name}"))
    return found


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("agent") / "till") as opened:
        yield opened


def test_every_request_that_has_a_body_is_among_these() -> None:
    assert set(FULL) == {each.path for each in ENDPOINTS if each.takes}


@pytest.mark.parametrize(("path", "at", "good", "bad"), every_bound())
def test_a_part_of_a_request_is_read_at_its_limit_and_refused_one_past_it(agent, path, at, good, bad):
    before = agent.written()
    said = [agent.http.post(path, json=put(FULL[path], at, value)).status_code for value in (good, bad)]
    assert said[0] != UNREADABLE
    assert said[1] == UNREADABLE
    assert agent.written()[0] <= before[0] + 1, "at its limit a cashier's name may open the shift"


KEYED = [each for each in ENDPOINTS if "{key}" in each.path and each.method == "GET"]


@pytest.mark.parametrize("endpoint", KEYED, ids=lambda each: each.path)
def test_a_key_in_the_path_is_looked_for_at_its_limit_and_refused_one_past_it(agent, endpoint):
    said = []
    for chars in (MAX_CODE_CHARS, MAX_CODE_CHARS + 1):
        answer = agent.http.get(endpoint.path.replace("{key}", "9" * chars))
        said.append((answer.status_code, answer.json().get("code")))
    assert said[0] != said[1]
    assert said[1] == (400, "agent.body")


def test_the_head_of_a_request_may_have_the_limit_of_bytes_and_no_more(agent):
    before = agent.written()
    port = int(agent.url.rpartition(":")[2])
    assert head_answered(port, MAX_HEAD_BYTES, ends=True).startswith(b"HTTP/1.1 401 ")
    assert head_answered(port, MAX_HEAD_BYTES + 1).startswith(b"HTTP/1.1 400 ")
    assert agent.http.get("/v1/health").status_code == 200
    assert agent.written() == before


def put(body: Any, at: Place, value: Any) -> Any:
    if not at:
        return value
    changed = copy.deepcopy(body)
    changed[at[0]] = put(changed[at[0]], at[1:], value)
    return changed
