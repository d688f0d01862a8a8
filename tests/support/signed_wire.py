"""A till's side of the wire to a head office over HTTP: requests signed as it wants them, and what it answers."""

from __future__ import annotations

import datetime
import time

import msgspec
import zstandard
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from litestar.testing import TestClient

from loyalty.api import ErrorReply, SegmentReply
from tests.support.server import Till, hex_id

ANNA = hex_id("anna")
COVERED = ("@method", "@path", "@query")


class Message:
    """What the signer asks of a request."""

    def __init__(self, method: str, url: str, headers: dict[str, str]) -> None:
        self.method, self.url, self.headers = method, url, headers


class Wire:
    """A till's side of the wire."""

    def __init__(self, client: TestClient, till: Till) -> None:
        self.client, self.till = client, till

    def ask(self, method: str, path: str, body: bytes = b"", skew_s: int = 0, headers: dict[str, str] | None = None):
        signed = {**(headers or {})}
        message = Message(method, f"http://testserver.local{path}", signed)
        keys = MappingKeyResolver(public_keys={}, private_keys={self.till.terminal: self.till.key})
        signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
        created = datetime.datetime.fromtimestamp(time.time() + skew_s, tz=datetime.UTC)
        signer.sign(message, key_id=self.till.terminal, created=created, covered_component_ids=COVERED, body=body)
        return self.client.request(method, path, content=body, headers=signed)

    def get(self, path: str, kind, **more):
        answer = self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(body_of(answer), type=kind)


def body_of(answer) -> bytes:
    """httpx unpacks zstd where it can; where it cannot, we do."""
    data = answer.content
    return zstandard.ZstdDecompressor().decompressobj().decompress(data) if data[:4] == b"\x28\xb5\x2f\xfd" else data


def error_of(answer) -> ErrorReply:
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    assert "Traceback" not in answer.text
    return msgspec.json.decode(answer.content, type=ErrorReply)


def settle(client) -> None:
    assert client.app.state.office.applier.idle.wait(60)


def post_segment(wire: Wire, *events: bytes):
    till = wire.till
    headers = {"content-type": "application/vnd.kopilka.segment", "kopilka-fence": till.fence}
    answer = wire.client.post("/v1/segments", content=till.segment(*events), headers=headers)
    if answer.status_code == 200:
        till.fence = msgspec.json.decode(answer.content, type=SegmentReply).fence_next
    return answer
