"""Receipts from the future: a till's clock that runs ahead, as far as what is stored proves it.

A receipt cannot have been made after it came in. The other way nothing is proved: one told for last week may have
waited a week. What the till told stays as it is, in the event and in the books. A flag follows from the event and its
arrival alone, so whoever applies the event again comes to the same one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from loyalty.events import ReturnCompleted, SaleCompleted
from sync_server.arrivals import Arrived
from sync_server.flags import flag

AHEAD_MS = 300_000
"""As far as a signature's time may be off. Clocks that are less far ahead are nobody's concern."""


def ahead_of_us(events: Iterable[Arrived]) -> Iterator[dict[str, Any]]:
    """A flag for each receipt told to be of a later time than it was received at, and by how much."""
    for event in events:
        ahead_ms = event.at_ms - event.received_ms
        if isinstance(event.body, SaleCompleted | ReturnCompleted) and ahead_ms > AHEAD_MS:
            yield flag(event, "clock", f"{event.body.receipt.number}: {_said(ahead_ms // 60_000)}")


def _said(minutes: int) -> str:
    days, rest = divmod(minutes, 24 * 60)
    return f"+{days} d {rest // 60:02}:{rest % 60:02}"
