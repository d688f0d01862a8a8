"""New members: the member, the account, the identity row of the feed.

Cards and phones must be one member's only, but lie in buckets of their own: they are claimed first (`claims`), then the
member is made; what another member has already is flagged and left out. Names and phones come by a second way
(`personal`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.events import MemberEnrolled, canonical
from loyalty.feed import IdentRow
from sync_server.accounts import Moves
from sync_server.arrivals import Arrived
from sync_server.flags import flag
from sync_server.heads import Change
from sync_server.rows import insert_new
from sync_server.schema import MEMBER
from sync_server.standing import Rules
from sync_server.store import Tx


def admit_members(
    tx: Tx,
    events: Sequence[Arrived],
    owners: Mapping[tuple[str, str], str],
    flags: list[dict[str, Any]],
    moves: Moves,
    idents: list[Change],
    rules: Rules,
) -> None:
    """Make the members these events enrol. `owners`: who has which card."""
    first: dict[tuple[int, str], Arrived] = {}
    for event in events:
        first.setdefault((event.bucket, _of(event).member_id), event)
    added = insert_new(
        tx, MEMBER, [_row(event, _of(event)) for event in first.values()], ("bucket", "member_id", "event_id")
    )
    for event in events:
        member = _of(event)
        if (event.bucket, member.member_id, event.event_id) not in added:
            flags.append(flag(event, "member_again", "this member id was enrolled in another event before", raw=True))
            continue
        mine = owners.get(("card", member.card)) == member.member_id
        if member.card and not mine:
            flags.append(flag(event, "card_taken", f"card {member.card} belongs to another member"))
        ident = IdentRow(member.member_id, member.account_id, cards=(member.card,) if mine else ())
        body = None if event.erased else canonical(ident)  # a tombstone, for the till that still has the member
        idents.append(Change(event.bucket, member.member_id, body, None))
        grant = rules.grant(member.status, event.at_ms) if rules.programme else None
        moves.opened[event.bucket, member.account_id] = grant
        if member.invited is not None:
            moves.invited[event.bucket, member.account_id] = (member.invited,)


def _of(event: Arrived) -> MemberEnrolled:
    assert isinstance(event.body, MemberEnrolled)
    return event.body


def _row(event: Arrived, member: MemberEnrolled) -> dict[str, Any]:
    return {
        "bucket": event.bucket, "member_id": member.member_id, "account_id": member.account_id, "card": member.card,
        "personal_hash": "" if event.erased else member.personal_hash, "event_id": event.event_id,
        "store": member.store, "cashier": member.cashier,
        "at_ms": event.at_ms, "merged_into": "", "merged_home": "",
    }  # fmt: skip
