"""What a receipt does to gift cards, as facts of their own: a card's account and the buyer's may be in two buckets.

Each fact's id follows from its receipt, its kind and its card, so that a receipt recorded again makes no second one.
"""

from collections.abc import Iterator
from hashlib import blake2b

from loyalty.events import GiftCardMoved, GiftMove
from loyalty.gift_card import GIFT_WALLET, GiftCard
from loyalty.ledger import Entry
from loyalty.receipt import Receipt

_SIGNS: dict[GiftMove, int] = {"loaded": 1, "paid": -1, "loaded_back": -1, "paid_back": 1}


def gift_moves(receipt: Receipt) -> tuple[GiftCardMoved, ...]:
    """One fact for each card and what was done to it: loads first, then payments, in the order of the receipt."""
    if not any([*(line.gift_card for line in receipt.lines), *(paid.gift_card for paid in receipt.payments)]):
        return ()
    sums: dict[tuple[GiftMove, GiftCard], int] = {}
    for kind, card, amount_minor in _moves(receipt):
        sums[kind, card] = sums.get((kind, card), 0) + amount_minor
    return tuple(
        GiftCardMoved(
            account_id=card.account_id,
            card_tail=card.tail,
            kind=kind,
            amount_minor=amount_minor,
            receipt_id=receipt.receipt_id,
            number=receipt.number,
            local_date=receipt.moment.local_date,
        )
        for (kind, card), amount_minor in sums.items()
        if amount_minor > 0
    )


def gift_event_id(moved: GiftCardMoved) -> str:
    return blake2b(f"{moved.receipt_id}/{moved.kind}/{moved.account_id}".encode(), digest_size=16).hexdigest()


def added_minor(moved: GiftCardMoved) -> int:
    """What the card has more, or less, by it."""
    return _SIGNS[moved.kind] * moved.amount_minor


def gift_entry(moved: GiftCardMoved, event_id: str, at_ms: int) -> Entry:
    return Entry(event_id, 1, moved.account_id, GIFT_WALLET, moved.kind, added_minor(moved), at_ms)


def _moves(receipt: Receipt) -> Iterator[tuple[GiftMove, GiftCard, int]]:
    sale = receipt.kind == "sale"
    for line in receipt.lines:
        if line.gift_card is not None:
            yield "loaded" if sale else "loaded_back", line.gift_card, line.total_minor
    for payment in receipt.payments:
        if payment.gift_card is not None:
            yield "paid" if sale else "paid_back", payment.gift_card, payment.amount_minor
