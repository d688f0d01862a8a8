"""Closes waiting events into a signed segment, kept in the journal before it is first sent: a retry sends the same."""

from collections.abc import Callable

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.chain import header_for, pack_payload, write_segment
from loyalty.told_clock import ToldClock
from terminal.offline_queue.outbox import Outbox, Run

LEVEL = 3


Told = Callable[[int, int], ToldClock | None]
"""What to say of our clock for the events from a place (epoch, seq) on."""


KeyAt = Callable[[int], Ed25519PrivateKey]
"""The key of an epoch."""


def next_segment(outbox: Outbox, key_at: KeyAt, told: Told = lambda epoch, seq: None) -> bytes | None:
    """The segment that follows what the head office has: the one closed before, else one closed now."""
    at = outbox.acked()
    closed = outbox.segment_after(at)
    if closed is not None:
        return closed
    run = outbox.run_after(at)
    if run is None:
        return None
    last_seq = run.first_seq + len(run.raws) - 1
    clock = told(run.epoch, run.first_seq)
    return outbox.keep_segment(
        run.epoch, run.first_seq, last_seq, close(run, outbox.terminal, key_at(run.epoch), clock)
    )


def close(run: Run, terminal: str, key: Ed25519PrivateKey, clock: ToldClock | None = None) -> bytes:
    """The bytes of one segment."""
    payload = pack_payload(run.raws)
    blob = zstandard.ZstdCompressor(level=LEVEL).compress(payload)
    last_seq = run.first_seq + len(run.raws) - 1
    hashes = run.before, run.last
    signed = header_for(terminal, run.epoch, run.first_seq, last_seq, *hashes, len(payload), blob, clock)
    return write_segment(signed, key.sign(signed), blob)
