"""Rows of an import for members who are there already: what a row gives is set, what it leaves empty stays.

Found by the card, or in a row without one by the phone, whoever enrolled them. Set are name, birthday, phone, the kind
of the card and consents; points, status and the count of receipts are what a new member begins with, and stay with the
books. Personal data that change are committed to anew, and what they replace is erased.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.consents import Said, agrees, is_given, joined, word_ms
from loyalty.events import Consent, Personal, bucket_of, canonical, personal_hash
from loyalty.feed import IdentRow
from loyalty.member import mask_name
from loyalty.sentences import sentence
from sync_server.claims import claim
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.import_report import NotTaken, Tally
from sync_server.import_rows import MemberRow, consent_rows, salt_of
from sync_server.personal import personal_row
from sync_server.rows import delete_rows, insert_rows, select_by, update_rows
from sync_server.schema import CONSENT, FEED, MEMBER, PERSONAL
from sync_server.store import Bucket, Store, Tx

_ident = msgspec.json.Decoder(IdentRow)
_WORDS = {
    "name": ("имя", "name"),
    "birthday": ("день рождения", "birthday"),
    "phone": ("телефон", "phone"),
    "card_kind": ("вид карты", "kind of card"),
    "more_cards": ("другие карты", "further cards"),
    "consents": ("согласия", "consents"),
}

SENTENCES = {
    "import.changes": ("изменится: {what_ru}", "would be changed: {what_en}"),
    "import.changes.mend": ("ничего, если так и задумано", "nothing, if that is meant"),
    "import.waiting": (
        "личные данные участника с кассы ещё не пришли или стёрты",
        "the member's personal data have not come from the till yet, or are erased",
    ),
    "import.waiting.mend": (
        "повторите, когда касса их передаст, или уберите имя, телефон и дату рождения",
        "repeat once the till has sent them, or leave out name, phone and birthday",
    ),
    "import.gone": ("участника больше нет: он объединён с другим", "the member is no more: merged into another"),
    "import.gone.mend": ("укажите карту того, с кем он объединён", "give a card of the one it was merged into"),
}


class Existing(msgspec.Struct, frozen=True):
    """A row and the member it is about; `home` is the account whose bucket keeps the member."""

    row: MemberRow
    member_id: str
    home: str

    @property
    def bucket(self) -> int:
        return bucket_of(self.home)

    @property
    def key(self) -> tuple[int, str]:
        return self.bucket, self.member_id


class _Plan(msgspec.Struct, frozen=True):
    """What one row changes; `refused` why it changes nothing."""

    existing: Existing
    ident: Change | None = None
    personal: Personal | None = None
    old_hash: str = ""
    consents: dict[str, Said] = {}
    fields: tuple[str, ...] = ()
    refused: str = ""


def change_members(
    store: Store, identity: Identity, existing: Sequence[Existing], now_ms: int, dry_run: bool, tally: Tally
) -> None:
    """Set what the rows give; each row is counted once: changed, known (nothing to set) or refused."""
    if dry_run:
        with store.read() as tx:
            plans = _plan(tx, identity, existing, now_ms)
        _count(plans, tally, dry_run=True)
        return
    for group in _groups(store, _claimed(store, existing, tally)):
        bucket: Bucket = "many" if store.sqlite else group[0].bucket
        _count(store.write(partial(_change, identity=identity, group=group, now_ms=now_ms), bucket), tally)


def _claimed(store: Store, existing: Sequence[Existing], tally: Tally) -> list[Existing]:
    """The rows whose card and phone are this member's, now that they are claimed."""
    owners = claim(store, (each for one in existing for each in one.row.claims_for(one.member_id, one.home)))
    mine = []
    for one in existing:
        if all(owners[each.kind, each.alias] == one.member_id for each in one.row.claims_for(one.member_id, one.home)):
            mine.append(one)
        else:
            tally.leave("refused", _not_taken(one, "import.taken"))
    return mine


def _change(tx: Tx, identity: Identity, group: Sequence[Existing], now_ms: int) -> list[_Plan]:
    plans = _plan(tx, identity, group, now_ms, lock=True)
    changed = [plan for plan in plans if plan.fields and not plan.refused]
    personal = [(plan, plan.personal) for plan in changed if plan.personal]
    update_rows(
        tx, MEMBER, ("bucket", "member_id"),
        [
            {"bucket": plan.existing.bucket, "member_id": plan.existing.member_id, "personal_hash": personal_hash(data)}
            for plan, data in personal
        ],
    )  # fmt: skip
    insert_rows(tx, PERSONAL, [personal_row(data) for _, data in personal])
    old = [(plan.existing.bucket, data.event_id, plan.old_hash) for plan, data in personal]
    delete_rows(tx, PERSONAL, ("bucket", "event_id", "hash"), old)
    rows = [
        row for plan in changed for row in consent_rows(plan.existing.bucket, plan.existing.member_id, plan.consents)
    ]
    insert_rows(tx, CONSENT, rows)
    put_rows(tx, {"ident": [plan.ident for plan in changed if plan.ident]})
    return plans


def _plan(tx: Tx, identity: Identity, group: Sequence[Existing], now_ms: int, lock: bool = False) -> list[_Plan]:
    keys = [one.key for one in group]
    idents = {
        (row.bucket, row.key): row
        for row in select_by(tx, FEED["ident"], ("bucket", "key", "h", "body"), ("bucket", "key"), keys, lock=lock)
    }
    names = ("bucket", "member_id", "account_id", "event_id", "personal_hash")
    members = {(row.bucket, row.member_id): row for row in select_by(tx, MEMBER, names, ("bucket", "member_id"), keys)}
    wanted = {(row.bucket, row.event_id, row.personal_hash) for row in members.values()}
    place = ("bucket", "event_id", "hash")
    data = {
        (row.bucket, row.event_id, row.hash): row
        for row in select_by(tx, PERSONAL, (*place, "salt", "phone", "name", "birthday"), place, wanted)
    }
    plans = []
    for one in group:
        ident, member = idents.get(one.key), members.get(one.key)
        if ident is None or ident.body is None or member is None:
            plans.append(_Plan(one, refused="import.gone"))
            continue
        known = data.get((member.bucket, member.event_id, member.personal_hash))
        plans.append(_planned(one, identity, ident, member, known, now_ms))
    return plans


def _planned(one: Existing, identity: Identity, ident_row: Any, member: Any, known: Any, now_ms: int) -> _Plan:
    row, ident = one.row, _ident.decode(ident_row.body)
    if (row.name or row.birthday or row.phone) and known is None and member.personal_hash:
        return _Plan(one, refused="import.waiting")
    before = Personal(
        one.member_id, member.account_id, member.event_id, known.salt if known else salt_of(identity, one.member_id),
        known.phone if known else "", known.name if known else "", known.birthday if known else "",
    )  # fmt: skip
    after = replace(
        before,
        phone=row.phone or before.phone,
        name=row.name or before.name,
        birthday=row.birthday or before.birthday,
    )
    said: dict[str, Said] = {
        each.purpose: news for each in row.consents if (news := _news(each, ident.consents, now_ms))
    }
    changed = _ident_after(ident, row, after, said)
    fields = [name for name in ("name", "birthday", "phone") if getattr(after, name) != getattr(before, name)]
    fields += ["card_kind"] if changed.card_kinds != ident.card_kinds else []
    fields += ["more_cards"] if changed.cards != ident.cards else []
    fields += ["consents"] if said else []
    if not fields and changed != ident:  # a phone that was another's when the member was enrolled
        fields.append("phone")
    body = canonical(changed)
    return _Plan(
        one,
        Change(one.bucket, one.member_id, body, ident_row.h) if changed != ident else None,
        after if after != before else None,
        member.personal_hash if known else "",
        said,
        tuple(fields),
    )


def _ident_after(ident: IdentRow, row: MemberRow, personal: Personal, said: Mapping[str, Said]) -> IdentRow:
    phone = {"phone_hash": row.phone_hash, "phone_tail": row.phone[-2:]} if row.phone else {}
    return replace(
        ident,
        name_masked=mask_name(personal.name) if row.name else ident.name_masked,
        birthday_md=personal.birthday[5:] if row.birthday else ident.birthday_md,
        cards=(*ident.cards, *(card for card in row.more_cards if card not in ident.cards)),
        card_kinds={**ident.card_kinds, row.card: row.card_kind} if row.card_kind else ident.card_kinds,
        consents=joined(ident.consents, said),
        **phone,
    )


def _news(wanted: Consent, held: Mapping[str, Said], now_ms: int) -> Said | None:
    """What is to be written down; None where it holds already. A withdrawal is of the version that was given."""
    purpose, at_ms = wanted.purpose, word_ms(held, wanted.purpose, now_ms)
    if wanted.given:
        return None if agrees(held, purpose, wanted.version) else Said(wanted.version, at_ms, True)
    return Said(held[purpose].version, at_ms, False) if is_given(held, purpose) else None


def _groups(store: Store, existing: Sequence[Existing]) -> list[list[Existing]]:
    if store.sqlite:
        return [list(existing)] if existing else []
    groups: dict[int, list[Existing]] = {}
    for one in existing:
        groups.setdefault(one.bucket, []).append(one)
    return [groups[bucket] for bucket in sorted(groups)]


def _count(plans: Sequence[_Plan], tally: Tally, dry_run: bool = False) -> None:
    for plan in plans:
        if plan.refused:
            tally.leave("refused", _not_taken(plan.existing, plan.refused))
        elif plan.fields and dry_run:
            ru, en = (", ".join(_WORDS[name][lang] for name in plan.fields) for lang in (0, 1))
            said, mend = sentence("import.changes", what_ru=ru, what_en=en), sentence("import.changes.mend")
            row = plan.existing.row
            tally.leave("changed", NotTaken(row.line, row.card or row.phone, said, mend))
        else:
            tally.count("changed" if plan.fields else "known")


def _not_taken(one: Existing, why: str) -> NotTaken:
    return NotTaken(one.row.line, one.row.card or one.row.phone, sentence(why), sentence(f"{why}.mend"))
