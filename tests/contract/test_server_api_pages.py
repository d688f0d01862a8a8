"""What the head office answers anybody: wrong bodies and paths, faults of its own, health, metrics, documentation."""

from __future__ import annotations

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.server import TestOffice
from tests.support.signed_wire import ANNA, error_of

BODIES = {
    "html": b"<!doctype html><html><body>Sign in to the network</body></html>",
    "nothing": b"",
    "truncated zstd": zstandard.ZstdCompressor().compress(b"x" * 1000)[:20],
    "deep json": b"[" * 100_000,
    "huge": b"x" * 3_000_000,
    "bad utf-8": b'{"code": "\xff"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/segments", "/v1/personal"])
def test_a_body_that_is_none_is_refused_in_json_and_changes_nothing(client, served, wire, path, body):
    before = everything(served)
    answers = [client.post(path, content=body), wire.ask("POST", path, body)]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        error_of(answer)
    assert everything(served) == before


def test_a_segment_is_checked_to_the_last_byte(client, served, wire):
    data = wire.till.segment(wire.till.sale(account=ANNA, earned=5))
    before = everything(served)
    for at in [*range(0, len(data), 7), len(data) - 1]:
        for bad in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
            answer = client.post("/v1/segments", content=bad, headers={"kopilka-fence": wire.till.fence})
            assert 400 <= answer.status_code < 500
            error_of(answer)
    assert everything(served) == before


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(path=st.sampled_from(["/v1/enrol", "/v1/segments", "/v1/personal"]), body=st.binary(max_size=300))
def test_no_bytes_bring_the_server_down(client, path, body):
    answer = client.post(path, content=body)
    assert 400 <= answer.status_code < 500
    error_of(answer)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120))
def test_no_signature_header_brings_the_server_down(client, wire, header):
    headers = {"signature-input": f'a=("@method");keyid="{wire.till.terminal}"{header}', "signature": header}
    answer = client.get("/v1/heads", headers=headers)
    assert answer.status_code == 401
    error_of(answer)


def everything(served: TestOffice) -> dict[str, list[str]]:
    from sync_server.schema import METADATA

    with served.store.read() as tx:
        return {table.name: sorted(repr(row) for row in tx.execute(table.select())) for table in METADATA.sorted_tables}


@pytest.mark.parametrize(("path", "status"), [("/nope", 404), ("/v1/enrol", 405), ("/v1", 404)])
def test_what_is_not_there_is_said_in_json(client, path, status):
    answer = client.get(path)
    assert (answer.status_code, error_of(answer).code) == (status, "unknown")


def test_a_fault_of_ours_is_said_without_its_traceback(client, monkeypatch):
    monkeypatch.setattr("sync_server.app.measure", lambda *_: 1 / 0)
    answer = client.get("/metrics")
    assert (answer.status_code, error_of(answer).code) == (500, "internal")
    assert "division" not in answer.text


def test_what_no_page_of_the_console_answers_is_said_on_a_page_and_to_programs_as_json(client):
    for answer in (client.get("/console/logout?lang=en"), client.post("/console/receipts?lang=en")):
        assert (answer.status_code, answer.headers["content-type"]) == (405, "text/html; charset=utf-8")
        assert "This address takes no such request" in answer.text
    stranger = client.get("/consoles")
    assert (stranger.status_code, stranger.headers["content-type"]) == (404, "application/json")


def test_health_metrics_and_documentation_answer(client):
    assert client.get("/healthz").json()["status"] == "ok"
    assert "kopilka_events_behind 0.0" in client.get("/metrics").text
    assert client.get("/docs").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/metrics").headers["content-type"].count("charset") == 1
    described = client.get("/openapi.json").json()
    assert "/v1/segments" in described["paths"]
    assert "ErrorReply" in described["components"]["schemas"]


def test_the_documentation_fetches_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page


def test_every_reference_of_the_description_is_there(client):
    described = client.get("/openapi.json").json()
    schemas = set(described["components"]["schemas"])
    refs = set(find_refs(described))
    assert refs <= {f"#/components/schemas/{name}" for name in schemas}
    assert refs


def find_refs(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for found in value.values():
            yield from find_refs(found)
    elif isinstance(value, list):
        for found in value:
            yield from find_refs(found)
