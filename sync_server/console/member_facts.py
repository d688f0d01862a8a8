"""One member with what the books know: standing, entries line by line, consents, receipts. Personal data apart."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, func, select, tuple_

from loyalty.consents import is_given
from loyalty.errors import BadInput
from loyalty.events import bucket_of
from loyalty.feed import BalanceRow, IdentRow
from loyalty.ledger import MAIN_WALLET
from loyalty.sentences import sentence
from loyalty.statuses.progress import Grant
from sync_server.bank_cards import Registered, read_registered
from sync_server.console.receipt_search import receipts_of
from sync_server.find_member import Place, members_of, place_by_id, read_balance, read_gone, read_idents
from sync_server.grants import Act, read_acts
from sync_server.import_rows import IMPORTED
from sync_server.of_account import of_account
from sync_server.receipt_reports import ListedReceipt, receipt_lines, receipt_list
from sync_server.rows import Key, select_by
from sync_server.schema import CONSENT, ERASED, HOUSEHOLD, LEDGER, MEMBER, MERGED, PERSONAL, RECEIPT
from sync_server.store import Store, Tx

LEDGER_ROWS = 100
RECEIPT_ROWS = 10
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
    withdraws: bool
    """It takes back what was given before."""


class Joined(msgspec.Struct, frozen=True):
    """Who put the member into the family, or another member into this one, and when."""

    by: str
    at_ms: int


class MemberFacts(msgspec.Struct, frozen=True):
    """`family`: the other members of the account, as (member_id, masked name); `joined` where someone put it there.

    `merged`: members who were merged into this one, newest first.
    """

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
    joined: Joined | None
    merged: tuple[Joined, ...]
    acts: tuple[Act, ...]
    """Statuses given by hand and taken back, newest first."""
    bank_cards: tuple[Registered, ...] = ()
    """That stand for the member, newest first."""
    erased: Joined | None = None
    """Who erased the personal data, and when; where someone has."""

    @property
    def granted(self) -> tuple[Grant, ...]:
        """Statuses given by hand and not taken back."""
        return tuple(grant for grant in self.balance.progress.grants if grant.by_hand)

    @property
    def may_be_sent_advertising(self) -> bool:
        return is_given(self.ident.consents, "advertising")

    @property
    def is_imported(self) -> bool:
        return self.cashier == IMPORTED

    @property
    def points(self) -> int:
        """The balance of the main wallet that tills are told."""
        return self.balance.wallets.get(MAIN_WALLET, 0)

    @property
    def set_aside(self) -> int:
        """Points, of all wallets, that tills may spend without the head office and nobody else can."""
        return sum(sum(points.values()) for points in self.balance.escrow.values())

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
        place = place_by_id(tx, member_id)
        if place is None:
            return None
        row = _member(tx, place)
        ident = read_idents(tx, [place]).get(place) or IdentRow(place.member_id, place.home)
        account_id = ident.account_id
        receipts = receipt_list().where(receipts_of(tx, account_id))
        everyone = [place, *read_gone(tx, place)]
        return MemberFacts(
            member_id=place.member_id,
            account_id=account_id,
            ident=ident,
            balance=read_balance(tx, account_id),
            enrolled_ms=row.at_ms,
            store=row.store,
            cashier=row.cashier,
            ledger=_ledger(tx, of_account(tx, LEDGER, account_id), before),
            consents=_consents(tx, everyone),
            receipts=receipt_lines(tx, receipts.limit(RECEIPT_ROWS)),
            family=_family(tx, account_id, place.member_id),
            joined=_joined(tx, account_id, place.member_id),
            merged=_merged(tx, everyone),
            acts=read_acts(tx, account_id),
            bank_cards=read_registered(tx, place.member_id, {each.member_id for each in everyone}, ident.bank_cards),
            erased=_erased(tx, place.member_id),
        )


def read_personal(store: Store, member_id: str) -> PersonalData:
    """The personal data the member's own event commits to; empty where they have not come or are erased.

    Of members who were merged into it, what the member does not have, and every phone.
    """
    with store.read() as tx:
        place = place_by_id(tx, member_id)
        if place is None:
            return PersonalData()
        found = [data for each in (place, *read_gone(tx, place)) if (data := _personal(tx, each))]
    phones = dict.fromkeys(data.phone for data in found if data.phone)
    return PersonalData(
        next((data.name for data in found if data.name), ""),
        ", ".join(phones),
        next((data.birthday for data in found if data.birthday), ""),
    )


def _personal(tx: Tx, place: Place) -> PersonalData | None:
    row = _member(tx, place)
    own = (
        (PERSONAL.c.bucket == place.bucket)
        & (PERSONAL.c.event_id == row.event_id)
        & (PERSONAL.c.hash == row.personal_hash)
    )
    found = tx.execute(select(PERSONAL.c.name, PERSONAL.c.phone, PERSONAL.c.birthday).where(own)).first()
    return PersonalData(found.name, found.phone, found.birthday) if found else None


def _member(tx: Tx, place: Place) -> Row[Any]:
    mine = (MEMBER.c.bucket == place.bucket) & (MEMBER.c.member_id == place.member_id)
    return tx.execute(MEMBER.select().where(mine)).one()


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


def _consents(tx: Tx, places: Sequence[Place]) -> tuple[ConsentLine, ...]:
    """Newest first, of the member and of those merged into it; of two at one moment the one that was withdrawn."""
    names = ("purpose", "version", "given", "at_ms", "cashier")
    wanted = [(place.bucket, place.member_id) for place in places]
    rows = select_by(tx, CONSENT, names, ("bucket", "member_id"), wanted)
    newest = sorted(rows, key=lambda row: (-row.at_ms, row.given, row.purpose))
    lines = []
    for place, row in enumerate(newest[:MAX_CONSENTS]):
        before = (each.given for each in newest[place + 1 :] if each.purpose == row.purpose)
        withdraws = not row.given and any(before)
        lines.append(ConsentLine(row.purpose, row.version, bool(row.given), row.at_ms, row.cashier, withdraws))
    return tuple(lines)


def _family(tx: Tx, account_id: str, member_id: str) -> tuple[tuple[str, str], ...]:
    others = (each.ident for each in members_of(tx, account_id) if each.place.member_id != member_id)
    return tuple((other.member_id, other.name_masked) for other in others)


def _joined(tx: Tx, account_id: str, member_id: str) -> Joined | None:
    key = (bucket_of(account_id), account_id, member_id)
    names = ("by_whom", "joined_ms", "left_ms")
    rows = select_by(tx, HOUSEHOLD, names, ("bucket", "account_id", "member_id"), [key])
    return next((Joined(row.by_whom, row.joined_ms) for row in rows if not row.left_ms), None)


def _erased(tx: Tx, member_id: str) -> Joined | None:
    rows = select_by(tx, ERASED, ("by_whom", "at_ms"), ("bucket", "member_id"), [(bucket_of(member_id), member_id)])
    return Joined(rows[0].by_whom, rows[0].at_ms) if rows else None


def _merged(tx: Tx, places: Sequence[Place]) -> tuple[Joined, ...]:
    wanted = [(place.bucket, place.member_id) for place in places]
    rows = select_by(tx, MERGED, ("by_whom", "at_ms"), ("bucket", "member_id"), wanted)
    return tuple(Joined(row.by_whom, row.at_ms) for row in sorted(rows, key=lambda row: -row.at_ms))
