"""One row of an import of members, checked, and what is derived from it."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from loyalty.consents import Said
from loyalty.events import Consent, bucket_of
from sync_server.claims import AliasKind, Claim
from sync_server.identity import Identity

IMPORTED = "import"
"""The cashier and store of imported members."""


class MemberRow(msgspec.Struct, frozen=True):
    """The fields of a row; ids in hex are those the member gets where it is new."""

    line: int
    member_id: str
    account_id: str
    event_id: str
    card: str
    phone: str
    phone_hash: str
    name: str
    birthday: str
    status: str
    status_until: str
    points: int
    receipts: int = 0
    receipts_said: bool = True
    card_kind: str = ""
    expires: str = ""
    consents: tuple[Consent, ...] = ()
    more_cards: tuple[str, ...] = ()

    @property
    def bucket(self) -> int:
        return bucket_of(self.account_id)

    @property
    def claims(self) -> list[Claim]:
        return self.claims_for(self.member_id, self.account_id)

    def claims_for(self, member_id: str, account_id: str) -> list[Claim]:
        """Cards and phone as claims of this member, that of the first card first."""
        pairs: list[tuple[AliasKind, str]] = [("card", self.card), ("phone", self.phone_hash)]
        pairs += [("card", card) for card in self.more_cards]
        return [Claim(kind, alias, member_id, account_id) for kind, alias in pairs if alias]


def derived(what: str, key: str) -> str:
    """An id that follows from the row, so that the same row imported again is the same member."""
    return blake2b(f"{IMPORTED}\x00{what}\x00{key}".encode(), digest_size=16).hexdigest()


def salt_of(identity: Identity, member_id: str) -> str:
    return identity.code_hash(f"salt:{member_id}")[:32]


def given_by(member: MemberRow, now_ms: int) -> dict[str, Said]:
    """The consents a new member comes with; a no is of nobody who was asked."""
    return {each.purpose: Said(each.version, now_ms, True) for each in member.consents if each.given}


def consent_rows(bucket: int, member_id: str, consents: Mapping[str, Said]) -> Iterator[dict[str, Any]]:
    for purpose, said in consents.items():
        key = f"{member_id}\x00{purpose}\x00{said.version}\x00{said.given}\x00{said.at_ms}"
        yield {
            "bucket": bucket, "member_id": member_id, "event_id": derived("consent", key), "purpose": purpose,
            "version": said.version, "given": int(said.given), "at_ms": said.at_ms, "cashier": IMPORTED,
        }  # fmt: skip
