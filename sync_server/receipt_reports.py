"""Receipts for the console: lists by time, one by id with what was returned of it and what was flagged."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, select

from loyalty.receipt import Receipt
from sync_server.reports import MAX_PAGE, FlagLine, flag_lines
from sync_server.schema import FLAG, RECEIPT, RETURNED, TERMINAL
from sync_server.store import Store, Tx


class ListedReceipt(msgspec.Struct, frozen=True):
    """One receipt in a list; `place` is where the next page begins."""

    receipt_id: str
    number: str
    kind: str
    store: str
    terminal: str
    cashier: str
    at_ms: int
    local_date: str
    local_minute: int
    member_id: str
    total_minor: int
    discount_minor: int
    earned_points: int
    redeemed_points: int
    offline: bool

    @property
    def place(self) -> tuple[int, str]:
        return self.at_ms, self.receipt_id


class ReceiptDetail(msgspec.Struct, frozen=True):
    receipt: Receipt
    terminal_no: int
    returned_milli: dict[int, int]
    flags: tuple[FlagLine, ...]


def latest_receipts(
    store: Store, before: tuple[int, str] | None = None, limit: int = 50, number: str = ""
) -> tuple[ListedReceipt, ...]:
    """Newest first; `before` is the `place` of the last one of the page before."""
    query = receipt_list()
    if before is not None:
        at_ms, receipt_id = before
        query = query.where(
            (RECEIPT.c.at_ms < at_ms) | ((RECEIPT.c.at_ms == at_ms) & (RECEIPT.c.receipt_id < receipt_id))
        )
    if number:
        query = query.where(RECEIPT.c.number == number)
    with store.read() as tx:
        return receipt_lines(tx, query.limit(min(limit, MAX_PAGE)))


def receipt_list() -> Select[Any]:
    columns = [RECEIPT.c[name] for name in ListedReceipt.__struct_fields__]
    return select(*columns).order_by(RECEIPT.c.at_ms.desc(), RECEIPT.c.receipt_id.desc())


def receipt_lines(tx: Tx, query: Select[Any]) -> tuple[ListedReceipt, ...]:
    return tuple(map(listed_receipt, tx.execute(query)))


def listed_receipt(row: Row[Any]) -> ListedReceipt:
    """A row that has the columns of `receipt_list`; SQLAlchemy's own column names are no plain strings."""
    fields = {name: row._mapping[name] for name in ListedReceipt.__struct_fields__}
    return msgspec.convert(fields, ListedReceipt, strict=False)


def receipt_detail(store: Store, receipt_id: str) -> ReceiptDetail | None:
    query = select(RECEIPT.c.bucket, RECEIPT.c.raw, RECEIPT.c.event_id, RECEIPT.c.terminal).where(
        RECEIPT.c.receipt_id == receipt_id
    )
    with store.read() as tx:
        row = tx.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        mine = (RETURNED.c.bucket == row.bucket) & (RETURNED.c.receipt_id == receipt_id)
        returned = {
            line.line_no: line.qty_milli
            for line in tx.execute(select(RETURNED.c.line_no, RETURNED.c.qty_milli).where(mine))
        }
        flags = flag_lines(tx, FLAG.select().where(FLAG.c.bucket == row.bucket, FLAG.c.event_id == row.event_id))
        number = tx.execute(select(TERMINAL.c.terminal_no).where(TERMINAL.c.terminal == row.terminal)).scalar() or 0
    return ReceiptDetail(msgspec.json.decode(row.raw, type=Receipt), number, returned, flags)
