"""Closes waiting events into a signed segment, kept in the journal before it is first sent: a retry sends the same."""

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.chain import header_for, pack_payload, write_segment
from terminal.offline_queue.outbox import Outbox, Run

LEVEL = 3


def next_segment(outbox: Outbox, key: Ed25519PrivateKey) -> bytes | None:
    """The segment that follows what the head office has: the one closed before, else one closed now."""
    at = outbox.acked()
    closed = outbox.segment_after(at)
    if closed is not None:
        return closed
    run = outbox.run_after(at)
    if run is None:
        return None
    last_seq = run.first_seq + len(run.raws) - 1
    return outbox.keep_segment(run.epoch, run.first_seq, last_seq, close(run, outbox.terminal, key))


def close(run: Run, terminal: str, key: Ed25519PrivateKey) -> bytes:
    """The bytes of one segment."""
    payload = pack_payload(run.raws)
    blob = zstandard.ZstdCompressor(level=LEVEL).compress(payload)
    last_seq = run.first_seq + len(run.raws) - 1
    signed = header_for(terminal, run.epoch, run.first_seq, last_seq, run.before, run.last, len(payload), blob)
    return write_segment(signed, key.sign(signed), blob)
