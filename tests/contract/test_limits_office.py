"""Each limit of what the head office takes in: at the limit it is taken, one past it is refused and nothing changes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
import zstandard
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from loyalty.api import MAX_PERSONAL_ITEMS, CheckRequest, PersonalUpload
from loyalty.chain import (
    MAX_BLOB_BYTES,
    MAX_HEADER_BYTES,
    MAX_PAYLOAD_BYTES,
    MAX_SEGMENT_EVENTS,
    chain,
    header_for,
    pack_payload,
)
from loyalty.events import MAX_EVENT_BYTES, Personal, canonical
from sync_server.api import HANDLERS
from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.confirmations import MAX_TYPED_CHARS
from sync_server.serve import MAX_HEAD_BYTES
from sync_server.settings import Settings
from sync_server.unpacking import MAX_WINDOW_BYTES
from terminal.offline_queue.signing import Signer
from tests.support.fuzz import OfficeRows
from tests.support.raw_bytes import head_answered
from tests.support.served_office import served_office
from tests.support.server import TestOffice, Till, hex_id

STORED, UNREADABLE, TOO_LARGE = 200, 400, 413
POSTS = [each for each in HANDLERS if "POST" in each.http_methods]


class Door:
    """A head office, its rows, and one till that has sent nothing yet."""

    def __init__(self, client: TestClient, database: str) -> None:
        running = client.app.state.office
        self.client, self.rows = client, OfficeRows(database)
        self.office = TestOffice(running.store, running.identity, now_ms())
        self.till = self.office.till()

    def post(self, path: str, body: bytes) -> tuple[int, str]:
        """Signed by the till: the status and the code. Raises AssertionError where a refusal changed anything."""
        request = self.client.build_request("POST", path, content=body)
        Signer(self.till.terminal, self.till.key).sign(request, body, now_ms())
        before = self.rows.held()
        answer = self.client.send(request)
        assert answer.status_code == STORED or self.rows.held() == before, f"{path}: refused, and something changed"
        return answer.status_code, answer.json().get("code", "")

    def send(self, segment: bytes) -> tuple[int, str]:
        self.client.headers["kopilka-fence"] = self.till.fence
        return self.post("/v1/segments", segment)


@pytest.fixture
def door(tmp_path) -> Iterator[Door]:
    with TestClient(make_app(Settings(tmp_path)), raise_server_exceptions=False) as client:
        yield Door(client, str(tmp_path / "head_office.db"))


def segment(till: Till, events: Sequence[bytes], blob: bytes = b"", padded_to: int = 0) -> bytes:
    """The till's first segment, properly signed whatever is in it."""
    last = list(chain(till.hash, till.terminal, 1, 1, events))[-1]
    payload = pack_payload(events)
    blob = blob or zstandard.ZstdCompressor().compress(payload)
    signed = header_for(till.terminal, 1, 1, len(events), till.hash, last, len(payload), blob)
    if padded_to:
        signed = signed[:-1] + b',"pad":""}'
        signed = signed[:-2] + b"x" * (padded_to - len(signed)) + b'"}'
    return b"KSG1" + len(signed).to_bytes(4, "big") + signed + till.key.sign(signed) + blob


@pytest.mark.parametrize("handler", POSTS, ids=lambda each: min(each.paths))
def test_a_body_may_have_the_bytes_its_path_allows_and_no_more(door: Door, handler: HTTPRouteHandler) -> None:
    path, limit = min(handler.paths).partition("{")[0], handler.request_max_body_size
    path += f"{'0' * 32}/{min(handler.paths).rpartition('/')[2]}" if "{" in min(handler.paths) else ""
    assert isinstance(limit, int)
    status, code = door.post(path, b"{" * limit)
    assert (status, code) == (UNREADABLE, "bad_request")
    assert door.post(path, b"{" * (limit + 1)) == (TOO_LARGE, "too_large")


@pytest.mark.parametrize(("events", "status"), [(MAX_SEGMENT_EVENTS, STORED), (MAX_SEGMENT_EVENTS + 1, UNREADABLE)])
def test_a_segment_has_so_many_events_and_no_more(door: Door, events: int, status: int) -> None:
    assert door.send(segment(door.till, [b"{}"] * events))[0] == status


@pytest.mark.parametrize(("size", "status"), [(MAX_EVENT_BYTES, STORED), (MAX_EVENT_BYTES + 1, UNREADABLE)])
def test_an_event_has_so_many_bytes_and_no_more(door: Door, size: int, status: int) -> None:
    assert door.send(segment(door.till, [b"x" * size]))[0] == status


@pytest.mark.parametrize(("over", "status"), [(0, STORED), (1, UNREADABLE)])
def test_a_segment_unpacks_to_so_many_bytes_and_no_more(door: Door, over: int, status: int) -> None:
    of_an_event = MAX_PAYLOAD_BYTES // 8 - 4
    events = [b"x" * of_an_event] * 7 + [b"x" * (of_an_event + over)]
    assert len(pack_payload(events)) == MAX_PAYLOAD_BYTES + over
    assert door.send(segment(door.till, events))[0] == status


@pytest.mark.parametrize(("over", "status"), [(0, STORED), (1, UNREADABLE)])
def test_a_segment_comes_in_so_many_packed_bytes_and_no_more(door: Door, over: int, status: int) -> None:
    noise = random.Random(1).randbytes(MAX_BLOB_BYTES)
    for last in range(MAX_EVENT_BYTES - 100, MAX_EVENT_BYTES):
        events = [noise[:MAX_EVENT_BYTES], noise[MAX_EVENT_BYTES : MAX_EVENT_BYTES + last]]
        blob = zstandard.ZstdCompressor().compress(pack_payload(events))
        if len(blob) == MAX_BLOB_BYTES + over:
            break
    assert len(blob) == MAX_BLOB_BYTES + over
    assert door.send(segment(door.till, events, blob))[0] == status


@pytest.mark.parametrize(("size", "status"), [(MAX_HEADER_BYTES, STORED), (MAX_HEADER_BYTES + 1, UNREADABLE)])
def test_a_segment_s_header_has_so_many_bytes_and_no_more(door: Door, size: int, status: int) -> None:
    assert door.send(segment(door.till, [b"{}"], padded_to=size))[0] == status


@pytest.mark.parametrize(("log", "status"), [(23, STORED), (24, UNREADABLE)])
def test_a_segment_may_ask_for_so_large_a_window_and_no_larger(door: Door, log: int, status: int) -> None:
    assert MAX_WINDOW_BYTES == 1 << 23
    asked = zstandard.ZstdCompressionParameters(window_log=log, write_content_size=False)
    packing = zstandard.ZstdCompressor(compression_params=asked).compressobj()
    blob = packing.compress(pack_payload([b"{}"])) + packing.flush()
    assert zstandard.get_frame_parameters(blob).window_size == 1 << log
    assert door.send(segment(door.till, [b"{}"], blob))[0] == status


def test_personal_data_come_so_many_at_a_time_and_no_more(door: Door) -> None:
    items = [Personal(hex_id(n), hex_id(n), hex_id("event", n), "00") for n in range(MAX_PERSONAL_ITEMS + 1)]
    assert door.post("/v1/personal", canonical(PersonalUpload(tuple(items[:-1]))))[0] == STORED
    assert door.post("/v1/personal", canonical(PersonalUpload(tuple(items)))) == (TOO_LARGE, "too_large")


def test_a_code_said_has_so_many_characters_and_no_more(door: Door) -> None:
    path, anna = f"/v1/confirmations/{'0' * 32}/check", hex_id("anna")
    said = [
        door.post(path, canonical(CheckRequest(anna, anna, "1" * chars)))
        for chars in (MAX_TYPED_CHARS, MAX_TYPED_CHARS + 1)
    ]
    assert said == [(STORED, ""), (UNREADABLE, "bad_request")]


def test_the_head_of_a_request_may_have_the_limit_of_bytes_and_no_more(tmp_path) -> None:
    with served_office(tmp_path) as served:
        port = int(served.url.rpartition(":")[2])
        assert head_answered(port, MAX_HEAD_BYTES, ends=True).startswith(b"HTTP/1.1 404 ")
        assert head_answered(port, MAX_HEAD_BYTES + 1).startswith(b"HTTP/1.1 400 ")
