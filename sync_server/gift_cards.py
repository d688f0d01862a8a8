"""Gift cards in the books: each fact an entry of its card's account, once, by the event that brought it.

A sale is never refused: a card that paid at two tills at once goes below zero, and what is put on it next makes it
good. Whoever should look at it is told by a flag.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from loyalty.events import GiftCardMoved, bucket_of
from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.gift_moves import added_minor, gift_entry
from loyalty.ledger import Entry
from loyalty.money import money_text
from loyalty.told_clock import moved_day
from sync_server.accounts import Moves, fold_accounts
from sync_server.arrivals import Arrived
from sync_server.flags import flag
from sync_server.heads import Change, put_rows
from sync_server.purses import Booked
from sync_server.standing import Rules
from sync_server.store import Tx


def book_gift_cards(events: Sequence[Arrived], moves: Moves) -> None:
    for event in events:
        moved = _of(event)
        entry = gift_entry(moved, event.event_id, event.at_ms)
        day = moved_day(moved.local_date, event.shift_ms) if event.shift_ms else moved.local_date
        moves.entries.append(Booked(event.bucket, entry, day, moved.receipt_id))


def open_gift_card(tx: Tx, number: str, amount_minor: int, at_ms: int, date: str) -> None:
    """Money a card has from the beginning, once: told again, it changes nothing."""
    card = gift_card(number)
    event_id = blake2b(f"opening/{card.account_id}".encode(), digest_size=16).hexdigest()
    entry = Entry(event_id, 1, card.account_id, GIFT_WALLET, "opening", amount_minor, at_ms)
    moves = Moves(entries=[Booked(bucket_of(card.account_id), entry, date)])
    put_rows(tx, {"bal": fold_accounts(tx, moves, Rules())})


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
