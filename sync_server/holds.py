"""Points held for a sale: taken by a till before it records the receipt that spends them, or given back.

No hold takes what is not there: the account's row is held from the look to the commit, so of two tills that ask at once
the second is told what the first has left. A hold ends once, and for ever: captured by the receipt that names it
(`hold_settling`), given back here, or over by the clock. An id is one hold for ever too: whatever is asked again, late
or out of order, finds what became of it.
"""

from functools import partial
from hashlib import blake2b
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from loyalty.api import HoldReply, HoldRequest, HoldVoid
from loyalty.events import bucket_of, canonical
from loyalty.feed import BalanceRow
from loyalty.points.lots import MAX_TAKEN_OVER
from sync_server.accounts import balance_change
from sync_server.budgets import published_programme
from sync_server.heads import put_rows
from sync_server.hold_rows import Hold, Holds, State, add_holds, available_points, change_holds, read_holds, with_held
from sync_server.purses import Account
from sync_server.refusals import Refused
from sync_server.rows import select_by
from sync_server.schema import FEED
from sync_server.standing import date_at
from sync_server.store import Store, Tx
from sync_server.untold import untold_tills

MAX_TTL_S = 3600
MAX_LIVING = 20
"""Holds of one account at once."""
MAX_WALLETS = 10
MAX_WALLET_CHARS = 64
MAX_POINTS = 2**53 - 1
UNTOLD_S = 30
TILLS_NAMED = 5
_ENDED: dict[State, Literal["captured", "voided"]] = {"captured": "captured", "voided": "voided"}
_HEX = frozenset("0123456789abcdef")
_balance = msgspec.json.Decoder(BalanceRow)


class _Account(msgspec.Struct, frozen=True):
    """An account's row, held until the commit, with what its change needs to know."""

    row: BalanceRow
    h: int
    purse_ms: int


class _Moved(msgspec.Struct, frozen=True):
    """The account has moved: this one is to be asked."""

    to_account: str


class _Work(Protocol):
    """What is done in one transaction of the account's bucket."""

    def __call__(self, tx: Tx, account: Account) -> HoldReply | _Moved: ...


def take_hold(store: Store, terminal: str, asked: HoldRequest, now_ms: int) -> HoldReply:
    """Raises Refused: bad_request, other_body (409: the id was another hold's), wait (429: too many at once), busy
    (503: tills have yet to say what is set aside for them)."""
    _check_ids(asked.hold_id, asked.account_id, asked.member_id, *([asked.replaces] if asked.replaces else []))
    _check_points(asked)
    programme = published_programme(store)
    untold = untold_tills(store, programme.redeem)
    if untold:
        named = ", ".join(untold[:TILLS_NAMED])
        detail = f"the head office was set back, and tills have not said what is set aside for them: {named}"
        raise Refused(503, "busy", detail, retry_after_s=UNTOLD_S)
    ask = partial(_take, asked=asked, terminal=terminal, now_ms=now_ms, today=date_at(programme, now_ms))
    return _where_it_is(store, asked.account_id, ask)


def void_hold(store: Store, terminal: str, hold_id: str, asked: HoldVoid, now_ms: int) -> HoldReply:
    """Give a hold back; one that has ended already stays as it ended. Raises Refused: bad_request, unknown (404)."""
    _check_ids(hold_id, asked.account_id)
    return _where_it_is(store, asked.account_id, partial(_void, hold_id=hold_id, terminal=terminal, now_ms=now_ms))


def _check_ids(*ids: str) -> None:
    if any(len(each) != 32 or not set(each) <= _HEX for each in ids):
        raise Refused(400, "bad_request", "ids are 32 hex digits")


def _check_points(asked: HoldRequest) -> None:
    named = all(0 < len(wallet) <= MAX_WALLET_CHARS for wallet in asked.points)
    if not 0 < len(asked.points) <= MAX_WALLETS or not named:
        raise Refused(400, "bad_request", f"a hold is of 1 to {MAX_WALLETS} wallets")
    if not all(0 < points <= MAX_POINTS for points in asked.points.values()):
        raise Refused(400, "bad_request", "points are from 1 to 2^53 - 1")
    if not 0 < asked.ttl_s <= MAX_TTL_S:
        raise Refused(400, "bad_request", f"ttl_s is from 1 to {MAX_TTL_S}")


def _where_it_is(store: Store, account_id: str, work: _Work) -> HoldReply:
    """Do it at the account, or at the one that has everything of it by now."""
    for _ in range(MAX_TAKEN_OVER + 1):
        account = (bucket_of(account_id), account_id)
        done = store.write(partial(work, account=account), account[0])
        if isinstance(done, HoldReply):
            return done
        account_id = done.to_account
    raise Refused(503, "busy", "the account is on its way to another")


def _take(
    tx: Tx, account: Account, *, asked: HoldRequest, terminal: str, now_ms: int, today: str
) -> HoldReply | _Moved:
    body_hash = blake2b(canonical((terminal, asked)), digest_size=16).hexdigest()
    held = _held(tx, account)
    known = read_holds(tx, [account])[account]
    mine = known.get(asked.hold_id)
    if mine is not None and mine.state != "moved":
        if mine.body_hash not in ("", body_hash):
            raise Refused(409, "other_body", "this id is that of another hold")
        return _told(mine, now_ms)
    if held is None:
        return HoldReply("short")
    if held.row.moved_to:
        return _Moved(held.row.moved_to)
    replaced = known.get(asked.replaces)
    if replaced is not None and (replaced.terminal != terminal or not replaced.lives(now_ms)):
        replaced = None
    living = [each for each in known.values() if each.lives(now_ms) and each is not replaced]
    available = available_points(held.row, living, today, terminal)
    if any(points > available.get(wallet, 0) for wallet, points in asked.points.items()):
        return HoldReply("short", available={wallet: points for wallet, points in available.items() if points > 0})
    if len(living) >= MAX_LIVING:
        first_ms = min(each.until_ms for each in living)
        raise Refused(429, "wait", "too many holds of this account", retry_after_s=-(-(first_ms - now_ms) // 1000))
    until_ms = now_ms + asked.ttl_s * 1000
    hold = Hold(asked.hold_id, terminal, asked.member_id, asked.points, body_hash, "held", now_ms, until_ms)
    add_holds(tx, account, [hold])
    changed = {hold.hold_id: hold}
    if replaced is not None:
        changed[replaced.hold_id] = replace(replaced, state="voided")
        change_holds(tx, account, [changed[replaced.hold_id]])
    _tell(tx, account, held, known | changed)
    return _told(hold, now_ms)


def _void(tx: Tx, account: Account, *, hold_id: str, terminal: str, now_ms: int) -> HoldReply | _Moved:
    held = _held(tx, account)
    known = read_holds(tx, [account])[account]
    mine = known.get(hold_id)
    if mine is None or mine.state == "moved":
        if held is not None and held.row.moved_to:
            return _Moved(held.row.moved_to)
        if held is not None:
            # Asked for and given back, and the second came first: it must not be taken any more.
            add_holds(tx, account, [Hold(hold_id, terminal, state="voided", made_ms=now_ms, until_ms=now_ms)])
        return HoldReply("voided")
    if mine.terminal != terminal:
        raise Refused(404, "unknown", "this till has no such hold")
    if mine.lives(now_ms):
        mine = replace(mine, state="voided")
        change_holds(tx, account, [mine])
        if held is not None:
            _tell(tx, account, held, {**known, hold_id: mine})
    return _told(mine, now_ms)


def _told(hold: Hold, now_ms: int) -> HoldReply:
    if hold.lives(now_ms):
        return HoldReply("held", good_for_s=(hold.until_ms - now_ms) // 1000)
    return HoldReply(_ENDED.get(hold.state, "expired"))


def _held(tx: Tx, account: Account) -> _Account | None:
    """The account's row, held from here to the commit; None where nobody has heard of it."""
    rows = select_by(tx, FEED["bal"], ("h", "body", "purse_ms"), ("bucket", "key"), [account], lock=True)
    return _Account(_balance.decode(rows[0].body), rows[0].h, rows[0].purse_ms) if rows and rows[0].body else None


def _tell(tx: Tx, account: Account, held: _Account, holds: Holds) -> None:
    """Tills hear what is held of the account now."""
    row = with_held(held.row, holds.values())
    put_rows(tx, {"bal": [balance_change(account[0], row, held.h, held.purse_ms)]})
