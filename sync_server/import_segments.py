"""Events of a till that come by hand, in a file the till wrote: taken in as if it had sent them itself, each once.

The whole file is looked at before any of it is taken. Its segments are then stored one by one; whatever stops them, no
segment is taken in part, and the file may be imported again.

Of a till that has been revoked events are taken this way alone: that it is cut off does not undo what it sold before.
Who has its key could also have made them up since, so they are flagged for a person to look through.
"""

from pathlib import Path

from sqlalchemy import select

from loyalty import segments_told
from loyalty.chain import read_segment, unpack_payload
from loyalty.errors import BadInput
from loyalty.segment_file import MAX_FILE_BYTES, SegmentFile, read_segment_file
from loyalty.sentences import Sentence
from sync_server.arrivals import arrive
from sync_server.flags import flag
from sync_server.identity import Identity
from sync_server.ingest import take_carried
from sync_server.refusals import Refused
from sync_server.rows import insert_rows
from sync_server.schema import FLAG, TERMINAL, tshard_of
from sync_server.store import Store
from sync_server.unpacking import decompress


def import_segments(store: Store, identity: Identity, path: Path, now_ms: int) -> Sentence:
    """What to say of a file that is in whole. Raises BadInput, OSError: why it is not."""
    file = _read(path)
    is_revoked = _is_revoked(store, file.manifest.terminal)
    new = 0
    for segment in file.segments:
        try:
            taken = take_carried(store, segment, identity.gen, now_ms, even_revoked=True)
        except Refused as refusal:
            reply = refusal.reply
            said = segments_told.not_taken(reply.code, file.manifest, segment, reply.acked, new)
            if not said:
                raise
            raise BadInput(*said) from refusal
        new += segments_told.events_in(segment) if taken.new else 0
        if is_revoked:
            _flag(store, segment, now_ms)
    return segments_told.taken(file.manifest, new, is_revoked)


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
