"""A receipt by its number, with what has been returned of it: for a return at any till."""

import msgspec
from sqlalchemy import select

from loyalty.api import ReceiptReply
from loyalty.receipt import Receipt
from sync_server.given_back import parts_of
from sync_server.refusals import Refused
from sync_server.schema import RECEIPT, RETURNED
from sync_server.store import Store


def find_receipt(store: Store, number: str) -> ReceiptReply:
    """The newest receipt of that number. Raises Refused unknown."""
    query = select(RECEIPT.c.bucket, RECEIPT.c.receipt_id, RECEIPT.c.raw).where(RECEIPT.c.number == number)
    with store.read() as tx:
        row = (
            tx.execute(query.order_by(RECEIPT.c.at_ms.desc()).limit(1)).one_or_none() if number.isprintable() else None
        )
        if row is None:
            raise Refused(404, "unknown", f"there is no receipt {number[:40]}")
        mine = (RETURNED.c.bucket == row.bucket) & (RETURNED.c.receipt_id == row.receipt_id)
        found = tx.execute(select(RETURNED.c.line_no, RETURNED.c.qty_milli).where(mine)).all()
        parts = parts_of(tx, row.bucket, row.receipt_id)
    returned_milli = {line.line_no: line.qty_milli for line in found}
    return ReceiptReply(msgspec.json.decode(row.raw, type=Receipt), returned_milli, parts)
