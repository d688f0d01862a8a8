"""The file in which a till's segments travel by hand, on a stick: taken in anywhere, each event counts once.

`KSF1 | u32 manifest length | manifest (canonical JSON) | segments, each as u32 length | bytes`. Segments are those of
`loyalty.chain`, signed by the till that made them, so whoever carries the file adds nothing and can change nothing; the
manifest says in words what is in it and lets damage be seen before anything is taken. All integers are big-endian.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

import msgspec

from loyalty.chain import (
    MAX_BLOB_BYTES,
    MAX_HEADER_BYTES,
    SIGNATURE_BYTES,
    SegmentHeader,
    read_segment,
)
from loyalty.device_keys import NewKey
from loyalty.errors import BadInput
from loyalty.events import canonical, decoded
from loyalty.sentences import sentence

MAGIC = b"KSF1"
MAX_MANIFEST_BYTES = 16 * 1024
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_SEGMENT_BYTES = 8 + MAX_HEADER_BYTES + SIGNATURE_BYTES + MAX_BLOB_BYTES

SENTENCES = {
    "carried.none": ("{name}: это не файл событий кассы", "{name} is no file of a till's events"),
    "carried.damaged": (
        "{name}: файл испорчен ({what}), из него ничего не взято",
        "{name} is damaged ({what}); nothing was taken from it",
    ),
    "carried.damaged.do": (
        "Скопируйте его заново или выгрузите ещё раз: kopilka queue export",
        "Copy it again, or write it anew: kopilka queue export",
    ),
    "carried.too_much": (
        "В один файл входит {limit} байт, а событий больше",
        "One file holds {limit} bytes, and the events take more",
    ),
}


class Place(msgspec.Struct, frozen=True):
    """Where an event stands."""

    epoch: int
    seq: int


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file holds: the events first..last of one till in so many segments; `bytes` and `sha256` (hex) are of
    all that follows the manifest. `keys` are those the till has announced, or would: without them a head office that
    has not heard of the newest takes its signatures for a stranger's."""

    v: int
    terminal: str
    terminal_no: int
    store: str
    made_at_ms: int
    first: Place
    last: Place
    events: int
    segments: int
    bytes: int
    sha256: str
    keys: tuple[NewKey, ...] = ()


class SegmentFile(msgspec.Struct, frozen=True):
    manifest: Manifest
    segments: tuple[bytes, ...]


_manifest = msgspec.json.Decoder(Manifest)


def write_segment_file(
    terminal_no: int, store: str, made_at_ms: int, segments: Sequence[bytes], keys: tuple[NewKey, ...] = ()
) -> bytes:
    """The file of one till's segments, at least one, in the order of their events. Raises BadInput over 256 MiB."""
    headers = [read_segment(segment).header for segment in segments]
    body = b"".join(len(segment).to_bytes(4, "big") + segment for segment in segments)
    first, last = headers[0], headers[-1]
    told = canonical(
        Manifest(
            v=1,
            terminal=first.terminal,
            terminal_no=terminal_no,
            store=store,
            made_at_ms=made_at_ms,
            first=Place(first.epoch, first.first_seq),
            last=Place(last.epoch, last.last_seq),
            events=_events(headers),
            segments=len(segments),
            bytes=len(body),
            sha256=sha256(body).hexdigest(),
            keys=keys,
        )
    )
    if len(MAGIC) + 4 + len(told) + len(body) > MAX_FILE_BYTES or len(told) > MAX_MANIFEST_BYTES:
        raise BadInput(sentence("carried.too_much", limit=MAX_FILE_BYTES))
    return MAGIC + len(told).to_bytes(4, "big") + told + body


def read_segment_file(data: bytes, name: str) -> SegmentFile:
    """Take a file apart and check all of it but the signatures: `name` is for the sentences. Raises BadInput."""
    if data[:4] != MAGIC:
        raise BadInput(sentence("carried.none", name=name))
    size = int.from_bytes(data[4:8], "big")
    body = data[8 + size :]
    if size > MAX_MANIFEST_BYTES or len(data) > MAX_FILE_BYTES:
        raise _damaged(name, "lengths")
    try:
        manifest = decoded(_manifest, data[8 : 8 + size])
    except msgspec.MsgspecError as error:
        raise _damaged(name, "manifest") from error
    if manifest.v != 1:
        raise _damaged(name, "version")
    if len(body) != manifest.bytes or sha256(body).hexdigest() != manifest.sha256:
        raise _damaged(name, "checksum")
    segments = _taken_apart(body, name)
    try:
        headers = [read_segment(segment).header for segment in segments]
    except BadInput as error:
        raise _damaged(name, "segment") from error
    if not headers or not _agree(manifest, headers):
        raise _damaged(name, "manifest")
    return SegmentFile(manifest, segments)


def _taken_apart(body: bytes, name: str) -> tuple[bytes, ...]:
    segments: list[bytes] = []
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        segment = body[at + 4 : at + 4 + size]
        if not 0 < size <= MAX_SEGMENT_BYTES or len(segment) != size:
            raise _damaged(name, "lengths")
        segments.append(segment)
        at += 4 + size
    return tuple(segments)


def _agree(manifest: Manifest, headers: Sequence[SegmentHeader]) -> bool:
    """Whether these are the manifest's: of one till, each after the one before it, or first of a later epoch."""
    first, last = headers[0], headers[-1]
    follows = all(_follows(before, now) for before, now in pairwise(headers))
    return (
        follows
        and {header.terminal for header in headers} == {manifest.terminal}
        and (manifest.first, manifest.last) == (Place(first.epoch, first.first_seq), Place(last.epoch, last.last_seq))
        and (manifest.events, manifest.segments) == (_events(headers), len(headers))
    )


def _follows(before: SegmentHeader, now: SegmentHeader) -> bool:
    if now.epoch > before.epoch:
        return now.first_seq == 1
    return (now.epoch, now.first_seq, now.prev_hash) == (before.epoch, before.last_seq + 1, before.last_hash)


def _events(headers: Sequence[SegmentHeader]) -> int:
    return sum(header.last_seq - header.first_seq + 1 for header in headers)


def _damaged(name: str, what: str) -> BadInput:
    return BadInput(sentence("carried.damaged", name=name, what=what), sentence("carried.damaged.do"))
