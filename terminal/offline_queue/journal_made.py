"""What a receipt's or an event's own id made: for clients that send a request again and must get the same answer."""

from __future__ import annotations

import msgspec

from loyalty.events import Body, Unknown, decode_body, decode_envelope
from loyalty.receipt import Receipt
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_follow import place_of_name
from terminal.offline_queue.journal_read import receipt_of


class Made(msgspec.Struct, frozen=True):
    """A recorded receipt and the id of its event."""

    receipt: Receipt
    event_id: str


def find_body(journal: Journal, event_id: str) -> Body | Unknown | None:
    """What is recorded under an event's own id. Raises StoreFault."""
    place = journal.read_index(lambda index: place_of_name(index, "event", event_id))
    query = "SELECT raw FROM event WHERE place = ?"
    row = journal.read(lambda connection: connection.execute(query, (place,)).fetchone()) if place else None
    return decode_body(decode_envelope(row[0])) if row else None


def find_made(journal: Journal, receipt_id: str) -> Made | None:
    """The receipt recorded under `receipt_id` (hex). Raises StoreFault."""
    place = journal.read_index(lambda index: place_of_name(index, "receipt", receipt_id))
    query = "SELECT raw, event_id FROM event WHERE place = ?"
    row = journal.read(lambda connection: connection.execute(query, (place,)).fetchone()) if place else None
    return Made(receipt_of(row[0]), row[1]) if row else None
