"""Whatever its OpenAPI document lets one ask, and whatever it does not: the head office answers as documented.

What is refused changes nothing in the database but the time a terminal was last heard of. KOPILKA_SOAK_SEEDS asks for
more examples.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.openapi import openapi_json
from sync_server.settings import Settings
from terminal.offline_queue.signing import Signer
from tests.support.fuzz import FUZZ, OfficeRows, cases, check_answer, named, operations, request_of
from tests.support.server import TestOffice, hex_id

SEGMENT = "application/vnd.kopilka.segment"
schemathesis.openapi.media_type(SEGMENT, st.binary(max_size=400))
URL = "http://testserver.local"


class Office:
    """A head office with a member, a receipt and a till that signs."""

    def __init__(self, client: TestClient, database: str) -> None:
        running = client.app.state.office
        self.client = client
        self.office = TestOffice(running.store, running.identity, now_ms())
        self.till = self.office.till()
        anna = hex_id("anna")
        enrolled, _ = self.till.enrolled(anna, "2990001000001", "+79031234567")
        self.till.send(self.till.segment(enrolled, self.till.sale(account=anna, earned=5)))
        self.office.apply()
        self.rows = OfficeRows(database)
        (self.number,) = self.rows.look.execute("SELECT number FROM receipt").fetchone()
        self.snapshot = running.snapshot().snapshot_id

    def known(self) -> dict[str, list[object]]:
        return {
            "gen": [self.office.identity.gen], "number": [self.number], "snapshot_id": [self.snapshot],
            "bucket": [0, 255, 256, -1], "from": [0, 2**63 - 1, 2**63, 2**70],
        }  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with TestClient(make_app(Settings(folder, messages="journal")), raise_server_exceptions=False) as client:
        yield Office(client, str(folder / "head_office.db"))


def answered(office: Office, request: httpx.Request) -> httpx.Response:
    """And nothing changed by it, where it is refused."""
    before = office.rows.held()
    answer = office.client.send(request)
    if answer.status_code >= 400:
        assert office.rows.held() == before, f"{request.method} {request.url}: refused, and something changed"
    return answer


OPERATIONS = operations(openapi_json())


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
@given(data=st.data())
@FUZZ
def test_a_till_that_asks_anything_gets_what_is_documented(office, operation, data):
    case = data.draw(cases(operation, office.known()))
    request = request_of(case, URL)
    for name in ("signature", "signature-input", "content-digest"):
        request.headers.pop(name, None)
    Signer(office.till.terminal, office.till.key).sign(request, request.read(), now_ms())
    check_answer(case, answered(office, request))


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
@given(data=st.data())
@FUZZ
def test_a_stranger_that_asks_anything_is_refused_as_documented(office, operation, data):
    case = data.draw(cases(operation, office.known()))
    answer = answered(office, request_of(case, URL))
    check_answer(case, answer)
    assert 400 <= answer.status_code < 500
