"""Events as they came out of a segment: decoded as far as this version can, each with its bucket and its place.

Nothing here refuses an event. What cannot be read, or holds what no database column takes, has `why` and is parked.
"""

import re
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Row

from loyalty.events import (
    BankCardRegistered,
    BankCardWithdrawn,
    Body,
    Envelope,
    GiftCardMoved,
    MemberEnrolled,
    ReturnCompleted,
    RightKept,
    RightReleased,
    SaleCompleted,
    Unknown,
    account_of,
    bucket_key,
    bucket_of,
    decode_body,
    decode_envelope,
)  # fmt: skip
from loyalty.money import MAX_MINOR
from loyalty.receipt import Receipt
from loyalty.told_clock import UNTOLD, ToldClock, moved_receipt, put_right

MAX_TEXT_CHARS = 4000
MAX_INTEGER = 2**53
MAX_LINE_NO = 2**31 - 1
_ID = re.compile(r"[0-9a-f]{32}")
_RECEIPT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGITS = bytes(ord("0") if chr(byte).isdecimal() and byte < 128 else byte for byte in range(256))
"""Every digit as 0: so that many of them are found without looking at each."""
_MANY_DIGITS = b"0" * 16
_WITH_RECEIPT = (SaleCompleted, ReturnCompleted)


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """One event. `body` is None where `why` says what is wrong; `digest` tells equal bytes from other bytes.

    `at_ms` is when it was, by `shift_ms` later than the till said; the body says what the till said.
    """

    terminal: str
    epoch: int
    seq: int
    received_ms: int
    raw: bytes
    digest: bytes
    event_id: str
    type: str
    at_ms: int
    bucket: int
    account_id: str
    body: Body | None
    why: str = ""
    shift_ms: int = 0
    moved: Receipt | None = None
    """Its receipt at the time it counts for, where that is another than the till said."""
    erased: bool = False
    """Of a member whose personal data were erased: there are none in it."""

    @property
    def key(self) -> tuple[int, str]:
        return self.bucket, self.event_id


def receipt_of(event: Arrived) -> Receipt:
    """The receipt of a sale or a return, at the time it counts for; other events have none."""
    return event.moved or printed_receipt(event)


def printed_receipt(event: Arrived) -> Receipt:
    """The same as the till made it."""
    assert isinstance(event.body, _WITH_RECEIPT)
    return event.body.receipt


def arrive_again(row: Row[Any]) -> Arrived:
    """An event out of its row of `event`, at the time it was given when it came."""
    event = arrive(row.terminal, row.epoch, row.seq, row.received_ms, bytes(row.raw))
    shift_ms = row.at_ms - (event.at_ms - event.shift_ms) if event.body is not None else 0
    return timed(event, row.at_ms, shift_ms)


def timed(event: Arrived, at_ms: int, shift_ms: int) -> Arrived:
    """The same event at the time it counts for."""
    return msgspec.structs.replace(event, at_ms=at_ms, shift_ms=shift_ms, moved=_moved(event.body, shift_ms))


def arrive(
    terminal: str, epoch: int, seq: int, received_ms: int, raw: bytes, clock: ToldClock | None = None
) -> Arrived:
    """`clock` is what the till said of its own with the segment."""
    digest = blake2b(raw, digest_size=16).digest()
    envelope, body, why = _read(raw)
    if envelope is None or why:
        event_id = envelope.id if envelope and _ID.fullmatch(envelope.id) else digest.hex()
        kind = envelope.type[:40].replace("\x00", "") if envelope else ""
        return Arrived(
            terminal, epoch, seq, received_ms, raw, digest, event_id, kind, 0, bucket_of(event_id), "", None, why
        )
    assert body is not None
    account = account_of(body) or ""
    bucket = bucket_of(account or bucket_key(envelope, body))
    at_ms = put_right(envelope.at_ms, received_ms, clock or UNTOLD)
    shift_ms = at_ms - envelope.at_ms
    return Arrived(
        terminal,
        epoch,
        seq,
        received_ms,
        raw,
        digest,
        envelope.id,
        envelope.type,
        at_ms,
        bucket,
        account,
        body,
        shift_ms=shift_ms,
        moved=_moved(body, shift_ms),
    )


def _moved(body: Body | None, shift_ms: int) -> Receipt | None:
    return moved_receipt(body.receipt, shift_ms) if shift_ms and isinstance(body, _WITH_RECEIPT) else None


def _read(raw: bytes) -> tuple[Envelope | None, Body | None, str]:
    try:
        envelope = decode_envelope(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None, None, "not an event"
    try:
        body = decode_body(envelope)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return envelope, None, f"cannot be read: {str(error)[:200]}".replace("\x00", "")
    if isinstance(body, Unknown):
        return envelope, None, f"a {body.type[:40]} of version {body.v} is not known here".replace("\x00", "")
    return envelope, body, _unfit(envelope, body, raw)


def _unfit(envelope: Envelope, body: Body, raw: bytes) -> str:
    """Why the event cannot be kept in columns, or nothing."""
    account = account_of(body)
    ids = [envelope.id] if account is None else [envelope.id, account]
    if isinstance(body, _WITH_RECEIPT) and body.receipt.member_id is not None:
        ids.append(body.receipt.member_id)
    if isinstance(body, MemberEnrolled | BankCardRegistered | BankCardWithdrawn):
        ids.append(body.member_id)
    if isinstance(body, BankCardRegistered | BankCardWithdrawn) and body.token:
        ids.append(body.token)
    if None in map(_ID.fullmatch, ids):
        return "an id is not 32 hex digits"
    if not 0 <= envelope.at_ms < MAX_INTEGER:
        return "its time is out of range"
    if isinstance(body, _WITH_RECEIPT):
        why = _unfit_receipt(body.receipt)
        if why:
            return why
    if isinstance(body, GiftCardMoved) and not 0 < body.amount_minor <= MAX_MINOR:
        return "its amount is out of range"
    if isinstance(body, RightReleased | RightKept) and not 0 < body.points < MAX_INTEGER:
        return "its points are out of range"
    if (b"\\u0000" in raw or _MANY_DIGITS in raw.translate(_DIGITS)) and not _fits(msgspec.to_builtins(body)):
        return "a text or a figure is out of range"
    return "" if len(raw) < MAX_TEXT_CHARS or _fits(msgspec.to_builtins(body)) else "a text is too long"


def _unfit_receipt(receipt: Receipt) -> str:
    """Returns find their sale by its id or its number, so neither may be empty or look like the other."""
    if not _RECEIPT_ID.fullmatch(receipt.receipt_id) or not _RECEIPT_ID.fullmatch(receipt.number):
        return "its id or number is none"
    numbers = [0, *[line.line_no for line in receipt.lines]]
    if not 0 <= receipt.moment.local_minute < 1440 or min(numbers) < 0 or max(numbers) > MAX_LINE_NO:
        return "a minute of the day or a line's number is out of range"
    return ""


def _fits(value: object) -> bool:
    match value:
        case str():
            return len(value) <= MAX_TEXT_CHARS and "\x00" not in value
        case bool() | None:
            return True
        case int():
            return abs(value) < MAX_INTEGER
        case dict():
            return all(_fits(name) and _fits(found) for name, found in value.items())
        case list() | tuple():
            return all(_fits(found) for found in value)
        case _:
            return False
