"""A terminal's own segments, given back to it: what it sent is whole here when its own disk has lost a byte of it."""

from loyalty.chain import write_segment
from sync_server.refusals import Refused
from sync_server.segment_events import segment_with
from sync_server.store import Store

MAX_EPOCH = 2**31
MAX_SEQ = 2**62


def own_segment(store: Store, terminal: str, epoch: int, seq: int) -> bytes:
    """The segment of this terminal with that event, to the byte as it came. Raises Refused unknown, also
    where the personal data of an erased member have been taken out since."""
    if not (0 < epoch < MAX_EPOCH and 0 < seq < MAX_SEQ):
        raise Refused(404, "unknown", "there is no such event")
    with store.read() as tx:
        row = segment_with(tx, terminal, epoch, seq)
    if row is None:
        raise Refused(404, "unknown", "this event is not stored here")
    if row.redacted is not None:
        raise Refused(404, "unknown", "personal data have been erased from this segment since")
    return write_segment(bytes(row.signed), bytes(row.signature), bytes(row.blob))
