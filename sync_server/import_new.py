"""New members of an import become rows: the member, personal data, consents, the account and what it brings along."""

from collections.abc import Iterator, Sequence
from typing import Any

from loyalty.events import Personal, canonical, personal_hash
from loyalty.feed import IdentRow
from loyalty.ledger import MAIN_WALLET, Entry
from loyalty.points.terms import Lot, lot_id
from loyalty.statuses.progress import Grant
from sync_server.accounts import Moves, fold_accounts
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.import_rows import IMPORTED, MemberRow, consent_rows, given_by, salt_of
from sync_server.personal import fill_ident, personal_row
from sync_server.purses import Booked
from sync_server.rows import insert_new, insert_rows
from sync_server.schema import BROUGHT, CONSENT, MEMBER, PERSONAL
from sync_server.standing import Rules
from sync_server.store import Tx


def add_members(tx: Tx, identity: Identity, rules: Rules, group: Sequence[MemberRow], now_ms: int) -> None:
    """Those who are not there yet, each once: the member, the account with its points, what tills are to know."""
    personal = {member.member_id: _personal(identity, member) for member in group}
    rows = [_row(member, personal_hash(personal[member.member_id]), now_ms) for member in group]
    added = insert_new(tx, MEMBER, rows, ("bucket", "member_id"))
    new = [member for member in group if (member.bucket, member.member_id) in added]
    insert_rows(tx, PERSONAL, [personal_row(personal[member.member_id]) for member in new])
    insert_rows(tx, CONSENT, [row for member in new for row in _consents(member, now_ms)])
    moves, brought = Moves(), []
    for member in new:
        moves.opened[member.bucket, member.account_id] = rules.grant(member.status, now_ms, member.status_until)
        if member.receipts:
            moves.brought[member.bucket, member.account_id] = member.receipts
        grant = moves.opened[member.bucket, member.account_id]
        if member.receipts or grant:
            brought.append(_brought(member, grant))
        if member.points:
            entry = Entry(member.event_id, 1, member.account_id, MAIN_WALLET, "opening", member.points, now_ms)
            lot = _lot(member, rules.date_at(now_ms))
            moves.entries.append(Booked(member.bucket, entry, rules.date_at(now_ms), lot=lot))
    insert_rows(tx, BROUGHT, brought)
    idents = [Change(member.bucket, member.member_id, canonical(_ident(member, now_ms)), None) for member in new]
    put_rows(tx, {"ident": idents, "bal": fold_accounts(tx, moves, rules)})


def _brought(member: MemberRow, grant: Grant | None) -> dict[str, Any]:
    status = grant or Grant("", "")
    return {
        "bucket": member.bucket, "account_id": member.account_id, "receipts": member.receipts,
        "status": status.status, "given_on": status.given_on, "last_date": status.last_date,
    }  # fmt: skip


def _consents(member: MemberRow, now_ms: int) -> Iterator[dict[str, Any]]:
    return consent_rows(member.bucket, member.member_id, given_by(member, now_ms))


def _lot(member: MemberRow, today: str) -> Lot | None:
    """The points brought along, where they run out."""
    if not member.expires:
        return None
    return Lot(lot_id(member.event_id), MAIN_WALLET, member.points, today, expires_date=member.expires)


def _personal(identity: Identity, member: MemberRow) -> Personal:
    return Personal(
        member.member_id,
        member.account_id,
        member.event_id,
        salt_of(identity, member.member_id),
        member.phone,
        member.name,
        member.birthday,
    )


def _ident(member: MemberRow, now_ms: int) -> IdentRow:
    kinds = {member.card: member.card_kind} if member.card_kind else {}
    row = IdentRow(
        member.member_id, member.account_id, cards=(member.card, *member.more_cards) if member.card else (),
        card_kinds=kinds, consents=given_by(member, now_ms),
    )  # fmt: skip
    return fill_ident(row, member.name, member.birthday, member.phone, member.phone_hash)


def _row(member: MemberRow, hashed: str, now_ms: int) -> dict[str, Any]:
    return {
        "bucket": member.bucket, "member_id": member.member_id, "account_id": member.account_id, "card": member.card,
        "personal_hash": hashed, "event_id": member.event_id, "store": IMPORTED, "cashier": IMPORTED, "at_ms": now_ms,
        "merged_into": "", "merged_home": "",
    }  # fmt: skip
