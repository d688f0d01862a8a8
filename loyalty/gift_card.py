"""A gift card as the books know it: an account of money that belongs to whoever holds the card.

Its number is as good as money, so it stays with who read it: receipts, events and the ledger have the account, which
is a hash of the number, and the last digits for people to tell cards apart.
"""

from hashlib import blake2b

import msgspec

GIFT_WALLET = "gift:minor"
"""The wallet of a card's money, in minor units. No programme can have one of that name: ids hold no colon."""
TAIL_DIGITS = 4


class GiftCard(msgspec.Struct, frozen=True):
    """`account_id` is 32 hex digits, `tail` the last four of the card's number."""

    account_id: str
    tail: str

    @property
    def masked(self) -> str:
        return f"•••• {self.tail}"


def gift_card(number: str) -> GiftCard:
    """The card of a number: the same on every till, so a card needs no list of cards."""
    account_id = blake2b(f"gift_card/{number}".encode(), digest_size=16).hexdigest()
    return GiftCard(account_id, number[-TAIL_DIGITS:])


class HeldCard(msgspec.Struct, frozen=True):
    """A card with what a till knows to be on it: by the head office's word at `as_of_ms` (0: never), and its own
    receipts since."""

    card: GiftCard
    balance_minor: int
    as_of_ms: int = 0
