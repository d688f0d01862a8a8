"""Who is asking: RFC 9421 signatures of terminals over @method, @path, @query and content-digest.

`keyid` is the terminal's id. A signature made over 300 s away from our clock is refused with our time, and the
terminal tries once more by it. Replays do no harm: every request may be repeated.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (  # fmt: skip
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from sqlalchemy import Row, select, update

from sync_server.refusals import Refused
from sync_server.schema import TERMINAL, shard_of, tshard_of
from sync_server.store import Store, Tx
from sync_server.till_keys import keys_in, replaced

MAX_SKEW_S = 300
CONTACT_STEP_MS = 60_000
"""A terminal's last contact is kept no finer than this: reading must not cost a write each time."""
COVERED = ("@method", "@path", "@query", "content-digest")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: `target` is the raw path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: Mapping[str, str]


class _Key(HTTPSignatureKeyResolver):
    """The one key this request may be signed with."""

    def __init__(self, key_id: str, public_key: str) -> None:
        self._key_id, self._key = key_id, Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return self._key if key_id == self._key_id else None

    def resolve_private_key(self, key_id: str) -> Any:
        raise KeyError(key_id)


class _Verifier(HTTPMessageVerifier):
    """Leaves the time to us: a good signature with a wrong clock gets another answer than a bad one."""

    def validate_created_and_expires(self, sig_input: Any, max_age: datetime.timedelta | None = None) -> None:
        if type(sig_input.params.get("created")) is not int:
            raise InvalidSignature("created is missing")


def authenticate(store: Store, asked: Asked, now_ms: int) -> str:
    """The terminal that signed the request. Raises Refused: unsigned, clock, revoked, replaced."""
    terminal = _claimed(asked.headers.get("signature-input", ""))
    row = _terminal(store, terminal)
    if row is None:
        raise Refused(401, "unsigned", "the request is not signed by a terminal known here", now_ms=now_ms)
    keys = keys_in(row)
    try:
        created = _verify(asked, terminal, keys.newest, now_ms)
    except Refused:
        if any(_is_by(asked, terminal, key, now_ms) for key in keys.earlier):
            raise replaced(store, terminal, keys.first, now_ms) from None
        raise
    if row.state != "active":
        raise Refused(410, "revoked", "this terminal has been revoked")
    if abs(created * 1000 - now_ms) > MAX_SKEW_S * 1000:
        raise Refused(401, "clock", "the terminal's clock is wrong: sign again by server_time_ms", now_ms=now_ms)
    if now_ms - row.seen_ms > CONTACT_STEP_MS:
        store.write(partial(_note_contact, terminal=terminal, now_ms=now_ms), shard_of(terminal))
    return terminal


def _note_contact(tx: Tx, terminal: str, now_ms: int) -> None:
    mine = (TERMINAL.c.tshard == tshard_of(terminal)) & (TERMINAL.c.terminal == terminal)
    tx.execute(update(TERMINAL).where(mine).values(seen_ms=now_ms))


def _claimed(signature_input: str) -> str:
    """The key id as written, to look the key up by; the verifier reads the field properly."""
    _, _, rest = signature_input.partition('keyid="')
    terminal = rest.partition('"')[0]
    return terminal if len(terminal) == 32 and terminal.isalnum() else ""


def _terminal(store: Store, terminal: str) -> Row[Any] | None:
    if not terminal:
        return None
    query = select(TERMINAL.c.public_key, TERMINAL.c.later_keys, TERMINAL.c.state, TERMINAL.c.seen_ms).where(
        TERMINAL.c.tshard == tshard_of(terminal), TERMINAL.c.terminal == terminal
    )
    with store.read() as tx:
        return tx.execute(query).one_or_none()


def _is_by(asked: Asked, terminal: str, public_key: str, now_ms: int) -> bool:
    try:
        _verify(asked, terminal, public_key, now_ms)
    except Refused:
        return False
    return True


def _verify(asked: Asked, terminal: str, public_key: str, now_ms: int) -> int:
    """When the signature was made, in seconds."""
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Key(terminal, public_key))
    message = _Message(asked.method, "http://head-office" + asked.target, asked.headers)
    try:
        results = verifier.verify(message, max_age=None, require_components=COVERED, body=asked.body)
        return int(results[0].parameters["created"])
    except (HTTPMessageSignaturesException, ValueError, IndexError, KeyError) as error:
        raise Refused(401, "unsigned", f"the signature does not hold: {str(error)[:120]}", now_ms=now_ms) from error
