"""Bytes that must never change: events, their hashes, segments, rows, checksums, buckets.

The files of tests/unit/golden were written once. What they hold is worked out here twice: by loyalty, and by the
standard library alone, so that neither can drift.
"""

import json
from hashlib import blake2b, sha256
from pathlib import Path

import msgspec
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.chain import ZERO_HASH, chain, event_hash, fork_hash, header_for, pack_payload, read_segment, write_segment
from loyalty.consents import Said
from loyalty.events import (
    BankCardRegistered,
    BankCardWithdrawn,
    Body,
    Consent,
    MemberEnrolled,
    SaleCompleted,
    bucket_of,
    canonical,
    decode_body,
    decode_envelope,
    encode_event,
)
from loyalty.feed import IdentRow, Stream, checksum_add, row_hash
from loyalty.granted import Issue, Message
from loyalty.points.terms import Lot
from loyalty.receipt import Applied, Payment, ProgrammeRef, Receipt, ReceiptLine

GOLDEN = Path(__file__).parent / "golden"
TERMINAL = "01932c0700007000800000000000000f"
SALE = SaleCompleted(
    Receipt(
        receipt_id="01932c07a00070008000000000000001",
        number="T1-1",
        kind="sale",
        store="s1",
        terminal="t1",
        cashier="Анна",
        shift_id="01932c07a00070008000000000000002",
        moment=Moment(1_795_338_000_000, "2026-11-22", 780, 6),
        programmes=(ProgrammeRef("club", 1, "1"),),
        lines=(
            ReceiptLine(
                line_no=1,
                code="4600000000015",
                name="Шарф «Локо»",
                unit="piece",
                vat="20",
                qty_milli=1000,
                price_minor=149_000,
                base_minor=149_000,
                discount_minor=22_350,
                redeemed_minor=5_000,
                redeemed_points=50,
                total_minor=121_650,
                earned_points=36,
                applied=(Applied("scarves", "Шарф к матчу", "A scarf for the match", 22_350),),
            ),
        ),
        base_minor=149_000,
        discount_minor=22_350,
        redeemed_minor=5_000,
        redeemed_points=50,
        total_minor=121_650,
        earned_points=36,
        payments=(Payment("cash", 150_000),),
        change_minor=28_350,
        account_id="02" * 16,
        member_id="01" * 16,
        member_name="Мария И.",
        identified_by="card",
        status="novice",
        balance_before_points=1240,
    )
)
EVERYTHING = replace(
    SALE.receipt,
    lines=(
        replace(
            SALE.receipt.lines[0],
            category="scarves",
            brand="Paravoz",
            tags=("new",),
            no_discount=True,
            no_earn=True,
            no_redeem=True,
            min_price_minor=9_900,
            wallets={"stars": 3},
            costs={"stamps": 10},
        ),
        ReceiptLine(
            2, "991", "Значок", "piece", "20", 1000, 0, 0, 0, 0, 0, 0, 0,
            (Applied("badge", "Значок болельщику", "A badge for a fan"),), "A badge",
        ),
    ),
    channel="stadium",
    asked=("half",),
    choices={"badge": "991"},
    coupons=("c1",),
    wallets={"stars": 3},
    costs={"stamps": 10},
    issues=(Issue("spring", "s26", 2),),
    messages=(Message("derby", "Ждём вас на дерби", "See you at the derby"),),
    redeemed_wallets=(("bonus", 20), ("main", 30)),
    lots=(Lot("01932c07a00070008000000000000001#1", "main", 36, "2026-11-22", "2026-12-05", "2027-08-31", 180),),
)  # fmt: skip
"""A receipt with every field that is left out where it says nothing."""
ENROLLED = MemberEnrolled(
    member_id="03" * 16,
    account_id="04" * 16,
    card="2990000000170",
    status="novice",
    personal_hash="05" * 32,
    consents=(Consent("processing", "1", True), Consent("advertising", "1", False)),
    cashier="Анна",
    store="s1",
)
IDS = ("01932c07a0007000800000000000000a", "01932c07a0007000800000000000000b")
ROWS: tuple[tuple[Stream, str, int, str | None], ...] = (
    ("ident", "01" * 16, 1, '{"account_id":"' + "02" * 16 + '","member_id":"' + "01" * 16 + '"}'),
    ("bal", "02" * 16, 7, '{"account_id":"' + "02" * 16 + '","status":"novice","wallets":{"main":1240}}'),
    ("goods", "4600000000015", 2**40, None),
    ("programmes", "club", 3, '{"document":"name = { ru = \\"Клуб\\" }","id":"club"}'),
)


def golden(name: str):
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def raws() -> list[bytes]:
    bodies: tuple[Body, ...] = (SALE, ENROLLED)
    return [encode_event(body, IDS[place], 1_795_338_000_000 + place * 1000) for place, body in enumerate(bodies)]


def test_events_are_these_bytes():
    assert [raw.decode() for raw in raws()] == [event["raw"] for event in golden("events.json")["events"]]


def test_a_receipt_with_everything_is_these_bytes():
    kept = GOLDEN.joinpath("receipt.json").read_bytes()
    assert canonical(EVERYTHING) == kept
    assert msgspec.json.decode(kept, type=Receipt) == EVERYTHING
    again = json.dumps(json.loads(kept), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again.encode() == kept


def test_what_says_nothing_is_left_out_of_a_receipt():
    plain, full = json.loads(canonical(SALE.receipt)), json.loads(canonical(EVERYTHING))
    new = {"channel", "asked", "choices", "coupons", "wallets", "costs", "issues", "messages"}
    new |= {"redeemed_wallets", "lots"}
    assert set(full) - set(plain) == new
    facts = {"category", "brand", "tags", "no_discount", "no_earn", "no_redeem", "min_price_minor", "wallets", "costs"}
    assert set(full["lines"][0]) - set(plain["lines"][0]) == facts


def test_events_of_bank_cards_are_these_bytes():
    names = ("01" * 16, "02" * 16, "0f" * 16, "Анна")
    of = f'"account_id":"{names[1]}","cashier":"Анна","member_id":"{names[0]}","token":"{names[2]}"'
    for body in (BankCardRegistered(*names), BankCardWithdrawn(*names)):
        kind = "bank_card_registered" if isinstance(body, BankCardRegistered) else "bank_card_withdrawn"
        kept = f'{{"at_ms":1795338000000,"body":{{{of},"type":"{kind}"}},"id":"{IDS[0]}","type":"{kind}","v":1}}'
        assert encode_event(body, IDS[0], 1_795_338_000_000).decode() == kept
        assert decode_body(decode_envelope(kept.encode())) == body


def test_events_are_read_back_as_they_were():
    assert [decode_body(decode_envelope(raw)) for raw in raws()] == [SALE, ENROLLED]


def test_events_are_canonical_json_by_the_standard_library_too():
    for event in golden("events.json")["events"]:
        again = json.dumps(json.loads(event["raw"]), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert again == event["raw"]


def test_event_hashes_chain_from_zero():
    kept = golden("events.json")
    assert [each.hex() for each in chain(ZERO_HASH, TERMINAL, 1, 1, raws())] == [e["hash"] for e in kept["events"]]
    previous = bytes(32)
    for event in kept["events"]:
        ids = bytes.fromhex(kept["terminal"]) + (1).to_bytes(4, "big") + event["seq"].to_bytes(8, "big")
        previous = blake2b(previous + ids + event["raw"].encode(), digest_size=32).digest()
        assert previous.hex() == event["hash"]
    forked = blake2b(b"fork" + bytes.fromhex(TERMINAL) + (1).to_bytes(4, "big") + previous, digest_size=32).hexdigest()
    assert forked == kept["fork_hash"] == fork_hash(TERMINAL, 1, previous).hex()


def test_each_part_of_an_event_s_place_counts_in_its_hash():
    first = event_hash(ZERO_HASH, TERMINAL, 1, 1, b"{}")
    others = [
        event_hash(bytes([1]) + bytes(31), TERMINAL, 1, 1, b"{}"),
        event_hash(ZERO_HASH, "00" * 16, 1, 1, b"{}"),
        event_hash(ZERO_HASH, TERMINAL, 2, 1, b"{}"),
        event_hash(ZERO_HASH, TERMINAL, 1, 2, b"{}"),
        event_hash(ZERO_HASH, TERMINAL, 1, 1, b"{} "),
    ]
    assert first not in others


def test_a_payload_and_a_segment_are_these_bytes():
    kept, events = golden("segment.json"), golden("events.json")["events"]
    payload = pack_payload(raws())
    by_hand = b"".join(len(e["raw"].encode()).to_bytes(4, "big") + e["raw"].encode() for e in events)
    assert payload == by_hand
    assert (sha256(payload).hexdigest(), len(payload)) == (kept["payload_sha256"], kept["payload_bytes"])
    blob = kept["blob"].encode()
    last = bytes.fromhex(events[-1]["hash"])
    header = header_for(TERMINAL, 1, 1, 2, ZERO_HASH, last, len(payload), blob)
    assert header.decode() == kept["header"]
    signature = bytes.fromhex(kept["signature"])
    segment = b"KSG1" + len(header).to_bytes(4, "big") + header + signature + blob
    assert segment == write_segment(header, signature, blob)
    assert sha256(segment).hexdigest() == kept["segment_sha256"]
    assert (read_segment(segment).signed, read_segment(segment).blob) == (header, blob)


def test_row_hashes_and_checksums_are_these_figures():
    kept = golden("rows.json")
    total = 0
    for (stream, key, seq, body), row in zip(ROWS, kept["rows"], strict=True):
        raw = body.encode() if body is not None else None
        text = f"{stream}\0{key}\0{seq}\0".encode() + (raw or b"")
        by_hand = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True) if raw else 0
        assert row_hash(stream, key, seq, raw) == by_hand == row["hash"]
        total += by_hand
    wrapped = (total + 2**63) % 2**64 - 2**63
    assert wrapped == kept["checksum"]
    assert checksum_add(wrapped, removed=kept["rows"][0]["hash"]) == kept["without_first"]


IDENTITY = IdentRow(
    "01" * 16, "02" * 16, "Анна И.", ("2990001000015",), phone_tail="67",
    consents={
        "processing": Said("1", 1_795_338_000_000, True),
        "advertising": Said("2", 1_795_338_060_000, False),
    },
)  # fmt: skip


def test_an_identity_row_with_its_consents_is_these_bytes():
    raw = (GOLDEN / "identity.json").read_bytes().rstrip()
    assert canonical(IDENTITY) == raw
    assert msgspec.json.decode(raw, type=IdentRow) == IDENTITY


def test_an_identity_row_of_another_version_is_read_as_far_as_it_is_known():
    earlier = b'{"account_id":"02","member_id":"01"}'
    assert msgspec.json.decode(earlier, type=IdentRow).consents == {}
    later = b'{"account_id":"02","consents":{"profiling":["1",5,true,"by letter"]},"member_id":"01"}'
    assert msgspec.json.decode(later, type=IdentRow).consents == {"profiling": Said("1", 5, True)}


def test_buckets_are_these_figures():
    for key, bucket in golden("buckets.json").items():
        by_hand = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % 256
        assert bucket_of(key) == by_hand == bucket
