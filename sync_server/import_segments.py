"""Events of a till that come by hand, in a file the till wrote: taken in as if it had sent them itself, each once.

The whole file is looked at before any of it is taken. Its segments are then stored one by one; whatever stops them, no
segment is taken in part, and the file may be imported again.

Of a till that has been revoked events are taken this way alone: that it is cut off does not undo what it sold before.
Who has its key could also have made them up since, so they are flagged for a person to look through. So are those of a
copy of a till, which are taken only where that person says so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from loyalty import segments_told
from loyalty.api import KeysTold
from loyalty.chain import read_segment, unpack_payload
from loyalty.errors import BadInput
from loyalty.segment_file import MAX_FILE_BYTES, SegmentFile, read_segment_file
from loyalty.sentences import Sentence
from sync_server.arrivals import arrive
from sync_server.copied_tills import import_copy
from sync_server.flags import flag
from sync_server.identity import Identity
from sync_server.ingest import take_carried
from sync_server.refusals import Refused
from sync_server.rows import insert_rows
from sync_server.schema import FLAG, TERMINAL, tshard_of
from sync_server.store import Store
from sync_server.till_keys import keys_in_file
from sync_server.unpacking import decompress


def import_segments(store: Store, identity: Identity, path: Path, now_ms: int, from_a_copy: bool = False) -> Sentence:
    """What to say of a file that is in whole. `from_a_copy`: also of a copy of the till, by a person's word.

    Raises BadInput, OSError: why it is not.
    """
    file = _read(path)
    try:
        return _import(store, identity, file, now_ms)
    except _OfACopy as refused:
        if not from_a_copy:
            raise BadInput(*refused.said) from refused
    return import_copy(store, identity, file, now_ms)


class _OfACopy(Exception):
    """The events are not of the history that is stored, or under a key that counts no more."""

    def __init__(self, said: tuple[Sentence, ...]) -> None:
        super().__init__()
        self.said = said


def _import(store: Store, identity: Identity, file: SegmentFile, now_ms: int) -> Sentence:
    is_revoked = _is_revoked(store, file.manifest.terminal)
    new = 0
    if file.manifest.keys:
        with _refusals_told(file, file.segments[0], new):
            keys_in_file(store, KeysTold(file.manifest.terminal, file.manifest.keys), now_ms)
    for segment in file.segments:
        with _refusals_told(file, segment, new):
            taken = take_carried(store, segment, identity.gen, now_ms, even_revoked=True)
        new += segments_told.events_in(segment) if taken.new else 0
        if is_revoked:
            _flag(store, segment, now_ms)
    return segments_told.taken(file.manifest, new, is_revoked)


@contextmanager
def _refusals_told(file: SegmentFile, segment: bytes, new: int) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        reply = refusal.reply
        code = "unknown" if reply.code == "unsigned" else reply.code
        said = segments_told.not_taken(code, file.manifest, segment, reply.acked, new)
        if not said:
            raise
        raise (_OfACopy(said) if code in ("fork", "replaced") else BadInput(*said)) from refusal


def _is_revoked(store: Store, terminal: str) -> bool:
    query = select(TERMINAL.c.state).where(TERMINAL.c.tshard == tshard_of(terminal), TERMINAL.c.terminal == terminal)
    with store.read() as tx:
        return tx.execute(query).scalar_one_or_none() == "revoked"


def _flag(store: Store, data: bytes, now_ms: int) -> None:
    """Once for a segment, on its first event: imported again it changes nothing."""
    segment = read_segment(data)
    header = segment.header
    raws = unpack_payload(decompress(segment.blob, header.payload_bytes))
    first = arrive(header.terminal, header.epoch, header.first_seq, now_ms, raws[0])
    detail = f"{header.epoch}/{header.first_seq} to {header.last_seq} came by a file after the till was revoked"
    store.write(lambda tx: insert_rows(tx, FLAG, [flag(first, "revoked_till", detail)]), first.bucket)


def _read(path: Path) -> SegmentFile:
    with path.open("rb") as file:
        return read_segment_file(file.read(MAX_FILE_BYTES + 1), path.name)
