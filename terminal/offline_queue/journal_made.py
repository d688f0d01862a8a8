"""What a receipt's own id made: for clients that send a request again and must get the same receipt."""

from __future__ import annotations

import msgspec

from loyalty.receipt import Receipt
from terminal.offline_queue.journal import Journal

_BY_ID = """SELECT r.number, e.event_id FROM receipt_index r JOIN event e ON e.epoch = r.epoch AND e.seq = r.seq
    WHERE r.receipt_id = ?"""


class Made(msgspec.Struct, frozen=True):
    """A recorded receipt and the id of its event."""

    receipt: Receipt
    event_id: str


def find_made(journal: Journal, receipt_id: str) -> Made | None:
    """The receipt recorded under `receipt_id` (hex). Raises StoreFault."""
    row = journal.read(lambda connection: connection.execute(_BY_ID, (receipt_id,)).fetchone())
    receipt = journal.receipt(row[0]) if row else None
    return Made(receipt, row[1]) if receipt else None
