"""Members for the console: found by card, phone or name."""

from itertools import zip_longest
from typing import Any

import msgspec
from sqlalchemy import Select, Table, TextClause, bindparam, select, text

from loyalty.codes import parse_phone
from loyalty.events import bucket_of
from loyalty.feed import BalanceRow, IdentRow
from loyalty.ledger import MAIN_WALLET
from loyalty.statuses.progress import Progress
from sync_server.find_member import Place, survivor
from sync_server.identity import Identity
from sync_server.rows import Key, select_by
from sync_server.schema import ALIAS, CARD_TAIL, FEED, MEMBER, PERSONAL, PHONE_TAIL
from sync_server.store import Store, Tx

MIN_TAIL_DIGITS = 3
TAIL_DIGITS = 4
"""Of the indexes: fewer are asked for by every digit there may be before them, of more the last."""
MAX_PAGE = 200


class MemberLine(msgspec.Struct, frozen=True):
    """A member in a list: masked."""

    bucket: int
    member_id: str
    account_id: str
    name_masked: str
    cards: tuple[str, ...]
    phone_tail: str
    progress: Progress
    """What the status on a date follows from."""
    points: int


def find_members(store: Store, identity: Identity, text: str, limit: int = 50) -> tuple[MemberLine, ...]:
    """Members by card, phone in any spelling, the last digits of either, or how the name begins; all for no text."""
    wanted, limit = text.strip()[:100].replace("\x00", ""), min(limit, MAX_PAGE)
    digits = "".join(char for char in wanted if char.isdigit())
    with store.read() as tx:
        if not wanted:
            keys = _keys(tx, newest_members(), limit)
        elif digits:
            keys = _by_alias(tx, identity, wanted, digits) or _by_tail(tx, digits, limit)
        else:
            keys = _by_name(tx, wanted, limit)
        return _lines(tx, _survivors(tx, keys))


def newest_members() -> Select[Any]:
    """The keys of all members, those who came last first: read from the end of an index, however many there are."""
    keys = select(MEMBER.c.bucket, MEMBER.c.member_id).where(MEMBER.c.merged_into == "")
    return keys.order_by(MEMBER.c.at_ms.desc())


def _survivors(tx: Tx, keys: list[Key]) -> list[Key]:
    """Those merged into another are that other."""
    names = ("bucket", "member_id", "account_id", "merged_into")
    merged = {
        (row.bucket, row.member_id): survivor(tx, Place(row.account_id, row.member_id))
        for row in select_by(tx, MEMBER, names, ("bucket", "member_id"), keys)
        if row.merged_into
    }
    places = (merged.get(_pair(key)) for key in keys)
    found = ((place.bucket, place.member_id) if place else key for key, place in zip(keys, places, strict=True))
    return list(dict.fromkeys(found))


def _keys(tx: Tx, query: Select[Any], limit: int) -> list[Key]:
    return [(row.bucket, row.member_id) for row in tx.execute(query.limit(limit))]


def _by_alias(tx: Tx, identity: Identity, text: str, digits: str) -> list[Key]:
    phone = parse_phone(text)
    aliases = [("card", digits), *([("phone", identity.phone_hash(phone))] if phone else [])]
    keys = ("abucket", "kind", "alias")
    found = select_by(
        tx, ALIAS, ("member_id", "account_id"), keys, [(bucket_of(alias), kind, alias) for kind, alias in aliases]
    )
    return [(bucket_of(row.account_id), row.member_id) for row in found]


def _by_tail(tx: Tx, digits: str, limit: int) -> list[Key]:
    if len(digits) < MIN_TAIL_DIGITS:
        return []
    phones = _keys(tx, ending(PERSONAL, "phone", PHONE_TAIL, digits), limit)
    cards = _keys(tx, ending(MEMBER, "card", CARD_TAIL, digits), limit)
    by_turns = (key for pair in zip_longest(phones, cards) for key in pair if key is not None)
    return list(dict.fromkeys(by_turns))[:limit]


def ending(table: Table, name: str, tail: TextClause, digits: str) -> Select[Any]:
    """Keys of the rows whose column `name` ends in these digits, of which there are MIN_TAIL_DIGITS or more."""
    last = digits[-TAIL_DIGITS:]
    tails = [last] if len(last) == TAIL_DIGITS else [f"{first}{last}" for first in range(10)]
    keys = select(table.c.bucket, table.c.member_id)
    found = keys.where(text(f"{tail} IN :tails").bindparams(bindparam("tails", tails, expanding=True)))
    return found.where(table.c[name].like("%" + digits)) if len(digits) > TAIL_DIGITS else found


def _by_name(tx: Tx, text: str, limit: int) -> list[Key]:
    key = text.casefold()
    named = (PERSONAL.c.name_key >= key) & (PERSONAL.c.name_key < key + "\U0010ffff")
    return _keys(tx, select(PERSONAL.c.bucket, PERSONAL.c.member_id).where(named).order_by(PERSONAL.c.name_key), limit)


def _lines(tx: Tx, keys: list[Key]) -> tuple[MemberLine, ...]:
    """Members in the order of the keys."""
    idents = select_by(tx, FEED["ident"], ("bucket", "key", "body"), ("bucket", "key"), keys)
    rows = {
        (row.bucket, row.key): msgspec.json.decode(row.body, type=IdentRow) for row in idents if row.body is not None
    }
    accounts = [(bucket_of(row.account_id), row.account_id) for row in rows.values()]
    found = select_by(tx, FEED["bal"], ("bucket", "key", "body"), ("bucket", "key"), accounts)
    balances = {
        (row.bucket, row.key): msgspec.json.decode(row.body, type=BalanceRow) for row in found if row.body is not None
    }
    return tuple(_line(int(key[0]), rows[key], balances) for key in map(_pair, keys) if key in rows)


def _pair(key: Key) -> tuple[int, str]:
    return int(key[0]), str(key[1])


def _line(bucket: int, row: IdentRow, balances: dict[tuple[int, str], BalanceRow]) -> MemberLine:
    of = balances.get((bucket_of(row.account_id), row.account_id)) or BalanceRow(row.account_id)
    points = of.wallets.get(MAIN_WALLET, 0)
    return MemberLine(
        bucket, row.member_id, row.account_id, row.name_masked, row.cards, row.phone_tail, of.progress, points
    )
