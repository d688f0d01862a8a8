"""Receipts for a list: by number, date, terminal and more, newest first, a page at a time from a key."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.console.day_lines import MAX_DAY_RECEIPTS, Lines, Part, stream
from sync_server.find_member import place_by_id, read_balance, read_found
from sync_server.of_account import of_account
from sync_server.receipt_reports import ListedReceipt, listed_receipt
from sync_server.schema import RECEIPT
from sync_server.store import Store, Tx

PAGE_ROWS = 50
LOOKED_THROUGH = 20_000
"""Receipts that one page looks through for those of a till or a kind, which no index finds: one more index of receipts
would cost every sale for what few ask. The next page goes on from there."""
MAX_TEXT_CHARS = 60
_FIRST_ID = "0" * 32
"""No receipt has an id below it: what is older than a place with it is older in time."""
_PLACE = re.compile(r"(\d{1,16})-([0-9a-f]{32})")


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list is narrowed to. `member` is a member's id (receipts of the account), `card` any member at all."""

    number: str = ""
    date: str = ""
    terminal: str = ""
    kind: str = ""
    card: str = ""
    hour: str = ""
    member: str = ""
    goods: str = ""
    campaign: str = ""

    @property
    def is_bounded(self) -> bool:
        """Whether there are few enough receipts to be summed while someone waits."""
        return bool(self.number or self.date or self.member)

    @property
    def is_narrowed(self) -> bool:
        """Whether not every receipt is one of the list."""
        return self != Wanted()


class Row(msgspec.Struct, frozen=True):
    """One receipt of the list; `part` is what of it the goods or the campaign asked for come to."""

    receipt: ListedReceipt
    member_name: str
    lines: int
    returned_minor: int
    part: Part | None = None


class Sums(msgspec.Struct, frozen=True):
    """What all receipts of the list come to, not only those of the page."""

    sales: int = 0
    returns: int = 0
    sold_minor: int = 0
    returned_minor: int = 0
    discount_minor: int = 0
    earned_points: int = 0
    redeemed_points: int = 0
    part: Part | None = None


class Found(msgspec.Struct, frozen=True):
    """A page of the list. `older`: where the next page begins, empty on the last; `whole`: nothing was left unread.

    `looked_to_ms`: the time of the oldest receipt looked at, where the page ends before it is full.
    """

    rows: tuple[Row, ...]
    older: str
    sums: Sums | None
    whole: bool = True
    looked_to_ms: int | None = None


class _Read(Lines, frozen=True):
    member_name: str = ""


_decode = msgspec.json.Decoder(_Read).decode


def read_wanted(params: Mapping[str, str]) -> Wanted:
    """A query's filters. Raises BadInput for a date or an hour that is none."""
    wanted = msgspec.convert({name: _text(params, name) for name in Wanted.__struct_fields__}, Wanted)
    number = wanted.number.upper().removeprefix("KR:")
    if wanted.date and not is_date(wanted.date):
        raise BadInput(sentence("console.date", text=wanted.date))
    if wanted.hour and not (wanted.hour.isdecimal() and wanted.hour.isascii() and int(wanted.hour) < 24):
        raise BadInput(sentence("console.hour", text=wanted.hour))
    if (wanted.goods or wanted.campaign) and not wanted.date:
        raise BadInput(sentence("console.date_needed"))
    return msgspec.structs.replace(wanted, number=number)


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def find_receipts(store: Store, wanted: Wanted, before: str) -> Found:
    """One page; `before` is the `older` of the page before. Raises BadInput."""
    place = _PLACE.fullmatch(before)
    if before and place is None:
        raise BadInput(sentence("console.place"))
    after = (int(place[1]), place[2]) if place else None
    with store.read() as tx:
        query = _query().where(*_narrowed(tx, wanted))
        if wanted.goods or wanted.campaign:
            return _scan(tx, query, wanted, after)
        sums = _sums(tx, wanted) if wanted.is_bounded else None
        if after:
            query = query.where(
                (RECEIPT.c.at_ms < after[0]) | ((RECEIPT.c.at_ms == after[0]) & (RECEIPT.c.receipt_id < after[1]))
            )
        edge = _edge(tx, after) if wanted.is_narrowed and not wanted.is_bounded else None
        if edge is not None:
            query = query.where(RECEIPT.c.at_ms >= edge)
        rows = [_row(row, wanted) for row in tx.execute(query.limit(PAGE_ROWS + 1))]
    found = _page(rows, sums)
    if edge is None or found.older:
        return found
    return msgspec.structs.replace(found, older=f"{edge}-{_FIRST_ID}", looked_to_ms=edge)


def _edge(tx: Tx, after: tuple[int, str] | None) -> int | None:
    """The time down to which LOOKED_THROUGH receipts lie; None where there are no more than that."""
    times = select(RECEIPT.c.at_ms).order_by(RECEIPT.c.at_ms.desc())
    before = times.where(RECEIPT.c.at_ms < after[0]) if after else times  # strictly: each page ends further back
    return tx.execute(before.offset(LOOKED_THROUGH).limit(1)).scalar()


def receipts_of(tx: Tx, account_id: str) -> ColumnElement[bool]:
    """The receipts of an account and of those that moved to it."""
    accounts = (account_id, *read_balance(tx, account_id).came_from)
    return or_(*(of_account(tx, RECEIPT, each) for each in accounts))


def _text(params: Mapping[str, str], name: str) -> str:
    return params.get(name, "").strip()[:MAX_TEXT_CHARS].replace("\x00", "")


def _query() -> Select[Any]:
    columns = [RECEIPT.c[name] for name in ListedReceipt.__struct_fields__]
    newest = (RECEIPT.c.at_ms.desc(), RECEIPT.c.receipt_id.desc())
    return select(*columns, RECEIPT.c.raw, RECEIPT.c.returned_minor).order_by(*newest)


def _narrowed(tx: Tx, wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = (
        ("number", wanted.number),
        ("local_date", wanted.date),
        ("terminal", wanted.terminal),
        ("kind", wanted.kind),
    )
    where: list[ColumnElement[bool]] = [RECEIPT.c[name] == value for name, value in equal if value]
    if wanted.card:
        where.append(RECEIPT.c.member_id != "")
    if wanted.hour:
        where.append(RECEIPT.c.local_minute // 60 == int(wanted.hour))
    if wanted.member:
        place = place_by_id(tx, wanted.member)
        found = read_found(tx, place) if place else None
        where.append(receipts_of(tx, found.ident.account_id if found else "-"))
    return where


def _row(row: Any, wanted: Wanted) -> Row:
    read = _decode(row.raw)
    return Row(listed_receipt(row), read.member_name, len(read.lines), row.returned_minor, _part(read, wanted))


def _part(read: Lines, wanted: Wanted) -> Part | None:
    if wanted.goods:
        return read.goods().get(wanted.goods)
    return read.campaigns().get(wanted.campaign) if wanted.campaign else None


def _sums(tx: Tx, wanted: Wanted) -> Sums:
    names = ("total_minor", "discount_minor", "earned_points", "redeemed_points")
    sums = [func.sum(RECEIPT.c[name]).label(name) for name in names]
    query = (
        select(RECEIPT.c.kind, func.count().label("receipts"), *sums)
        .where(*_narrowed(tx, wanted))
        .group_by(RECEIPT.c.kind)
    )
    found = Sums()
    for row in tx.execute(query):
        if row.kind == "return":
            found = msgspec.structs.replace(found, returns=row.receipts, returned_minor=int(row.total_minor))
            continue
        found = msgspec.structs.replace(
            found, sales=row.receipts, sold_minor=int(row.total_minor), discount_minor=int(row.discount_minor),
            earned_points=int(row.earned_points), redeemed_points=int(row.redeemed_points),
        )  # fmt: skip
    return found


def _scan(tx: Tx, query: Select[Any], wanted: Wanted, after: tuple[int, str] | None) -> Found:
    """The receipts of a day that hold certain goods or a campaign: their lines are read, up to the limit of a day."""
    rows: list[Row] = []
    sums, whole = Part(), True
    for count, row in enumerate(stream(tx, query.limit(MAX_DAY_RECEIPTS + 1)), start=1):
        whole = count <= MAX_DAY_RECEIPTS
        part = _part(_decode(row.raw), wanted)
        if not whole or part is None:
            continue
        sums += part
        if len(rows) <= PAGE_ROWS and (after is None or (row.at_ms, row.receipt_id) < after):
            rows.append(_row(row, wanted))
    return msgspec.structs.replace(_page(rows, Sums(part=sums)), whole=whole)


def _page(rows: Sequence[Row], sums: Sums | None) -> Found:
    """One row more than a page holds says that there is a next page."""
    shown = tuple(rows[:PAGE_ROWS])
    older = "-".join(map(str, shown[-1].receipt.place)) if len(rows) > PAGE_ROWS else ""
    return Found(shown, older, sums)
