"""Segments as they lie here: their events, and the hashes of these, also where personal data have been taken out.

A segment is kept as it came, until a member whose name or card stands in it is erased. Then the events concerned are
written anew without them, and `redacted` keeps the hash each had in the chain: see loyalty/redacted.py.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Row

from loyalty.chain import SegmentHeader, pack_payload, unpack_payload
from loyalty.events import canonical
from loyalty.redacted import Redacted, decode_note, redacted_hashes
from sync_server.unpacking import decompress

_LEVEL = 3


_header = msgspec.json.Decoder(SegmentHeader)


def events_in(row: Row[Any]) -> list[bytes]:
    """The events of a row of `segment`, in order. Raises BadInput where it cannot be read."""
    note = note_of(row)
    size = note.payload_bytes if note else header_of(row).payload_bytes
    return unpack_payload(decompress(row.blob, size))


def hashes_in(row: Row[Any]) -> list[bytes]:
    """Their hashes, which lead to the last one signed. Raises BadInput where they do not."""
    return redacted_hashes(header_of(row), events_in(row), note_of(row))


def header_of(row: Row[Any]) -> SegmentHeader:
    return _header.decode(row.signed)


def note_of(row: Row[Any]) -> Redacted | None:
    return decode_note(row.redacted) if row.redacted is not None else None


def rewritten(row: Row[Any], changed: Mapping[int, bytes]) -> dict[str, bytes]:
    """The columns of a segment in which events are other than they were: number -> the bytes from now on."""
    note = note_of(row)
    hashes = dict(note.hashes) if note else {}
    first = header_of(row).first_seq
    for seq in changed:
        hashes.setdefault(str(seq), hashes_in(row)[seq - first].hex())
    payload = pack_payload(changed.get(seq, raw) for seq, raw in enumerate(events_in(row), first))
    blob = zstandard.ZstdCompressor(level=_LEVEL).compress(payload)
    return {"blob": blob, "redacted": canonical(Redacted(len(payload), hashes))}
