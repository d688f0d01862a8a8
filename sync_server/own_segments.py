"""A terminal's own segments, given back to it: what it sent is whole here when its own disk has lost a byte of it."""

from loyalty.chain import write_segment
from loyalty.redacted import write_redacted
from sync_server.refusals import Refused
from sync_server.segment_events import segment_with
from sync_server.store import Store
from sync_server.stored_segments import note_of

MAX_EPOCH = 2**31
MAX_SEQ = 2**62


def own_segment(store: Store, terminal: str, epoch: int, seq: int) -> bytes:
    """The segment of this terminal with that event, to the byte as it came; where an erased member's personal data have
    been taken out since, as it is now (see loyalty/redacted.py). Raises Refused unknown."""
    if not (0 < epoch < MAX_EPOCH and 0 < seq < MAX_SEQ):
        raise Refused(404, "unknown", "there is no such event")
    with store.read() as tx:
        row = segment_with(tx, terminal, epoch, seq)
    if row is None:
        raise Refused(404, "unknown", "this event is not stored here")
    parts = bytes(row.signed), bytes(row.signature), bytes(row.blob)
    note = note_of(row)
    return write_segment(*parts) if note is None else write_redacted(note, *parts)
