"""A member by what people have at hand: a card, a phone in any spelling, or the id the console shows.

One who was merged into another is that other, whatever way leads there.
"""

import re

import msgspec
from sqlalchemy import select

from loyalty.codes import parse_phone
from loyalty.errors import BadInput
from loyalty.events import BUCKETS, bucket_of
from loyalty.feed import BalanceRow, IdentRow
from loyalty.points.lots import MAX_TAKEN_OVER
from loyalty.sentences import sentence
from sync_server.identity import Identity
from sync_server.rows import select_by
from sync_server.schema import ALIAS, FEED, HOUSEHOLD, MEMBER, MERGED
from sync_server.store import Store, Tx

_ID = re.compile(r"[0-9a-f]{32}")
_ident = msgspec.json.Decoder(IdentRow)
_balance = msgspec.json.Decoder(BalanceRow)

SENTENCES = {
    "member.unknown": (
        "Участника «{text}» нет: нужна карта, телефон или номер участника из консоли",
        "There is no member “{text}”: give a card, a phone, or the member's id from the console",
    ),
}


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a member is kept: `home` is the account of the enrolment, whose bucket has the member for ever."""

    home: str
    member_id: str

    @property
    def bucket(self) -> int:
        return bucket_of(self.home)


class FoundMember(msgspec.Struct, frozen=True):
    """A member as of now; `ident.account_id` is the account of today."""

    place: Place
    ident: IdentRow


def find_member(store: Store, identity: Identity, text: str) -> FoundMember:
    """Raises BadInput where there is none."""
    with store.read() as tx:
        place = place_of(tx, identity, text.strip())
        found = read_found(tx, place) if place else None
    if found is None:
        raise BadInput(sentence("member.unknown", text=text[:40]))
    return found


def place_of(tx: Tx, identity: Identity, text: str) -> Place | None:
    if _ID.fullmatch(text):
        return place_by_id(tx, text)
    phone = parse_phone(text)
    by_card = place_of_card(tx, "".join(char for char in text if char.isdigit()))
    return by_card or (_by_alias(tx, "phone", identity.phone_hash(phone)) if phone else None)


def place_of_card(tx: Tx, card: str) -> Place | None:
    return _by_alias(tx, "card", card)


def _by_alias(tx: Tx, kind: str, alias: str) -> Place | None:
    names = ("member_id", "account_id")
    rows = select_by(tx, ALIAS, names, ("abucket", "kind", "alias"), [(bucket_of(alias), kind, alias)])
    return survivor(tx, Place(rows[0].account_id, rows[0].member_id)) if rows else None


def place_by_id(tx: Tx, member_id: str) -> Place | None:
    """By the member's id alone; each bucket is asked by its key, so this reads no table whole."""
    known = (MEMBER.c.bucket.in_(range(BUCKETS))) & (MEMBER.c.member_id == member_id)
    row = tx.execute(select(MEMBER.c.member_id, MEMBER.c.account_id).where(known)).first()
    return survivor(tx, Place(row.account_id, row.member_id)) if row else None


def survivor(tx: Tx, place: Place) -> Place:
    """The member this one was merged into, over however many merges; the member itself where it was not."""
    for _ in range(MAX_TAKEN_OVER):
        names = ("merged_into", "merged_home")
        rows = select_by(tx, MEMBER, names, ("bucket", "member_id"), [(place.bucket, place.member_id)])
        if not rows or not rows[0].merged_into:
            break
        place = Place(rows[0].merged_home, rows[0].merged_into)
    return place


def read_found(tx: Tx, place: Place) -> FoundMember | None:
    ident = read_idents(tx, [place]).get(place)
    return FoundMember(place, ident) if ident else None


def read_idents(tx: Tx, places: list[Place]) -> dict[Place, IdentRow]:
    """Of those who have an identity row, which one merged into another has not."""
    by_key = {(place.bucket, place.member_id): place for place in places}
    rows = select_by(tx, FEED["ident"], ("bucket", "key", "body"), ("bucket", "key"), by_key)
    return {by_key[row.bucket, row.key]: _ident.decode(row.body) for row in rows if row.body is not None}


def read_balance(tx: Tx, account_id: str) -> BalanceRow:
    rows = select_by(tx, FEED["bal"], ("body",), ("bucket", "key"), [(bucket_of(account_id), account_id)])
    return _balance.decode(rows[0].body) if rows and rows[0].body else BalanceRow(account_id)


def members_of(tx: Tx, account_id: str) -> list[FoundMember]:
    """Everyone who has this account today, by id."""
    bucket = bucket_of(account_id)
    own = select(MEMBER.c.member_id, MEMBER.c.account_id).where(
        MEMBER.c.bucket == bucket, MEMBER.c.account_id == account_id
    )
    joined = select(HOUSEHOLD.c.member_id, HOUSEHOLD.c.home).where(
        HOUSEHOLD.c.bucket == bucket, HOUSEHOLD.c.account_id == account_id, HOUSEHOLD.c.left_ms == 0
    )
    places = {Place(row.account_id, row.member_id) for row in tx.execute(own)}
    places |= {Place(row.home, row.member_id) for row in tx.execute(joined)}
    idents = read_idents(tx, sorted(places))
    return [FoundMember(place, ident) for place, ident in sorted(idents.items()) if ident.account_id == account_id]


def read_gone(tx: Tx, place: Place) -> list[Place]:
    """Those who were merged into this member, and into them, and so on."""
    found: list[Place] = []
    wanted = [place]
    while wanted and len(found) <= MAX_TAKEN_OVER:
        keys = [(each.bucket, each.member_id) for each in wanted]
        rows = select_by(tx, MERGED, ("gone_id", "gone_home"), ("bucket", "member_id"), keys)
        wanted = [Place(row.gone_home, row.gone_id) for row in rows]
        found += wanted
    return found
