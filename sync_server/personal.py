"""Personal data of members, which travel beside the events: stored, checked against the event, shown masked.

An enrolment event commits to the data by a hash; data that do not match an event are kept apart and never used. Data
and event come in either order, so whoever comes second completes the member: the masked name, the birthday, and the
keyed hash of a phone that no other member has.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row

from loyalty.codes import parse_phone
from loyalty.consents import joined
from loyalty.errors import BadInput
from loyalty.events import Personal, bucket_of, canonical, personal_hash
from loyalty.feed import MAX_BANK_CARDS, IdentRow
from loyalty.member import mask_name
from loyalty.sentences import sentence
from sync_server.claims import Claim, Owners, claim
from sync_server.erasing.erased import erased_among
from sync_server.find_member import Place, survivor
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.rows import delete_rows, insert_rows, select_by
from sync_server.schema import FEED, FLAG, MEMBER, PERSONAL
from sync_server.store import Store, Tx

MAX_NAME_CHARS = 200
MAX_CARDS = 100
MAX_AUDIENCES = 100
"""Of one member."""
Key = tuple[int, str]
"""(bucket of the account, event id)."""
_ident = msgspec.json.Decoder(IdentRow)

SENTENCES = {
    "personal.bad": (
        "Личные данные участника записаны неверно: {what}",
        "The member's personal data are not right: {what}",
    ),
}


def store_personal(store: Store, identity: Identity, items: Sequence[Personal]) -> tuple[str, ...]:
    """Keep the data and complete the members whose events are here; the event ids of all that need not be sent again:
    those of members who have been erased are dropped. Raises BadInput."""
    for item in items:
        check_personal(item)
    gone = erased_among(store, (item.member_id for item in items))
    buckets: dict[int, list[dict[str, Any]]] = {}
    for item in (each for each in items if each.member_id not in gone):
        buckets.setdefault(bucket_of(item.account_id), []).append(personal_row(item))
    for bucket, rows in sorted(buckets.items()):
        store.write(partial(insert_rows, table=PERSONAL, rows=rows), bucket)
    _drop_erased(store, [item for item in items if item.member_id not in gone])
    complete_members(store, identity, [(bucket_of(item.account_id), item.event_id) for item in items])
    return tuple(item.event_id for item in items)


def _drop_erased(store: Store, items: Sequence[Personal]) -> None:
    """Who was erased while this came is not brought back by it."""
    meanwhile = erased_among(store, (item.member_id for item in items))
    for item in items:
        if item.member_id in meanwhile:
            bucket = bucket_of(item.account_id)
            place = (bucket, item.event_id, personal_hash(item))
            names = ("bucket", "event_id", "hash")
            store.write(partial(delete_rows, table=PERSONAL, keys=names, wanted=[place]), bucket)


def check_personal(item: Personal) -> None:
    ids = (item.member_id, item.account_id, item.event_id)
    if any(len(found) != 32 or not set(found) <= set("0123456789abcdef") for found in ids):
        raise BadInput(sentence("personal.bad", what="id"))
    if len(item.name) > MAX_NAME_CHARS or len(item.salt) > 128 or "\x00" in item.name + item.salt:
        raise BadInput(sentence("personal.bad", what="name"))
    if item.phone and parse_phone(item.phone) != item.phone:
        raise BadInput(sentence("personal.bad", what="phone"))
    if item.birthday and not is_date(item.birthday):
        raise BadInput(sentence("personal.bad", what="birthday"))


def is_date(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def personal_row(item: Personal) -> dict[str, Any]:
    return {
        "bucket": bucket_of(item.account_id), "event_id": item.event_id, "hash": personal_hash(item),
        "member_id": item.member_id,
        "salt": item.salt, "phone": item.phone, "name": item.name, "name_key": item.name.casefold(),
        "birthday": item.birthday,
    }  # fmt: skip


def complete_members(store: Store, identity: Identity, keys: Iterable[Key]) -> None:
    """Give the members enrolled by these events what their personal data say. Free when there is nothing to give."""
    found = _matching(store, sorted(set(keys)))
    if not found:
        return
    claims = [
        Claim("phone", identity.phone_hash(row.phone), row.kept.member_id, row.kept.home) for row in found if row.phone
    ]
    owners = claim(store, claims)
    if store.sqlite:
        store.write(lambda tx: _complete(tx, identity, found, owners), "many")
        return
    for bucket in sorted({row.kept.bucket for row in found}):
        rows = [row for row in found if row.kept.bucket == bucket]
        store.write(partial(_complete, identity=identity, known=rows, owners=owners), bucket)


class _Known(msgspec.Struct, frozen=True):
    """A member's personal data that match the event which enrolled it; `kept` is the one it was merged into, or it."""

    member_id: str
    kept: Place
    event_id: str
    phone: str
    name: str
    birthday: str
    at_ms: int


def _matching(store: Store, keys: Sequence[Key]) -> list[_Known]:
    with store.read() as tx:
        members = select_by(
            tx,
            MEMBER,
            ("bucket", "member_id", "account_id", "event_id", "personal_hash", "at_ms", "merged_into"),
            ("bucket", "event_id"),
            keys,
        )
        wanted = {(row.bucket, row.event_id, row.personal_hash): row for row in members}
        data = select_by(
            tx,
            PERSONAL,
            ("bucket", "event_id", "hash", "member_id", "phone", "name", "birthday"),
            ("bucket", "event_id", "hash"),
            wanted,
        )
        return [_known(tx, wanted[row.bucket, row.event_id, row.hash], row) for row in data]


def _known(tx: Tx, member: Row[Any], data: Row[Any]) -> _Known:
    own = Place(member.account_id, member.member_id)
    return _Known(
        member.member_id,
        survivor(tx, own) if member.merged_into else own,
        member.event_id,
        data.phone,
        data.name,
        data.birthday,
        member.at_ms,
    )


def _complete(tx: Tx, identity: Identity, known: Sequence[_Known], owners: Owners) -> None:
    rows = select_by(
        tx,
        FEED["ident"],
        ("bucket", "key", "h", "body"),
        ("bucket", "key"),
        [(k.kept.bucket, k.kept.member_id) for k in known],
        lock=True,
    )
    old = {(row.bucket, row.key): row for row in rows if row.body is not None}
    idents = {place: _ident.decode(row.body) for place, row in old.items()}
    for one in known:
        place = (one.kept.bucket, one.kept.member_id)
        if place not in old:
            continue
        phone_hash = identity.phone_hash(one.phone) if one.phone else ""
        mine = bool(phone_hash) and owners[("phone", phone_hash)] == one.kept.member_id
        if phone_hash and not mine:
            insert_rows(tx, FLAG, [_phone_taken(one)])
        idents[place] = _filled(idents[place], one, one.phone if mine else "", phone_hash)
    bodies = {place: canonical(ident) for place, ident in idents.items()}
    changes = [Change(*place, body, old[place].h) for place, body in bodies.items() if body != bytes(old[place].body)]
    put_rows(tx, {"ident": changes})


def _filled(row: IdentRow, one: _Known, phone: str, phone_hash: str) -> IdentRow:
    """With what the member said. What others who were merged into it said comes second."""
    if one.kept.member_id == one.member_id:
        return united(fill_ident(row, one.name, one.birthday, phone, phone_hash), row)
    return united(row, fill_ident(IdentRow(one.member_id, ""), one.name, one.birthday, phone, phone_hash))


def united(kept: IdentRow, gone: IdentRow) -> IdentRow:
    """One member out of two: cards, phones and audiences of both; a name and a birthday where the kept one has none.

    Who was blocked stays blocked; of consents the last word of either holds.
    """
    phones = [phone for phone in (kept.phone_hash, gone.phone_hash, *kept.more_phones, *gone.more_phones) if phone]
    first, *more = dict.fromkeys(phones) or [""]
    return msgspec.structs.replace(
        kept,
        name_masked=kept.name_masked or gone.name_masked,
        cards=tuple(dict.fromkeys((*kept.cards, *gone.cards)))[:MAX_CARDS],
        card_kinds=gone.card_kinds | kept.card_kinds,
        phone_hash=first,
        phone_tail=kept.phone_tail or gone.phone_tail,
        more_phones=tuple(more),
        birthday_md=kept.birthday_md or gone.birthday_md,
        bank_cards=tuple(sorted({*kept.bank_cards, *gone.bank_cards}))[:MAX_BANK_CARDS],
        audiences=tuple(sorted({*kept.audiences, *gone.audiences}))[:MAX_AUDIENCES],
        blocked=kept.blocked or gone.blocked,
        consents=joined(kept.consents, gone.consents),
    )


def fill_ident(row: IdentRow, name: str, birthday: str, phone: str, phone_hash: str) -> IdentRow:
    """The identity row with what a till may know of a person: masked, shortened, hashed."""
    return msgspec.structs.replace(
        row,
        name_masked=mask_name(name),
        birthday_md=birthday[5:],
        phone_hash=phone_hash if phone else "",
        phone_tail=phone[-2:],
    )


def _phone_taken(one: _Known) -> dict[str, Any]:
    return {
        "bucket": one.kept.bucket, "event_id": one.event_id, "kind": "phone_taken", "place": one.member_id,
        "detail": f"the phone ending in {one.phone[-2:]} belongs to another member", "at_ms": one.at_ms, "raw": None,
    }  # fmt: skip
