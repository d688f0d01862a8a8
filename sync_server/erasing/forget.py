"""A member taken out of every table, one transaction a bucket; done twice is done once.

What says where the rest lies goes last, so an erasing that was cut short finds its way again: by the ids that stand in
`erased` from the beginning on.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, select, update

from loyalty.events import bucket_of, canonical
from sync_server.bank_cards import settle
from sync_server.erasing.erased import Erased, record, say_done
from sync_server.erasing.redact import member_in, redacted
from sync_server.erasing.segments import redact_spots
from sync_server.erasing.trail import Trail, read_trail, spots_of
from sync_server.find_member import Place
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.member_changes import MemberChange
from sync_server.member_steps import GiveAlias
from sync_server.rows import select_by
from sync_server.schema import (
    ALIAS,
    BANK_CARD,
    CONFIRMATION,
    FEED,
    FLAG,
    HOUSEHOLD,
    MEMBER,
    MEMBER_CHANGE,
    MESSAGE,
    PERSONAL,
    STATUS_ACT,
)  # fmt: skip
from sync_server.store import Shard, Store, Tx

_TELLING = ("card_taken", "phone_taken")
"""Flags whose words name a card or the end of a phone."""
_change = msgspec.json.Decoder(MemberChange)


def forget(store: Store, identity: Identity, member: Erased, now_ms: int) -> None:
    """Erase one member and whoever was merged into it. All of them stand in `erased` already, or do so from here on."""
    with store.read() as tx:
        trail = read_trail(tx, identity, Place(member.home, member.member_id))
    everyone = [Erased(place.member_id, place.home, member.by_whom, member.at_ms) for place in trail.places]
    record(store, everyone)
    for step in _STEPS:
        step(store, trail, now_ms)
    for each in everyone:
        say_done(store, each.member_id, now_ms)


def _messages(store: Store, trail: Trail, now_ms: int) -> None:
    sent = MESSAGE.c.phone.in_(trail.phones)
    with store.read() as tx:
        buckets = tx.execute(select(MESSAGE.c.bucket).where(sent).distinct()).scalars().all()
    for bucket in sorted(buckets):
        store.write(partial(_delete, table=MESSAGE, chosen=(MESSAGE.c.bucket == bucket) & sent), bucket)


def _flags(store: Store, trail: Trail, now_ms: int) -> None:
    """That something did not agree stays; what it said of the member does not."""
    with store.read() as tx:
        rows = tx.execute(select(FLAG).where(FLAG.c.raw.is_not(None) | FLAG.c.kind.in_(_TELLING))).all()
    for row in rows:
        here = (FLAG.c.bucket == row.bucket) & (FLAG.c.event_id == row.event_id) & (FLAG.c.kind == row.kind)
        place = here & (FLAG.c.place == row.place)
        raw = bytes(row.raw) if row.raw is not None else None
        if raw is not None and member_in(raw) in trail.ids:
            store.write(partial(_set, table=FLAG, chosen=place, values={"raw": redacted(raw)}), row.bucket)
        if row.kind in _TELLING and (row.place in trail.ids or any(card in row.detail for card in trail.cards)):
            store.write(partial(_set, table=FLAG, chosen=place, values={"detail": ""}), row.bucket)


def _changes(store: Store, trail: Trail, now_ms: int) -> None:
    """Families and merges as they were written down: the steps that hand on a card or a phone name it."""
    with store.read() as tx:
        rows = tx.execute(select(MEMBER_CHANGE.c.change_id, MEMBER_CHANGE.c.body)).all()
    for row in rows:
        change = _change.decode(row.body)
        kept = tuple(each for each in change.steps if not _names_alias(each, trail))
        if kept != change.steps:
            body = canonical(msgspec.structs.replace(change, steps=kept)).decode()
            mine = MEMBER_CHANGE.c.change_id == row.change_id
            store.write(partial(_set, table=MEMBER_CHANGE, chosen=mine, values={"body": body}))


def _names_alias(step: object, trail: Trail) -> bool:
    return isinstance(step, GiveAlias) and bool({step.gone.member_id, step.kept.member_id} & trail.ids)


def _events(store: Store, trail: Trail, now_ms: int) -> None:
    with store.read() as tx:
        spots = spots_of(tx, trail)
    redact_spots(store, spots, trail.ids)


def _accounts(store: Store, trail: Trail, now_ms: int) -> None:
    for account_id in trail.accounts:
        store.write(partial(_account, trail=trail, account_id=account_id, now_ms=now_ms), bucket_of(account_id))


def _account(tx: Tx, trail: Trail, account_id: str, now_ms: int) -> None:
    """What an account keeps of a member: codes to its phone, its place in a family, why it was given a status."""
    bucket = bucket_of(account_id)
    asked = (CONFIRMATION.c.bucket == bucket) & (CONFIRMATION.c.account_id == account_id)
    tx.execute(CONFIRMATION.delete().where(asked, CONFIRMATION.c.member_id.in_(trail.ids)))
    shared = (HOUSEHOLD.c.bucket == bucket) & (HOUSEHOLD.c.account_id == account_id) & (HOUSEHOLD.c.left_ms == 0)
    tx.execute(update(HOUSEHOLD).where(shared, HOUSEHOLD.c.member_id.in_(trail.ids)).values(left_ms=now_ms))
    if account_id in trail.own:
        given = (STATUS_ACT.c.bucket == bucket) & (STATUS_ACT.c.account_id == account_id)
        tx.execute(update(STATUS_ACT).where(given).values(reason=""))


def _aliases(store: Store, trail: Trail, now_ms: int) -> None:
    """Nobody is found by them any more, and whoever comes with one is somebody new."""
    for kind, alias in trail.aliases:
        here = (ALIAS.c.abucket == bucket_of(alias)) & (ALIAS.c.kind == kind) & (ALIAS.c.alias == alias)
        gone = here & ALIAS.c.member_id.in_(trail.ids)
        store.write(partial(_delete, table=ALIAS, chosen=gone), Shard("abucket", bucket_of(alias)))


def _bank_cards(store: Store, trail: Trail, now_ms: int) -> None:
    """A card that somebody else has registered as well is that one's from now on."""
    for token in trail.bank_cards:
        here = (BANK_CARD.c.abucket == bucket_of(token)) & (BANK_CARD.c.token == token)
        gone = here & BANK_CARD.c.member_id.in_(trail.ids)
        store.write(partial(_delete, table=BANK_CARD, chosen=gone), Shard("abucket", bucket_of(token)))
    settle(store, trail.bank_cards)


def _identities(store: Store, trail: Trail, now_ms: int) -> None:
    for place in trail.places:
        store.write(partial(_identity, place=place), place.bucket)


def _identity(tx: Tx, place: Place) -> None:
    """Name, phone and birthday go; of the member the ids stay; tills are told that it is gone."""
    mine = (MEMBER.c.bucket == place.bucket) & (MEMBER.c.member_id == place.member_id)
    tx.execute(update(MEMBER).where(mine).values(card="", personal_hash=""))
    own = (PERSONAL.c.bucket == place.bucket) & (PERSONAL.c.member_id == place.member_id)
    tx.execute(PERSONAL.delete().where(own))
    key = [(place.bucket, place.member_id)]
    rows = select_by(tx, FEED["ident"], ("h", "body"), ("bucket", "key"), key, lock=True)
    gone = [Change(place.bucket, place.member_id, None, row.h) for row in rows if row.body is not None]
    put_rows(tx, {"ident": gone})


def _delete(tx: Tx, table: Table, chosen: ColumnElement[bool]) -> None:
    tx.execute(table.delete().where(chosen))


def _set(tx: Tx, table: Table, chosen: ColumnElement[bool], values: Mapping[str, Any]) -> None:
    tx.execute(update(table).where(chosen).values(**values))


_STEPS: Iterable[Callable[[Store, Trail, int], None]] = (
    _messages, _flags, _changes, _events, _accounts, _aliases, _bank_cards, _identities,
)  # fmt: skip
"""In this order: the later ones take away what the earlier ones look by."""
