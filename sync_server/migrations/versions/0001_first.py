"""The head office's tables, version 1."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _column(name: str, kind: Any, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, autoincrement=False)


def upgrade() -> None:  # noqa: PLR0915  one statement for each table and index
    op.create_table(
        "alias",
        _column("abucket", sa.Integer()),
        _column("kind", TEXT),
        _column("alias", TEXT),
        _column("member_id", TEXT),
        _column("account_id", TEXT),
        sa.PrimaryKeyConstraint("abucket", "kind", "alias"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "applier",
        _column("holder", TEXT),
        _column("until_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("holder"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bank_card",
        _column("abucket", sa.Integer()),
        _column("token", TEXT),
        _column("event_id", TEXT),
        _column("member_id", TEXT),
        _column("account_id", TEXT),
        _column("given", sa.Integer()),
        _column("at_ms", sa.BigInteger()),
        _column("received_ms", sa.BigInteger()),
        _column("by_whom", TEXT),
        _column("tail", TEXT),
        sa.PrimaryKeyConstraint("abucket", "token", "event_id"),
    )
    op.create_index("bank_card_member", "bank_card", ["member_id"])
    op.create_table(
        "lease",
        _column("slot", sa.Integer()),
        _column("holder", TEXT),
        _column("until_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bucket_head",
        _column("bucket", sa.Integer()),
        _column("stream", TEXT),
        _column("seq", sa.BigInteger()),
        _column("checksum", sa.BigInteger()),
        _column("low_water", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "stream"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget",
        _column("bucket", sa.Integer()),
        _column("campaign_id", TEXT),
        sa.PrimaryKeyConstraint("bucket", "campaign_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_share",
        _column("bucket", sa.Integer()),
        _column("campaign_id", TEXT),
        _column("terminal", TEXT),
        _column("store", TEXT),
        _column("granted_times", sa.BigInteger()),
        _column("granted_minor", sa.BigInteger()),
        _column("granted_points", sa.BigInteger()),
        _column("used_times", sa.BigInteger()),
        _column("used_minor", sa.BigInteger()),
        _column("used_points", sa.BigInteger()),
        _column("told_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "campaign_id", "terminal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "confirmation",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("member_id", TEXT),
        _column("confirmation_id", TEXT),
        _column("terminal", TEXT),
        _column("code_hash", TEXT),
        _column("made_ms", sa.BigInteger()),
        _column("tries", sa.Integer()),
        _column("last_hash", TEXT),
        _column("confirmed", sa.Integer()),
        _column("hour", sa.BigInteger()),
        _column("asked", sa.Integer()),
        sa.PrimaryKeyConstraint("bucket", "account_id", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "confirmation_pace",
        _column("tshard", sa.Integer()),
        _column("terminal", TEXT),
        _column("hour", sa.BigInteger()),
        _column("asked", sa.Integer()),
        sa.PrimaryKeyConstraint("tshard", "terminal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent",
        _column("bucket", sa.Integer()),
        _column("member_id", TEXT),
        _column("event_id", TEXT),
        _column("purpose", TEXT),
        _column("version", TEXT),
        _column("given", sa.Integer()),
        _column("at_ms", sa.BigInteger()),
        _column("cashier", TEXT),
        sa.PrimaryKeyConstraint("bucket", "member_id", "event_id", "purpose"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "console_session",
        _column("token_hash", TEXT),
        _column("name", TEXT),
        _column("expires_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("token_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_try",
        _column("kind", TEXT),
        _column("key", TEXT),
        _column("tries", sa.Integer()),
        _column("pause_ms", sa.BigInteger()),
        _column("until_ms", sa.BigInteger()),
        _column("last_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("kind", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "console_user",
        _column("name", TEXT),
        _column("password_hash", TEXT),
        _column("role", TEXT),
        _column("made_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coupon_use",
        _column("bucket", sa.Integer()),
        _column("coupon_id", TEXT),
        _column("receipt_id", TEXT),
        _column("number", TEXT),
        _column("terminal", TEXT),
        _column("series", TEXT),
        _column("expires", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("back", sa.Integer()),
        _column("after", TEXT),
        sa.PrimaryKeyConstraint("bucket", "coupon_id", "receipt_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrol_code",
        _column("code_hash", TEXT),
        _column("store", TEXT),
        _column("store_name", TEXT),
        _column("expires_ms", sa.BigInteger()),
        _column("tries", sa.Integer()),
        _column("used_by", TEXT),
        sa.PrimaryKeyConstraint("code_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "change_open",
        _column("slot", sa.Integer()),
        _column("change_id", TEXT),
        _column("changes", sa.BigInteger()),
        sa.PrimaryKeyConstraint("slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect_in",
        _column("bucket", sa.Integer()),
        _column("effect_id", TEXT),
        _column("kind", TEXT),
        _column("at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "effect_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect_out",
        _column("bucket", sa.Integer()),
        _column("effect_id", TEXT),
        _column("kind", TEXT),
        _column("target", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("state", TEXT),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("bucket", "effect_id"),
    )
    op.create_index("effect_out_state", "effect_out", ["state"], unique=False)
    op.create_table(
        "escrow",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("terminal", TEXT),
        _column("wallet", TEXT),
        _column("granted_points", sa.BigInteger()),
        _column("spent_points", sa.BigInteger()),
        _column("released_points", sa.BigInteger()),
        _column("way_points", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "account_id", "terminal", "wallet"),
    )
    op.create_index("escrow_terminal", "escrow", ["terminal"])
    op.create_table(
        "hold",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("hold_id", TEXT),
        _column("terminal", TEXT),
        _column("member_id", TEXT),
        _column("points", TEXT),
        _column("body_hash", TEXT),
        _column("state", TEXT),
        _column("made_ms", sa.BigInteger()),
        _column("until_ms", sa.BigInteger()),
        _column("receipt_id", TEXT),
        _column("captured", TEXT),
        sa.PrimaryKeyConstraint("bucket", "account_id", "hold_id"),
    )
    op.create_index("hold_until", "hold", ["state", "until_ms"])
    op.create_table(
        "household",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("member_id", TEXT),
        _column("change_id", TEXT),
        _column("home", TEXT),
        _column("by_whom", TEXT),
        _column("joined_ms", sa.BigInteger()),
        _column("left_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "account_id", "member_id", "change_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_change",
        _column("change_id", TEXT),
        _column("kind", TEXT),
        _column("by_whom", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("body", TEXT),
        sa.PrimaryKeyConstraint("change_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merged",
        _column("bucket", sa.Integer()),
        _column("member_id", TEXT),
        _column("gone_id", TEXT),
        _column("gone_home", TEXT),
        _column("by_whom", TEXT),
        _column("at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "member_id", "gone_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "moved",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("to_account", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("date", TEXT),
        _column("change_id", TEXT),
        sa.PrimaryKeyConstraint("bucket", "account_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "taken",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("from_account", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("date", TEXT),
        _column("facts", sa.BigInteger()),
        _column("purse", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("bucket", "account_id", "from_account"),
    )
    op.create_table(
        "event",
        _column("bucket", sa.Integer()),
        _column("event_id", TEXT),
        _column("terminal", TEXT),
        _column("epoch", sa.Integer()),
        _column("seq", sa.BigInteger()),
        _column("type", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("received_ms", sa.BigInteger()),
        _column("digest", sa.LargeBinary()),
        _column("state", TEXT),
        _column("waits_for", TEXT),
        _column("raw", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "event_id"),
        sqlite_with_rowid=False,
    )
    held, waiting = sa.text("state <> 'applied'"), sa.text("waits_for <> ''")
    op.create_index("event_state", "event", ["state"], unique=False, sqlite_where=held, postgresql_where=held)
    op.create_index(
        "event_waits_for",
        "event",
        ["bucket", "waits_for"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "feed_bal",
        _column("bucket", sa.Integer()),
        _column("key", TEXT),
        _column("change_seq", sa.BigInteger()),
        _column("h", sa.BigInteger()),
        _column("body", sa.LargeBinary(), null=True),
        _column("points", sa.BigInteger()),
        _column("gift_minor", sa.BigInteger()),
        _column("purse_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_bal_seq", "feed_bal", ["bucket", "change_seq"], unique=False)
    op.create_table(
        "feed_goods",
        _column("bucket", sa.Integer()),
        _column("key", TEXT),
        _column("change_seq", sa.BigInteger()),
        _column("h", sa.BigInteger()),
        _column("body", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_goods_seq", "feed_goods", ["bucket", "change_seq"], unique=False)
    op.create_table(
        "feed_ident",
        _column("bucket", sa.Integer()),
        _column("key", TEXT),
        _column("change_seq", sa.BigInteger()),
        _column("h", sa.BigInteger()),
        _column("body", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_ident_seq", "feed_ident", ["bucket", "change_seq"], unique=False)
    op.create_table(
        "feed_programmes",
        _column("bucket", sa.Integer()),
        _column("key", TEXT),
        _column("change_seq", sa.BigInteger()),
        _column("h", sa.BigInteger()),
        _column("body", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_programmes_seq", "feed_programmes", ["bucket", "change_seq"], unique=False)
    op.create_table(
        "feed_spent",
        _column("bucket", sa.Integer()),
        _column("key", TEXT),
        _column("change_seq", sa.BigInteger()),
        _column("h", sa.BigInteger()),
        _column("body", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_spent_seq", "feed_spent", ["bucket", "change_seq"], unique=False)
    op.create_table(
        "flag",
        _column("bucket", sa.Integer()),
        _column("event_id", TEXT),
        _column("kind", TEXT),
        _column("place", TEXT),
        _column("detail", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("raw", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("bucket", "event_id", "kind", "place"),
        sqlite_with_rowid=False,
    )
    op.create_index("flag_at", "flag", ["at_ms"], unique=False)
    op.create_table(
        "ledger",
        _column("bucket", sa.Integer()),
        _column("event_id", TEXT),
        _column("account_id", TEXT),
        _column("entry_no", sa.Integer()),
        _column("part", sa.BigInteger()),
        _column("wallet", TEXT),
        _column("contra", TEXT),
        _column("points", sa.BigInteger()),
        _column("at_ms", sa.BigInteger()),
        _column("receipt_id", TEXT),
        _column("date", TEXT),
        _column("lot", sa.LargeBinary(), null=True),
        _column("cause_id", TEXT),
        sa.PrimaryKeyConstraint("bucket", "event_id", "account_id", "entry_no"),
        sqlite_with_rowid=True,
    )
    op.create_index("ledger_account", "ledger", ["bucket", "part", "account_id"], unique=False)
    op.create_table(
        "member",
        _column("bucket", sa.Integer()),
        _column("member_id", TEXT),
        _column("account_id", TEXT),
        _column("card", TEXT),
        _column("personal_hash", TEXT),
        _column("event_id", TEXT),
        _column("store", TEXT),
        _column("cashier", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("merged_into", TEXT),
        _column("merged_home", TEXT),
        sa.PrimaryKeyConstraint("bucket", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("member_account", "member", ["bucket", "account_id"], unique=False)
    op.create_index("member_at", "member", ["at_ms"], unique=False)
    op.create_index("member_event", "member", ["bucket", "event_id"], unique=False)
    op.create_index("member_card_tail", "member", [sa.text("substr(card, length(card) - 3)")])
    op.create_table(
        "message",
        _column("bucket", sa.Integer()),
        _column("message_id", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("phone", TEXT),
        _column("text", TEXT),
        sa.PrimaryKeyConstraint("bucket", "message_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("message_at", "message", ["at_ms"], unique=False)
    op.create_table(
        "personal",
        _column("bucket", sa.Integer()),
        _column("event_id", TEXT),
        _column("hash", TEXT),
        _column("member_id", TEXT),
        _column("salt", TEXT),
        _column("phone", TEXT),
        _column("name", TEXT),
        _column("name_key", TEXT),
        _column("birthday", TEXT),
        sa.PrimaryKeyConstraint("bucket", "event_id", "hash"),
        sqlite_with_rowid=False,
    )
    op.create_index("personal_name", "personal", ["name_key"], unique=False)
    op.create_index("personal_member", "personal", ["bucket", "member_id"], unique=False)
    op.create_index("personal_phone_tail", "personal", [sa.text("substr(phone, length(phone) - 3)")])
    op.create_table(
        "programme_total",
        _column("bucket", sa.Integer()),
        _column("wallet", TEXT),
        _column("contra", TEXT),
        _column("points", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "wallet", "contra"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "programme_version",
        _column("bucket", sa.Integer()),
        _column("id", TEXT),
        _column("version", sa.Integer()),
        _column("document", TEXT),
        _column("signature", TEXT),
        _column("published_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "id", "version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stop_act",
        _column("bucket", sa.Integer()),
        _column("number", sa.BigInteger()),
        _column("at_ms", sa.BigInteger()),
        _column("act", TEXT),
        _column("what", TEXT),
        _column("campaign_id", TEXT),
        _column("reason", TEXT),
        _column("who", TEXT),
        sa.PrimaryKeyConstraint("bucket", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt",
        _column("bucket", sa.Integer()),
        _column("receipt_id", TEXT),
        _column("number", TEXT),
        _column("kind", TEXT),
        _column("event_id", TEXT),
        _column("terminal", TEXT),
        _column("store", TEXT),
        _column("cashier", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("local_date", TEXT),
        _column("local_minute", sa.Integer()),
        _column("part", sa.BigInteger()),
        _column("account_id", TEXT),
        _column("member_id", TEXT),
        _column("original_id", TEXT),
        _column("offline", sa.Integer()),
        _column("base_minor", sa.BigInteger()),
        _column("discount_minor", sa.BigInteger()),
        _column("redeemed_points", sa.BigInteger()),
        _column("earned_points", sa.BigInteger()),
        _column("total_minor", sa.BigInteger()),
        _column("returned_minor", sa.BigInteger()),
        _column("returned_points", TEXT),
        _column("raw", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("bucket", "receipt_id"),
        sqlite_with_rowid=True,
    )
    op.create_index("receipt_original", "receipt", ["bucket", "original_id"], unique=False)
    op.create_index("receipt_account", "receipt", ["bucket", "part", "account_id"], unique=False)
    op.create_index("receipt_at", "receipt", ["at_ms"], unique=False)
    op.create_index("receipt_day", "receipt", ["local_date", "local_minute"], unique=False)
    op.create_index("receipt_number", "receipt", ["number"], unique=False)
    op.create_table(
        "returned",
        _column("bucket", sa.Integer()),
        _column("receipt_id", TEXT),
        _column("line_no", sa.Integer()),
        _column("qty_milli", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "receipt_id", "line_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "segment",
        _column("tshard", sa.Integer()),
        _column("terminal", TEXT),
        _column("epoch", sa.Integer()),
        _column("first_seq", sa.BigInteger()),
        _column("last_seq", sa.BigInteger()),
        _column("last_hash", TEXT),
        _column("signed", sa.LargeBinary()),
        _column("signature", sa.LargeBinary()),
        _column("blob", sa.LargeBinary()),
        _column("received_ms", sa.BigInteger()),
        _column("tseq", sa.BigInteger()),
        _column("redacted", sa.LargeBinary(), null=True),
        sa.PrimaryKeyConstraint("tshard", "terminal", "epoch", "first_seq"),
        sqlite_with_rowid=True,
    )
    op.create_index("segment_tseq", "segment", ["tshard", "tseq"], unique=False)
    op.create_table(
        "state", _column("name", TEXT), _column("value", TEXT), sa.PrimaryKeyConstraint("name"), sqlite_with_rowid=False
    )
    op.create_table(
        "term_bucket",
        _column("bucket", sa.Integer()),
        _column("terminal", TEXT),
        _column("epoch", sa.Integer()),
        _column("seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "terminal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "terminal",
        _column("tshard", sa.Integer()),
        _column("terminal", TEXT),
        _column("terminal_no", sa.Integer()),
        _column("name", TEXT),
        _column("store", TEXT),
        _column("store_name", TEXT),
        _column("public_key", TEXT),
        _column("state", TEXT),
        _column("card_prefix", TEXT),
        _column("enrolled_ms", sa.BigInteger()),
        _column("seen_ms", sa.BigInteger()),
        _column("later_keys", TEXT),
        _column("told_gen", TEXT),
        sa.PrimaryKeyConstraint("tshard", "terminal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "terminal_cursor",
        _column("tshard", sa.Integer()),
        _column("terminal", TEXT),
        _column("epoch", sa.Integer()),
        _column("seq", sa.BigInteger()),
        _column("hash", TEXT),
        _column("fence_cur", TEXT),
        _column("fence_prev", TEXT),
        _column("events", sa.BigInteger()),
        _column("safe_epoch", sa.Integer()),
        _column("safe_seq", sa.BigInteger()),
        _column("safe_hash", TEXT),
        sa.PrimaryKeyConstraint("tshard", "terminal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tshard_applied",
        _column("tshard", sa.Integer()),
        _column("tseq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tshard"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tshard_head",
        _column("tshard", sa.Integer()),
        _column("next_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tshard"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "written_off",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("wallet", TEXT),
        _column("points", sa.BigInteger()),
        _column("entries", sa.BigInteger()),
        _column("until", TEXT),
        _column("at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "account_id", "wallet"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "brought",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("receipts", sa.BigInteger()),
        _column("status", TEXT),
        _column("given_on", TEXT),
        _column("last_date", TEXT),
        sa.PrimaryKeyConstraint("bucket", "account_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "status_act",
        _column("bucket", sa.Integer()),
        _column("account_id", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("act_id", TEXT),
        _column("act", TEXT),
        _column("status", TEXT),
        _column("given_on", TEXT),
        _column("last_date", TEXT),
        _column("reason", TEXT),
        _column("who", TEXT),
        sa.PrimaryKeyConstraint("bucket", "account_id", "at_ms", "act_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstone_note",
        _column("bucket", sa.Integer()),
        _column("stream", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "stream", "at_ms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased",
        _column("bucket", sa.Integer()),
        _column("member_id", TEXT),
        _column("home", TEXT),
        _column("by_whom", TEXT),
        _column("at_ms", sa.BigInteger()),
        _column("done_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("bucket", "member_id"),
        sqlite_with_rowid=False,
    )
