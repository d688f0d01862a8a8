"""Members from another system: card, phone, name, birthday, status, and points as an opening entry of the ledger.

The points can be spent to the date in `expires`, or without one for ever.
A status brought along holds to `status_until`, or without it as if it had been earned on the day of the import.
`receipts` is how often the member has bought before, `card_kind` what campaigns call such cards by.

Ids derive from the card (or the keyed hash of the phone), so the same row imported again is the same member and adds
nothing. Cards and phones are claimed like those of any new member. A row with somebody's card, or without a card and
with somebody's phone, is about that member (`import_changes`); one whose phone another has is left out.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from loyalty.codes import CodeRanges
from loyalty.conditions import FirstPurchase
from loyalty.events import Personal, canonical, personal_hash
from loyalty.feed import IdentRow
from loyalty.ledger import MAIN_WALLET, Entry
from loyalty.points.terms import Lot, lot_id
from loyalty.sentences import sentence
from loyalty.statuses.progress import Grant
from sync_server import import_fields
from sync_server.accounts import Moves, fold_accounts
from sync_server.claims import Claim, Holders, Owners, claim, read_holders
from sync_server.csv_rows import Row
from sync_server.erasing.erased import erased_among
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.import_changes import Existing, change_members
from sync_server.import_fields import Purpose, Unfit
from sync_server.import_report import NotTaken, Tally
from sync_server.import_rows import IMPORTED, MemberRow, consent_rows, derived, given_by, salt_of
from sync_server.personal import fill_ident, personal_row
from sync_server.purses import Booked
from sync_server.rows import insert_new, insert_rows, select_by
from sync_server.schema import BROUGHT, CONSENT, MEMBER, PERSONAL
from sync_server.seen import Seen
from sync_server.standing import Rules
from sync_server.store import Bucket, Store, Tx

COLUMNS = (
    "card", "phone", "name", "birthday", "status", "points", "status_until", "receipts", "card_kind", "expires",
    "consent_processing", "consent_advertising", "more_cards",
)  # fmt: skip
NEEDED = ()
PURPOSES: tuple[Purpose, ...] = ("processing", "advertising")

SENTENCES = {
    "import.nobody": ("нет ни карты, ни телефона", "there is neither a card nor a phone"),
    "import.nobody.mend": ("впишите хотя бы одно", "write at least one of them"),
    "import.twice": ("то же, что в строке {line}", "the same as in line {line}"),
    "import.twice.mend": ("оставьте одну из строк", "keep one of the rows"),
    "import.erased": (
        "личные данные этого участника стёрты",
        "this member's personal data were erased",
    ),
    "import.erased.mend": (
        "уберите строку; если человек вернулся, заведите его на кассе",
        "leave the row out; a person who has come back joins at a till",
    ),
    "import.taken": ("принадлежит другому участнику", "it belongs to another member"),
    "import.taken.mend": ("уточните, чьё это, и исправьте строку", "find out whose it is and mend the row"),
}


def import_members(
    store: Store,
    identity: Identity,
    rules: Rules,
    codes: CodeRanges,
    rows: Sequence[Row],
    now_ms: int,
    dry_run: bool,
    seen: Seen,
    tally: Tally,
) -> None:
    """Take one batch of rows in; each is counted once."""
    checked = [member for row in rows if (member := _checked(row, identity, rules, codes, now_ms, seen, tally))]
    fresh, existing = _parted(checked, read_holders(store, _claims(checked)), seen, tally)
    new = _not_erased(store, _unknown(store, fresh, existing), tally)
    change_members(store, identity, existing, now_ms, dry_run, tally)
    if dry_run:
        tally.count("added", len(new))
        if welcomes_first_purchases(rules):
            tally.warn_of_first_purchases(sum(not row.receipts_said for row in new))
        return
    mine = _free(new, claim(store, _claims(new)), tally)
    tally.count("added", len(mine))
    for group in _by_bucket(store, mine):
        bucket: Bucket = "many" if store.sqlite else group[0].bucket
        store.write(partial(_add, identity=identity, rules=rules, group=group, now_ms=now_ms), bucket)


def welcomes_first_purchases(rules: Rules) -> bool:
    """Whether a campaign of the published programme is for a member's first purchase."""
    campaigns = rules.programme.campaigns if rules.programme else ()
    return any(isinstance(each, FirstPurchase) for campaign in campaigns for each in campaign.conditions)


def _checked(
    row: Row, identity: Identity, rules: Rules, codes: CodeRanges, now_ms: int, seen: Seen, tally: Tally
) -> MemberRow | None:
    try:
        member = _member(row, identity, rules, codes, now_ms)
        more = [("card", card, card) for card in member.more_cards]
        named = [("card", member.card, member.card), ("phone", member.phone_hash, member.phone), *more]
        for kind, alias, text in named:
            line = seen.first(kind, alias, row.line) if alias else row.line
            if line != row.line:
                raise Unfit(text, sentence("import.twice", line=line), sentence("import.twice.mend"))
        return member
    except Unfit as unfit:
        tally.leave("refused", NotTaken(row.line, unfit.value, unfit.reason, unfit.mend))
        return None


def _member(row: Row, identity: Identity, rules: Rules, codes: CodeRanges, now_ms: int) -> MemberRow:
    import_fields.check_whole(row)
    fields = {name: row.fields.get(name, "") for name in COLUMNS}
    programme = rules.programme
    card = import_fields.card(fields["card"], codes)
    phone = import_fields.phone(fields["phone"])
    if not card and not phone:
        raise Unfit("", sentence("import.nobody"), sentence("import.nobody.mend"))
    phone_hash = identity.phone_hash(phone) if phone else ""
    key = f"card:{card}" if card else f"phone:{phone_hash}"
    return MemberRow(
        line=row.line,
        member_id=derived("member", key),
        account_id=derived("account", key),
        event_id=derived("opening", key),
        card=card,
        phone=phone,
        phone_hash=phone_hash,
        name=import_fields.name(fields["name"]),
        birthday=import_fields.birthday(fields["birthday"], datetime.fromtimestamp(now_ms / 1000, UTC).date()),
        status=import_fields.status(
            fields["status"], tuple(found.id for found in programme.statuses) if programme else ()
        ),
        status_until=import_fields.status_until(fields["status_until"], fields["status"]),
        points=import_fields.points(fields["points"]),
        receipts=import_fields.receipts(fields["receipts"]),
        receipts_said=bool(fields["receipts"]),
        card_kind=import_fields.card_kind(fields["card_kind"], card),
        expires=import_fields.expires(fields["expires"]),
        consents=tuple(
            consent
            for purpose in PURPOSES
            if (consent := import_fields.consent(fields[f"consent_{purpose}"], purpose)) is not None
        ),
        more_cards=import_fields.more_cards(fields["more_cards"], card, codes),
    )


def _claims(members: Sequence[MemberRow]) -> list[Claim]:
    return [found for member in members for found in member.claims]


def _not_erased(store: Store, rows: Sequence[MemberRow], tally: Tally) -> list[MemberRow]:
    """An old file does not bring back who was erased."""
    gone = erased_among(store, (row.member_id for row in rows))
    for row in rows:
        if row.member_id in gone:
            why = (sentence("import.erased"), sentence("import.erased.mend"))
            tally.leave("refused", NotTaken(row.line, row.card or row.phone, *why))
    return [row for row in rows if row.member_id not in gone]


def _free(members: Sequence[MemberRow], owners: Owners, tally: Tally) -> list[MemberRow]:
    """The rows whose card and phone nobody else has."""
    return [member for member in members if _is_free(member, owners, tally)]


def _is_free(member: MemberRow, owners: Owners, tally: Tally) -> bool:
    for found in member.claims:
        if owners.get((found.kind, found.alias), member.member_id) != member.member_id:
            value = found.alias if found.kind == "card" else member.phone
            tally.leave(
                "refused", NotTaken(member.line, value, sentence("import.taken"), sentence("import.taken.mend"))
            )
            return False
    return True


def _parted(
    rows: Sequence[MemberRow], holders: Holders, seen: Seen, tally: Tally
) -> tuple[list[MemberRow], list[Existing]]:
    """The rows of new members, and those of members who have the card, or the phone of a row without a card. With a
    phone, or a card, that another has a row is left out."""
    fresh: list[MemberRow] = []
    existing: list[Existing] = []
    for row in rows:
        found = [holders.get((each.kind, each.alias)) for each in row.claims]
        if any(other not in (None, found[0]) for other in found):
            value = row.phone or row.card
            tally.leave("refused", NotTaken(row.line, value, sentence("import.taken"), sentence("import.taken.mend")))
        elif found[0] is None:
            fresh.append(row)
        else:
            existing.append(Existing(row, *found[0]))
    return fresh, _once(existing, seen, tally)


def _once(existing: Sequence[Existing], seen: Seen, tally: Tally) -> list[Existing]:
    """Without the rows about a member whom an earlier row was about."""
    first = []
    for one in existing:
        line = seen.first("member", one.member_id, one.row.line)
        if line == one.row.line:
            first.append(one)
        else:
            why = (sentence("import.twice", line=line), sentence("import.twice.mend"))
            tally.leave("refused", NotTaken(one.row.line, one.row.card or one.row.phone, *why))
    return first


def _unknown(store: Store, fresh: Sequence[MemberRow], existing: list[Existing]) -> list[MemberRow]:
    """The rows of members who are not there yet. A claim may have been made by an import that was cut short: then the
    member is new all the same."""
    claimed = [one.row for one in existing if one.member_id == one.row.member_id]
    with store.read() as tx:
        keys = [(row.bucket, row.member_id) for row in claimed]
        found = select_by(tx, MEMBER, ("member_id",), ("bucket", "member_id"), keys)
    known = {row.member_id for row in found}
    cut = [row for row in claimed if row.member_id not in known]
    existing[:] = [one for one in existing if one.row not in cut]
    return [*fresh, *cut]


def _by_bucket(store: Store, members: Sequence[MemberRow]) -> list[list[MemberRow]]:
    if store.sqlite:
        return [list(members)] if members else []
    groups: dict[int, list[MemberRow]] = {}
    for member in members:
        groups.setdefault(member.bucket, []).append(member)
    return [groups[bucket] for bucket in sorted(groups)]


def _add(tx: Tx, identity: Identity, rules: Rules, group: Sequence[MemberRow], now_ms: int) -> None:
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
