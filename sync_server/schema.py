"""The head office's tables, in the portable profile: BIGINT, INTEGER, TEXT, BLOB; no sequence, trigger, foreign key.

Tables keyed by a member lead with `bucket` (of the account), tables keyed by a terminal with `tshard`, and what is
unique without either (a card, a phone) with `abucket`, a hash of its own. No key spans two buckets. Times are BIGINT
milliseconds, truths INTEGER 0/1, ids hex TEXT. docs/ARCHITECTURE.md draws the picture.
"""

from functools import cache
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

from loyalty.events import bucket_of
from loyalty.feed import Stream
from sync_server.store import Shard

TSHARDS = 64
METADATA = MetaData()
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def tshard_of(terminal: str) -> int:
    return bucket_of(terminal) % TSHARDS


def shard_of(terminal: str) -> Shard:
    """What a transaction about this till is about."""
    return Shard("tshard", tshard_of(terminal))


Spread = Literal["bucket", "tshard", "abucket", ""]


@cache
def shard_column(table: Table) -> Spread:
    """What a table is spread by: the first of its key; empty for one that is not spread."""
    return next((name for name in _SPREAD if name in table.primary_key.columns), "")


_SPREAD: tuple[Spread, ...] = ("bucket", "tshard", "abucket")


def _text(name: str, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, _TEXT, primary_key=key, nullable=null)


def _int(name: str, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, Integer, primary_key=key, nullable=null, autoincrement=False)


def _big(name: str, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _blob(name: str, null: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=null)


def _table(name: str, *parts: Column[Any] | Index, rowid: bool = False) -> Table:
    return Table(name, METADATA, *parts, sqlite_with_rowid=rowid)


# What the head office is: its generation, its keys, its counters.
STATE = _table("state", _text("name", key=True), _text("value"))
ENROL_CODE = _table(
    "enrol_code", _text("code_hash", key=True), _text("store"), _text("store_name"), _big("expires_ms"),
    _int("tries"), _text("used_by"),
)  # fmt: skip
LEASE = _table("lease", _int("slot", key=True), _text("holder"), _big("until_ms"))
APPLIER = _table("applier", _text("holder", key=True), _big("until_ms"))
"""Processes that apply, and which of them has which share of the work until when (`leases.py`)."""
CONSOLE_USER = _table("console_user", _text("name", key=True), _text("password_hash"), _text("role"), _big("made_ms"))
CONSOLE_SESSION = _table("console_session", _text("token_hash", key=True), _text("name"), _big("expires_ms"))
LOGIN_TRY = _table(
    "login_try", _text("kind", key=True), _text("key", key=True), _int("tries"), _big("pause_ms"), _big("until_ms"),
    _big("last_ms"),
)  # fmt: skip
"""Wrong passwords at the console by the hash of an address or of a name: see `console/tries.py`."""
PROGRAMME_VERSION = _table(
    "programme_version", _int("bucket", key=True), _text("id", key=True), _int("version", key=True), _text("document"),
    _text("signature"), _big("published_ms"),
)  # fmt: skip
STOP_ACT = _table(
    "stop_act", _int("bucket", key=True), _big("number", key=True), _big("at_ms"), _text("act"), _text("what"),
    _text("campaign_id"), _text("reason"), _text("who"),
)  # fmt: skip
"""Emergency stops and their ends, by whom and why. Nothing is ever changed here."""

# Terminals and what they sent.
TERMINAL = _table(
    "terminal", _int("tshard", key=True), _text("terminal", key=True), _int("terminal_no"), _text("name"),
    _text("store"),
    _text("store_name"), _text("public_key"), _text("state"), _text("card_prefix"), _big("enrolled_ms"),
    _big("seen_ms"), _text("later_keys"), _text("told_gen"),
)  # fmt: skip
"""`public_key` is that of the enrolment, `later_keys` those announced since (JSON; empty: none). `told_gen`: of which
generation the head office was when the till last said what is set aside for it."""
TERMINAL_CURSOR = _table(
    "terminal_cursor", _int("tshard", key=True), _text("terminal", key=True), _int("epoch"), _big("seq"), _text("hash"),
    _text("fence_cur"), _text("fence_prev"), _big("events"), _int("safe_epoch"), _big("safe_seq"), _text("safe_hash"),
)  # fmt: skip
SEGMENT = _table(
    "segment", _int("tshard", key=True), _text("terminal", key=True), _int("epoch", key=True), _big("first_seq",
    key=True),
    _big("last_seq"), _text("last_hash"), _blob("signed"), _blob("signature"), _blob("blob"), _big("received_ms"),
    _big("tseq"), _blob("redacted", null=True),
    Index("segment_tseq", "tshard", "tseq"), rowid=True,
)  # fmt: skip
"""`redacted`: which of its events have lost personal data since they came (`stored_segments`)."""
TSHARD_HEAD = _table("tshard_head", _int("tshard", key=True), _big("next_seq"))
TSHARD_APPLIED = _table("tshard_applied", _int("tshard", key=True), _big("tseq"))

# Facts, by bucket.
HELD = text("state <> 'applied'")
WAITING = text("waits_for <> ''")
"""Of events: hardly any is, and only those are in these indexes. A query that says so as well finds them by these."""
EVENT = _table(
    "event", _int("bucket", key=True), _text("event_id", key=True), _text("terminal"), _int("epoch"), _big("seq"),
    _text("type"),
    _big("at_ms"), _big("received_ms"), _blob("digest"), _text("state"), _text("waits_for"), _blob("raw", null=True),
    Index("event_waits_for", "bucket", "waits_for", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("event_state", "state", sqlite_where=HELD, postgresql_where=HELD),
)  # fmt: skip
"""`state`: applied, waiting (a return before its sale), parked (not understood). `raw` is kept where needed again."""
FLAG = _table(
    "flag",
    _int("bucket", key=True),
    _text("event_id", key=True),
    _text("kind", key=True),
    _text("place", key=True),
    _text("detail"),
    _big("at_ms"),
    _blob("raw", null=True),
    Index("flag_at", "at_ms"),
)
TERM_BUCKET = _table("term_bucket", _int("bucket", key=True), _text("terminal", key=True), _int("epoch"), _big("seq"))
PART_BITS = 29
"""About six days in milliseconds."""


def part_of(at_ms: int) -> int:
    """The part of time a row belongs to. Members buy in any order: in an index by account alone each new row would lie
    on a page of its own, all over what years have left; in one by part and account all rows of a week lie together."""
    return at_ms >> PART_BITS


LEDGER = _table(
    "ledger", _int("bucket", key=True), _text("event_id", key=True), _text("account_id", key=True), _int("entry_no",
    key=True), _big("part"),
    _text("wallet"), _text("contra"), _big("points"), _big("at_ms"), _text("receipt_id"), _text("date"),
    _blob("lot", null=True), _text("cause_id"),
    Index("ledger_account", "bucket", "part", "account_id"), rowid=True,
)  # fmt: skip
PROGRAMME_TOTAL = _table(
    "programme_total", _int("bucket", key=True), _text("wallet", key=True), _text("contra", key=True), _big("points"),
)  # fmt: skip
WRITTEN_OFF = _table(
    "written_off", _int("bucket", key=True), _text("account_id", key=True), _text("wallet", key=True), _big("points"),
    _big("entries"), _text("until"), _big("at_ms"),
)  # fmt: skip
"""What has been written off of an account so far, in how many entries, and by which date: the sum of its entries."""
RECEIPT = _table(
    "receipt", _int("bucket", key=True), _text("receipt_id", key=True), _text("number"), _text("kind"),
    _text("event_id"),
    _text("terminal"), _text("store"), _text("cashier"), _big("at_ms"), _text("local_date"), _int("local_minute"),
    _big("part"), _text("account_id"), _text("member_id"), _text("original_id"), _int("offline"), _big("base_minor"),
    _big("discount_minor"),
    _big("redeemed_points"), _big("earned_points"), _big("total_minor"), _big("returned_minor"),
    _text("returned_points"), _blob("raw"),
    Index("receipt_number", "number"), Index("receipt_account", "bucket", "part", "account_id"),
    Index("receipt_original", "bucket", "original_id"),
    Index("receipt_at", "at_ms"), Index("receipt_day", "local_date", "local_minute"), rowid=True,
)  # fmt: skip
RETURNED = _table(
    "returned", _int("bucket", key=True), _text("receipt_id", key=True), _int("line_no", key=True), _big("qty_milli")
)

# Campaign budgets, in the bucket of `budget/<campaign id>`: who changes a share holds the budget's row.
BUDGET = _table("budget", _int("bucket", key=True), _text("campaign_id", key=True))
BUDGET_SHARE = _table(
    "budget_share", _int("bucket", key=True), _text("campaign_id", key=True), _text("terminal", key=True),
    _text("store"), _big("granted_times"), _big("granted_minor"), _big("granted_points"), _big("used_times"),
    _big("used_minor"), _big("used_points"), _big("told_ms"),
)  # fmt: skip

# Effects from bucket to bucket, and accounts that moved.
EFFECT_OUT = _table(
    "effect_out", _int("bucket", key=True), _text("effect_id", key=True), _text("kind"), _text("target"),
    _big("at_ms"), _text("state"), _blob("body"),
    Index("effect_out_state", "state"), rowid=True,
)  # fmt: skip
"""`state`: sent, done (and its body empty), failed. The target's bucket is that of the key `target`."""
EFFECT_IN = _table(
    "effect_in", _int("bucket", key=True), _text("effect_id", key=True), _text("kind"), _big("at_ms")
)  # fmt: skip
MOVED = _table(
    "moved", _int("bucket", key=True), _text("account_id", key=True), _text("to_account"), _big("at_ms"), _text("date"),
    _text("change_id"),
)  # fmt: skip
TAKEN = _table(
    "taken", _int("bucket", key=True), _text("account_id", key=True), _text("from_account", key=True), _big("at_ms"),
    _text("date"), _big("facts"), _blob("purse"), rowid=True,
)  # fmt: skip
"""By the account that took another over: the other's purse as it stands by so many facts, whatever came late."""
HOUSEHOLD = _table(
    "household", _int("bucket", key=True), _text("account_id", key=True), _text("member_id", key=True),
    _text("change_id", key=True), _text("home"), _text("by_whom"), _big("joined_ms"), _big("left_ms"),
)  # fmt: skip
"""Who shares an account, since when, and until when (0: still)."""
MEMBER_CHANGE = _table(
    "member_change", _text("change_id", key=True), _text("kind"), _text("by_whom"), _big("at_ms"), _text("body"),
)  # fmt: skip
"""Families and merges, each with its steps and who wanted it."""
CHANGE_OPEN = _table("change_open", _int("slot", key=True), _text("change_id"), _big("changes"))
"""The change whose steps are not all done, or none; and how many there have been. There is one slot for all."""

# Members.
CARD_TAIL = text("substr(card, length(card) - 3)")
PHONE_TAIL = text("substr(phone, length(phone) - 3)")
"""The last four digits, which people know by heart: indexes of them, and no columns, so that nothing more is kept of
anyone and nothing more is to be erased. A query says them in the same words."""
MEMBER = _table(
    "member", _int("bucket", key=True), _text("member_id", key=True), _text("account_id"), _text("card"),
    _text("personal_hash"),
    _text("event_id"), _text("store"), _text("cashier"), _big("at_ms"), _text("merged_into"), _text("merged_home"),
    Index("member_account", "bucket", "account_id"), Index("member_at", "at_ms"),
    Index("member_event", "bucket", "event_id"), Index("member_card_tail", CARD_TAIL),
)  # fmt: skip
"""`account_id` is the account of the enrolment, whose bucket holds the member for ever; the account of today stands in
the identity row. `merged_into`, `merged_home`: the member who took this one over, and that one's `account_id`."""
MERGED = _table(
    "merged", _int("bucket", key=True), _text("member_id", key=True), _text("gone_id", key=True), _text("gone_home"),
    _text("by_whom"), _big("at_ms"),
)  # fmt: skip
"""By the member who was kept: those who were taken over."""
PERSONAL = _table(
    "personal", _int("bucket", key=True), _text("event_id", key=True), _text("hash", key=True), _text("member_id"),
    _text("salt"),
    _text("phone"), _text("name"), _text("name_key"), _text("birthday"),
    Index("personal_member", "bucket", "member_id"), Index("personal_name", "name_key"),
    Index("personal_phone_tail", PHONE_TAIL),
)  # fmt: skip
BROUGHT = _table(
    "brought", _int("bucket", key=True), _text("account_id", key=True), _big("receipts"), _text("status"),
    _text("given_on"), _text("last_date"),
)  # fmt: skip
"""What an imported member had besides points: receipts, and a status (or none). Written once, with the import."""
STATUS_ACT = _table(
    "status_act", _int("bucket", key=True), _text("account_id", key=True), _big("at_ms", key=True),
    _text("act_id", key=True), _text("act"), _text("status"), _text("given_on"), _text("last_date"), _text("reason"),
    _text("who"),
)  # fmt: skip
"""Statuses given by hand (`act` granted) and taken back (withdrawn), by whom and why. Nothing is ever changed here."""
CONSENT = _table(
    "consent", _int("bucket", key=True), _text("member_id", key=True), _text("event_id", key=True), _text("purpose",
    key=True),
    _text("version"), _int("given"), _big("at_ms"), _text("cashier"),
)  # fmt: skip
ALIAS = _table(
    "alias", _int("abucket", key=True), _text("kind", key=True), _text("alias", key=True), _text("member_id"),
    _text("account_id"),
)  # fmt: skip
BANK_CARD = _table(
    "bank_card", _int("abucket", key=True), _text("token", key=True), _text("event_id", key=True), _text("member_id"),
    _text("account_id"), _int("given"), _big("at_ms"), _big("received_ms"), _text("by_whom"), _text("tail"),
    Index("bank_card_member", "member_id"), rowid=True,
)  # fmt: skip
"""Bank cards registered for members (`given` 1) and withdrawn, by the hash of their token: see `bank_cards`. `tail` has
the last digits where they are known."""

ESCROW = _table(
    "escrow", _int("bucket", key=True), _text("account_id", key=True), _text("terminal", key=True),
    _text("wallet", key=True), _big("granted_points"), _big("spent_points"), _big("released_points"),
    _big("way_points"),
    Index("escrow_terminal", "terminal"), rowid=True,
)  # fmt: skip
"""Points set aside for one till, that nobody else can spend: all there ever were, what it spent, what it gave back; and
of the last two what was sent on to where the account has moved, less what came from accounts that moved to it."""
HOLD = _table(
    "hold", _int("bucket", key=True), _text("account_id", key=True), _text("hold_id", key=True), _text("terminal"),
    _text("member_id"), _text("points"), _text("body_hash"), _text("state"), _big("made_ms"), _big("until_ms"),
    _text("receipt_id"), _text("captured"),
    Index("hold_until", "state", "until_ms"), rowid=True,
)  # fmt: skip
"""Points kept for a sale of one till (`points`: JSON, wallet -> points). `state`: held, then once and for ever captured
(by `receipt_id`, so many as `captured` says), voided or expired; moved: it stands where its account has moved to."""

ERASED = _table(
    "erased", _int("bucket", key=True), _text("member_id", key=True), _text("home"), _text("by_whom"), _big("at_ms"),
    _big("done_ms"),
)  # fmt: skip
"""Members whose personal data were erased: ids alone. `bucket` is that of the member's own id, so that anyone can ask
for one; `home` the account of the enrolment. `done_ms` 0: begun and not done."""

COUPON_USE = _table(
    "coupon_use", _int("bucket", key=True), _text("coupon_id", key=True), _text("receipt_id", key=True),
    _text("number"), _text("terminal"), _text("series"), _text("expires"), _big("at_ms"), _int("back"), _text("after"),
)  # fmt: skip
"""Who has used a coupon for one use; `bucket` is the coupon's own. `back` 1: all of the receipt has been returned.
`after` names the receipt that had used it before, for every use but the first."""

# Codes that confirm a phone, one a member, and how many a till has asked for; messages of the journal driver.
CONFIRMATION = _table(
    "confirmation", _int("bucket", key=True), _text("account_id", key=True), _text("member_id", key=True),
    _text("confirmation_id"), _text("terminal"), _text("code_hash"), _big("made_ms"), _int("tries"), _text("last_hash"),
    _int("confirmed"), _big("hour"), _int("asked"),
)  # fmt: skip
CONFIRMATION_PACE = _table(
    "confirmation_pace", _int("tshard", key=True), _text("terminal", key=True), _big("hour"), _int("asked"),
)  # fmt: skip
MESSAGE = _table(
    "message", _int("bucket", key=True), _text("message_id", key=True), _big("at_ms"), _text("phone"), _text("text"),
    Index("message_at", "at_ms"),
)  # fmt: skip

# What goes down: one table a stream, keyed by bucket and the row's key.
BUCKET_HEAD = _table(
    "bucket_head", _int("bucket", key=True), _text("stream", key=True), _big("seq"), _big("checksum"),
    _big("low_water"),
)  # fmt: skip
TOMBSTONE_NOTE = _table(
    "tombstone_note", _int("bucket", key=True), _text("stream", key=True), _big("at_ms", key=True), _big("seq"),
)  # fmt: skip
"""Where a bucket with tombstones stood when it was looked at: those numbered no higher are at least that old."""


def _feed(stream: Stream, *more: Column[Any]) -> Table:
    name = f"feed_{stream}"
    by_seq = Index(f"{name}_seq", "bucket", "change_seq")
    return _table(
        name,
        _int("bucket", key=True),
        _text("key", key=True),
        _big("change_seq"),
        _big("h"),
        _blob("body", null=True),
        *more,
        by_seq,
    )


FEED: dict[Stream, Table] = {
    "programmes": _feed("programmes"),
    "goods": _feed("goods"),
    "ident": _feed("ident"),
    "bal": _feed("bal", _big("points"), _big("gift_minor"), _big("purse_ms")),
    "spent": _feed("spent"),
}
"""`bal` repeats the sum of the account's wallets, and the money of one that is a gift card's (`gift_minor`, no points),
so that totals need no JSON; `purse_ms` is the time of the latest
fact in its purse, 0 where it has none."""
