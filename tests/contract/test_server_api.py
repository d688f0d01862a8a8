"""The head office over HTTP: what a terminal says and gets, and what anything else gets."""

from __future__ import annotations

import datetime
import sqlite3
import time
from hashlib import sha256

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from loyalty.api import (
    CheckReply,
    CheckRequest,
    ConfirmReply,
    ConfirmRequest,
    EnrolReply,
    ErrorReply,
    HoldReply,
    HoldRequest,
    HoldVoid,
    PersonalReply,
    PersonalUpload,
    ReceiptReply,
    SegmentReply,
    SnapshotManifest,
)
from loyalty.cache_file import CACHE_VERSION
from loyalty.events import SaleCompleted, bucket_of, canonical
from loyalty.feed import DeltaPage, Heads, IdentRow, checksum_add
from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.enrol import CODE_LIFE_MS, CODE_TRIES, make_code, revoke_terminal
from sync_server.messages.journal import written
from sync_server.reports import terminal_lines
from sync_server.schema import TERMINAL
from sync_server.settings import Settings
from tests.support.server import TestOffice, Till, hex_id

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


@pytest.fixture
def client(tmp_path):
    with TestClient(make_app(Settings(tmp_path)), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def office(client):
    running = client.app.state.office
    return TestOffice(running.store, running.identity, int(time.time() * 1000))


@pytest.fixture
def wire(client, office):
    return Wire(client, office.till())


def error_of(answer) -> ErrorReply:
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    assert "Traceback" not in answer.text
    return msgspec.json.decode(answer.content, type=ErrorReply)


def settle(client) -> None:
    assert client.app.state.office.applier.idle.wait(20)


def post_segment(wire: Wire, *events: bytes):
    till = wire.till
    headers = {"content-type": "application/vnd.kopilka.segment", "kopilka-fence": till.fence}
    answer = wire.client.post("/v1/segments", content=till.segment(*events), headers=headers)
    if answer.status_code == 200:
        till.fence = msgspec.json.decode(answer.content, type=SegmentReply).fence_next
    return answer


def test_a_terminal_enrols_sends_and_reads_back(client, office):
    code = make_code(office.store, office.identity, "S1", "Shop one", office.now_ms, office.random)
    key = office.till().key
    asked = {"code": code, "public_key": key.public_key().public_bytes_raw().hex(), "name": "Till"}
    answer = client.post("/v1/enrol", json=asked)
    assert answer.status_code == 200
    reply = msgspec.json.decode(answer.content, type=EnrolReply)
    assert (reply.store, reply.store_name, reply.terminal_no, reply.card_prefix) == ("S1", "Shop one", 2, "2990002")
    wire = Wire(client, Till(office, key, reply.terminal, reply.terminal_no, reply.fence))
    assert post_segment(wire, wire.till.sale(account=ANNA, earned=5)).status_code == 200
    settle(client)
    heads = wire.get("/v1/heads", Heads)
    (head,) = heads.streams["bal"]
    page = wire.get(f"/v1/delta/{heads.gen}/bal/{head.bucket}/0", DeltaPage)
    assert (page.to_seq, page.checksum, page.drained, page.your_applied.seq) == (head.seq, head.checksum, True, 1)
    assert b'"main":5' in bytes(page.rows[0].body)


def test_a_code_is_good_once(client, office):
    code = make_code(office.store, office.identity, "S1", "", office.now_ms, office.random)
    key = office.till().key.public_key().public_bytes_raw().hex()
    asked = {"code": code, "public_key": key, "name": ""}
    assert client.post("/v1/enrol", json=asked).status_code == 200
    answer = client.post("/v1/enrol", json=asked)
    assert (answer.status_code, error_of(answer).code) == (403, "bad_code")


@pytest.mark.parametrize(("wrong", "status"), [(CODE_TRIES - 1, 200), (CODE_TRIES, 403)])
def test_a_code_dies_at_the_fifth_wrong_guess(client, office, wrong, status):
    code = make_code(office.store, office.identity, "S1", "", office.now_ms, office.random)
    key = office.till().key.public_key().public_bytes_raw().hex()
    code = make_code(office.store, office.identity, "S1", "", office.now_ms, office.random)
    for guess in range(wrong):
        assert client.post("/v1/enrol", json={"code": f"x{guess}", "public_key": key, "name": ""}).status_code == 403
    assert client.post("/v1/enrol", json={"code": code, "public_key": key, "name": ""}).status_code == status


@pytest.mark.parametrize(("age_ms", "status"), [(CODE_LIFE_MS - 60_000, 200), (CODE_LIFE_MS + 1, 403)])
def test_a_code_dies_after_ten_minutes(client, office, age_ms, status):
    key = office.till().key.public_key().public_bytes_raw().hex()
    code = make_code(office.store, office.identity, "S1", "", office.now_ms - age_ms, office.random)
    assert client.post("/v1/enrol", json={"code": code, "public_key": key, "name": ""}).status_code == status


def test_a_key_that_is_none_is_refused_before_the_code_is_spent(client, office):
    code = make_code(office.store, office.identity, "S1", "", office.now_ms, office.random)
    answer = client.post("/v1/enrol", json={"code": code, "public_key": "00", "name": ""})
    assert (answer.status_code, error_of(answer).code) == (400, "bad_request")


def test_an_unsigned_request_is_refused(client):
    answer = client.get("/v1/heads")
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


def test_a_request_signed_by_another_key_is_refused(wire, office):
    wire.till.key = office.till("other").key
    answer = wire.ask("GET", "/v1/heads")
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


def test_a_signature_over_another_path_query_or_body_is_refused(wire):
    headers = dict(wire.ask("GET", "/v1/heads").request.headers)
    signed = {name: headers[name] for name in ("signature", "signature-input", "content-digest")}
    assert wire.client.get("/v1/heads", headers=signed).status_code == 200
    for method, path, body in (
        ("GET", "/v1/heads?x=1", b""),
        ("GET", "/v1/snapshot", b""),
        ("POST", "/v1/personal", b""),
    ):
        answer = wire.client.request(method, path, headers=signed, content=body)
        assert error_of(answer).code in ("unsigned",), (method, path)


def test_a_signature_that_covers_too_little_is_refused(wire):
    message = Message("GET", "http://testserver.local/v1/heads", {})
    keys = MappingKeyResolver(public_keys={}, private_keys={wire.till.terminal: wire.till.key})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    signer.sign(message, key_id=wire.till.terminal, covered_component_ids=("@method", "@path"), body=b"")
    answer = wire.client.get("/v1/heads", headers=message.headers)
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


@pytest.mark.parametrize(("skew_s", "code"), [(-3600, "clock"), (3600, "clock"), (-290, ""), (290, "")])
def test_a_wrong_clock_gets_our_time(wire, skew_s, code):
    answer = wire.ask("GET", "/v1/heads", skew_s=skew_s)
    if not code:
        assert answer.status_code == 200
        return
    error = error_of(answer)
    assert (answer.status_code, error.code) == (401, "clock")
    assert abs(error.server_time_ms - time.time() * 1000) < 60_000


def test_a_revoked_terminal_gets_nothing_and_gives_nothing(wire, office):
    assert revoke_terminal(office.store, wire.till.terminal)
    answer = wire.ask("GET", "/v1/heads")
    assert (answer.status_code, error_of(answer).code) == (410, "revoked")
    answer = post_segment(wire, wire.till.sale(account=ANNA, earned=5))
    assert (answer.status_code, error_of(answer).code) == (410, "revoked")


def test_another_generation_is_refused_with_ours(wire, office):
    answer = wire.ask("GET", "/v1/delta/0123/bal/1/0")
    error = error_of(answer)
    assert (answer.status_code, error.code, error.gen) == (409, "gen", office.identity.gen)


@pytest.mark.parametrize("place", ["nope/1/0", "bal/256/0", "bal/-1/0", "bal/1/99999999999999999999", "bal/x/0"])
def test_a_place_that_is_none_is_refused(wire, office, place):
    answer = wire.ask("GET", f"/v1/delta/{office.identity.gen}/{place}")
    assert answer.status_code in (400, 404)
    error_of(answer)


def test_a_cursor_ahead_of_the_head_must_fetch_anew(wire, office):
    page = wire.get(f"/v1/delta/{office.identity.gen}/bal/1/5", DeltaPage)
    assert (page.must_refetch, page.drained, page.rows) == (True, True, ())


def test_a_receipt_is_found_by_number_with_what_was_returned(client, wire):
    till = wire.till
    sale = till.receipt(account=ANNA, earned=5, qty=2000)
    post_segment(wire, till.event(SaleCompleted(sale)), till.back(sale, total=5000))
    settle(client)
    found = wire.get(f"/v1/receipts/{sale.number}", ReceiptReply)
    assert (found.receipt, found.returned_milli) == (sale, {1: 1000})
    answer = wire.ask("GET", "/v1/receipts/T9-9")
    assert (answer.status_code, error_of(answer).code) == (404, "unknown")


def test_personal_data_come_up_and_a_masked_name_goes_down(client, wire, office):
    event, personal = wire.till.enrolled(ANNA, "2990001000015", "+79031234567")
    post_segment(wire, event)
    settle(client)
    answer = wire.ask("POST", "/v1/personal", canonical(PersonalUpload((personal,))))
    assert msgspec.json.decode(answer.content, type=PersonalReply).stored == (personal.event_id,)
    page = wire.get(f"/v1/delta/{office.identity.gen}/ident/{bucket_of(ANNA)}/0", DeltaPage)
    assert msgspec.json.decode(page.rows[0].body, type=IdentRow).name_masked == "Мария И."
    assert (
        "Иванова" not in body_of(wire.ask("GET", f"/v1/delta/{office.identity.gen}/ident/{bucket_of(ANNA)}/0")).decode()
    )


@pytest.mark.parametrize(
    "field", [{"phone": "12"}, {"birthday": "1990-02-30"}, {"name": "x" * 201}, {"account_id": "zz"}]
)
def test_personal_data_that_are_wrong_are_refused_as_a_whole(wire, field):
    _, personal = wire.till.enrolled(ANNA, "2990001000015", "+79031234567")
    bad = msgspec.structs.replace(personal, **field)
    answer = wire.ask("POST", "/v1/personal", canonical(PersonalUpload((personal, bad))))
    assert (answer.status_code, error_of(answer).code) == (400, "bad_request")


def test_replies_are_packed_for_those_who_can_unpack(client, wire):
    for number in range(40):
        post_segment(wire, wire.till.sale(account=hex_id(number), earned=1))
    settle(client)
    plain = wire.ask("GET", "/v1/heads", headers={"accept-encoding": "gzip"})
    packed = wire.ask("GET", "/v1/heads", headers={"accept-encoding": "zstd;q=1.0, gzip"})
    refused = wire.ask("GET", "/v1/heads", headers={"accept-encoding": "zstd;q=0"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert packed.headers["content-encoding"] == "zstd"
    assert (
        msgspec.json.decode(body_of(packed), type=Heads).streams
        == msgspec.json.decode(plain.content, type=Heads).streams
    )


def test_a_snapshot_is_a_cache_file_at_the_heads_it_names(client, wire, office, tmp_path):
    event, personal = wire.till.enrolled(ANNA, "2990001000015", "+79031234567")
    post_segment(wire, event, wire.till.sale(account=ANNA, earned=5))
    settle(client)
    wire.ask("POST", "/v1/personal", canonical(PersonalUpload((personal,))))
    manifest = wire.get("/v1/snapshot", SnapshotManifest)
    signed = canonical(msgspec.structs.replace(manifest, signature=""))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(office.identity.public_key))
    key.verify(bytes.fromhex(manifest.signature), signed)
    whole = wire.ask("GET", f"/v1/snapshot/{manifest.snapshot_id}").content
    assert (len(whole), sha256(whole).hexdigest()) == (manifest.bytes, manifest.sha256)
    file = zstandard.ZstdDecompressor().decompress(whole)
    assert len(file) == manifest.file_bytes
    (tmp_path / "cache.db").write_bytes(file)
    cache = sqlite3.connect(tmp_path / "cache.db")
    assert cache.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert cache.execute("PRAGMA user_version").fetchone() == (CACHE_VERSION,)
    assert cache.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert cache.execute("SELECT value FROM meta WHERE name = 'gen'").fetchone() == (office.identity.gen,)
    for stream, heads in wire.get("/v1/heads", Heads).streams.items():
        assert manifest.vectors[stream] == heads
        for head in heads:
            hashes = cache.execute(f"SELECT h FROM {stream} WHERE bucket = ?", (head.bucket,)).fetchall()
            total = 0
            for (h,) in hashes:
                total = checksum_add(total, added=h)
            assert total == head.checksum
            cursor = cache.execute(
                "SELECT seq, checksum FROM cursor WHERE stream = ? AND bucket = ?", (stream, head.bucket)
            )
            assert cursor.fetchone() == (head.seq, head.checksum)
    member = bytes.fromhex(ANNA)
    assert cache.execute("SELECT member FROM card WHERE card = '2990001000015'").fetchone() == (member,)
    phone = bytes.fromhex(office.identity.phone_hash("+79031234567"))
    assert cache.execute("SELECT member FROM phone WHERE phone = ?", (phone,)).fetchone() == (member,)
    assert cache.execute("SELECT body FROM ident WHERE key = ?", (member,)).fetchone() is not None
    cache.close()


def test_a_snapshot_download_goes_on_where_it_was_cut(wire):
    manifest = wire.get("/v1/snapshot", SnapshotManifest)
    path = f"/v1/snapshot/{manifest.snapshot_id}"
    whole = wire.ask("GET", path).content
    cut = wire.ask("GET", path, headers={"range": "bytes=100-"})
    assert (cut.status_code, cut.content) == (206, whole[100:])
    assert cut.headers["content-range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    part = wire.ask("GET", path, headers={"range": "bytes=3-9"})
    assert (part.status_code, part.content) == (206, whole[3:10])
    past = wire.ask("GET", path, headers={"range": f"bytes={len(whole)}-"})
    assert past.status_code == 416
    error_of(past)
    assert wire.ask("GET", f"/v1/snapshot/{'0' * 32}").status_code == 404


def test_the_same_snapshot_is_kept_until_it_is_old(wire, office, client):
    first = wire.get("/v1/snapshot", SnapshotManifest)
    assert wire.get("/v1/snapshot", SnapshotManifest) == first


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
def test_a_body_that_is_none_is_refused_in_json_and_changes_nothing(client, office, wire, path, body):
    before = everything(office)
    answers = [client.post(path, content=body), wire.ask("POST", path, body)]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        error_of(answer)
    assert everything(office) == before


def test_a_segment_is_checked_to_the_last_byte(client, office, wire):
    data = wire.till.segment(wire.till.sale(account=ANNA, earned=5))
    before = everything(office)
    for at in [*range(0, len(data), 7), len(data) - 1]:
        for bad in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
            answer = client.post("/v1/segments", content=bad, headers={"kopilka-fence": wire.till.fence})
            assert 400 <= answer.status_code < 500
            error_of(answer)
    assert everything(office) == before


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(["/v1/enrol", "/v1/segments", "/v1/personal"]), body=st.binary(max_size=300))
def test_no_bytes_bring_the_server_down(client, path, body):
    answer = client.post(path, content=body)
    assert 400 <= answer.status_code < 500
    error_of(answer)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120))
def test_no_signature_header_brings_the_server_down(client, wire, header):
    headers = {"signature-input": f'a=("@method");keyid="{wire.till.terminal}"{header}', "signature": header}
    answer = client.get("/v1/heads", headers=headers)
    assert answer.status_code == 401
    error_of(answer)


def everything(office: TestOffice) -> dict[str, list[str]]:
    from sync_server.schema import METADATA

    with office.store.read() as tx:
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


def test_asking_alone_counts_as_contact(client, wire, office):
    with office.store.begin(None) as tx:
        tx.execute(TERMINAL.update().values(seen_ms=1000))
    wire.get("/v1/heads", Heads)
    (line,) = terminal_lines(office.store)
    assert line.seen_ms > 1000


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
    client, office = messages
    wire = Wire(client, office.till())
    event, personal = wire.till.enrolled(ANNA, "2990001000017", "+79161234567")
    assert post_segment(wire, event).status_code == 200
    body = canonical(PersonalUpload((personal,)))
    assert wire.ask("POST", "/v1/personal", body, headers={"content-type": "application/json"}).status_code == 200
    settle(client)
    answer = confirm(wire, ANNA, hex_id("one"))
    assert msgspec.json.decode(answer.content, type=ConfirmReply) == ConfirmReply(6, 300, 30)
    client.app.state.office.sender.close()
    (message,) = written(office.store)
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
    client, office = messages
    answer = Wire(client, office.till()).ask("POST", "/v1/confirmations", body)
    assert answer.status_code in (400, 413)
    assert error_of(answer).code in ("bad_request", "too_large")


def test_a_head_office_that_sends_no_messages_says_so(client, office):
    answer = confirm(Wire(client, office.till()), ANNA, hex_id("one"))
    assert (answer.status_code, error_of(answer).code) == (409, "no_messages")


def test_points_are_held_and_given_back_over_signed_requests(client, office):
    wire = Wire(client, office.till())
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
def test_a_body_that_is_no_hold_is_refused(client, office, path, body):
    answer = Wire(client, office.till()).ask("POST", path, body)
    assert answer.status_code in (400, 413)
    assert error_of(answer).code in ("bad_request", "too_large")
