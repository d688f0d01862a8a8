"""Gift cards in the books: each fact an entry of its card's account, once, by the event that brought it.

A sale is never refused: a card that paid at two tills at once goes below zero, and what is put on it next makes it
good. Whoever should look at it is told by a flag.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from loyalty.events import GiftCardMoved
from loyalty.gift_moves import added_minor, gift_entry
from loyalty.money import money_text
from sync_server.accounts import Moves
from sync_server.arrivals import Arrived
from sync_server.flags import flag
from sync_server.heads import Change
from sync_server.purses import Booked


def book_gift_cards(events: Sequence[Arrived], moves: Moves) -> None:
    for event in events:
        moved = _of(event)
        entry = gift_entry(moved, event.event_id, event.at_ms)
        moves.entries.append(Booked(event.bucket, entry, moved.local_date, moved.receipt_id))


def overdrawn(events: Sequence[Arrived], balances: Sequence[Change]) -> Iterator[dict[str, Any]]:
    """A flag for each of these that took from a card which is below zero after all of them."""
    left = {(change.bucket, change.key): change.more["gift_minor"] for change in balances}
    for event in events:
        moved = _of(event)
        left_minor = left.get((event.bucket, moved.account_id), 0)
        if left_minor < 0 and added_minor(moved) < 0:
            said = f"receipt {moved.number}: gift card {moved.card_tail} stands at {money_text(left_minor, 'en')}"
            yield flag(event, "gift_overdrawn", said)


def _of(event: Arrived) -> GiftCardMoved:
    assert isinstance(event.body, GiftCardMoved)
    return event.body
