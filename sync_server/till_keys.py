"""By which key a till signs: that of its enrolment, and later ones it has announced, each for an epoch on.

A till that begins a new epoch makes a new key and has the one before sign it. Of two copies that do, the first one
heard is the till from then on: what the other asks or announces is refused as `replaced`, and a person is told of it.
What that copy has recorded comes in by a file (`copied_tills`).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Row, select, text, update

from loyalty.api import KeysTold
from loyalty.device_keys import NewKey, are_announced, key_at
from loyalty.events import bucket_of, canonical
from sync_server.refusals import Refused
from sync_server.rows import insert_rows
from sync_server.schema import FLAG, TERMINAL, shard_of, tshard_of
from sync_server.store import Store, Tx

_later = msgspec.json.Decoder(tuple[NewKey, ...])


class TillKeys(msgspec.Struct, frozen=True):
    """`first` is the public key (hex) of the enrolment."""

    first: str
    later: tuple[NewKey, ...] = ()

    @property
    def newest(self) -> str:
        return self.later[-1].public_key if self.later else self.first

    def at(self, epoch: int) -> str:
        return key_at(self.first, self.later, epoch)

    def with_announced(self, terminal: str, told: Sequence[NewKey]) -> tuple[str, ...]:
        """Every key known, with those told where they follow from the first."""
        follow = are_announced(terminal, self.first, told, signed_by)
        return (self.first, *(each.public_key for each in (*self.later, *(told if follow else ()))))

    @property
    def earlier(self) -> tuple[str, ...]:
        """All but the newest."""
        return (self.first, *(each.public_key for each in self.later))[:-1]


def keys_in(row: Row[Any]) -> TillKeys:
    """Those of a row with `public_key` and `later_keys` of `terminal`."""
    return TillKeys(str(row.public_key), _later.decode(row.later_keys) if row.later_keys else ())


def is_signed(public_key: str, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_by(public_key: str, signature: str, data: bytes) -> bool:
    """The same of a signature in hex."""
    try:
        return is_signed(public_key, bytes.fromhex(signature), data)
    except ValueError:
        return False


def locked_cursor(tx: Tx, terminal: str) -> Row[Any]:
    """The terminal's row of `terminal_cursor`, nobody else's until this transaction ends."""
    lock = "" if tx.sqlite else " FOR UPDATE"
    statement = text(f"SELECT * FROM terminal_cursor WHERE tshard = :tshard AND terminal = :terminal{lock}")
    return tx.execute(statement, {"tshard": tshard_of(terminal), "terminal": terminal}).one()


def read_keys(tx: Tx, terminal: str) -> TillKeys:
    """Of a terminal that is there."""
    return keys_in(tx.execute(select(TERMINAL.c.public_key, TERMINAL.c.later_keys).where(_is(terminal))).one())


def tell_keys(store: Store, told: KeysTold, now_ms: int) -> int:
    """Take a till's chain of keys; the epoch from which the newest counts. Raises Refused: unsigned, revoked,
    replaced."""
    found = _announced(store, told)
    if found.state != "active":
        raise Refused(410, "revoked", "this terminal has been revoked")
    _keep(store, told, now_ms)
    return told.keys[-1].epoch


def keys_in_file(store: Store, told: KeysTold, now_ms: int) -> None:
    """The same of a file a person brings, which may be older than the newest key, and of a till revoked since: that it
    is cut off does not undo what it sold under a key nobody had heard of. Raises Refused: unsigned, replaced."""
    known = keys_in(_announced(store, told)).later
    if known[: len(told.keys)] != told.keys:
        _keep(store, told, now_ms)


def _announced(store: Store, told: KeysTold) -> Row[Any]:
    """The till whose keys are told, at least one, each signed by the one before. Raises Refused."""
    with store.read() as tx:
        query = select(TERMINAL.c.public_key, TERMINAL.c.later_keys, TERMINAL.c.state).where(_is(told.terminal))
        found = tx.execute(query).one_or_none()
    # Without a key nobody has signed anything: anyone could say so.
    if found is None or not told.keys or not are_announced(told.terminal, keys_in(found).first, told.keys, signed_by):
        raise Refused(401, "unsigned", "no such terminal, or a key is not announced by the one before it")
    return found


def _keep(store: Store, told: KeysTold, now_ms: int) -> None:
    if not store.write(lambda tx: _take(tx, told), shard_of(told.terminal)):
        raise replaced(store, told.terminal, told.keys[-1].public_key, now_ms)


def _take(tx: Tx, told: KeysTold) -> bool:
    """Whether these keys go on from those known; what goes beyond them is kept."""
    cursor = locked_cursor(tx, told.terminal)
    known = read_keys(tx, told.terminal).later
    new = told.keys[len(known) :]
    if told.keys[: len(known)] != known or (new and new[0].epoch <= cursor.epoch):
        return False
    if new:
        tx.execute(update(TERMINAL).where(_is(told.terminal)).values(later_keys=canonical(told.keys).decode()))
    return True


def replaced(store: Store, terminal: str, public_key: str, now_ms: int) -> Refused:
    """The refusal of a copy that holds an old key, which is flagged once for each such key."""
    event_id = blake2b(f"old_key/{terminal}/{public_key}".encode(), digest_size=16).hexdigest()
    bucket = bucket_of(event_id)
    row = {
        "bucket": bucket, "event_id": event_id, "kind": "old_key", "place": f"{terminal}/1/0",
        "detail": f"key {public_key[:16]}", "at_ms": now_ms, "raw": None,
    }  # fmt: skip
    store.write(lambda tx: insert_rows(tx, FLAG, [row]), bucket)
    detail = "another copy of this terminal has begun a new epoch with a new key"
    return Refused(409, "replaced", detail, now_ms=now_ms)


def _is(terminal: str) -> Any:
    return (TERMINAL.c.tshard == tshard_of(terminal)) & (TERMINAL.c.terminal == terminal)
