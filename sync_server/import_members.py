"""Members from another system: card, phone, name, birthday, status, and points as an opening entry of the ledger.

The points can be spent to the date in `expires`, or without one for ever.
A status brought along holds to `status_until`, or without it as if it had been earned on the day of the import.
`receipts` is how often the member has bought before, `card_kind` what campaigns call such cards by.

Ids derive from the card (or the keyed hash of the phone), so the same row imported again is the same member and adds
nothing. Cards and phones are claimed like those of any new member. A row with somebody's card, or without a card and
with somebody's phone, is about that member (`import_changes`); one whose phone another has is left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from loyalty.codes import CodeRanges
from loyalty.conditions import FirstPurchase
from loyalty.sentences import sentence
from sync_server import import_fields
from sync_server.claims import Claim, Holders, Owners, claim, read_holders
from sync_server.csv_rows import Row
from sync_server.erasing.erased import erased_among
from sync_server.identity import Identity
from sync_server.import_changes import Existing, change_members
from sync_server.import_fields import Purpose, Unfit
from sync_server.import_new import add_members
from sync_server.import_report import NotTaken, Tally
from sync_server.import_rows import MemberRow, derived
from sync_server.rows import select_by
from sync_server.schema import MEMBER
from sync_server.seen import Seen
from sync_server.standing import Rules
from sync_server.store import Bucket, Store

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
        store.write(partial(add_members, identity=identity, rules=rules, group=group, now_ms=now_ms), bucket)


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
