"""What goes down to terminals: rows of five streams, their checksums, and the pages they travel in.

State-based: each row appears once, at its newest `change_seq` of its bucket. A bucket's checksum is the sum of its
rows' 64-bit hashes modulo 2^64, kept as a signed integer, so that a change takes one subtraction and one addition. A
tombstone counts nothing: purged one day, it is missed by nobody who has had it.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

from loyalty.consents import Said
from loyalty.member import Used
from loyalty.points.purse import Purse
from loyalty.referral import Invited
from loyalty.statuses.progress import Progress

Stream = Literal["ident", "bal", "goods", "programmes", "spent"]
STREAMS: tuple[Stream, ...] = ("programmes", "goods", "ident", "bal", "spent")
"""In the order they are fetched: a coupon whose series has ended is dropped after the programme that ended it."""
MAX_PAGE_ROWS = 2000
MAX_BANK_CARDS = 20
"""Of one member."""
_MASK = 2**64 - 1


class IdentRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A member's identity (stream `ident`, key member_id): cold, and nothing personal.

    Its bucket is that of the account the member was enrolled with, for ever; `account_id` is the account of today,
    which a family shares.
    `phone_hash` is hex of HMAC-SHA256(scope key, E.164 phone) cut to 16 bytes; `phone_tail` the last two digits.
    """

    member_id: str
    account_id: str
    name_masked: str = ""
    cards: tuple[str, ...] = ()
    phone_hash: str = ""
    phone_tail: str = ""
    birthday_md: str = ""
    audiences: tuple[str, ...] = ()
    blocked: bool = False
    card_kinds: dict[str, str] = {}
    """card -> its kind, of the cards that have one."""
    more_phones: tuple[str, ...] = ()
    """Hashes of further phones, of members who were merged into this one."""
    bank_cards: tuple[str, ...] = ()
    """Bank cards that stand for the member: hashes of their tokens, as in `BankCardRegistered`."""
    consents: dict[str, Said] = {}
    """purpose -> the member's last word on it, a no as well: what comes later is compared with it."""


class BalanceRow(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An account's points and progress (stream `bal`, key account_id): hot.

    The status is not there: it follows from the progress and the date (`loyalty.statuses.tiers`), and changes without
    a row. Nor is what can be spent today, where an account has ever had points that wait or run out: `wallets` is the
    sum of its entries, and `purse` its lots with their dates (`loyalty.points.shown`).
    `receipts` are all sales there ever were, returned ones too; `used` is what was had of campaigns with limits.
    """

    account_id: str
    wallets: dict[str, int] = {}
    progress: Progress = Progress()
    receipts: int = 0
    used: tuple[Used, ...] = ()
    purse: Purse | None = None
    coupon_uses: dict[str, int] = {}
    """series of coupons that allows a member so many -> how many of it have been used."""
    moved_to: str = ""
    """The account that has everything of this one, and gets what still comes for it."""
    came_from: tuple[str, ...] = ()
    """The accounts that moved to this one, by whatever way: what a till has of them counts here."""
    held: dict[str, dict[str, int]] = {}
    """terminal -> wallet -> points that the head office keeps for a sale there: nobody else can spend them now."""
    escrow: dict[str, dict[str, int]] = {}
    """terminal -> wallet -> points set aside for that till, which nobody else can spend."""
    escrow_way: dict[str, dict[str, int]] = {}
    """terminal -> wallet -> points that have come out of what is set aside at an account that moved: sent on by this
    one (above 0), arrived at it (below 0). Over an account and those it came from they add up to what is under way."""
    overdrawn: dict[str, int] = {}
    """wallet -> points spent that were not there and are not earned back yet: part of what the wallet is below 0."""
    invited: tuple[Invited, ...] = ()
    """Members of this account whose purchase would reward who invited them."""


class SpentRow(msgspec.Struct, frozen=True):
    """A coupon for one use that is used up (stream `spent`, key and bucket of the coupon's id): by which receipt."""

    number: str


class ProgrammeRow(msgspec.Struct, frozen=True):
    """One version of a programme (stream `programmes`, bucket 0), signed by the head office: the newest under the key
    `id`, those before it that receipts still name under `version_key`.

    `signature` is hex Ed25519 over the UTF-8 bytes of `document`.
    """

    id: str
    version: int
    document: str
    signature: str


def version_key(programme_id: str, version: int) -> str:
    """`club/3`: no id of a programme has a stroke in it."""
    return f"{programme_id}/{version}"


TOMBSTONE = msgspec.Raw(b"null")


class FeedRow(msgspec.Struct, frozen=True):
    """One row on the wire. `body` is the row's canonical JSON, verbatim; TOMBSTONE once deleted.

    (`Raw | None` cannot be decoded: msgspec takes a union with Raw for null alone.)
    """

    key: str
    change_seq: int
    body: msgspec.Raw

    @property
    def live(self) -> bytes | None:
        """The body's bytes, None for a tombstone: as stored, and as `row_hash` takes it."""
        body = bytes(self.body)
        return None if body == b"null" else body


class Applied(msgspec.Struct, frozen=True):
    """How far one terminal's own events are in a bucket: everything up to (epoch, seq) is included."""

    epoch: int = 0
    seq: int = 0


class Head(msgspec.Struct, frozen=True, array_like=True):
    """Where one bucket of one stream stands. Goods and programmes are public; all are cheap to compare."""

    bucket: int
    seq: int
    checksum: int


class Heads(msgspec.Struct, frozen=True):
    """All buckets that hold anything, by stream, and this terminal's place in each bucket of `bal`."""

    gen: str
    server_time_ms: int
    streams: dict[Stream, tuple[Head, ...]]


class DeltaPage(msgspec.Struct, frozen=True):
    """Rows with change_seq above `from_seq`, in order. Only the last page (`drained`) may be installed: with it the
    rows of all pages, `to_seq`, and `your_applied`, all read in one statement's snapshot.

    `must_refetch`: the cursor is below the tombstones' low-water mark; drop the bucket and start from 0.
    """

    gen: str
    stream: Stream
    bucket: int
    from_seq: int
    to_seq: int
    checksum: int
    drained: bool
    must_refetch: bool
    your_applied: Applied
    rows: tuple[FeedRow, ...]


def row_hash(stream: Stream, key: str, change_seq: int, body: bytes | None) -> int:
    """A row's 64-bit hash as a signed integer; 0 for a tombstone."""
    if body is None:
        return 0
    text = f"{stream}\x00{key}\x00{change_seq}\x00".encode()
    return _signed(int.from_bytes(blake2b(text + body, digest_size=8).digest(), "big"))


def checksum_add(checksum: int, added: int = 0, removed: int = 0) -> int:
    """checksum + added - removed, wrapping at 64 bits, as a signed integer."""
    return _signed((checksum + added - removed) & _MASK)


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value
