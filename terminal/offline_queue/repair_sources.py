"""Where a damaged event can be had whole: a segment this till had closed, else the head office's copy of it.

A segment counts only if this till has signed it, so neither its own damaged file nor anybody on the way can put other
events in place.
"""

from collections.abc import Callable, Iterable

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from loyalty.api import Position
from loyalty.chain import check_events, read_segment, unpack_payload
from loyalty.errors import BadInput
from terminal.offline_queue.http_reply import MAX_WINDOW_BYTES

Ask = Callable[[int, int], bytes | None]
"""The segment of this till with an event (epoch, seq) as the head office has it; None where it has none."""


class Proved(msgspec.Struct, frozen=True):
    """The events of one segment that this till has signed, each with its hash; `data` is the segment."""

    epoch: int
    first_seq: int
    before: bytes
    raws: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    data: bytes

    def holds(self, epoch: int, seq: int) -> bool:
        return epoch == self.epoch and 0 <= seq - self.first_seq < len(self.raws)


class Sources:
    """`own` are segments found in the journal; `given` counts the events the head office gave back, and `there` is the
    last of them."""

    def __init__(self, terminal: str, keys: Iterable[Ed25519PublicKey], own: Iterable[bytes], ask: Ask) -> None:
        self.terminal, self._keys, self._ask = terminal, tuple(keys), ask
        self.own = [found for data in own if (found := self._proved(data)) is not None]
        self._told: Proved | None = None
        self.given = 0
        self.there: Position | None = None

    def find(self, epoch: int, seq: int) -> Proved | None:
        """Raises LinkFault where it has to be asked for and nobody answers."""
        for proved in self.own:
            if proved.holds(epoch, seq):
                return proved
        if self._told is None or not self._told.holds(epoch, seq):
            data = self._ask(epoch, seq)
            self._told = self._proved(data) if data is not None else None
        if self._told is None or not self._told.holds(epoch, seq):
            return None
        return self._told

    def took(self, proved: Proved, at: int) -> None:
        """An event of a segment has been taken."""
        if proved is self._told:
            self.given += 1
            self.there = Position(proved.epoch, proved.first_seq + at, proved.hashes[at].hex())

    def _proved(self, data: bytes) -> Proved | None:
        try:
            segment = read_segment(data)
            header = segment.header
            size = header.payload_bytes
            unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
            raws = unpack_payload(unpacker.decompress(segment.blob, max_output_size=size))
            hashes = check_events(header, raws)
        except (BadInput, zstandard.ZstdError):
            return None
        if header.terminal != self.terminal or not any(
            _signed(key, segment.signature, segment.signed) for key in self._keys
        ):
            return None
        before = bytes.fromhex(header.prev_hash)
        return Proved(header.epoch, header.first_seq, before, tuple(raws), tuple(hashes), data)


def _signed(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
