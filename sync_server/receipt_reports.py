"""Receipts as the console lists them, newest first."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, select

from sync_server.schema import RECEIPT
from sync_server.store import Tx


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


def receipt_list() -> Select[Any]:
    columns = [RECEIPT.c[name] for name in ListedReceipt.__struct_fields__]
    return select(*columns).order_by(RECEIPT.c.at_ms.desc(), RECEIPT.c.receipt_id.desc())


def receipt_lines(tx: Tx, query: Select[Any]) -> tuple[ListedReceipt, ...]:
    return tuple(map(listed_receipt, tx.execute(query)))


def listed_receipt(row: Row[Any]) -> ListedReceipt:
    """A row that has the columns of `receipt_list`; SQLAlchemy's own column names are no plain strings."""
    fields = {name: row._mapping[name] for name in ListedReceipt.__struct_fields__}
    return msgspec.convert(fields, ListedReceipt, strict=False)
