"""Gift cards at the till: what is on a card, and whether a receipt may still take it when it is recorded.

A till knows what the head office said at the last pull and what it has sold itself since; the screen and the clients
of the agent use the same cards, so it is asked again when the receipt is recorded, on the till's own thread.
"""

from __future__ import annotations

from loyalty.errors import NotNow
from loyalty.gift_card import GIFT_WALLET, GiftCard, HeldCard
from loyalty.gift_pay import spendable
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence
from terminal.offline_queue.store import Store
from terminal.session import Surroundings


def held_card(files: Store, card: GiftCard) -> HeldCard:
    """A card nobody has loaded yet has nothing on it."""
    held = files.cache.account(card.account_id)
    own = files.journal.overlay(card.account_id, held.applied).wallets
    balance_minor = held.balance.wallets.get(GIFT_WALLET, 0) + own.get(GIFT_WALLET, 0)
    return HeldCard(card, balance_minor, held.as_of_ms)


def refuse_overdraft(files: Store, payments: tuple[Payment, ...], around: Surroundings) -> None:
    """Raises NotNow where a gift card has less than it is to pay, or may not pay so much now."""
    for payment in payments:
        if payment.gift_card is None:
            continue
        if around.standing.earn_only:
            raise NotNow(sentence("redeem.earn_only"))
        held = held_card(files, payment.gift_card)
        may = spendable(held, around.programme.gift_cards, around.standing.online, around.moment.at_ms)
        if payment.amount_minor > may.amount_minor:
            card = payment.gift_card.masked
            raise NotNow(may.limit or sentence("gift_card.less", card=card, left_minor=may.amount_minor))


def refuse_used(files: Store, sale: Receipt, wanted_milli: dict[int, int], around: Surroundings) -> None:
    """Raises NotNow for the return of a gift card whose money is not all on it, or not known to be."""
    rule, at_ms = around.programme.gift_cards, around.moment.at_ms
    for line in sale.lines:
        if line.gift_card is None or not wanted_milli.get(line.line_no):
            continue
        held = held_card(files, line.gift_card)
        if not rule.is_fresh(held.as_of_ms, around.standing.online, at_ms):
            raise NotNow(sentence("gift_card.return_unknown", card=line.gift_card.masked))
        if held.balance_minor < line.total_minor:
            card, loaded_minor = line.gift_card.masked, line.total_minor
            said = sentence(
                "gift_card.return_used", card=card, loaded_minor=loaded_minor, left_minor=held.balance_minor
            )
            raise NotNow(said)
