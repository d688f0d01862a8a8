"""Who has which card and which phone. The first claim wins, for ever; claiming again is free.

An alias is keyed by its own hash, since no key may span the buckets of two members.
"""

from collections.abc import Iterable
from functools import partial
from typing import Literal

import msgspec

from loyalty.events import bucket_of
from sync_server.rows import insert_rows, select_by
from sync_server.schema import ALIAS
from sync_server.store import Shard, Store, Tx

AliasKind = Literal["card", "phone", "lot"]
Owners = dict[tuple[str, str], str]
Holders = dict[tuple[str, str], tuple[str, str]]
"""(kind, alias) -> (member_id, account_id)."""
_MAX_CLAIMS = 5000


class Claim(msgspec.Struct, frozen=True):
    """`alias` is a card's number, the keyed hash of a phone, or the hash of the id of points brought from elsewhere."""

    kind: AliasKind
    alias: str
    member_id: str
    account_id: str

    @property
    def abucket(self) -> int:
        return bucket_of(self.alias)


def claim(store: Store, claims: Iterable[Claim]) -> Owners:
    """Claim, and say who has each alias now: (kind, alias) -> member_id."""
    wanted = sorted(claims, key=lambda found: found.abucket)
    owners: Owners = {}
    for group in _groups(store, wanted):
        owners |= store.write(
            partial(_claim, group=group), "many" if store.sqlite else Shard("abucket", group[0].abucket)
        )
    return owners


def read_holders(store: Store, claims: Iterable[Claim]) -> Holders:
    """Who has each alias now, without claiming any; those nobody has are left out."""
    keys = ("abucket", "kind", "alias")
    with store.read() as tx:
        wanted = [(c.abucket, c.kind, c.alias) for c in claims]
        found = select_by(tx, ALIAS, (*keys, "member_id", "account_id"), keys, wanted)
    return {(row.kind, row.alias): (row.member_id, row.account_id) for row in found}


def _groups(store: Store, wanted: list[Claim]) -> Iterable[list[Claim]]:
    """One transaction each: on PostgreSQL those of one `abucket`."""
    if store.sqlite:
        yield from (wanted[at : at + _MAX_CLAIMS] for at in range(0, len(wanted), _MAX_CLAIMS))
        return
    group: list[Claim] = []
    for found in wanted:
        if group and group[0].abucket != found.abucket:
            yield group
            group = []
        group.append(found)
    if group:
        yield group


def _claim(tx: Tx, group: list[Claim]) -> Owners:
    rows = [
        {"abucket": c.abucket, "kind": c.kind, "alias": c.alias, "member_id": c.member_id, "account_id": c.account_id}
        for c in group
    ]
    insert_rows(tx, ALIAS, rows)
    return _owners(tx, group)


def _owners(tx: Tx, claims: Iterable[Claim]) -> Owners:
    keys = ("abucket", "kind", "alias")
    found = select_by(tx, ALIAS, (*keys, "member_id"), keys, [(c.abucket, c.kind, c.alias) for c in claims])
    return {(row.kind, row.alias): row.member_id for row in found}
