"""The keys this till signs by: that of its enrolment, and a new one for each epoch begun since.

A new key is on the disk, signed by the one before, before the epoch it is for begins: cut anywhere, the next try finds
it and goes on with it. It is announced after each start and whenever the head office does not know the signature.
"""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.device_keys import MAX_KEYS, NewKey, key_bytes
from loyalty.errors import NotNow
from loyalty.sentences import sentence
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.keys import device_key, public_hex
from terminal.offline_queue.sentences import store_fault

FILE = "device.keys"


class _Kept(msgspec.Struct, frozen=True):
    """As it stands in the file; `secret` (hex) is the private half."""

    told: NewKey
    secret: str


_kept = msgspec.json.Decoder(tuple[_Kept, ...])


class Keyring:
    """The keys of one till's folder. Raises StoreFault where a file is broken."""

    def __init__(self, folder: Path, terminal: str) -> None:
        self._path, self._terminal = folder / FILE, terminal
        self._first = device_key(folder)
        self._later = _read(self._path)
        self._announced = 0

    @property
    def current(self) -> Ed25519PrivateKey:
        return self.all[-1]

    @property
    def all(self) -> tuple[Ed25519PrivateKey, ...]:
        return (self._first, *(key for _, key in self._later))

    @property
    def told(self) -> tuple[NewKey, ...]:
        """Every key since the enrolment, as it is announced."""
        return tuple(told for told, _ in self._later)

    @property
    def is_due(self) -> bool:
        """Whether the head office is to be told of keys it may not have heard of."""
        return self._announced < len(self._later)

    def at(self, epoch: int) -> Ed25519PrivateKey:
        """The key that signs what is of `epoch`."""
        return next((key for told, key in reversed(self._later) if told.epoch <= epoch), self._first)

    def begin(self, epoch: int) -> None:
        """Make the key of a new epoch, unless the newest is for it already. Raises NotNow where there are too many."""
        if self._later and self._later[-1][0].epoch >= epoch:
            return
        if len(self._later) >= MAX_KEYS:
            raise NotNow(sentence("mend.keys", limit=MAX_KEYS), sentence("mend.keys.do"))
        fresh = Ed25519PrivateKey.generate()
        signature = self.current.sign(key_bytes(self._terminal, epoch, public_hex(fresh)))
        later = (*self._later, (NewKey(epoch, public_hex(fresh), signature.hex()), fresh))
        write_whole(
            self._path, msgspec.json.encode([_Kept(told, key.private_bytes_raw().hex()) for told, key in later])
        )
        self._later = later

    def heard(self, told: tuple[NewKey, ...]) -> None:
        """The head office has these."""
        self._announced = len(told)

    def doubt(self) -> None:
        """The head office does not know our signature: it may have been set back."""
        self._announced = 0


def _read(path: Path) -> tuple[tuple[NewKey, Ed25519PrivateKey], ...]:
    try:
        kept = _kept.decode(path.read_bytes())
        return tuple((each.told, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(each.secret))) for each in kept)
    except FileNotFoundError:
        return ()
    except (msgspec.MsgspecError, ValueError) as error:
        raise store_fault("store.bad_identity", file=FILE) from error
