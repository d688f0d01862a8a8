"""No event, no receipt and no receipt's number is recorded twice, without an index written with each sale.

A name greater than all of its kind is new. A till's own ids grow with time and its numbers by one, so nearly every name
is; of any other the index of names is asked, level with the journal.
"""

import msgspec

from loyalty.events import Body, GiftCardMoved, ReturnCompleted, SaleCompleted
from terminal.offline_queue.writer import Connection


class Names(msgspec.Struct, frozen=True):
    """Of one event, or the greatest of each kind; empty where there is none."""

    event: str = ""
    receipt: str = ""
    number: str = ""
    moved: str = ""
    """The id of an event of a gift card: it follows from a receipt's, so it grows with nothing, and is always asked."""


KINDS = ("event", "receipt", "number")
"""Of which the greatest is kept."""


def names_of(event_id: str, body: Body) -> Names:
    if isinstance(body, SaleCompleted | ReturnCompleted):
        return Names(event_id, body.receipt.receipt_id, body.receipt.number)
    return Names(moved=event_id) if isinstance(body, GiftCardMoved) else Names(event_id)


def above(names: Names, greatest: Names) -> bool:
    """Whether each of an event's names is greater than all of its kind."""
    if names.moved or names.event <= greatest.event:
        return False
    return not names.receipt or (names.receipt > greatest.receipt and names.number > greatest.number)


def greater(one: Names, other: Names) -> Names:
    """Those of both; of events of gift cards nobody asks for the greatest."""
    return Names(max(one.event, other.event), max(one.receipt, other.receipt), max(one.number, other.number))


def greatest_names(index: Connection) -> Names:
    """Of all events in the index, and of those that are in the journal no more."""
    greatest = (
        "SELECT max(ifnull((SELECT max(id) FROM named WHERE kind = :kind), ''),"
        " ifnull((SELECT id FROM passed WHERE kind = :kind), ''))"
    )
    return Names(*(index.execute(greatest, {"kind": kind}).fetchone()[0] for kind in KINDS))
