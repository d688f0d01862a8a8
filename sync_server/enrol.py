"""Bringing a terminal in: a one-time code made here, a key made on the device, a number and a range of cards.

A code has 8 digits, lives 10 minutes and dies at the fifth wrong guess made while it is alive; only its keyed hash is
kept. Terminal n makes cards `299` + n in four digits + a counter of five; 2990000 and 2995 up belong to imported cards.
"""

from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select, update

from loyalty.api import EnrolReply, EnrolRequest
from loyalty.chain import ZERO_HASH
from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.identity import Identity, Random
from sync_server.refusals import Refused
from sync_server.rows import insert_only, insert_rows
from sync_server.schema import ENROL_CODE, STATE, TERMINAL, TERMINAL_CURSOR, shard_of, tshard_of
from sync_server.store import Store, Tx

CODE_DIGITS = 8
CODE_LIFE_MS = 10 * 60 * 1000
CODE_TRIES = 5
CARD_PREFIX = "299"
MAX_TERMINALS = 4999
MAX_OPEN_CODES = 100
MAX_NAME_CHARS = 60
MAX_NUMBER_DIGITS = 4

SENTENCES = {
    "enrol.full": ("Больше {limit} касс подключить нельзя", "No more than {limit} terminals can be enrolled"),
    "enrol.codes": ("Уже выдано {limit} действующих кодов", "There are {limit} live codes already"),
    "revoke.unknown": ("Кассы {terminal} нет", "There is no terminal {terminal}"),
    "enrol.store": (
        "Код магазина: от 1 до {limit} знаков, без пробелов",
        "A store's code has 1 to {limit} characters and no blanks",
    ),
}


def make_code(store: Store, identity: Identity, shop: str, shop_name: str, now_ms: int, random: Random) -> str:
    """A new one-time code for a terminal of the store `shop`, called as it is already if `shop_name` is empty. Raises
    BadInput."""
    fits = 0 < len(shop) <= MAX_NAME_CHARS and not any(map(str.isspace, shop))
    if not fits or len(shop_name) > MAX_NAME_CHARS or "\x00" in shop + shop_name:
        raise BadInput(sentence("enrol.store", limit=MAX_NAME_CHARS))
    code = str(int.from_bytes(random(8), "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)
    row: dict[str, str | int] = {
        "code_hash": identity.code_hash(code), "store": shop, "store_name": shop_name or name_of(store, shop),
        "expires_ms": now_ms + CODE_LIFE_MS, "tries": 0, "used_by": "",
    }  # fmt: skip
    store.write(lambda tx: _keep_code(tx, row, now_ms))
    return code


def name_of(store: Store, shop: str) -> str:
    """What the newest terminal of the store calls it; of a store without terminals its code."""
    named = select(TERMINAL.c.store_name).where(TERMINAL.c.store == shop)
    with store.read() as tx:
        return tx.execute(named.order_by(TERMINAL.c.terminal_no.desc()).limit(1)).scalar_one_or_none() or shop


def enrol_terminal(store: Store, identity: Identity, asked: EnrolRequest, now_ms: int, random: Random) -> EnrolReply:
    """Spend a code. Raises Refused: bad_code (wrong, late or used), bad_request (no key)."""
    name = asked.name.strip()[:MAX_NAME_CHARS].replace("\x00", "")
    _check_key(asked.public_key)
    terminal, fence = random(16).hex(), random(16).hex()
    row = store.write(lambda tx: _spend_code(tx, identity.code_hash(asked.code.strip()), terminal, now_ms))
    if row is None:
        raise Refused(
            403, "bad_code", "the code is wrong, used or over 10 minutes old: ask the head office for a new one"
        )
    make = partial(
        make_terminal, terminal=terminal, place=row, name=name, public_key=asked.public_key, fence=fence, now_ms=now_ms,
        gen=identity.gen,
    )  # fmt: skip
    store.write(make, shard_of(terminal))
    return EnrolReply(
        terminal=terminal,
        terminal_no=row.terminal_no,
        store=row.store,
        store_name=row.store_name,
        scope_key=identity.scope_key,
        card_prefix=row.card_prefix,
        server_key=identity.public_key,
        gen=identity.gen,
        fence=fence,
    )


class Place(msgspec.Struct, frozen=True):
    terminal_no: int
    card_prefix: str
    store: str
    store_name: str


def _check_key(public_key: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    except ValueError as error:
        raise Refused(400, "bad_request", "public_key is not hex of 32 bytes of Ed25519") from error


def _keep_code(tx: Tx, row: dict[str, str | int], now_ms: int) -> None:
    tx.execute(ENROL_CODE.delete().where(ENROL_CODE.c.expires_ms < now_ms))
    if tx.execute(select(func.count()).select_from(ENROL_CODE)).scalar_one() >= MAX_OPEN_CODES:
        raise BadInput(sentence("enrol.codes", limit=MAX_OPEN_CODES))
    insert_only(tx, ENROL_CODE, [row])


def _spend_code(tx: Tx, code_hash: str, terminal: str, now_ms: int) -> Place | None:
    """None for a wrong code, which counts as a guess at every live one. The code and the number are spent also where
    the terminal is never made: its device has had no answer, and gets another code."""
    alive = (ENROL_CODE.c.used_by == "") & (ENROL_CODE.c.expires_ms > now_ms) & (ENROL_CODE.c.tries < CODE_TRIES)
    spent = update(ENROL_CODE).where(alive, ENROL_CODE.c.code_hash == code_hash).values(used_by=terminal)
    code = tx.execute(spent.returning(ENROL_CODE.c.store, ENROL_CODE.c.store_name)).one_or_none()
    if code is None:
        tx.execute(update(ENROL_CODE).where(alive).values(tries=ENROL_CODE.c.tries + 1))
        return None
    return next_place(tx, code.store, code.store_name)


def next_place(tx: Tx, store: str, store_name: str) -> Place:
    """The next number with its range of cards. Raises BadInput where there is none left."""
    number = _next_number(tx)
    return Place(number, f"{CARD_PREFIX}{number:04d}", store, store_name)


def make_terminal(
    tx: Tx, terminal: str, place: Place, name: str, public_key: str, fence: str, now_ms: int, gen: str,
    state: str = "active",
) -> None:  # fmt: skip
    key = {"tshard": tshard_of(terminal), "terminal": terminal}
    insert_only(tx, TERMINAL, [{
        **key, "terminal_no": place.terminal_no, "name": name or f"T{place.terminal_no}", "store": place.store,
        "store_name": place.store_name, "public_key": public_key, "state": state, "card_prefix": place.card_prefix,
        "enrolled_ms": now_ms, "seen_ms": now_ms, "later_keys": "",
        "told_gen": gen,
    }])  # fmt: skip
    insert_only(tx, TERMINAL_CURSOR, [{
        **key, "epoch": 1, "seq": 0, "hash": ZERO_HASH.hex(), "fence_cur": fence, "fence_prev": fence, "events": 0,
        "safe_epoch": 1, "safe_seq": 0, "safe_hash": "",
    }])  # fmt: skip


def _next_number(tx: Tx) -> int:
    insert_rows(tx, STATE, [{"name": "terminals", "value": "0"}])
    lock = select(STATE.c.value).where(STATE.c.name == "terminals")
    number = int(tx.execute(lock if tx.sqlite else lock.with_for_update()).scalar_one()) + 1
    if number > MAX_TERMINALS:
        raise BadInput(sentence("enrol.full", limit=MAX_TERMINALS))
    tx.execute(update(STATE).where(STATE.c.name == "terminals").values(value=str(number)))
    return number


def revoke_terminal(store: Store, terminal: str) -> bool:
    """From now on nothing of this terminal (T3, or its id) is taken in; whether there is such a terminal."""
    number = terminal[1:]
    named = TERMINAL.c.terminal == terminal
    if terminal[:1] in ("T", "t") and number.isascii() and number.isdigit() and len(number) <= MAX_NUMBER_DIGITS:
        named = TERMINAL.c.terminal_no == int(number)
    with store.read() as tx:
        found = tx.execute(select(TERMINAL.c.terminal).where(named)).scalar()
    if found is None:
        return False
    mine = (TERMINAL.c.tshard == tshard_of(found)) & (TERMINAL.c.terminal == found)
    store.write(lambda tx: tx.execute(update(TERMINAL).where(mine).values(state="revoked")), shard_of(found))
    return True
