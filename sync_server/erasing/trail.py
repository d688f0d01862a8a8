"""Where a member has left anything personal: read before erasing, and told by a dry run."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table, func, select

from loyalty.events import bucket_of
from loyalty.feed import IdentRow
from sync_server.erasing.redact import member_in
from sync_server.find_member import Place, read_gone
from sync_server.identity import Identity
from sync_server.of_account import of_account
from sync_server.rows import select_by
from sync_server.schema import (
    ALIAS,
    BANK_CARD,
    CONFIRMATION,
    EVENT,
    FEED,
    FLAG,
    HOUSEHOLD,
    MEMBER,
    MESSAGE,
    PERSONAL,
    RECEIPT,
    STATUS_ACT,
)  # fmt: skip
from sync_server.store import Tx

Alias = tuple[str, str]
"""(kind, alias): a card's number, or the keyed hash of a phone."""
_ident = msgspec.json.Decoder(IdentRow)


class Trail(msgspec.Struct, frozen=True):
    """`places` are the member and all who were merged into it, `accounts` every account any of them ever had, `own`
    those of them nobody else ever had. `phones` are full numbers, `bank_cards` hashes of tokens."""

    places: tuple[Place, ...]
    aliases: tuple[Alias, ...]
    phones: tuple[str, ...]
    accounts: tuple[str, ...]
    own: tuple[str, ...]
    bank_cards: tuple[str, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(place.member_id for place in self.places)

    @property
    def keys(self) -> list[tuple[int, str]]:
        return [(place.bucket, place.member_id) for place in self.places]

    @property
    def cards(self) -> tuple[str, ...]:
        return tuple(alias for kind, alias in self.aliases if kind == "card")


class Found(msgspec.Struct, frozen=True):
    """How much there is to erase; `receipts` are all that name the member, `reasons` those of statuses by hand."""

    members: int
    cards: int
    phones: int
    bank_cards: int
    personal: int
    receipts: int
    messages: int
    confirmations: int
    reasons: int


class Spot(msgspec.Struct, frozen=True, order=True):
    """Where an event lies in the chain of its terminal."""

    terminal: str
    epoch: int
    seq: int


def read_trail(tx: Tx, identity: Identity, place: Place) -> Trail:
    """What can be found of a member by ids alone; of one nobody knows here, the ids."""
    places = (place, *read_gone(tx, place))
    keys = [(each.bucket, each.member_id) for each in places]
    ids = [each.member_id for each in places]
    members = select_by(tx, MEMBER, ("card",), ("bucket", "member_id"), keys)
    personal = select_by(tx, PERSONAL, ("phone",), ("bucket", "member_id"), keys)
    rows = select_by(tx, FEED["ident"], ("body",), ("bucket", "key"), keys)
    idents = [_ident.decode(row.body) for row in rows if row.body is not None]
    phones = tuple(sorted({row.phone for row in personal if row.phone}))
    # A lot brought from another system stays claimed: freed, it could be brought in again for someone else.
    of_person = ALIAS.c.member_id.in_(ids) & (ALIAS.c.kind != "lot")
    claimed = tx.execute(select(ALIAS.c.kind, ALIAS.c.alias).where(of_person)).all()
    aliases: set[Alias] = {(row.kind, row.alias) for row in claimed}
    aliases |= {("card", row.card) for row in members} | {("card", card) for each in idents for card in each.cards}
    aliases |= {("phone", identity.phone_hash(phone)) for phone in phones}
    aliases |= {("phone", found) for each in idents for found in (each.phone_hash, *each.more_phones)}
    shared = tx.execute(select(HOUSEHOLD.c.account_id).where(HOUSEHOLD.c.member_id.in_(ids))).scalars().all()
    accounts = sorted({*(each.home for each in places), *(each.account_id for each in idents), *shared})
    own = (each for each in accounts if _is_own(tx, each, ids))
    named = sorted(alias for alias in aliases if alias[1])
    tokens = {row.token for row in _card_acts(tx, ids)} | {token for each in idents for token in each.bank_cards}
    return Trail(places, tuple(named), phones, tuple(accounts), tuple(own), tuple(sorted(tokens)))


def _card_acts(tx: Tx, ids: Collection[str]) -> Sequence[Row[Any]]:
    """What was done with bank cards for these members."""
    columns = (BANK_CARD.c.token, BANK_CARD.c.event_id, BANK_CARD.c.account_id)
    return tx.execute(select(*columns).where(BANK_CARD.c.member_id.in_(ids))).all()


def _is_own(tx: Tx, account_id: str, ids: Sequence[str]) -> bool:
    here = (HOUSEHOLD.c.bucket == bucket_of(account_id)) & (HOUSEHOLD.c.account_id == account_id)
    others = select(HOUSEHOLD.c.member_id).where(here, HOUSEHOLD.c.member_id.not_in(ids))
    return tx.execute(others.limit(1)).first() is None


def count_found(tx: Tx, trail: Trail) -> Found:
    sent = select(func.count()).select_from(MESSAGE).where(MESSAGE.c.phone.in_(trail.phones))
    return Found(
        members=len(trail.places),
        cards=len(trail.cards),
        phones=len(trail.aliases) - len(trail.cards),
        bank_cards=len(trail.bank_cards),
        personal=len(select_by(tx, PERSONAL, ("event_id",), ("bucket", "member_id"), trail.keys)),
        receipts=sum(_count(tx, RECEIPT, of_account(tx, RECEIPT, each), trail) for each in trail.accounts),
        messages=int(tx.execute(sent).scalar_one()),
        confirmations=sum(_count(tx, CONFIRMATION, _asked_for(each), trail) for each in trail.accounts),
        reasons=sum(_reasons(tx, each) for each in trail.own),
    )


def _asked_for(account_id: str) -> ColumnElement[bool]:
    return (CONFIRMATION.c.bucket == bucket_of(account_id)) & (CONFIRMATION.c.account_id == account_id)


def _count(tx: Tx, table: Table, of: ColumnElement[bool], trail: Trail) -> int:
    query = select(func.count()).select_from(table).where(of, table.c.member_id.in_(trail.ids))
    return int(tx.execute(query).scalar_one())


def _reasons(tx: Tx, account_id: str) -> int:
    mine = (STATUS_ACT.c.bucket == bucket_of(account_id)) & (STATUS_ACT.c.account_id == account_id)
    query = select(func.count()).select_from(STATUS_ACT).where(mine, STATUS_ACT.c.reason != "")
    return int(tx.execute(query).scalar_one())


def spots_of(tx: Tx, trail: Trail) -> set[Spot]:
    """Every event of theirs that is known here: of enrolments, receipts and bank cards, of what waits or was put aside,
    and of what came twice."""
    members = select_by(tx, MEMBER, ("bucket", "event_id"), ("bucket", "member_id"), trail.keys)
    keys = {(row.bucket, row.event_id) for row in members}
    for account_id in trail.accounts:
        theirs = RECEIPT.c.member_id.in_(trail.ids)
        query = select(RECEIPT.c.event_id).where(of_account(tx, RECEIPT, account_id), theirs)
        keys |= {(bucket_of(account_id), event_id) for event_id in tx.execute(query).scalars()}
    keys |= {(bucket_of(row.account_id), row.event_id) for row in _card_acts(tx, trail.ids)}
    events = select_by(tx, EVENT, ("terminal", "epoch", "seq"), ("bucket", "event_id"), keys)
    return {Spot(row.terminal, row.epoch, row.seq) for row in events} | _aside(tx, trail) | _twice(tx, trail)


def _aside(tx: Tx, trail: Trail) -> set[Spot]:
    columns = (EVENT.c.terminal, EVENT.c.epoch, EVENT.c.seq, EVENT.c.raw)
    kept = select(*columns).where(EVENT.c.state.in_(("waiting", "parked")), EVENT.c.raw.is_not(None))
    rows = tx.execute(kept)
    return {Spot(row.terminal, row.epoch, row.seq) for row in rows if member_in(bytes(row.raw)) in trail.ids}


def _twice(tx: Tx, trail: Trail) -> set[Spot]:
    found = set()
    for row in tx.execute(select(FLAG.c.place, FLAG.c.raw).where(FLAG.c.raw.is_not(None))):
        terminal, _, rest = row.place.partition("/")
        epoch, _, seq = rest.partition("/")
        if member_in(bytes(row.raw)) in trail.ids and epoch.isdigit() and seq.isdigit():
            found.add(Spot(terminal, int(epoch), int(seq)))
    return found
