"""The head office over HTTP: what an enrolled terminal says and gets, and how it is known."""

from __future__ import annotations

import sqlite3
import time
from hashlib import sha256

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from loyalty.api import EnrolReply, PersonalReply, PersonalUpload, ReceiptReply, SnapshotManifest
from loyalty.cache_file import CACHE_VERSION
from loyalty.events import SaleCompleted, bucket_of, canonical
from loyalty.feed import DeltaPage, Heads, IdentRow, checksum_add
from sync_server.enrol import CODE_LIFE_MS, CODE_TRIES, make_code, revoke_terminal
from sync_server.reports import terminal_lines
from sync_server.schema import TERMINAL
from tests.support.server import Till, hex_id
from tests.support.signed_wire import ANNA, Message, Wire, body_of, error_of, post_segment, settle


def test_a_terminal_enrols_sends_and_reads_back(client, served):
    code = make_code(served.store, served.identity, "S1", "Shop one", served.now_ms, served.random)
    key = served.till().key
    asked = {"code": code, "public_key": key.public_key().public_bytes_raw().hex(), "name": "Till"}
    answer = client.post("/v1/enrol", json=asked)
    assert answer.status_code == 200
    reply = msgspec.json.decode(answer.content, type=EnrolReply)
    assert (reply.store, reply.store_name, reply.terminal_no, reply.card_prefix) == ("S1", "Shop one", 2, "2990002")
    wire = Wire(client, Till(served, key, reply.terminal, reply.terminal_no, reply.fence))
    assert post_segment(wire, wire.till.sale(account=ANNA, earned=5)).status_code == 200
    settle(client)
    heads = wire.get("/v1/heads", Heads)
    (head,) = heads.streams["bal"]
    page = wire.get(f"/v1/delta/{heads.gen}/bal/{head.bucket}/0", DeltaPage)
    assert (page.to_seq, page.checksum, page.drained, page.your_applied.seq) == (head.seq, head.checksum, True, 1)
    assert b'"main":5' in bytes(page.rows[0].body)


def test_a_code_is_good_once(client, served):
    code = make_code(served.store, served.identity, "S1", "", served.now_ms, served.random)
    key = served.till().key.public_key().public_bytes_raw().hex()
    asked = {"code": code, "public_key": key, "name": ""}
    assert client.post("/v1/enrol", json=asked).status_code == 200
    answer = client.post("/v1/enrol", json=asked)
    assert (answer.status_code, error_of(answer).code) == (403, "bad_code")


@pytest.mark.parametrize(("wrong", "status"), [(CODE_TRIES - 1, 200), (CODE_TRIES, 403)])
def test_a_code_dies_at_the_fifth_wrong_guess(client, served, wrong, status):
    code = make_code(served.store, served.identity, "S1", "", served.now_ms, served.random)
    key = served.till().key.public_key().public_bytes_raw().hex()
    code = make_code(served.store, served.identity, "S1", "", served.now_ms, served.random)
    for guess in range(wrong):
        assert client.post("/v1/enrol", json={"code": f"x{guess}", "public_key": key, "name": ""}).status_code == 403
    assert client.post("/v1/enrol", json={"code": code, "public_key": key, "name": ""}).status_code == status


@pytest.mark.parametrize(("age_ms", "status"), [(CODE_LIFE_MS - 60_000, 200), (CODE_LIFE_MS + 1, 403)])
def test_a_code_dies_after_ten_minutes(client, served, age_ms, status):
    key = served.till().key.public_key().public_bytes_raw().hex()
    code = make_code(served.store, served.identity, "S1", "", served.now_ms - age_ms, served.random)
    assert client.post("/v1/enrol", json={"code": code, "public_key": key, "name": ""}).status_code == status


def test_a_key_that_is_none_is_refused_before_the_code_is_spent(client, served):
    code = make_code(served.store, served.identity, "S1", "", served.now_ms, served.random)
    answer = client.post("/v1/enrol", json={"code": code, "public_key": "00", "name": ""})
    assert (answer.status_code, error_of(answer).code) == (400, "bad_request")


def test_an_unsigned_request_is_refused(client):
    answer = client.get("/v1/heads")
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


def test_a_request_signed_by_another_key_is_refused(wire, served):
    wire.till.key = served.till("other").key
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


def test_a_revoked_terminal_gets_nothing_and_gives_nothing(wire, served):
    assert revoke_terminal(served.store, wire.till.terminal)
    answer = wire.ask("GET", "/v1/heads")
    assert (answer.status_code, error_of(answer).code) == (410, "revoked")
    answer = post_segment(wire, wire.till.sale(account=ANNA, earned=5))
    assert (answer.status_code, error_of(answer).code) == (410, "revoked")


def test_another_generation_is_refused_with_ours(wire, served):
    answer = wire.ask("GET", "/v1/delta/0123/bal/1/0")
    error = error_of(answer)
    assert (answer.status_code, error.code, error.gen) == (409, "gen", served.identity.gen)


@pytest.mark.parametrize("place", ["nope/1/0", "bal/256/0", "bal/-1/0", "bal/1/99999999999999999999", "bal/x/0"])
def test_a_place_that_is_none_is_refused(wire, served, place):
    answer = wire.ask("GET", f"/v1/delta/{served.identity.gen}/{place}")
    assert answer.status_code in (400, 404)
    error_of(answer)


def test_a_cursor_ahead_of_the_head_must_fetch_anew(wire, served):
    page = wire.get(f"/v1/delta/{served.identity.gen}/bal/1/5", DeltaPage)
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


def test_personal_data_come_up_and_a_masked_name_goes_down(client, wire, served):
    event, personal = wire.till.enrolled(ANNA, "2990001000015", "+79031234567")
    post_segment(wire, event)
    settle(client)
    answer = wire.ask("POST", "/v1/personal", canonical(PersonalUpload((personal,))))
    assert msgspec.json.decode(answer.content, type=PersonalReply).stored == (personal.event_id,)
    page = wire.get(f"/v1/delta/{served.identity.gen}/ident/{bucket_of(ANNA)}/0", DeltaPage)
    assert msgspec.json.decode(page.rows[0].body, type=IdentRow).name_masked == "Мария И."
    assert (
        "Иванова" not in body_of(wire.ask("GET", f"/v1/delta/{served.identity.gen}/ident/{bucket_of(ANNA)}/0")).decode()
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


def test_a_snapshot_is_a_cache_file_at_the_heads_it_names(client, wire, served, tmp_path):
    event, personal = wire.till.enrolled(ANNA, "2990001000015", "+79031234567")
    post_segment(wire, event, wire.till.sale(account=ANNA, earned=5))
    settle(client)
    wire.ask("POST", "/v1/personal", canonical(PersonalUpload((personal,))))
    manifest = wire.get("/v1/snapshot", SnapshotManifest)
    signed = canonical(msgspec.structs.replace(manifest, signature=""))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(served.identity.public_key))
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
    assert cache.execute("SELECT value FROM meta WHERE name = 'gen'").fetchone() == (served.identity.gen,)
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
    phone = bytes.fromhex(served.identity.phone_hash("+79031234567"))
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


def test_the_same_snapshot_is_kept_until_it_is_old(wire, served, client):
    first = wire.get("/v1/snapshot", SnapshotManifest)
    assert wire.get("/v1/snapshot", SnapshotManifest) == first


def test_asking_alone_counts_as_contact(client, wire, served):
    with served.store.begin(None) as tx:
        tx.execute(TERMINAL.update().values(seen_ms=1000))
    wire.get("/v1/heads", Heads)
    (line,) = terminal_lines(served.store)
    assert line.seen_ms > 1000
