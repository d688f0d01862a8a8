"""docs/PROTOCOL.md, taken apart: every example is worked out again from the page's own text and tried on the code."""

from __future__ import annotations

import hmac
import json
import re
import struct
from collections.abc import Iterator
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from loyalty import api, chain, codes, events, feed, segment_file, stops_told
from loyalty.coupons.reading import coupon_id
from loyalty.device_keys import MAX_KEYS
from loyalty.errors import BadInput
from loyalty.shares import MAX_BUDGETS
from loyalty.stops import Stop
from sync_server import api as server_api
from sync_server import auth, confirmations, enrol
from sync_server.api import HANDLERS
from sync_server.auth import Asked, authenticate
from sync_server.budgets import give_shares
from sync_server.enrol import enrol_terminal, make_code
from sync_server.holds import MAX_LIVING, MAX_TTL_S, MAX_WALLETS, take_hold, void_hold
from sync_server.ingest import FORK_SEGMENTS, take_carried, take_segment
from sync_server.personal import store_personal
from sync_server.programmes import publish_programme
from sync_server.publish import MAX_PUBLISHED_BYTES
from sync_server.refusals import Refused
from sync_server.replies import MIN_COMPRESSED_BYTES
from sync_server.sums import wrong_sums
from sync_server.till_keys import tell_keys
from terminal.offline_queue.sync_outcome import SHARES_EVERY_MS
from tests.support.server import TestOffice, opened_office, signed_segment

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "PROTOCOL.md").read_text("utf-8")
BLOCK = re.compile(r"^ *```(\w+) (\w+)\n(.*?)\n *```$", re.MULTILINE | re.DOTALL)
FLAT = " ".join(PAGE.split())
"""The page without its line ends, for what is said in running text."""
AT_MS = 1_795_338_000_000
BUDGETS = """
id = "club"
version = 1
name = { ru = "Клуб", en = "Club" }
[[campaign]]
id = "stadium-tour"
name = { ru = "Экскурсия", en = "A tour" }
reward = { type = "percent", rate_bp = 1000 }
budget = { times = 100 }
[[campaign]]
id = "walk-out"
name = { ru = "Выход", en = "Walk out" }
reward = { type = "percent", rate_bp = 1000 }
budget = { times = 1 }
"""


def blocks(name: str) -> list[str]:
    """The texts of the examples of one name."""
    return [text for _, found, text in BLOCK.findall(PAGE) if found == name]


def block(name: str) -> str:
    (text,) = blocks(name)
    return text


def hexes(name: str) -> bytes:
    return bytes.fromhex("".join(block(name).split()))


def said(pattern: str) -> str:
    """What the page's running text says at a place."""
    match = re.search(pattern, FLAT)
    assert match, pattern
    return match[1]


def canonical(value: object) -> bytes:
    """By the standard library alone, as the page tells it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def event_raws() -> list[bytes]:
    return [canonical(json.loads(text)) for text in blocks("event")]


KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(said(r"private key is the 32 bytes\s+`([0-9a-f]{64})`")))
REPLY = msgspec.json.decode(block("enrol_reply"), type=api.EnrolReply)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    """A head office that has brought the page's till in, under the page's id."""
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        asked = msgspec.json.decode(block("enrol_request"), type=api.EnrolRequest)
        code = make_code(office.store, office.identity, REPLY.store, REPLY.store_name, AT_MS, office.random)
        made = iter((bytes.fromhex(REPLY.terminal), bytes.fromhex(REPLY.fence)))
        given = enrol_terminal(
            office.store, office.identity, msgspec.structs.replace(asked, code=code), AT_MS, lambda count: next(made)
        )
        own = {"scope_key": REPLY.scope_key, "server_key": REPLY.server_key, "gen": REPLY.gen}
        assert msgspec.structs.replace(given, **own) == REPLY
        yield office


def test_the_keys_of_the_page_belong_together() -> None:
    public = KEY.public_key().public_bytes_raw().hex()
    assert public == said(r"its public key\s+`([0-9a-f]{64})`") == json.loads(block("enrol_request"))["public_key"]


def test_every_event_type_has_an_example_that_reads() -> None:
    decoded = [events.decode_envelope(raw) for raw in event_raws()]
    assert [each.type for each in decoded] == re.findall(r"^\*\*`(\w+)`\*\*", PAGE, re.MULTILINE)
    assert {each.type for each in decoded} == set(events._BODIES)
    for envelope, raw in zip(decoded, event_raws(), strict=True):
        body = events.decode_body(envelope)
        assert not isinstance(body, events.Unknown)
        assert events.encode_event(body, envelope.id, envelope.at_ms) == raw
        if isinstance(body, events.SaleCompleted | events.ReturnCompleted):
            assert wrong_sums(body.receipt) == ""


def test_the_examples_tell_one_story() -> None:
    bodies = {each.type: json.loads(bytes(each.body)) for each in map(events.decode_envelope, event_raws())}
    sale, back = bodies["sale_completed"]["receipt"], bodies["return_completed"]["receipt"]
    assert back["original_id"] == sale["receipt_id"]
    assert bodies["shift_closed"]["totals"]["cash_minor"] == sale["total_minor"]
    assert sale["account_id"] == bodies["member_enrolled"]["account_id"]


def test_the_event_s_bytes_and_hash_are_those_of_the_page() -> None:
    raw = event_raws()[0]
    assert block("event_bytes").encode() == raw
    assert len(raw) == int(said(r"These are the (\d+) bytes"))
    place = bytes.fromhex(REPLY.terminal) + struct.pack(">IQ", 1, 1)
    assert blake2b(bytes(32) + place + raw, digest_size=32).hexdigest() == block("event_hash")
    fork = b"fork" + bytes.fromhex(REPLY.terminal) + struct.pack(">I", 1) + bytes.fromhex(block("event_hash"))
    assert blake2b(fork, digest_size=32).hexdigest() == block("fork_hash")
    assert chain.event_hash(chain.ZERO_HASH, REPLY.terminal, 1, 1, raw).hex() == block("event_hash")


def test_the_segment_is_worked_out_byte_by_byte() -> None:
    raw, blob = event_raws()[0], hexes("blob")
    payload = struct.pack(">I", len(raw)) + raw
    assert payload == hexes("payload") == zstandard.ZstdDecompressor().decompress(blob)
    assert len(payload) == int(said(r"The payload, (\d+) bytes"))
    header = {
        "v": 1, "terminal": REPLY.terminal, "epoch": 1, "first_seq": 1, "last_seq": 1, "prev_hash": "00" * 32,
        "last_hash": block("event_hash"), "payload_bytes": len(payload), "blob_sha256": sha256(blob).hexdigest(),
    }  # fmt: skip
    signed = block("header").encode()
    assert signed == canonical(header)
    assert len(signed) == int(said(r"The header, (\d+) bytes"))
    assert KEY.sign(signed) == hexes("signature")
    segment = b"KSG1" + struct.pack(">I", len(signed)) + signed + hexes("signature") + blob
    assert segment == hexes("segment")
    assert len(segment) == int(said(r"The segment, (\d+) bytes"))


def test_the_head_office_takes_the_page_s_segment_and_gives_the_page_s_answer(office: TestOffice) -> None:
    expected = msgspec.json.decode(block("segment_reply"), type=api.SegmentReply)
    sent = take_segment(
        office.store, hexes("segment"), REPLY.fence, REPLY.gen, expected.server_time_ms, expected.fence_next
    )
    assert (sent.reply, sent.new) == (expected, True)
    again = take_segment(office.store, hexes("segment"), expected.fence_next, REPLY.gen, AT_MS, "c2" * 16)
    assert (again.reply.acked, again.new) == (expected.acked, False)


def test_the_head_office_answers_a_gap_as_the_page_says(office: TestOffice) -> None:
    expected = msgspec.json.decode(block("error_reply"), type=api.ErrorReply)
    fence = take_segment(office.store, hexes("segment"), REPLY.fence, REPLY.gen, AT_MS, "b1" * 16).reply.fence_next
    later, _ = _segment(3, bytes.fromhex(block("event_hash")), event_raws()[1])
    with pytest.raises(Refused) as refused:
        take_segment(office.store, later, fence, REPLY.gen, expected.server_time_ms, "c2" * 16)
    assert (refused.value.status, refused.value.reply) == (409, expected)


def test_an_epoch_that_grows_out_of_the_page_s_event_is_taken(office: TestOffice) -> None:
    take_segment(office.store, hexes("segment"), REPLY.fence, REPLY.gen, AT_MS, "b1" * 16)
    forked, _ = _segment(1, bytes.fromhex(block("fork_hash")), event_raws()[1], epoch=2)
    taken = take_segment(office.store, forked, "dead", REPLY.gen, AT_MS, "c2" * 16)
    assert (taken.reply.acked.epoch, taken.reply.acked.seq) == (2, 1)


def _segment(seq: int, previous: bytes, raw: bytes, epoch: int = 1) -> tuple[bytes, bytes]:
    hashed = chain.event_hash(previous, REPLY.terminal, epoch, seq, raw)
    payload = chain.pack_payload([raw])
    blob = zstandard.ZstdCompressor().compress(payload)
    signed = chain.header_for(REPLY.terminal, epoch, seq, seq, previous, hashed, len(payload), blob)
    return chain.write_segment(signed, KEY.sign(signed), blob), hashed


def test_one_changed_letter_of_the_page_s_segment_is_seen() -> None:
    data = bytearray(hexes("segment"))
    data[-1] ^= 1
    with pytest.raises(BadInput):
        chain.read_segment(bytes(data))


def test_personal_data_are_committed_to_as_the_page_says(office: TestOffice) -> None:
    raw = block("personal_bytes").encode()
    assert canonical(json.loads(raw)) == raw
    assert blake2b(raw, digest_size=32).hexdigest() == block("personal_hash")
    upload = msgspec.json.decode(block("personal_upload"), type=api.PersonalUpload)
    (item,) = upload.items
    assert (events.canonical(item), events.personal_hash(item)) == (raw, block("personal_hash"))
    enrolled = next(event for event in map(json.loads, event_raws()) if event["type"] == "member_enrolled")
    assert (enrolled["id"], enrolled["body"]["personal_hash"]) == (item.event_id, block("personal_hash"))
    assert store_personal(office.store, office.identity, upload.items) == (item.event_id,)


def test_phones_cards_and_buckets_are_named_as_the_page_says() -> None:
    phone, hashed = re.findall(r"`(\+7\d{10})` is `([0-9a-f]{32})`", FLAT)[0]
    assert hmac.new(bytes.fromhex(REPLY.scope_key), phone.encode(), sha256).digest()[:16].hex() == hashed
    token, hashed = re.findall(r"`(tok-[0-9a-f]+)` is `([0-9a-f]{32})`", FLAT)[0]
    named = f"bank card {token}".encode()
    assert hmac.new(bytes.fromhex(REPLY.scope_key), named, sha256).digest()[:16].hex() == hashed
    assert codes.card_number(REPLY.card_prefix, 1) == said(r"the first card made here is `(\d{13})`")
    key, bucket = re.findall(r"The bucket of `([0-9a-f]{32})` is (\d+)", FLAT)[0]
    by_hand = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % 256
    assert by_hand == int(bucket) == events.bucket_of(key)


def requests() -> list[Asked]:
    """The signed requests of the page, as a head office would get them."""
    found = []
    for text, body in zip(blocks("signed"), (b"", block("personal_upload").encode()), strict=True):
        first, *rest = text.splitlines()
        method, target, _ = first.split(" ")
        fields = dict(line.split(": ", 1) for line in rest)
        found.append(Asked(method, target, {name.lower(): value for name, value in fields.items()}, body))
    return found


@pytest.mark.parametrize("place", [0, 1])
def test_the_page_s_signatures_hold_over_what_the_page_says_is_signed(place: int) -> None:
    asked, base = requests()[place], blocks("signature_base")[place]
    signature = re.fullmatch(r"\w+=:(.*):", asked.headers["signature"])
    assert signature
    assert KEY.sign(base.encode()) == msgspec.json.decode(f'"{signature[1]}"', type=bytes)
    digest = sha256(asked.body).digest()
    assert asked.headers["content-digest"] == f"sha-256=:{msgspec.json.encode(digest).decode()[1:-1]}:"
    assert f'"content-digest": {asked.headers["content-digest"]}' in base
    assert asked.headers["signature-input"].partition("=")[2] in base


@pytest.mark.parametrize("place", [0, 1])
def test_the_head_office_knows_who_signed_the_page_s_requests(office: TestOffice, place: int) -> None:
    asked = requests()[place]
    assert authenticate(office.store, asked, AT_MS) == REPLY.terminal
    with pytest.raises(Refused) as late:
        authenticate(office.store, asked, AT_MS + auth.MAX_SKEW_S * 1000 + 1000)
    assert (late.value.reply.code, late.value.status) == ("clock", 401)


def test_the_page_s_rows_come_to_the_page_s_checksum() -> None:
    page = msgspec.json.decode(block("delta_page"), type=feed.DeltaPage)
    heads = msgspec.json.decode(block("heads"), type=feed.Heads)
    told = [int(found) for found in re.findall(r"`(-?\d{15,})`", PAGE)]
    total = 0
    for row, hashed in zip(json.loads(block("delta_page"))["rows"], told, strict=True):
        text = f"bal\0{row['key']}\0{row['change_seq']}\0".encode() + canonical(row["body"])
        by_hand = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
        assert by_hand == hashed == feed.row_hash("bal", row["key"], row["change_seq"], canonical(row["body"]))
        total += by_hand
    wrapped = (total + 2**63) % 2**64 - 2**63
    assert wrapped == page.checksum
    assert heads.streams["bal"] == (feed.Head(page.bucket, page.to_seq, page.checksum),)
    assert {events.bucket_of(row.key) for row in page.rows} == {page.bucket}


def test_the_page_s_spent_coupon_has_the_hash_and_the_place_of_the_page() -> None:
    page, heads = json.loads(block("spent_page")), msgspec.json.decode(block("heads"), type=feed.Heads)
    (row,) = page["rows"]
    text = f"spent\0{row['key']}\0{row['change_seq']}\0".encode() + canonical(row["body"])
    by_hand = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
    assert by_hand == page["checksum"]
    assert heads.streams["spent"] == (feed.Head(page["bucket"], page["to_seq"], by_hand),)
    assert events.bucket_of(row["key"]) == page["bucket"]
    assert row["key"] == coupon_id("series", "NEXT", "0000000001")
    msgspec.convert(row["body"], feed.SpentRow)


def test_the_manifest_is_signed_as_the_page_says() -> None:
    manifest: dict[str, Any] = json.loads(block("manifest"))
    signature = bytes.fromhex(manifest["signature"])
    server = Ed25519PublicKey.from_public_bytes(bytes.fromhex(REPLY.server_key))
    server.verify(signature, canonical({**manifest, "signature": ""}))
    assert msgspec.json.decode(block("manifest"), type=api.SnapshotManifest).gen == REPLY.gen


def test_the_head_office_answers_the_page_s_question_for_shares_with_the_page_s_answer(office: TestOffice) -> None:
    # One till: half of the 80 that are free is 40, and 5 of its 20 are left, so it gets 35 more; of 1 nothing is left.
    publish_programme(office.store, office.identity, BUDGETS, AT_MS)
    asked = msgspec.json.decode(block("shares_ask"), type=api.SharesAsk)
    assert canonical(json.loads(block("shares_ask"))) == events.canonical(asked)
    given = give_shares(office.store, REPLY.terminal, asked, AT_MS)
    assert json.loads(events.canonical(given)) == json.loads(block("shares_reply"))


def test_the_head_office_answers_the_page_s_holds_with_the_page_s_answers(office: TestOffice) -> None:
    """The page's member has the 37 points of the page's sale, before its return."""
    take_segment(office.store, own_segment(event_raws()[:4]), REPLY.fence, REPLY.gen, AT_MS, "f" * 32)
    office.apply()
    first, more = (msgspec.json.decode(block(name), type=api.HoldRequest) for name in ("hold_ask", "hold_ask_more"))
    void = msgspec.json.decode(block("hold_void"), type=api.HoldVoid)
    other = office.till("other").terminal
    answers = {
        "hold_reply": take_hold(office.store, REPLY.terminal, first, AT_MS),
        "hold_reply_short": take_hold(office.store, other, more, AT_MS),
        "hold_void_reply": void_hold(office.store, REPLY.terminal, first.hold_id, void, AT_MS),
    }
    for name, answer in answers.items():
        assert json.loads(events.canonical(answer)) == json.loads(block(name)), name
    for name, asked in (("hold_ask", first), ("hold_ask_more", more), ("hold_void", void)):
        assert canonical(json.loads(block(name))) == events.canonical(asked)


def own_segment(raws: list[bytes]) -> bytes:
    return signed_segment(KEY, REPLY.terminal, 1, 1, chain.ZERO_HASH, raws)[0]


def test_the_file_of_segments_is_worked_out_byte_by_byte() -> None:
    segment = hexes("segment")
    held = struct.pack(">I", len(segment)) + segment
    manifest = json.loads(block("file_manifest"))
    assert canonical(manifest).decode() == block("file_manifest")
    assert (manifest["bytes"], manifest["sha256"]) == (len(held), sha256(held).hexdigest())
    head = b"KSF1" + struct.pack(">I", len(block("file_manifest"))) + block("file_manifest").encode()
    told = re.search(r"as a file of (\d+) bytes: the manifest has (\d+) of them, after it come `(\w+)`", FLAT)
    assert told
    assert told.groups() == (str(len(head + held)), str(len(block("file_manifest"))), held[:4].hex())
    assert segment_file.write_segment_file(1, "s1", AT_MS, [segment]) == head + held
    assert segment_file.read_segment_file(head + held, "x").segments == (segment,)


def test_the_head_office_answers_a_carried_segment_as_the_page_says(office: TestOffice) -> None:
    taken = take_carried(office.store, hexes("segment"), REPLY.gen, AT_MS)
    assert json.loads(events.canonical(api.CarriedReply(taken.acked, taken.new))) == json.loads(block("carried_reply"))


def test_a_new_key_is_announced_as_the_page_says(office: TestOffice) -> None:
    told = msgspec.json.decode(block("keys_told"), type=api.KeysTold)
    assert tell_keys(office.store, told, AT_MS) == json.loads(block("keys_reply"))["epoch"]
    (fresh,) = told.keys
    signed = b"key" + bytes.fromhex(told.terminal) + (2).to_bytes(4, "big") + bytes.fromhex(fresh.public_key)
    assert KEY.sign(signed).hex() == fresh.signature


def test_every_code_of_an_error_is_on_the_page() -> None:
    codes_ = msgspec.json.schema(api.ErrorReply)["$defs"]["ErrorReply"]["properties"]["code"]["enum"]
    assert {code for code in codes_ if f"`{code}`" not in PAGE} == set()


def test_every_path_of_the_api_is_on_the_page() -> None:
    plain = re.sub(r"\{\w+\}", "{}", PAGE)
    paths = {re.sub(r"\{[^}]*\}", "{}", path) for handler in HANDLERS for path in handler.paths}
    assert {path for path in paths if path not in plain} == set()


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    table = PAGE.partition("## Limits")[2].partition("## Versions")[0]
    kib = 1024
    for limit in (
        f"{events.MAX_EVENT_BYTES // kib} KiB", f"| {chain.MAX_SEGMENT_EVENTS} |",
        f"{chain.MAX_PAYLOAD_BYTES // kib**2} MiB; aim at {chain.TARGET_PAYLOAD_BYTES // kib} KiB",
        f"Blob, packed | {chain.MAX_BLOB_BYTES // kib} KiB", f"{chain.MAX_HEADER_BYTES:,} bytes",
        f"| {segment_file.MAX_FILE_BYTES // kib**2} MiB; {segment_file.MAX_MANIFEST_BYTES:,} bytes |",
        f"`POST /v1/enrol` | {server_api.ENROL_LIMIT:,} bytes",
        f"{server_api.CONFIRM_LIMIT:,} bytes; a code said: {confirmations.MAX_TYPED_CHARS} characters",
        f"{MAX_KEYS} keys, {server_api.KEYS_LIMIT // kib} KiB",
            f"{api.MAX_PERSONAL_ITEMS} items, {server_api.PERSONAL_LIMIT // kib} KiB", f"{feed.MAX_PAGE_ROWS:,} rows",
        f"| {MAX_BUDGETS} shares, {server_api.SHARES_LIMIT // kib} KiB",
        f"{server_api.HOLD_LIMIT:,} bytes; {MAX_WALLETS} wallets, points from 1 to 2^53 − 1; "
        f"`ttl_s` from 1 to {MAX_TTL_S:,}; {MAX_LIVING} alive an account",
        f"the last {FORK_SEGMENTS} segments", f"{auth.MAX_SKEW_S} s", f"{enrol.MAX_TERMINALS:,}",
        f"| {enrol.MAX_OPEN_CODES} |", f"{MAX_PUBLISHED_BYTES // kib} KiB",
    ):  # fmt: skip
        assert limit in table, limit
    assert f"of {MIN_COMPRESSED_BYTES} bytes or" in FLAT
    assert f"429 `wait`: {MAX_LIVING} holds" in FLAT
    assert f"more often than every {SHARES_EVERY_MS // 1000} seconds" in FLAT
    assert f"{enrol.CODE_DIGITS} digits, good for {enrol.CODE_LIFE_MS // 60_000} minutes" in FLAT


def test_what_is_stopped_is_read_as_the_page_writes_it() -> None:
    document = block("stops")
    row = feed.ProgrammeRow(stops_told.STOPS_ID, 1, document, "")
    found = stops_told.read_stops(row)
    assert found.campaigns == {"scarves": Stop("priced wrong", AT_MS)}
    assert found.redemption == Stop("counted wrong", AT_MS)
    assert f"`{stops_told.STOPS_KEY}` is no programme" in FLAT
    assert json.loads(stops_told.stops_document(found)) == json.loads(document)
