"""Events of a till that come by hand, in a file the till wrote: taken in as if it had sent them itself, each once.

The whole file is looked at before any of it is taken. Its segments are then stored one by one; whatever stops them, no
segment is taken in part, and the file may be imported again.
"""

from pathlib import Path

from loyalty import segments_told
from loyalty.errors import BadInput
from loyalty.segment_file import MAX_FILE_BYTES, SegmentFile, read_segment_file
from loyalty.sentences import Sentence
from sync_server.identity import Identity
from sync_server.ingest import take_carried
from sync_server.refusals import Refused
from sync_server.store import Store


def import_segments(store: Store, identity: Identity, path: Path, now_ms: int) -> Sentence:
    """What to say of a file that is in whole. Raises BadInput, OSError: why it is not."""
    file = _read(path)
    new = 0
    for segment in file.segments:
        try:
            taken = take_carried(store, segment, identity.gen, now_ms)
        except Refused as refusal:
            reply = refusal.reply
            said = segments_told.not_taken(reply.code, file.manifest, segment, reply.acked, new)
            if not said:
                raise
            raise BadInput(*said) from refusal
        new += segments_told.events_in(segment) if taken.new else 0
    return segments_told.taken(file.manifest, new)


def _read(path: Path) -> SegmentFile:
    with path.open("rb") as file:
        return read_segment_file(file.read(MAX_FILE_BYTES + 1), path.name)
