"""Facts a terminal records: the envelope, the bodies, and which bucket each belongs to.

An event's bytes are canonical JSON (sorted keys, integers only) made once and kept verbatim: hashed, stored and
forwarded as they are. Readers decode the envelope first; a type or version they do not know stays raw and is parked.
"""

from hashlib import blake2b
from typing import Literal, TypeVar

import msgspec

from loyalty.consents import Purpose
from loyalty.receipt import Receipt
from loyalty.referral import Invited

_Value = TypeVar("_Value")

BUCKETS = 256
MAX_EVENT_BYTES = 256 * 1024
EVENT_VERSION = 1


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """`id` is a UUIDv7 in hex, `at_ms` the terminal's wall clock, `type` names the body."""

    v: int
    id: str
    type: str
    at_ms: int
    body: msgspec.Raw


class Consent(msgspec.Struct, frozen=True):
    """One consent given or withdrawn: what for, and the version of the text."""

    purpose: Purpose
    version: str
    given: bool


class SaleCompleted(msgspec.Struct, frozen=True, tag_field="type", tag="sale_completed", gc=False):
    receipt: Receipt


class ReturnCompleted(msgspec.Struct, frozen=True, tag_field="type", tag="return_completed", gc=False):
    receipt: Receipt


class MemberEnrolled(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="member_enrolled"):
    """A new member. Personal data travel beside the event: `personal_hash` commits to them, so they can be erased
    while the chain of events still verifies. `invited`: somebody invited them, and on which terms."""

    member_id: str
    account_id: str
    card: str
    status: str
    personal_hash: str
    consents: tuple[Consent, ...]
    cashier: str
    store: str
    invited: Invited | None = None


class ConsentChanged(msgspec.Struct, frozen=True, tag_field="type", tag="consent_changed"):
    member_id: str
    account_id: str
    consent: Consent
    cashier: str


class BankCardRegistered(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="bank_card_registered"):
    """From now on a bank card stands for the member, who has agreed to it.

    `token` is hex of HMAC-SHA256(scope key, "bank card " and what the payment terminal calls the card by) cut to
    16 bytes, `tail` the last digits of the number where the terminal says them; both empty once the member is erased.
    """

    member_id: str
    account_id: str
    token: str
    cashier: str
    tail: str = ""


class BankCardWithdrawn(msgspec.Struct, frozen=True, tag_field="type", tag="bank_card_withdrawn"):
    """A bank card stands for the member no more; `token` as above."""

    member_id: str
    account_id: str
    token: str
    cashier: str


GiftMove = Literal["loaded", "paid", "loaded_back", "paid_back"]
"""Sold, used to pay, and each taken back by a return."""


class GiftCardMoved(msgspec.Struct, frozen=True, tag_field="type", tag="gift_card_moved"):
    """What a receipt did to one gift card, beside the receipt's own event; `amount_minor` is over 0.

    `number` is the receipt's, `local_date` its day by the store's clock.
    """

    account_id: str
    card_tail: str
    kind: GiftMove
    amount_minor: int
    receipt_id: str
    number: str
    local_date: str


class RightReleased(msgspec.Struct, frozen=True, tag_field="type", tag="right_released"):
    """Points set aside for this till are free for everybody again: it spends them no more."""

    account_id: str
    wallet: str
    points: int


class RightKept(msgspec.Struct, frozen=True, tag_field="type", tag="right_kept"):
    """So many points are set aside for this till, after all it has recorded before: said to a head office that was set
    back, and may know of fewer."""

    account_id: str
    wallet: str
    points: int


class RightsTold(msgspec.Struct, frozen=True, tag_field="type", tag="rights_told"):
    """All that is set aside for this till has been said before this, to the head office of generation `gen`."""

    gen: str


class ShiftOpened(msgspec.Struct, frozen=True, tag_field="type", tag="shift_opened"):
    shift_id: str
    shift_no: int
    store: str
    cashier: str


class ShiftTotals(msgspec.Struct, frozen=True):
    """What an X or Z report counts; amounts in minor units."""

    sales: int = 0
    returns: int = 0
    cash_minor: int = 0
    card_minor: int = 0
    returned_cash_minor: int = 0
    returned_card_minor: int = 0
    discount_minor: int = 0
    redeemed_points: int = 0
    earned_points: int = 0
    members: int = 0
    """Sales with a member."""
    gift_card_minor: int = 0
    """Paid with gift cards."""
    returned_gift_card_minor: int = 0
    loaded_minor: int = 0
    """Put on gift cards; it is among the money taken."""
    loaded_back_minor: int = 0
    cash_in_minor: int = 0
    """Put into the drawer beside sales, and taken out of it beside returns."""
    cash_out_minor: int = 0


class CashMoved(msgspec.Struct, frozen=True, tag_field="type", tag="cash_moved"):
    """Cash put into the drawer or taken out of it, beside sales and returns; `amount_minor` is over 0."""

    shift_id: str
    store: str
    cashier: str
    kind: Literal["in", "out"]
    amount_minor: int


class CorrectionMade(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="correction_made"):
    """A correction receipt was issued: a settlement made without the register, or a wrong document, is put right.

    `by` is who made it; `paid_minor` by way of paying and `vat_minor` by rate both come to the same sum, `date` is the
    day that is corrected, `order` the tax service's order, `wrong_sign` the fiscal sign of the wrong document, both
    empty without one. `fiscal_number` is the correction's own, in the fiscal memory `memory`. No points, no cash move.
    """

    store: str
    by: str
    kind: Literal["sale", "return"]
    paid_minor: dict[str, int]
    vat_minor: dict[str, int]
    date: str
    fiscal_number: str
    memory: str
    order: str = ""
    wrong_sign: str = ""


class ShiftClosed(msgspec.Struct, frozen=True, tag_field="type", tag="shift_closed"):
    shift_id: str
    shift_no: int
    store: str
    cashier: str
    totals: ShiftTotals


Parting = Literal["fork", "fence", "older", "copied", "missing", "damaged"]
"""How two histories of one till were seen: other events, a worn-out fence, an older journal, a journal on another
machine, a head office without events that the till has let go of since they were safe there; or a damaged journal, in
which some of its events were lost."""


class EpochBegun(msgspec.Struct, frozen=True, tag_field="type", tag="epoch_begun"):
    """The first event of an epoch that a person began, `by` name, where two histories of one till had parted.

    `last_seq` is the last event of `old_epoch` that both have, 0 where none is known; `reissued` events that this till
    had recorded since follow, with their own ids and bytes.
    """

    store: str
    by: str
    why: Parting
    old_epoch: int
    last_seq: int
    reissued: int


Body = (
    SaleCompleted
    | ReturnCompleted
    | MemberEnrolled
    | ConsentChanged
    | BankCardRegistered
    | BankCardWithdrawn
    | GiftCardMoved
    | RightReleased
    | RightKept
    | RightsTold
    | ShiftOpened
    | CashMoved
    | CorrectionMade
    | ShiftClosed
    | EpochBegun
)


class Personal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Personal data of one member, beside the event; `salt` (hex) keeps the commitment from being guessed."""

    member_id: str
    account_id: str
    event_id: str
    salt: str
    phone: str = ""
    name: str = ""
    birthday: str = ""


class Unknown(msgspec.Struct, frozen=True):
    """An authentic event this version cannot read: kept and parked, never refused."""

    type: str
    v: int


_BODIES: dict[str, type[Body]] = {
    "sale_completed": SaleCompleted,
    "return_completed": ReturnCompleted,
    "member_enrolled": MemberEnrolled,
    "consent_changed": ConsentChanged,
    "bank_card_registered": BankCardRegistered,
    "bank_card_withdrawn": BankCardWithdrawn,
    "gift_card_moved": GiftCardMoved,
    "right_released": RightReleased,
    "right_kept": RightKept,
    "rights_told": RightsTold,
    "shift_opened": ShiftOpened,
    "cash_moved": CashMoved,
    "correction_made": CorrectionMade,
    "shift_closed": ShiftClosed,
    "epoch_begun": EpochBegun,
}
_OF_ACCOUNT = (
    MemberEnrolled, ConsentChanged, BankCardRegistered, BankCardWithdrawn, GiftCardMoved, RightReleased, RightKept,
)  # fmt: skip
_NAMES = {kind: name for name, kind in _BODIES.items()}
_envelope = msgspec.json.Decoder(Envelope)
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in _BODIES.items()}


def encode_event(body: Body, event_id: str, at_ms: int) -> bytes:
    """The canonical bytes of one event."""
    raw = msgspec.Raw(canonical(body))
    return canonical(Envelope(EVENT_VERSION, event_id, _NAMES[type(body)], at_ms, raw))


def decode_envelope(raw: bytes) -> Envelope:
    """The envelope; msgspec.DecodeError / ValidationError when the bytes are no event at all."""
    return decoded(_envelope, raw)


def decode_body(envelope: Envelope) -> Body | Unknown:
    """The body, or `Unknown` for a type or version of the future; msgspec.DecodeError / ValidationError as above."""
    decoder = _decoders.get(envelope.type)
    if decoder is None or envelope.v > EVENT_VERSION:
        return Unknown(envelope.type, envelope.v)
    return decoded(decoder, envelope.body)


def decoded(decoder: msgspec.json.Decoder[_Value], raw: bytes | msgspec.Raw) -> _Value:
    """What a decoder makes of bytes from outside; everything wrong with them is a msgspec.DecodeError.

    msgspec itself lets a UnicodeDecodeError and, for values nested too deep, a RecursionError through.
    """
    try:
        return decoder.decode(raw)
    except (RecursionError, UnicodeDecodeError) as error:
        raise msgspec.DecodeError(str(error)) from error


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return msgspec.json.encode(value, order="sorted")


def personal_hash(personal: Personal) -> str:
    return blake2b(canonical(personal), digest_size=32).hexdigest()


def account_of(body: Body | Unknown) -> str | None:
    """The account an event belongs to; None for events of the store and receipts without a member."""
    if isinstance(body, (SaleCompleted, ReturnCompleted)):
        return body.receipt.account_id
    if isinstance(body, _OF_ACCOUNT):
        return body.account_id
    return None


def bucket_key(envelope: Envelope, body: Body | Unknown) -> str:
    """What an event is bucketed by: its account, else (no member) the receipt's own id, else the event's id."""
    account = account_of(body)
    if account is not None:
        return account
    if isinstance(body, SaleCompleted | ReturnCompleted):
        return body.receipt.original_id or body.receipt.receipt_id
    return envelope.id


def bucket_of(key: str) -> int:
    """blake2b of the key modulo 256: the same in every process, on every machine."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % BUCKETS
