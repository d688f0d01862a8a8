"""Where a damaged event can be had whole: a segment this till had closed, else the head office's copy of it.

A segment counts only if this till has signed it, so neither its own damaged file nor anybody on the way can put other
events in place. From the head office's copy an erased member's personal data may have been taken out: then the chain
proves what stands behind that, and the rest is the head office's word.
"""

from collections.abc import Callable, Iterable

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from loyalty.api import Position
from loyalty.chain import event_hash, read_segment, unpack_payload
from loyalty.errors import BadInput
from loyalty.redacted import MAGIC as REDACTED
from loyalty.redacted import read_redacted, redacted_hashes
from terminal.offline_queue.http_reply import MAX_WINDOW_BYTES

Ask = Callable[[int, int], bytes | None]
"""The segment of this till with an event (epoch, seq) as the head office has it; None where it has none."""


class Proved(msgspec.Struct, frozen=True):
    """The events of one segment that this till has signed, each with its hash; `data` is the segment. What has
    a number up to `told` (0: none) it does not prove by itself."""

    epoch: int
    first_seq: int
    before: bytes
    raws: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    data: bytes
    told: int = 0

    def before_at(self, seq: int) -> bytes:
        """What that event of it follows."""
        at = seq - self.first_seq
        return self.hashes[at - 1] if at else self.before

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

    def before(self, epoch: int, seq: int) -> bytes | None:
        """What an event follows, by the segment it is in. Raises LinkFault, as `find`."""
        proved = self.find(epoch, seq)
        return proved.before_at(seq) if proved is not None else None

    def last_of(self, epoch: int) -> int:
        """The number of the last event of an epoch there is a segment of; 0 for none. Raises LinkFault, as `find`."""
        seq = 0
        while (proved := self.find(epoch, seq + 1)) is not None:
            seq = proved.first_seq + len(proved.raws) - 1
        return seq

    def took(self, proved: Proved, at: int) -> None:
        """An event of a segment has been taken."""
        if proved is self._told:
            self.given += 1
            self.there = Position(proved.epoch, proved.first_seq + at, proved.hashes[at].hex())

    def _proved(self, data: bytes) -> Proved | None:
        try:
            note, segment = read_redacted(data) if data[:4] == REDACTED else (None, read_segment(data))
            header = segment.header
            size = note.payload_bytes if note else header.payload_bytes
            # A frame may say any length of itself, and nobody has signed a redacted one: read to the limit only.
            reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(segment.blob)
            raws = unpack_payload(reader.read(size + 1))
            hashes = redacted_hashes(header, raws, note)
        except (BadInput, zstandard.ZstdError):
            return None
        if header.terminal != self.terminal or not any(
            _signed(key, segment.signature, segment.signed) for key in self._keys
        ):
            return None
        before = bytes.fromhex(header.prev_hash)
        follows = zip([before, *hashes], raws, range(header.first_seq, header.last_seq + 1), strict=False)
        own = [event_hash(at, self.terminal, header.epoch, seq, raw) for at, raw, seq in follows]
        differ = [
            seq for seq, (one, other) in enumerate(zip(own, hashes, strict=True), header.first_seq) if one != other
        ]
        told = differ[-1] if differ else 0
        return Proved(header.epoch, header.first_seq, before, tuple(raws), tuple(hashes), data, told)


def _signed(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
