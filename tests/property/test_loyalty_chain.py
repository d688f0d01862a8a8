"""Laws of the chain and the feed: what was written is read back, and no damaged byte goes unseen."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loyalty.chain import (
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
from loyalty.feed import STREAMS, checksum_add, row_hash

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TERMINAL = "ab" * 16
raws = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8)
places = st.tuples(st.integers(1, 2**31 - 1), st.integers(1, 2**62 - 9))


def segment_of(events: list[bytes], epoch: int, first_seq: int) -> bytes:
    hashes = [*chain(ZERO_HASH, TERMINAL, epoch, first_seq, events)]
    payload = pack_payload(events)
    last_seq = first_seq + len(events) - 1
    signed = header_for(TERMINAL, epoch, first_seq, last_seq, ZERO_HASH, hashes[-1], len(payload), payload)
    return write_segment(signed, KEY.sign(signed), payload)


def events_of(data: bytes) -> list[bytes]:
    """What a receiver takes from a segment. Raises BadInput or InvalidSignature. (The blob is not compressed here.)"""
    segment = read_segment(data)
    KEY.public_key().verify(segment.signature, segment.signed)
    events = unpack_payload(segment.blob)
    check_events(segment.header, events)
    return events


@given(raws, places)
def test_a_segment_brings_the_very_bytes_that_were_put_in(events, place):
    assert events_of(segment_of(events, *place)) == events


@given(raws, places, st.data())
def test_any_damaged_byte_is_refused(events, place, data):
    whole = segment_of(events, *place)
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= data.draw(st.integers(1, 255))
    assert _is_refused(bytes(damaged))


@given(raws, places, st.data())
def test_a_segment_cut_short_or_grown_is_refused(events, place, data):
    whole = segment_of(events, *place)
    assert _is_refused(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert _is_refused(whole + data.draw(st.binary(min_size=1, max_size=20)))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    assert _is_refused(data)
    assert _is_refused(b"KSG1" + data)


@given(raws, st.integers(1, 2**31 - 1), st.integers(1, 2**62 - 9), st.data())
def test_a_changed_event_changes_every_hash_from_there_on(events, epoch, first_seq, data):
    at = data.draw(st.integers(0, len(events) - 1))
    changed = [*events[:at], events[at] + b"x", *events[at + 1 :]]
    before = [*chain(ZERO_HASH, TERMINAL, epoch, first_seq, events)]
    after = [*chain(ZERO_HASH, TERMINAL, epoch, first_seq, changed)]
    assert before[:at] == after[:at]
    assert all(one != other for one, other in zip(before[at:], after[at:], strict=True))


def _is_refused(data: bytes) -> bool:
    try:
        events_of(data)
    except (BadInput, InvalidSignature):
        return True
    return False


row_keys = st.sampled_from(["a", "b", "c"])
bodies = st.one_of(st.none(), st.binary(max_size=20))


@given(st.sampled_from(STREAMS), st.lists(st.tuples(row_keys, bodies), max_size=20))
def test_a_checksum_kept_by_changes_is_that_of_all_rows(stream, changes):
    rows: dict[str, int] = {}
    checksum = 0
    for seq, (key, body) in enumerate(changes, start=1):
        now = row_hash(stream, key, seq, body)
        checksum = checksum_add(checksum, added=now, removed=rows.get(key, 0))
        rows[key] = now
    assert -(2**63) <= checksum < 2**63
    assert (checksum - sum(rows.values())) % 2**64 == 0
