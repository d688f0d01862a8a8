"""Gift cards on the receipt: scanned, put on the line that sells one, taken in hand to pay."""

import msgspec

from loyalty.codes import GiftCardCode, classify
from loyalty.gift_card import GiftCard, HeldCard
from loyalty.gift_pay import paid_by_gift_minor, payable_minor, spendable
from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c
from terminal.session.parts import Step, changed, refuse, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


def found_in_sale(state: State, command: c.GiftCardFound, around: Surroundings) -> Step:
    """The card is for the first line that sells one and has none yet; else the cashier only asks what is on it."""
    held, lines = command.held, state.basket.lines
    line = next((each for each in lines if each.product.gift_card and each.gift_card is None), None)
    if line is None:
        return _told_balance(state, held)
    if held.card in [each.gift_card for each in lines]:
        return refused(state, "gift_card.twice", card=held.card.masked)
    given = tuple(replace(each, gift_card=held.card) if each is line else each for each in lines)
    state = changed(state, replace(state.basket, lines=given), around)
    said = told(state, "ok", "gift_card.to_load", card=held.card.masked, amount_minor=line.price_minor)
    return said, (c.Signal("ok"),)


def _told_balance(state: State, held: HeldCard) -> Step:
    said = told(state, "info", "gift_card.balance", card=held.card.masked, balance_minor=held.balance_minor)
    return said, (c.Signal("ok"),)


def scan_in_payment(state: State, command: c.Scan | c.Type, around: Surroundings) -> Step:
    """While paying, a gift card is the only code there is something to do with."""
    match classify(command.text, around.programme.codes):
        case GiftCardCode(number=number):
            return state, (c.FindGiftCard(number),)
        case _:
            return refused(state, "not_now.pay", hint="not_now.pay.hint")


def found_in_payment(state: State, command: c.GiftCardFound, around: Surroundings) -> Step:
    """Show what is on the card and what it would pay; the cashier confirms."""
    held = command.held
    if held.card in _used(state):
        return refused(state, "gift_card.twice", card=held.card.masked)
    may_minor, limit = may_pay(state, held, around)
    if not may_minor:
        return refuse(state, limit or sentence("gift_card.cannot_buy"))
    in_hand = replace(state, gift_card=held, gift_pays_minor=may_minor)
    said = sentence("gift_card.in_hand", card=held.card.masked, balance_minor=held.balance_minor, pay_minor=may_minor)
    return say(in_hand, "info", said, limit or sentence("gift_card.in_hand.hint")), (c.Signal("ok"),)


def may_pay(state: State, held: HeldCard, around: Surroundings) -> tuple[int, Sentence | None]:
    """What the card can pay of what is due, and what limits the card itself."""
    assert state.quote is not None
    may = spendable(held, around.programme.gift_cards, around.standing.online, around.moment.at_ms)
    goods_minor = payable_minor(state.basket, state.quote) - paid_by_gift_minor(state.tenders)
    return max(0, min(may.amount_minor, state.due_minor, goods_minor)), may.limit


def _used(state: State) -> list[GiftCard | None]:
    paying = [tender.gift_card for tender in state.tenders]
    return [*paying, *(line.gift_card for line in state.basket.lines)]
