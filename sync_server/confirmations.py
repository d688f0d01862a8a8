"""Codes that confirm a phone: made here, sent to the member's phone, checked here; only a keyed hash is kept.

A code has 6 digits, lives 5 minutes and bears 5 wrong guesses; it is good for the till that asked and for one member,
who has one code at a time. Asked again with the same id nothing more is sent. Of a member nobody knows, or one without
a phone, a till learns nothing: everything is the same, and no code is right.
"""

from collections.abc import Callable
from functools import partial
from hmac import compare_digest
from typing import Any

from sqlalchemy import Row, delete, update

from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest
from loyalty.events import bucket_of
from loyalty.sentences import Lang, say, sentence
from sync_server.find_member import place_by_id, read_found, read_gone
from sync_server.identity import Identity, Random
from sync_server.messages.port import Message
from sync_server.programmes import read_rules
from sync_server.refusals import Refused
from sync_server.rows import insert_rows, select_by
from sync_server.schema import CONFIRMATION, CONFIRMATION_PACE, PERSONAL, shard_of, tshard_of
from sync_server.store import Store, Tx

CODE_DIGITS = 6
CODE_LIFE_MS = 5 * 60 * 1000
CODE_TRIES = 5
GAP_MS = 30 * 1000
"""A member gets no further code sooner than this."""
HOUR_MS = 3600 * 1000
MEMBER_AN_HOUR = 10
TILL_AN_HOUR = 60
MAX_TYPED_CHARS = 16
NO_CODE = ""
"""The hash of a code that nothing comes up to."""
_HEX = frozenset("0123456789abcdef")
Put = Callable[[Message], bool]

SENTENCES = {
    "confirm.text": (
        "Код {code}. Назовите его кассиру, чтобы списать баллы. {name_ru}",
        "Code {code}. Tell it to the cashier to spend points. {name_en}",
    ),
    "confirm.text_plain": (
        "Код {code}. Назовите его кассиру, чтобы списать баллы",
        "Code {code}. Tell it to the cashier to spend points",
    ),
}


def start_confirmation(
    store: Store, identity: Identity, terminal: str, asked: ConfirmRequest, now_ms: int, random: Random, put: Put | None
) -> ConfirmReply:
    """Make a code and have it sent. Raises Refused: bad_request, no_messages, wait (with when to ask again), busy."""
    if put is None:
        raise Refused(409, "no_messages", "this head office sends no messages: set --messages")
    _check_ids(asked.confirmation_id, asked.member_id, asked.account_id)
    before = _read(store, asked)
    if before is not None and before.confirmation_id == asked.confirmation_id and before.terminal == terminal:
        return _reply(before.made_ms, now_ms)
    store.write(partial(_count_till, terminal=terminal, now_ms=now_ms), shard_of(terminal))
    phone = _phone_of(store, identity, asked)
    code = str(int.from_bytes(random(8), "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)
    hashed = _hash(identity, asked.confirmation_id, code) if phone else NO_CODE
    work = partial(_begin, asked=asked, terminal=terminal, code_hash=hashed, now_ms=now_ms)
    store.write(work, bucket_of(asked.account_id))
    if phone:
        text = _text(store, code, asked.lang)
        message = Message(asked.confirmation_id, bucket_of(asked.account_id), now_ms, phone, text)
        if not put(message):
            store.write(partial(_forget, asked=asked), message.bucket)
            raise Refused(503, "busy", "too many messages are waiting to be sent")
    return _reply(now_ms, now_ms)


def check_confirmation(
    store: Store, identity: Identity, terminal: str, confirmation_id: str, asked: CheckRequest, now_ms: int
) -> CheckReply:
    """What a code said at the till is worth. The same wrong code twice counts once: an answer may have been lost."""
    _check_ids(confirmation_id, asked.member_id, asked.account_id)
    if len(asked.code) > MAX_TYPED_CHARS:
        raise Refused(400, "bad_request", f"a code has at most {MAX_TYPED_CHARS} characters")
    hashed = _hash(identity, confirmation_id, asked.code)
    work = partial(_check, of=(confirmation_id, terminal), asked=asked, hashed=hashed, now_ms=now_ms)
    return store.write(work, bucket_of(asked.account_id))


def _check_ids(*ids: str) -> None:
    if any(len(each) != 32 or not set(each) <= _HEX for each in ids):
        raise Refused(400, "bad_request", "ids are 32 hex digits")


def _hash(identity: Identity, confirmation_id: str, code: str) -> str:
    return identity.code_hash(f"{confirmation_id}:{code}")


def _mine(asked: ConfirmRequest | CheckRequest) -> Any:
    here = (CONFIRMATION.c.bucket == bucket_of(asked.account_id)) & (CONFIRMATION.c.account_id == asked.account_id)
    return here & (CONFIRMATION.c.member_id == asked.member_id)


def _read(store: Store, asked: ConfirmRequest) -> Row[Any] | None:
    with store.read() as tx:
        return tx.execute(CONFIRMATION.select().where(_mine(asked))).one_or_none()


def _count_till(tx: Tx, terminal: str, now_ms: int) -> None:
    """One more code of this till in this hour. Raises Refused wait over the limit."""
    here = (CONFIRMATION_PACE.c.tshard == tshard_of(terminal)) & (CONFIRMATION_PACE.c.terminal == terminal)
    key = {"tshard": tshard_of(terminal), "terminal": terminal}
    insert_rows(tx, CONFIRMATION_PACE, [{**key, "hour": 0, "asked": 0}])
    row = tx.execute(_locked(tx, CONFIRMATION_PACE.select().where(here))).one()
    count = _in_hour(row.hour, row.asked, now_ms, TILL_AN_HOUR, "this till has asked for")
    tx.execute(update(CONFIRMATION_PACE).where(here).values(hour=now_ms // HOUR_MS, asked=count))


def _in_hour(hour: int, count: int, now_ms: int, limit: int, whose: str) -> int:
    """The count with this one. Raises Refused wait."""
    count = count + 1 if hour == now_ms // HOUR_MS else 1
    if count > limit:
        left_s = -(-(HOUR_MS - now_ms % HOUR_MS) // 1000)
        raise Refused(429, "wait", f"{whose} {limit} codes in this hour already", retry_after_s=left_s)
    return count


def _begin(tx: Tx, asked: ConfirmRequest, terminal: str, code_hash: str, now_ms: int) -> None:
    """The member's one confirmation becomes this one. Raises Refused wait."""
    bucket = bucket_of(asked.account_id)
    old = (CONFIRMATION.c.bucket == bucket) & (CONFIRMATION.c.made_ms < now_ms - HOUR_MS)
    tx.execute(delete(CONFIRMATION).where(old, CONFIRMATION.c.made_ms > 0))
    fresh = {
        "confirmation_id": "", "terminal": "", "code_hash": NO_CODE, "made_ms": 0, "tries": 0, "last_hash": "",
        "confirmed": 0, "hour": 0, "asked": 0,
    }  # fmt: skip
    key = {"bucket": bucket, "account_id": asked.account_id, "member_id": asked.member_id}
    insert_rows(tx, CONFIRMATION, [{**key, **fresh}])
    row = tx.execute(_locked(tx, CONFIRMATION.select().where(_mine(asked)))).one()
    wait_ms = row.made_ms + GAP_MS - now_ms
    if wait_ms > 0:
        raise Refused(429, "wait", "the last code is too fresh", retry_after_s=-(-wait_ms // 1000))
    count = _in_hour(row.hour, row.asked, now_ms, MEMBER_AN_HOUR, "the member was sent")
    made = {
        **fresh, "confirmation_id": asked.confirmation_id, "terminal": terminal, "code_hash": code_hash,
        "made_ms": now_ms, "hour": now_ms // HOUR_MS, "asked": count,
    }  # fmt: skip
    tx.execute(update(CONFIRMATION).where(_mine(asked)).values(**made))


def _forget(tx: Tx, asked: ConfirmRequest) -> None:
    """Nothing was sent: the same request may be made again."""
    mine = _mine(asked) & (CONFIRMATION.c.confirmation_id == asked.confirmation_id)
    tx.execute(update(CONFIRMATION).where(mine).values(confirmation_id="", code_hash=NO_CODE, made_ms=0))


def _check(tx: Tx, of: tuple[str, str], asked: CheckRequest, hashed: str, now_ms: int) -> CheckReply:
    row = tx.execute(_locked(tx, CONFIRMATION.select().where(_mine(asked)))).one_or_none()
    if row is None or (row.confirmation_id, row.terminal) != of:
        return CheckReply("ended")
    right = compare_digest(row.code_hash, hashed)
    if row.confirmed and right:
        return CheckReply("confirmed")
    if row.confirmed or row.tries >= CODE_TRIES or not row.made_ms <= now_ms < row.made_ms + CODE_LIFE_MS:
        return CheckReply("ended")
    if right:
        tx.execute(update(CONFIRMATION).where(_mine(asked)).values(confirmed=1))
        return CheckReply("confirmed")
    if row.last_hash == hashed:
        return CheckReply("wrong", CODE_TRIES - row.tries)
    tx.execute(update(CONFIRMATION).where(_mine(asked)).values(tries=row.tries + 1, last_hash=hashed))
    left = CODE_TRIES - row.tries - 1
    return CheckReply("wrong", left) if left else CheckReply("ended")


def _phone_of(store: Store, identity: Identity, asked: ConfirmRequest) -> str:
    """The member's phone where it is the member's own and the card is not blocked; else nothing."""
    with store.read() as tx:
        place = place_by_id(tx, asked.member_id)
        found = read_found(tx, place) if place else None
        if place is None or found is None or (found.ident.member_id, found.ident.account_id) != _names(asked):
            return ""
        keys = [(each.bucket, each.member_id) for each in (place, *read_gone(tx, place))]
        phones = {row.phone for row in select_by(tx, PERSONAL, ("phone",), ("bucket", "member_id"), keys)}
    if found.ident.blocked or not found.ident.phone_hash:
        return ""
    return next((each for each in phones if each and identity.phone_hash(each) == found.ident.phone_hash), "")


def _names(asked: ConfirmRequest) -> tuple[str, str]:
    return asked.member_id, asked.account_id


def _text(store: Store, code: str, lang: Lang) -> str:
    programme = read_rules(store).programme
    if programme is None:
        return say(sentence("confirm.text_plain", code=code), lang, SENTENCES)
    said = sentence("confirm.text", code=code, name_ru=programme.name.ru, name_en=programme.name.en)
    return say(said, lang, SENTENCES)


def _locked(tx: Tx, query: Any) -> Any:
    return query if tx.sqlite else query.with_for_update()


def _reply(made_ms: int, now_ms: int) -> ConfirmReply:
    return ConfirmReply(
        digits=CODE_DIGITS,
        good_for_s=max(0, made_ms + CODE_LIFE_MS - now_ms) // 1000,
        resend_after_s=-(-max(0, made_ms + GAP_MS - now_ms) // 1000),
    )
