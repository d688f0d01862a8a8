"""One member with what the books know: standing, entries line by line, consents, receipts. Personal data apart."""

import re
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, func, select, tuple_

from loyalty.errors import BadInput
from loyalty.feed import BalanceRow, IdentRow
from loyalty.ledger import MAIN_WALLET
from loyalty.sentences import sentence
from loyalty.statuses.progress import Grant
from sync_server.console.receipt_search import account_of_member
from sync_server.grants import Act, read_acts
from sync_server.import_rows import IMPORTED
from sync_server.receipt_reports import ListedReceipt, receipt_lines, receipt_list
from sync_server.rows import Key, select_by
from sync_server.schema import CONSENT, FEED, LEDGER, MEMBER, PERSONAL, RECEIPT
from sync_server.store import Store, Tx

LEDGER_ROWS = 100
RECEIPT_ROWS = 10
MAX_FAMILY = 20
MAX_CONSENTS = 100
_PLACE = re.compile(r"(\d{1,16})-([0-9a-f]{32})-(\d{1,6})")
_ENTRY = (LEDGER.c.at_ms, LEDGER.c.event_id, LEDGER.c.entry_no)


class LedgerLine(msgspec.Struct, frozen=True):
    """One entry and the balance of its wallet it led to."""

    at_ms: int
    contra: str
    wallet: str
    points: int
    after_points: int
    receipt_id: str
    number: str


class Ledger(msgspec.Struct, frozen=True):
    """Entries newest first. `older` is where the next page begins; `count` and `sums` are of all entries."""

    lines: tuple[LedgerLine, ...]
    older: str
    count: int
    sums: dict[str, int]
    """wallet -> points."""


class ConsentLine(msgspec.Struct, frozen=True):
    purpose: str
    version: str
    given: bool
    at_ms: int
    cashier: str


class MemberFacts(msgspec.Struct, frozen=True):
    """`family`: the other members of the account, as (member_id, masked name)."""

    member_id: str
    account_id: str
    ident: IdentRow
    balance: BalanceRow
    enrolled_ms: int
    store: str
    cashier: str
    ledger: Ledger
    consents: tuple[ConsentLine, ...]
    receipts: tuple[ListedReceipt, ...]
    family: tuple[tuple[str, str], ...]
    acts: tuple[Act, ...]
    """Statuses given by hand and taken back, newest first."""

    @property
    def granted(self) -> tuple[Grant, ...]:
        """Statuses given by hand and not taken back."""
        return tuple(grant for grant in self.balance.progress.grants if grant.by_hand)

    @property
    def is_imported(self) -> bool:
        return self.cashier == IMPORTED

    @property
    def points(self) -> int:
        """The balance of the main wallet that tills are told."""
        return self.balance.wallets.get(MAIN_WALLET, 0)

    @property
    def adds_up(self) -> bool:
        """Whether each balance is the sum of its entries."""
        told, sums = self.balance.wallets, self.ledger.sums
        return all(told.get(wallet, 0) == sums.get(wallet, 0) for wallet in {*told, *sums})


class PersonalData(msgspec.Struct, frozen=True):
    name: str = ""
    phone: str = ""
    birthday: str = ""


def read_member(store: Store, member_id: str, before: str = "") -> MemberFacts | None:
    """`before` is the `older` of the ledger's page before. Raises BadInput."""
    with store.read() as tx:
        place = account_of_member(tx, member_id)
        if place is None:
            return None
        bucket, account_id = place
        row = _member(tx, bucket, member_id)
        idents = _idents(tx, bucket, [member_id])
        receipts = receipt_list().where(RECEIPT.c.bucket == bucket, RECEIPT.c.account_id == account_id)
        return MemberFacts(
            member_id=member_id,
            account_id=account_id,
            ident=idents.get(member_id) or IdentRow(member_id, account_id),
            balance=_balance(tx, bucket, account_id),
            enrolled_ms=row.at_ms,
            store=row.store,
            cashier=row.cashier,
            ledger=_ledger(tx, (LEDGER.c.bucket == bucket) & (LEDGER.c.account_id == account_id), before),
            consents=_consents(tx, bucket, member_id),
            receipts=receipt_lines(tx, receipts.limit(RECEIPT_ROWS)),
            family=_family(tx, bucket, account_id, member_id),
            acts=read_acts(tx, account_id),
        )


def read_personal(store: Store, member_id: str) -> PersonalData:
    """The personal data the member's own event commits to; empty where they have not come or are erased."""
    with store.read() as tx:
        place = account_of_member(tx, member_id)
        if place is None:
            return PersonalData()
        row = _member(tx, place[0], member_id)
        own = (
            (PERSONAL.c.bucket == place[0])
            & (PERSONAL.c.event_id == row.event_id)
            & (PERSONAL.c.hash == row.personal_hash)
        )
        found = tx.execute(select(PERSONAL.c.name, PERSONAL.c.phone, PERSONAL.c.birthday).where(own)).first()
    return PersonalData(found.name, found.phone, found.birthday) if found else PersonalData()


def _member(tx: Tx, bucket: int, member_id: str) -> Row[Any]:
    return tx.execute(MEMBER.select().where(MEMBER.c.bucket == bucket, MEMBER.c.member_id == member_id)).one()


def _idents(tx: Tx, bucket: int, member_ids: list[str]) -> dict[str, IdentRow]:
    found = select_by(tx, FEED["ident"], ("key", "body"), ("bucket", "key"), [(bucket, each) for each in member_ids])
    return {row.key: msgspec.json.decode(row.body, type=IdentRow) for row in found if row.body is not None}


def _balance(tx: Tx, bucket: int, account_id: str) -> BalanceRow:
    rows = select_by(tx, FEED["bal"], ("body",), ("bucket", "key"), [(bucket, account_id)])
    return msgspec.json.decode(rows[0].body, type=BalanceRow) if rows and rows[0].body else BalanceRow(account_id)


def _ledger(tx: Tx, mine: ColumnElement[bool], before: str) -> Ledger:
    count = int(tx.execute(select(func.count()).select_from(LEDGER).where(mine)).scalar_one())
    shown = mine & _before(before) if before else mine
    sums = _by_wallet(tx, mine)
    running = _by_wallet(tx, shown) if before else dict(sums)
    names = (LEDGER.c.bucket, LEDGER.c.wallet, LEDGER.c.contra, LEDGER.c.points, LEDGER.c.receipt_id)
    query = select(*_ENTRY, *names).where(shown)
    rows = tx.execute(query.order_by(*(column.desc() for column in _ENTRY)).limit(LEDGER_ROWS + 1)).all()
    numbers = _numbers(tx, {(row.bucket, row.receipt_id) for row in rows if row.receipt_id})
    lines = []
    for row in rows[:LEDGER_ROWS]:
        number = numbers.get(row.receipt_id, "")
        after_points = running[row.wallet]
        lines.append(LedgerLine(row.at_ms, row.contra, row.wallet, row.points, after_points, row.receipt_id, number))
        running[row.wallet] -= row.points
    last = rows[LEDGER_ROWS - 1] if len(rows) > LEDGER_ROWS else None
    older = f"{last.at_ms}-{last.event_id}-{last.entry_no}" if last else ""
    return Ledger(tuple(lines), older, count, sums)


def _by_wallet(tx: Tx, of: ColumnElement[bool]) -> dict[str, int]:
    query = select(LEDGER.c.wallet, func.sum(LEDGER.c.points).label("points")).where(of).group_by(LEDGER.c.wallet)
    return {row.wallet: int(row.points) for row in tx.execute(query)}


def _numbers(tx: Tx, keys: set[Key]) -> dict[str, str]:
    """receipt id -> number."""
    rows = select_by(tx, RECEIPT, ("receipt_id", "number"), ("bucket", "receipt_id"), keys)
    return {row.receipt_id: row.number for row in rows}


def _before(place: str) -> ColumnElement[bool]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise BadInput(sentence("console.place"))
    return tuple_(*_ENTRY) < tuple_(int(found[1]), found[2], int(found[3]))


def _consents(tx: Tx, bucket: int, member_id: str) -> tuple[ConsentLine, ...]:
    query = CONSENT.select().where(CONSENT.c.bucket == bucket, CONSENT.c.member_id == member_id)
    rows = tx.execute(query.order_by(CONSENT.c.at_ms.desc(), CONSENT.c.purpose).limit(MAX_CONSENTS))
    return tuple(ConsentLine(row.purpose, row.version, bool(row.given), row.at_ms, row.cashier) for row in rows)


def _family(tx: Tx, bucket: int, account_id: str, member_id: str) -> tuple[tuple[str, str], ...]:
    query = select(MEMBER.c.member_id).where(
        MEMBER.c.bucket == bucket, MEMBER.c.account_id == account_id, MEMBER.c.member_id != member_id
    )
    others = list(tx.execute(query.order_by(MEMBER.c.member_id).limit(MAX_FAMILY)).scalars())
    idents = _idents(tx, bucket, others)
    return tuple((other, idents[other].name_masked if other in idents else "") for other in others)
