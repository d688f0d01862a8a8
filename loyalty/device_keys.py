"""The keys of one till: that of its enrolment, and one more for each epoch that a person began where histories parted.

A till announces each new key by a signature of the key before, so whoever knows the first can prove the last. Of two
chains of keys that part, the one the head office heard first is the till's; whoever holds the other is a copy. Signing
and checking are the caller's: this module is pure.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

MAX_KEYS = 32
"""So many epochs with keys of their own; after that the till is enrolled anew."""
Verify = Callable[[str, str, bytes], bool]
"""Whether a signature (hex) of a public key (hex) is over those bytes."""


class NewKey(msgspec.Struct, frozen=True):
    """From `epoch` on this till signs by `public_key`; `signature` is of the key before, over `key_bytes`. Both hex."""

    epoch: int
    public_key: str
    signature: str


def key_bytes(terminal: str, epoch: int, public_key: str) -> bytes:
    """What the key before signs: `key`, terminal (16 bytes), epoch (4), the new public key (32)."""
    return b"key" + bytes.fromhex(terminal) + epoch.to_bytes(4, "big") + bytes.fromhex(public_key)


def key_at(first: str, later: Sequence[NewKey], epoch: int) -> str:
    """The public key by which what is of `epoch` is signed."""
    return next((each.public_key for each in reversed(later) if each.epoch <= epoch), first)


def are_announced(terminal: str, first: str, later: Sequence[NewKey], verify: Verify) -> bool:
    """Whether each key is announced by the one before it, for a later epoch."""
    epochs = [1, *(each.epoch for each in later)]
    if len(later) > MAX_KEYS or not all(before < now < 2**31 for before, now in pairwise(epochs)):
        return False
    before = first
    for each in later:
        try:
            told = key_bytes(terminal, each.epoch, each.public_key)
        except ValueError:
            return False
        if len(each.public_key) != 64 or not verify(before, each.signature, told):
            return False
        before = each.public_key
    return True
