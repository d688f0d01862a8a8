"""The shapes that must not change by accident: bytes of an event, a segment, the feed's rows and checksums.

The files were written once by `python -m tests.unit.test_server_golden`; a difference is a new wire format, which a
till in the field would not understand.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from loyalty.chain import check_events, read_segment, unpack_payload, write_segment
from loyalty.events import SaleCompleted, Unknown, bucket_of, decode_body, decode_envelope, encode_event
from loyalty.feed import STREAMS, BalanceRow, Stream, row_hash
from sync_server.feed import read_delta, read_heads
from sync_server.personal import store_personal
from sync_server.schema import FEED, LEDGER, PROGRAMME_TOTAL, SEGMENT, TERM_BUCKET
from sync_server.unpacking import decompress
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office

GOLDEN = Path(__file__).with_name("golden_server")
ANNA = hex_id("anna")


def events(till: Till) -> list[bytes]:
    sale = till.receipt(account=ANNA, earned=30, redeemed=10, qty=2000)
    enrolled, _ = till.enrolled(ANNA, "2990001000015", "+79031234567")
    return [enrolled, till.event(SaleCompleted(sale)), till.back(sale, earned=15, redeemed=5, total=5000)]


def books(office: TestOffice, till: Till) -> dict[str, object]:
    """Everything a round leaves that a till or an auditor reads, as JSON."""
    gen = office.identity.gen
    heads = read_heads(office.store, gen, T0_MS)
    pages = {stream: [page(office, till, stream, head.bucket) for head in heads.streams[stream]] for stream in STREAMS}
    with office.store.read() as tx:
        tables = {
            table.name: sorted([list(row) for row in tx.execute(table.select())])
            for table in (LEDGER, PROGRAMME_TOTAL, TERM_BUCKET)
        }
    return {"pages": pages, **tables}


def page(office: TestOffice, till: Till, stream: Stream, bucket: int) -> object:
    gen = office.identity.gen
    return json.loads(msgspec.json.encode(read_delta(office.store, gen, till.terminal, stream, bucket, 0, gen)))


@pytest.fixture
def office(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as made:
        yield made


def test_events_are_encoded_to_the_same_bytes(office):
    golden = GOLDEN.joinpath("events.jsonl").read_bytes().splitlines()
    assert events(office.till()) == golden


def test_golden_events_decode_and_encode_to_themselves():
    for raw in GOLDEN.joinpath("events.jsonl").read_bytes().splitlines():
        envelope = decode_envelope(raw)
        body = decode_body(envelope)
        assert not isinstance(body, Unknown)
        assert encode_event(body, envelope.id, envelope.at_ms) == raw


def test_a_segment_of_an_earlier_build_is_taken_in_and_kept_as_it_came(office):
    till = office.till()
    data = GOLDEN.joinpath("segment.bin").read_bytes()
    reply = till.send(data).reply
    expected = json.loads(GOLDEN.joinpath("books.json").read_text("utf-8"))
    assert (reply.acked.epoch, reply.acked.seq, reply.acked.hash) == (1, 3, expected["last_hash"])
    with office.store.read() as tx:
        row = tx.execute(select(SEGMENT)).one()
    assert write_segment(row.signed, row.signature, row.blob) == data
    raws = unpack_payload(decompress(row.blob, read_segment(data).header.payload_bytes))
    assert raws == GOLDEN.joinpath("events.jsonl").read_bytes().splitlines()
    assert check_events(read_segment(data).header, raws)[-1].hex() == expected["last_hash"]


def test_a_round_leaves_the_same_rows_numbers_and_checksums(office):
    till = office.till()
    till.send(GOLDEN.joinpath("segment.bin").read_bytes())
    office.apply()
    _, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    store_personal(office.store, office.identity, [personal])
    expected = json.loads(GOLDEN.joinpath("books.json").read_text("utf-8"))
    assert books(office, till) == expected["books"]


def test_the_bucket_and_the_hash_of_a_row_stay_what_they_are():
    assert [bucket_of(hex_id(number)) for number in range(6)] == [142, 255, 200, 132, 111, 92]
    assert row_hash("bal", ANNA, 7, b'{"account_id":"x"}') == -946898596548014855
    assert row_hash("bal", ANNA, 7, None) == 0


def test_rows_of_one_till_carry_its_watermark(office):
    till = office.till()
    till.send(GOLDEN.joinpath("segment.bin").read_bytes())
    office.apply()
    with office.store.read() as tx:
        body = tx.execute(select(FEED["bal"].c.body)).scalar_one()
    assert msgspec.json.decode(body, type=BalanceRow).wallets == {"main": 10}


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder, opened_office(f"sqlite:///{folder}/office.db") as made:
        one = made.till()
        raws = events(one)
        GOLDEN.mkdir(exist_ok=True)
        GOLDEN.joinpath("events.jsonl").write_bytes(b"\n".join(raws))
        data = one.segment(*raws)
        GOLDEN.joinpath("segment.bin").write_bytes(data)
        one.send(data)
        made.apply()
        store_personal(made.store, made.identity, [one.enrolled(ANNA, "2990001000015", "+79031234567")[1]])
        left = {"last_hash": one.hash.hex(), "books": books(made, one)}
        text = json.dumps(left, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        GOLDEN.joinpath("books.json").write_text(text, "utf-8")
