"""Segments: limits, damage, and what does not add up."""

from hashlib import sha256

import msgspec
import pytest

from loyalty.chain import (
    MAX_BLOB_BYTES,
    MAX_PAYLOAD_BYTES,
    MAX_SEGMENT_EVENTS,
    SIGNATURE_BYTES,
    ZERO_HASH,
    chain,
    check_events,
    header_for,
    pack_payload,
    read_segment,
    unpack_payload,
    write_segment,
)
from loyalty.errors import BadInput
from loyalty.events import MAX_EVENT_BYTES, canonical
from tests.support.loyalty_samples import fits

TERMINAL = "ab" * 16
RAWS = [b'{"n":%d}' % n for n in range(3)]
BLOB = b"compressed"
SIGNATURE = bytes(SIGNATURE_BYTES)


def segment(blob: bytes = BLOB, **header) -> bytes:
    last = [*chain(ZERO_HASH, TERMINAL, 1, 1, RAWS)][-1]
    signed = header_for(TERMINAL, 1, 1, 3, ZERO_HASH, last, len(pack_payload(RAWS)), BLOB)
    signed = canonical({**msgspec.json.decode(signed), **header})
    return b"KSG1" + len(signed).to_bytes(4, "big") + signed + SIGNATURE + blob


def refused(make, *args) -> None:
    with pytest.raises(BadInput) as bad:
        make(*args)
    assert bad.value.code == "segment.bad"
    assert fits(bad.value.said)


def test_a_segment_is_read_back():
    found = read_segment(segment())
    assert (found.header.terminal, found.header.first_seq, found.header.last_seq, found.blob) == (TERMINAL, 1, 3, BLOB)
    assert len(check_events(found.header, RAWS)) == 3


@pytest.mark.parametrize(
    "data",
    [b"", b"KSG1", b"KSG2" + bytes(200), b"KSG1" + bytes(3), b"KSG1" + (2**31).to_bytes(4, "big"), segment()[:-1],
     segment() + b"x"],
    ids=["empty", "magic", "other magic", "cut length", "huge length", "cut", "grown"],
)  # fmt: skip
def test_what_is_no_segment_is_refused(data):
    refused(read_segment, data)


@pytest.mark.parametrize(
    "header",
    [
        {"v": 2},
        {"terminal": "ab"},
        {"terminal": "AB" * 16},
        {"terminal": " " + "ab" * 16},
        {"terminal": "zz" * 16},
        {"prev_hash": ""},
        {"last_hash": "AB" * 32},
        {"epoch": 0},
        {"epoch": 2**31},
        {"first_seq": 0},
        {"first_seq": 4},
        {"last_seq": MAX_SEGMENT_EVENTS + 1},
        {"first_seq": 2**64, "last_seq": 2**64},
        {"payload_bytes": 0},
        {"payload_bytes": MAX_PAYLOAD_BYTES + 1},
        {"blob_sha256": sha256(b"other").hexdigest()},
        {"epoch": "1"},
        {"x": "y" * 2048},
    ],
)
def test_a_header_that_cannot_be_is_refused(header):
    refused(read_segment, segment(**header))


def test_a_header_nested_too_deep_is_refused():
    deep = b'{"x":' + b"[" * 1000 + b"]" * 1000 + b"}"
    refused(read_segment, b"KSG1" + len(deep).to_bytes(4, "big") + deep + SIGNATURE + BLOB)


def test_a_blob_may_have_the_limit_of_bytes_and_no_more():
    header = read_segment(segment()).signed
    assert len(write_segment(header, SIGNATURE, bytes(MAX_BLOB_BYTES))) > MAX_BLOB_BYTES
    refused(write_segment, header, SIGNATURE, bytes(MAX_BLOB_BYTES + 1))
    refused(write_segment, header, SIGNATURE + b"x", BLOB)
    whole, over = bytes(MAX_BLOB_BYTES), bytes(MAX_BLOB_BYTES + 1)
    assert read_segment(segment(whole, blob_sha256=sha256(whole).hexdigest())).blob == whole
    refused(read_segment, segment(over, blob_sha256=sha256(over).hexdigest()))


def test_a_payload_holds_the_limit_of_events_and_no_more():
    at_limit = pack_payload([b"{}"] * MAX_SEGMENT_EVENTS)
    assert len(unpack_payload(at_limit)) == MAX_SEGMENT_EVENTS
    refused(unpack_payload, at_limit + pack_payload([b"{}"]))


def test_an_event_has_the_limit_of_bytes_and_no_more():
    largest = bytes(MAX_EVENT_BYTES)
    assert unpack_payload(pack_payload([largest])) == [largest]
    refused(unpack_payload, pack_payload([largest + b"x"]))


def test_a_payload_has_the_limit_of_bytes_and_no_more():
    rest = MAX_PAYLOAD_BYTES - 3 * (MAX_EVENT_BYTES + 4)
    at_limit = pack_payload([bytes(MAX_EVENT_BYTES)] * 3 + [bytes(rest - 4)])
    assert len(at_limit) == MAX_PAYLOAD_BYTES
    assert len(unpack_payload(at_limit)) == 4
    refused(unpack_payload, at_limit + b"\0")


@pytest.mark.parametrize("payload", [b"\0", b"\0\0\0\0", b"\0\0\0\5{}", b"\xff\xff\xff\xff", pack_payload(RAWS)[:-1]])
def test_a_payload_whose_lengths_do_not_add_up_is_refused(payload):
    refused(unpack_payload, payload)


def test_an_empty_payload_holds_no_events():
    assert unpack_payload(b"") == []
    refused(check_events, read_segment(segment()).header, [])


def test_events_that_are_not_those_of_the_header_are_refused():
    header = read_segment(segment()).header
    refused(check_events, header, RAWS[:2])
    refused(check_events, header, [*RAWS, b"{}"])
    refused(check_events, header, [RAWS[1], RAWS[0], RAWS[2]])
