"""Statuses given by hand, and taken back: to tills with the balance, and to the books with who, why and until when.

A status given is a grant of the account's progress, as one that was brought along; whoever earns as much or more on
their own is not lowered by its end. Every act stays on record, also those taken back.
"""

from hashlib import blake2b

import msgspec
from msgspec.structs import replace
from sqlalchemy import or_, select

from loyalty.errors import BadInput, NotNow
from loyalty.events import bucket_of, canonical
from loyalty.feed import BalanceRow
from loyalty.programme import Programme
from loyalty.sentences import sentence
from loyalty.statuses.progress import MAX_GRANTS, Grant
from loyalty.statuses.season import day_number
from loyalty.statuses.tiers import granted_on, place_of
from sync_server.accounts import balance_change
from sync_server.find_member import place_of_card, read_balance, read_found
from sync_server.heads import put_rows
from sync_server.programmes import read_published
from sync_server.rows import insert_only, select_by
from sync_server.schema import FEED, STATUS_ACT
from sync_server.standing import date_at
from sync_server.store import Store, Tx

MAX_REASON_CHARS = 200
MAX_WHO_CHARS = 80
LISTED_ACTS = 100
_balance = msgspec.json.Decoder(BalanceRow)

SENTENCES = {
    "grant.no_statuses": ("В опубликованной программе нет статусов", "The published programme has no statuses"),
    "grant.status": (
        "Статуса «{status}» в программе нет. Есть: {known}",
        "The programme has no status “{status}”. There are: {known}",
    ),
    "grant.lowest": (
        "Статус «{status}» и так есть у каждого: присвойте более высокий",
        "Everyone has the status “{status}”: grant a higher one",
    ),
    "grant.date": ("«{date}» — не дата вида 2027-05-31", "“{date}” is no date as in 2027-05-31"),
    "grant.past": ("{last_date} уже прошло: назовите день не раньше сегодняшнего",
                   "{last_date} is over: name today or a later day"),
    "grant.reason": (
        "Напишите, почему: от 3 до {limit} знаков. Это увидят те, кто будет проверять",
        "Say why, in 3 to {limit} characters: it is for whoever looks into it later",
    ),
    "grant.again": ("Этот статус до этого дня уже присвоен", "This status is granted until that day already"),
    "grant.many": (
        "У участника уже {limit} присвоенных статусов: снимите лишний",
        "The member has {limit} granted statuses already: withdraw one of them",
    ),
    "grant.none": (
        "Такого присвоенного вручную статуса у участника нет",
        "The member has no such status granted by hand",
    ),
    "grant.no_member": ("Участника с картой {card} нет", "There is no member with card {card}"),
}  # fmt: skip


class Act(msgspec.Struct, frozen=True):
    """One act on record; `act` granted or withdrawn."""

    at_ms: int
    act: str
    grant: Grant
    reason: str
    who: str


def account_of_card(store: Store, card: str) -> str:
    """Whose card it is. Raises BadInput where nobody has it."""
    with store.read() as tx:
        place = place_of_card(tx, card)
        found = read_found(tx, place) if place else None
    if found is None:
        raise BadInput(sentence("grant.no_member", card=card[:40]))
    return found.ident.account_id


def grant_status(
    store: Store, account_id: str, status: str, last_date: str, reason: str, who: str, now_ms: int
) -> Grant:
    """Give a status from today on, to `last_date` (ISO) or, where it is empty, as one earned today would hold.

    Raises BadInput for what cannot be granted, NotNow where it is granted already.
    """
    programme = _with_statuses(store)
    today = date_at(programme, now_ms)
    _check(programme, status, last_date, today)
    _check_reason(reason)
    grant = Grant(status, today, last_date, by_hand=True)

    def work(tx: Tx) -> None:
        row = _held(tx, account_id)
        if grant in row.progress.grants:
            raise NotNow(sentence("grant.again"))
        kept = _that_count(programme, row, today)
        if len(kept) >= MAX_GRANTS:
            raise NotNow(sentence("grant.many", limit=MAX_GRANTS))
        _put(tx, row, (*kept, grant))
        _record(tx, account_id, Act(now_ms, "granted", grant, reason.strip(), who))

    store.write(work, bucket_of(account_id))
    return grant


def withdraw_status(
    store: Store, account_id: str, status: str, last_date: str | None, reason: str, who: str, now_ms: int
) -> tuple[Grant, ...]:
    """Take back what was given by hand of this status; with a `last_date`, only that. Raises BadInput, NotNow."""
    _check_reason(reason)

    def work(tx: Tx) -> tuple[Grant, ...]:
        row = _held(tx, account_id)
        gone = tuple(
            each
            for each in row.progress.grants
            if each.by_hand and each.status == status and last_date in (None, each.last_date)
        )
        if not gone:
            raise NotNow(sentence("grant.none"))
        _put(tx, row, tuple(each for each in row.progress.grants if each not in gone))
        for each in gone:
            _record(tx, account_id, Act(now_ms, "withdrawn", each, reason.strip(), who))
        return gone

    return store.write(work, bucket_of(account_id))


def read_acts(tx: Tx, account_id: str) -> tuple[Act, ...]:
    """What was given by hand and taken back, newest first; to accounts that moved to this one too."""
    accounts = (account_id, *read_balance(tx, account_id).came_from)
    mine = or_(*((STATUS_ACT.c.bucket == bucket_of(each)) & (STATUS_ACT.c.account_id == each) for each in accounts))
    query = select(STATUS_ACT).where(mine).order_by(STATUS_ACT.c.at_ms.desc(), STATUS_ACT.c.act_id).limit(LISTED_ACTS)
    return tuple(
        Act(row.at_ms, row.act, Grant(row.status, row.given_on, row.last_date, by_hand=True), row.reason, row.who)
        for row in tx.execute(query)
    )


def _with_statuses(store: Store) -> Programme:
    programme = read_published(store)
    if programme is None or not programme.statuses:
        raise BadInput(sentence("grant.no_statuses"))
    return programme


def _check(programme: Programme, status: str, last_date: str, today: str) -> None:
    known = [each.id for each in programme.statuses]
    if status not in known:
        raise BadInput(sentence("grant.status", status=status[:40], known=", ".join(known[1:])))
    if place_of(programme, status) == 0:
        raise BadInput(sentence("grant.lowest", status=status))
    if last_date and day_number(last_date) is None:
        raise BadInput(sentence("grant.date", date=last_date[:40]))
    if last_date and last_date < today:
        raise BadInput(sentence("grant.past", last_date=last_date))


def _check_reason(reason: str) -> None:
    if not 3 <= len(reason.strip()) <= MAX_REASON_CHARS:
        raise BadInput(sentence("grant.reason", limit=MAX_REASON_CHARS))


def act_again(tx: Tx, programme: Programme | None, account_id: str, act: Act) -> None:
    """Do what is on record to an account that does not know of it; one that is not there stays so."""
    if programme is None or not select_by(
        tx, FEED["bal"], ("key",), ("bucket", "key"), [(bucket_of(account_id), account_id)]
    ):
        return
    row = _held(tx, account_id)
    if act.act == "granted":
        _put(tx, row, (*_that_count(programme, row, act.grant.given_on), act.grant))
    else:
        _put(tx, row, tuple(each for each in row.progress.grants if each != act.grant))


def _that_count(programme: Programme, row: BalanceRow, today: str) -> list[Grant]:
    return [each for each in row.progress.grants if _may_count(programme, each, today)]


def _may_count(programme: Programme, grant: Grant, today: str) -> bool:
    """Whether it holds today or is still to begin."""
    return grant.given_on > today or granted_on(programme, grant, today) > 0


def _held(tx: Tx, account_id: str) -> BalanceRow:
    bodies = select_by(tx, FEED["bal"], ("body",), ("bucket", "key"), [(bucket_of(account_id), account_id)], lock=True)
    if not bodies:
        raise NotNow(sentence("grant.none"))
    return _balance.decode(bodies[0].body)


def _put(tx: Tx, row: BalanceRow, grants: tuple[Grant, ...]) -> None:
    place = (bucket_of(row.account_id), row.account_id)
    (old,) = select_by(tx, FEED["bal"], ("h", "purse_ms"), ("bucket", "key"), [place])
    in_order = tuple(sorted(grants, key=lambda grant: (grant.given_on, grant.last_date, grant.status)))
    changed = replace(row, progress=replace(row.progress, grants=in_order))
    put_rows(tx, {"bal": [balance_change(place[0], changed, old.h, old.purse_ms)]})


def _record(tx: Tx, account_id: str, act: Act) -> None:
    act_id = blake2b(canonical((act.act, act.grant)), digest_size=16, person=b"kopilka status").hexdigest()
    row = {
        "bucket": bucket_of(account_id), "account_id": account_id, "at_ms": act.at_ms, "act_id": act_id,
        "act": act.act, "status": act.grant.status, "given_on": act.grant.given_on, "last_date": act.grant.last_date,
        "reason": act.reason, "who": act.who[:MAX_WHO_CHARS],
    }  # fmt: skip
    insert_only(tx, STATUS_ACT, [row])
