"""A member's card shown while the receipt is being paid: as long as no money is taken it still counts."""

import msgspec

from loyalty.codes import CardCode, classify
from terminal.session import commands as c
from terminal.session import gift_cards, payment, sale
from terminal.session.parts import Step, refused
from terminal.session.state import State, Surroundings


def scan(state: State, command: c.Scan, around: Surroundings) -> Step:
    """A card is looked for; of anything else a gift card alone is of use here."""
    match classify(command.text, around.programme.codes):
        case CardCode(number=number):
            return state, (c.FindMember(number, "card"),)
        case _:
            return gift_cards.scan_in_payment(state, command, around)


def found(state: State, command: c.MemberFound, around: Surroundings) -> Step:
    """The receipt is quoted anew, and so is what it comes to by kind; a gift card in hand would pay another sum. Once
    money is taken the total is the one the customer was told."""
    if state.tenders:
        return refused(state, "not_now.pay", hint="not_now.pay.hint")
    state = msgspec.structs.replace(state, gift_card=None, gift_pays_minor=0)
    known, effects = sale.member_found(state, command, around)
    return payment.quoted_again(known, around), effects
