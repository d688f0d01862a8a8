"""What a copy of a till has sold, from a file a person brings: kept as events of a till of its own, named after it.

The copy's history has parted from the one stored, so it cannot follow it; and as a rule its key counts no more. Its
signatures are checked by the keys that did. Then the head office enters the events, with the ids and bytes they have,
in a chain that it signs itself: an event that came by another way too is known by its id and counts once. The till of a
copy is revoked from the start: nobody sends for it, and nothing is set aside for it.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import zstandard
from sqlalchemy import Row, select

from loyalty import segments_told
from loyalty.chain import (
    ZERO_HASH,
    Segment,
    chain,
    check_events,
    header_for,
    pack_payload,
    read_segment,
    unpack_payload,
    write_segment,
)
from loyalty.errors import BadInput
from loyalty.segment_file import SegmentFile
from loyalty.sentences import Sentence
from sync_server.arrivals import arrive
from sync_server.enrol import make_terminal, next_place
from sync_server.erasing.redact import redacted
from sync_server.flags import flag
from sync_server.identity import Identity
from sync_server.ingest import hashes_between, take_carried
from sync_server.rows import insert_rows
from sync_server.schema import FLAG, SEGMENT, TERMINAL, TERMINAL_CURSOR, shard_of, tshard_of
from sync_server.store import Store, Tx
from sync_server.stored_segments import events_in
from sync_server.till_keys import is_signed, keys_in
from sync_server.unpacking import decompress

LEVEL = 3


def copy_of(terminal: str) -> str:
    """The id under which all copies of a till are kept."""
    return blake2b(f"copy of till/{terminal}".encode(), digest_size=16).hexdigest()


def import_copy(store: Store, identity: Identity, file: SegmentFile, now_ms: int) -> Sentence:
    """What to say of a file that is in whole: what was not there is. Raises BadInput where it is not the till's."""
    till = _till(store, file)
    parts = [(segment, _raws(segment)) for segment in map(read_segment, file.segments)]
    _check_signed(file, till, [segment for segment, _ in parts])
    copy = _made(store, identity, till, now_ms)
    known, new = _kept(store, copy), 0
    for segment, raws in parts:
        fresh = [raw for raw in _not_stored(store, segment, raws) if not _is_kept(raw, known)]
        if not fresh:
            continue
        data = _entered(store, identity, copy, segment, fresh)
        # The flag first: cut between the two, the next try enters the same events again, and finds nothing to flag.
        _flag(store, data, fresh[0], segment, now_ms)
        take_carried(store, data, identity.gen, now_ms, even_revoked=True)
        known.update(map(_digest, fresh))
        new += len(fresh)
    return segments_told.taken_from_copy(file.manifest, new)


def _till(store: Store, file: SegmentFile) -> Row[Any]:
    terminal = file.manifest.terminal
    query = select(TERMINAL).where(TERMINAL.c.tshard == tshard_of(terminal), TERMINAL.c.terminal == terminal)
    with store.read() as tx:
        found = tx.execute(query).one_or_none()
    if found is None:
        raise _not_its_own(file)
    return found


def _raws(segment: Segment) -> list[bytes]:
    raws = unpack_payload(decompress(segment.blob, segment.header.payload_bytes))
    check_events(segment.header, raws)
    return raws


def _check_signed(file: SegmentFile, till: Row[Any], segments: list[Segment]) -> None:
    keys = keys_in(till).with_announced(till.terminal, file.manifest.keys)
    for segment in segments:
        if not any(is_signed(key, segment.signature, segment.signed) for key in keys):
            raise _not_its_own(file)


def _not_its_own(file: SegmentFile) -> BadInput:
    return BadInput(*segments_told.not_taken("unknown", file.manifest, file.segments[0], None, 0))


def _made(store: Store, identity: Identity, till: Row[Any], now_ms: int) -> str:
    """The till of the copies, made now where there is none."""
    copy = copy_of(till.terminal)
    with store.read() as tx:
        query = select(TERMINAL.c.terminal).where(TERMINAL.c.tshard == tshard_of(copy), TERMINAL.c.terminal == copy)
        if tx.execute(query).one_or_none() is not None:
            return copy
    place = store.write(lambda tx: next_place(tx, till.store, till.store_name))
    name = f"T{till.terminal_no} copy"

    def make(tx: Tx) -> None:
        make_terminal(
            tx, copy, place, name, identity.public_key, fence="", now_ms=now_ms, gen=identity.gen, state="revoked"
        )

    store.write(make, shard_of(copy))
    return copy


def _kept(store: Store, copy: str) -> set[bytes]:
    """The digests of what is kept of copies already."""
    with store.read() as tx:
        rows = tx.execute(select(SEGMENT).where(SEGMENT.c.tshard == tshard_of(copy), SEGMENT.c.terminal == copy))
        return {_digest(raw) for row in rows for raw in events_in(row)}


def _is_kept(raw: bytes, known: set[bytes]) -> bool:
    """Of an erased member's event the file still has what was taken out of the one kept."""
    return not known.isdisjoint({_digest(raw), _digest(redacted(raw))})


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=16).digest()


def _not_stored(store: Store, segment: Segment, raws: list[bytes]) -> Iterator[bytes]:
    """The events of a segment that the till's own chain has not at their place."""
    header = segment.header
    before = bytes.fromhex(header.prev_hash)
    hashes = chain(before, header.terminal, header.epoch, header.first_seq, raws)
    with store.read() as tx:
        stored = set(hashes_between(tx, header.terminal, header.epoch, header.first_seq, header.last_seq))
    return iter([raw for raw, digest in zip(raws, hashes, strict=True) if digest not in stored])


def _entered(store: Store, identity: Identity, copy: str, of: Segment, raws: list[bytes]) -> bytes:
    """The next segment of the copy's chain, with what its till said of its clock."""
    mine = (TERMINAL_CURSOR.c.tshard == tshard_of(copy)) & (TERMINAL_CURSOR.c.terminal == copy)
    with store.read() as tx:
        at = tx.execute(select(TERMINAL_CURSOR.c.seq, TERMINAL_CURSOR.c.hash).where(mine)).one()
    before = bytes.fromhex(at.hash) if at.seq else ZERO_HASH
    *_, last = chain(before, copy, 1, at.seq + 1, raws)
    payload = pack_payload(raws)
    blob = zstandard.ZstdCompressor(level=LEVEL).compress(payload)
    signed = header_for(copy, 1, at.seq + 1, at.seq + len(raws), before, last, len(payload), blob, of.header.clock)
    return write_segment(signed, identity.signer.sign(signed), blob)


def _flag(store: Store, data: bytes, raw: bytes, of: Segment, now_ms: int) -> None:
    """Once for a segment, on its first event."""
    header, told = read_segment(data).header, of.header
    first = arrive(header.terminal, header.epoch, header.first_seq, now_ms, raw)
    detail = f"{told.epoch}/{told.first_seq} to {told.last_seq} of a copy of {told.terminal}"
    store.write(lambda tx: insert_rows(tx, FLAG, [flag(first, "copied_till", detail)]), first.bucket)
