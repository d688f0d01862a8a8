"""A segment without the personal data of members who were erased, as the head office keeps it and gives it back.

`KSR1 | u32 note length | note (canonical JSON) | the segment, its blob no longer the one that was signed`. The note
keeps the hash each redacted event had in the chain. So the chain still leads to the hash the terminal signed last: an
event behind the last redacted one is proved as before, and one before it by whoever knows a hash of theirs. What can be
shown no more is that a redacted event said what it says. All integers are big-endian.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from loyalty.chain import MAX_PAYLOAD_BYTES, Segment, SegmentHeader, bad_segment, event_hash, take_apart, write_segment
from loyalty.events import canonical, decoded

MAGIC = b"KSR1"
MAX_NOTE_BYTES = 64 * 1024
"""A hash for each of the events a segment may have takes 45 KiB."""


class Redacted(msgspec.Struct, frozen=True):
    """`payload_bytes`: of the events as they are now; `hashes`: number of an event in its epoch, in decimal -> the hash
    (hex) it had in the chain."""

    payload_bytes: int
    hashes: Mapping[str, str]


_HASH = re.compile("[0-9a-f]{64}")
_note = msgspec.json.Decoder(Redacted)


def decode_note(data: bytes) -> Redacted:
    return _note.decode(data)


def redacted_hashes(header: SegmentHeader, raws: Iterable[bytes], note: Redacted | None) -> list[bytes]:
    """The hashes of a segment's events, which lead to the last one signed. Raises BadInput where they do not."""
    kept = note.hashes if note else {}
    previous = bytes.fromhex(header.prev_hash)
    hashes: list[bytes] = []
    for seq, raw in enumerate(raws, header.first_seq):
        known = kept.get(str(seq))
        previous = bytes.fromhex(known) if known else event_hash(previous, header.terminal, header.epoch, seq, raw)
        hashes.append(previous)
    if len(hashes) != header.last_seq - header.first_seq + 1 or previous.hex() != header.last_hash:
        raise bad_segment("chain")
    return hashes


def write_redacted(note: Redacted, signed: bytes, signature: bytes, blob: bytes) -> bytes:
    """Raises BadInput over the limits."""
    written = canonical(note)
    if len(written) > MAX_NOTE_BYTES:
        raise bad_segment("over the limits")
    return MAGIC + len(written).to_bytes(4, "big") + written + write_segment(signed, signature, blob)


def read_redacted(data: bytes) -> tuple[Redacted, Segment]:
    """Take one apart and check its shape, not the signature. Raises BadInput."""
    size = int.from_bytes(data[4:8], "big")
    if data[:4] != MAGIC or size > MAX_NOTE_BYTES:
        raise bad_segment("not a redacted segment")
    try:
        note = decoded(_note, data[8 : 8 + size])
    except msgspec.MsgspecError as error:
        raise bad_segment("note") from error
    if not 0 < note.payload_bytes <= MAX_PAYLOAD_BYTES or not all(map(_HASH.fullmatch, note.hashes.values())):
        raise bad_segment("note")
    return note, take_apart(data[8 + size :])
