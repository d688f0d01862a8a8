"""The hash chain of a terminal's events and the segment they travel in.

Event n: hash_n = BLAKE2b-256(hash_{n-1} | terminal (16 bytes) | epoch (u32) | seq (u64) | raw). The first event of
epoch 1 follows 32 zero bytes; the first of a later epoch follows `fork_hash`.

A segment is `KSG1 | u32 header length | header (canonical JSON) | Ed25519 signature (64) | zstd blob`; the signature
covers the header, the header the blob by SHA-256. It is immutable: a retry sends the same bytes, any carrier may
bring them. Compression and signing are the caller's: this module is pure. All integers are big-endian.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha256

import msgspec

from loyalty.errors import BadInput
from loyalty.events import MAX_EVENT_BYTES, canonical, decoded
from loyalty.sentences import sentence
from loyalty.told_clock import ToldClock

ZERO_HASH = bytes(32)
MAGIC = b"KSG1"
MAX_SEGMENT_EVENTS = 500
MAX_BLOB_BYTES = 512 * 1024
"""Compressed, as sent."""
MAX_PAYLOAD_BYTES = 1024 * 1024
"""Decompressed: 256 KiB is aimed at, and one event of the largest size always fits."""
TARGET_PAYLOAD_BYTES = 256 * 1024
MAX_HEADER_BYTES = 2048
SIGNATURE_BYTES = 64

_ID = re.compile("[0-9a-f]{32}")
_HASH = re.compile("[0-9a-f]{64}")
"""Hex in one spelling only, or one terminal could have two names."""

SENTENCES = {
    "segment.bad": ("Пакет событий испорчен: {what}", "The segment is damaged: {what}"),
}


class SegmentHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a segment holds: events first_seq..last_seq of one epoch; hashes in hex. `clock` is of all of them."""

    v: int
    terminal: str
    epoch: int
    first_seq: int
    last_seq: int
    prev_hash: str
    last_hash: str
    payload_bytes: int
    blob_sha256: str
    clock: ToldClock | None = None


class Segment(msgspec.Struct, frozen=True):
    """A segment taken apart; `signed` is the exact header bytes the signature covers."""

    header: SegmentHeader
    signed: bytes
    signature: bytes
    blob: bytes


_header = msgspec.json.Decoder(SegmentHeader)


def event_hash(previous: bytes, terminal: str, epoch: int, seq: int, raw: bytes) -> bytes:
    ids = bytes.fromhex(terminal) + epoch.to_bytes(4, "big") + seq.to_bytes(8, "big")
    return blake2b(previous + ids + raw, digest_size=32).digest()


def fork_hash(terminal: str, old_epoch: int, last_common: bytes) -> bytes:
    """What the first event of a new epoch follows: it commits to the last event both sides agree on."""
    ids = bytes.fromhex(terminal) + old_epoch.to_bytes(4, "big")
    return blake2b(b"fork" + ids + last_common, digest_size=32).digest()


def chain(previous: bytes, terminal: str, epoch: int, first_seq: int, raws: Iterable[bytes]) -> Iterator[bytes]:
    """The hash of each event in turn."""
    for seq, raw in enumerate(raws, start=first_seq):
        previous = event_hash(previous, terminal, epoch, seq, raw)
        yield previous


def pack_payload(raws: Iterable[bytes]) -> bytes:
    """Events as `u32 length | bytes`, one after another."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in raws)


def unpack_payload(payload: bytes) -> list[bytes]:
    """The events' verbatim bytes. Raises BadInput where lengths do not add up or a limit is passed."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise bad_segment("payload over the limit")
    raws: list[bytes] = []
    at = 0
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 4], "big")
        raw = payload[at + 4 : at + 4 + size]
        if len(raw) != size or not 0 < size <= MAX_EVENT_BYTES or len(raws) == MAX_SEGMENT_EVENTS:
            raise bad_segment(f"event {len(raws) + 1} does not fit")
        raws.append(raw)
        at += 4 + size
    return raws


def header_for(
    terminal: str,
    epoch: int,
    first_seq: int,
    last_seq: int,
    prev_hash: bytes,
    last_hash: bytes,
    payload_bytes: int,
    blob: bytes,
    clock: ToldClock | None = None,
) -> bytes:
    """The header bytes to sign."""
    hashes = prev_hash.hex(), last_hash.hex()
    blob_hash = sha256(blob).hexdigest()
    places = (terminal, epoch, first_seq, last_seq)
    return canonical(SegmentHeader(1, *places, *hashes, payload_bytes, blob_hash, clock))


def write_segment(signed: bytes, signature: bytes, blob: bytes) -> bytes:
    if len(signature) != SIGNATURE_BYTES or len(blob) > MAX_BLOB_BYTES or len(signed) > MAX_HEADER_BYTES:
        raise bad_segment("over the limits")
    return MAGIC + len(signed).to_bytes(4, "big") + signed + signature + blob


def read_segment(data: bytes) -> Segment:
    """Take a segment apart and check its shape and its blob's hash (not the signature). Raises BadInput."""
    segment = take_apart(data)
    if sha256(segment.blob).hexdigest() != segment.header.blob_sha256:
        raise bad_segment("blob")
    return segment


def take_apart(data: bytes) -> Segment:
    """The same, whatever the blob is."""
    if data[:4] != MAGIC:
        raise bad_segment("not a segment")
    size = int.from_bytes(data[4:8], "big")
    body = 8 + size
    rest = body + SIGNATURE_BYTES
    if size > MAX_HEADER_BYTES or not rest <= len(data) <= rest + MAX_BLOB_BYTES:
        raise bad_segment("lengths")
    signed, signature, blob = data[8:body], data[body:rest], data[rest:]
    try:
        header = decoded(_header, signed)
    except msgspec.MsgspecError as error:
        raise bad_segment("header") from error
    hashes = header.prev_hash, header.last_hash
    if header.v != 1 or not _ID.fullmatch(header.terminal) or not all(map(_HASH.fullmatch, hashes)):
        raise bad_segment("header")
    events = header.last_seq - header.first_seq + 1
    if not 1 <= header.epoch < 2**31 or not 1 <= header.first_seq < 2**62 or not 1 <= events <= MAX_SEGMENT_EVENTS:
        raise bad_segment("header")
    if not 0 < header.payload_bytes <= MAX_PAYLOAD_BYTES:
        raise bad_segment("blob")
    return Segment(header, signed, signature, blob)


def check_events(header: SegmentHeader, raws: list[bytes]) -> list[bytes]:
    """The events' hashes, when their number and chain are what the header says. Raises BadInput."""
    hashes = list(chain(bytes.fromhex(header.prev_hash), header.terminal, header.epoch, header.first_seq, raws))
    if len(raws) != header.last_seq - header.first_seq + 1 or hashes[-1].hex() != header.last_hash:
        raise bad_segment("chain")
    return hashes


def bad_segment(what: str) -> BadInput:
    """The error that says `what` of a segment is wrong."""
    return BadInput(sentence("segment.bad", what=what))
