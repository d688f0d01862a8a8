"""Receipts of a till whose clock was wrong: booked at the time they can have been made at, and flagged.

What the till told stays as it is in the event and on the receipt; days, seasons and dates of points go by the time put
right (`loyalty.told_clock`). It follows from the signed segment and from when that came in, so whoever applies the
event again comes to the same.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from loyalty.events import ReturnCompleted, SaleCompleted
from sync_server.arrivals import Arrived
from sync_server.flags import flag


def wrong_clocks(events: Iterable[Arrived]) -> Iterator[dict[str, Any]]:
    """A flag for each receipt that counts for another time than it was told for, and by how much the clock was off."""
    for event in events:
        if isinstance(event.body, SaleCompleted | ReturnCompleted) and event.shift_ms:
            yield flag(event, "clock", f"{event.body.receipt.number}: {_said(-event.shift_ms)}")


def _said(off_ms: int) -> str:
    days, rest = divmod(abs(off_ms) // 60_000, 24 * 60)
    return f"{'+' if off_ms > 0 else '-'}{days} d {rest // 60:02}:{rest % 60:02}"
