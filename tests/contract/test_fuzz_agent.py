"""Whatever its OpenAPI document lets one ask, and whatever it does not: the agent answers as documented.

What is refused leaves the journal as it was. KOPILKA_SOAK_SEEDS asks for more examples.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.agent.openapi import openapi_json
from terminal.session import commands as c
from tests.simulation.cuts import dump
from tests.support.agent import Served, served
from tests.support.counter import CARD, PHONE, TEA
from tests.support.fuzz import FUZZ, cases, check_answer, named, operations, request_of

KNOWN = {"key": [CARD, PHONE, TEA.code, "T1-000001", "0" * 32]}
OPERATIONS = operations(openapi_json())


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("agent") / "till") as opened:
        for text in (TEA.code, CARD, "4600000000016"):
            opened.desk.scans.take("front", c.Scan(text, "serial:front"))
        # Nobody waits: half a minute an example would be long.
        opened.desk.scans.close()
        yield opened


def held(agent: Served) -> bytes:
    """All there is but what the sync writes beside."""
    return agent.till.store.journal.read(lambda journal: dump(journal, but=("segment", "state")))


def answered(agent: Served, request: httpx.Request) -> httpx.Response:
    """And the journal as before, where it is refused."""
    before = held(agent)
    answer = agent.http.send(request)
    if answer.status_code >= 400:
        assert held(agent) == before, f"{request.method} {request.url}: refused, and something written"
    return answer


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
@given(data=st.data())
@FUZZ
def test_a_program_that_asks_anything_gets_what_is_documented(agent, operation, data):
    case = data.draw(cases(operation, KNOWN))
    request = request_of(case, agent.url)
    request.headers["authorization"] = f"Bearer {agent.token}"
    check_answer(case, answered(agent, request))


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
@given(data=st.data())
@FUZZ
def test_a_stranger_that_asks_anything_is_refused_as_documented(agent, operation, data):
    case = data.draw(cases(operation, KNOWN))
    request = request_of(case, agent.url)
    request.headers.pop("authorization", None)
    answer = answered(agent, request)
    check_answer(case, answer)
    assert answer.status_code in (400, 401, 404)
