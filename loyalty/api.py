"""What terminals and the head office say to each other, besides segments (loyalty.chain) and rows (loyalty.feed).

Paths, all under /v1:
  POST enrol                                EnrolRequest -> EnrolReply            (the one-time code is the credential)
  POST segments                             segment bytes -> SegmentReply         (self-signed; header Kopilka-Fence)
  POST keys                                 KeysTold -> KeysReply                 (each key is signed by the one before)
  POST carried                              segment bytes -> CarriedReply         (another till's, as it made them)
  POST personal                             PersonalUpload -> PersonalReply
  GET  heads                                -> feed.Heads
  GET  delta/{gen}/{stream}/{bucket}/{from} -> feed.DeltaPage
  GET  snapshot                             -> SnapshotManifest
  GET  snapshot/{snapshot_id}               -> zstd bytes, resumable by Range
  GET  receipts/{number}                    -> ReceiptReply
  POST confirmations                        ConfirmRequest -> ConfirmReply        (a code goes to the member's phone)
  POST confirmations/{id}/check             CheckRequest -> CheckReply
  POST shares                               SharesAsk -> SharesReply
  POST holds                                HoldRequest -> HoldReply              (points kept for a sale)
  POST holds/{id}/void                      HoldVoid -> HoldReply
Every reply with an error status carries ErrorReply. All but enrol, segments and keys are signed by
RFC 9421.
"""

from typing import Literal

import msgspec

from loyalty.device_keys import NewKey
from loyalty.events import Personal
from loyalty.feed import Head, Stream
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack
from loyalty.shares import Amount

FENCE_HEADER = "Kopilka-Fence"
PROTOCOL_HEADER = "Kopilka-Protocol"
PROTOCOL = 1
"""The version of the protocol this program speaks, which every request and every reply names. A version is raised where
an older side would misread the newer one; a field or a path more raises none."""
OLDEST_TILL = 1
"""The oldest a head office of this version answers: that of the release before the last."""
OLDEST_OFFICE = 1
"""The oldest a till of this version asks."""
SEGMENT_TYPE = "application/vnd.kopilka.segment"
MAX_PERSONAL_ITEMS = 500


def protocol_of(header: str) -> int:
    """The version a side says it speaks; what says nothing that can be read speaks the first."""
    plain = header.isascii() and header.isdigit() and len(header) < 10
    return int(header) if plain else 1


class EnrolRequest(msgspec.Struct, frozen=True):
    """`public_key` is hex of the raw Ed25519 key made on the device."""

    code: str
    public_key: str
    name: str


class EnrolReply(msgspec.Struct, frozen=True):
    """Everything a fresh terminal needs. `scope_key` (hex) keys the phone hashes; `card_prefix` is this terminal's
    own range of card numbers, so that cards made offline never collide."""

    terminal: str
    terminal_no: int
    store: str
    store_name: str
    scope_key: str
    card_prefix: str
    server_key: str
    gen: str
    fence: str


class Position(msgspec.Struct, frozen=True):
    """A place in one terminal's chain; `hash` (hex) is of the event there, of nothing at seq 0."""

    epoch: int
    seq: int
    hash: str


class SegmentReply(msgspec.Struct, frozen=True):
    """`acked`: stored. `safe`: will survive the loss of the primary; journals may be pruned below it."""

    acked: Position
    safe: Position
    gen: str
    fence_next: str
    server_time_ms: int


class KeysTold(msgspec.Struct, frozen=True):
    """Every key a till has had since its enrolment, in order: at most `device_keys.MAX_KEYS`."""

    terminal: str
    keys: tuple[NewKey, ...]


class KeysReply(msgspec.Struct, frozen=True):
    """The epoch from which the newest key counts."""

    epoch: int


class CarriedReply(msgspec.Struct, frozen=True):
    """`acked`: how far the head office has the events of the till whose segment was carried; `new`: it had not."""

    acked: Position
    new: bool


class ErrorReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` for programs, `detail` for people. gap / fork / fence / gen come with the server's place."""

    code: Literal[
        "gap", "fork", "fence", "gen", "revoked", "bad_request", "bad_code", "unsigned", "clock", "unknown",
        "too_large", "busy", "internal", "wait", "no_messages", "other_body", "version", "replaced",
    ]  # fmt: skip
    detail: str
    acked: Position | None = None
    gen: str = ""
    server_time_ms: int = 0


class PersonalUpload(msgspec.Struct, frozen=True):
    items: tuple[Personal, ...]


class PersonalReply(msgspec.Struct, frozen=True):
    """Event ids whose personal data are stored (again or now)."""

    stored: tuple[str, ...]


class SnapshotManifest(msgspec.Struct, frozen=True):
    """A ready cache file. `vectors` are the heads it stands at; `signature` is hex Ed25519 over the canonical JSON of
    this manifest with an empty signature."""

    snapshot_id: str
    gen: str
    made_at_ms: int
    bytes: int
    sha256: str
    file_bytes: int
    rows: dict[Stream, int]
    vectors: dict[Stream, tuple[Head, ...]]
    signature: str = ""


class ReceiptReply(msgspec.Struct, frozen=True):
    """A receipt by number with what has been returned of it: line_no -> qty_milli, and what each return gave back."""

    receipt: Receipt
    returned_milli: dict[int, int]
    parts: tuple[GivenBack, ...] = ()


class ConfirmRequest(msgspec.Struct, frozen=True):
    """Send a code to the member's phone. `confirmation_id` (32 hex, made by the till) names this one attempt: asked
    again with it, nothing more is sent. `lang` is the language of the text."""

    confirmation_id: str
    member_id: str
    account_id: str
    lang: Literal["ru", "en"] = "ru"


class ConfirmReply(msgspec.Struct, frozen=True):
    """A code of so many digits is on its way, if the member has a phone: that is not said here."""

    digits: int
    good_for_s: int
    resend_after_s: int


class CheckRequest(msgspec.Struct, frozen=True):
    member_id: str
    account_id: str
    code: str


class CheckReply(msgspec.Struct, frozen=True):
    """`ended`: too late, too many guesses, or another code was sent meanwhile; only a new one helps."""

    state: Literal["confirmed", "wrong", "ended"]
    tries_left: int = 0


class ShareTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a till knows of its share of a campaign's budget: how much was granted, how much its own journal says is
    used, and how much a customer could have on one receipt of what there is too little of."""

    campaign_id: str
    granted: Amount = Amount()
    used: Amount = Amount()
    wanted: Amount = Amount()


class SharesAsk(msgspec.Struct, frozen=True):
    """At most `loyalty.shares.MAX_BUDGETS`."""

    shares: tuple[ShareTold, ...]


class ShareGiven(msgspec.Struct, frozen=True, omit_defaults=True):
    """The share as it is now, never less than it was. `ended`: the head office has nothing to add."""

    campaign_id: str
    granted: Amount = Amount()
    ended: bool = False


class SharesReply(msgspec.Struct, frozen=True):
    """Of the campaigns that have a budget in the published programme; of others there is no share."""

    shares: tuple[ShareGiven, ...]


class HoldRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Keep `points` (wallet -> points) of an account for one sale of this till. `hold_id` (32 hex, made by the till)
    names it for ever: asked again with the same body the answer is the same. `replaces`: a hold of this till on the
    same account, which this one takes the place of in one step."""

    hold_id: str
    account_id: str
    member_id: str
    points: dict[str, int]
    ttl_s: int
    replaces: str = ""


class HoldVoid(msgspec.Struct, frozen=True):
    """The account the hold was asked for."""

    account_id: str


class HoldReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a hold stands. `short`: nothing was taken, `available` says what could be (wallet -> points). The last three
    are for ever: a receipt has named it, the till gave it back, its time is over."""

    state: Literal["held", "short", "captured", "voided", "expired"]
    good_for_s: int = 0
    available: dict[str, int] = {}
