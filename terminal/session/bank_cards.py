"""Members by their bank cards: one is read at the payment terminal before the receipt is paid, or to be registered.

What is known of a bank card is a hash of the token the terminal gives for it, at this till alone.
"""

import msgspec

from terminal.session import commands as c
from terminal.session.parts import Step, refused, told
from terminal.session.state import Charge, State, Surroundings

replace = msgspec.structs.replace


def read(state: State, command: c.ReadBankCard, around: Surroundings) -> Step:
    return _check(state, "read", around)


def register(state: State, command: c.RegisterBankCard, around: Surroundings) -> Step:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if member.blocked or not member.card:
        return refused(state, "bank_card.no_card")
    return _check(state, "register", around)


def forget(state: State, command: c.ForgetBankCards, around: Surroundings) -> Step:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if not around.charge_ref:
        return refused(state, "bank_card.no_terminal")
    return told(state, "ok", "bank_card.forgotten"), (c.DropBankCards(member.card),)


def found(state: State, command: c.BankCardRead, around: Surroundings) -> Step:
    """What was read is used for what it was read for; of a sale that is over it is nobody's."""
    charge = state.charge
    if charge is None or charge.reference != command.reference:
        return state, ()
    state = replace(state, charge=None)
    if not command.token:
        return refused(state, "bank_card.no_token")
    if charge.of == "read":
        if not command.card:
            return refused(state, "bank_card.unknown", hint="bank_card.unknown.hint", tail=command.tail)
        return state, (c.FindMember(command.card, "card"),)
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    kept = told(state, "ok", "bank_card.registered", tail=command.tail, name=member.name_masked or member.card)
    return kept, (c.KeepBankCard(command.token, member.card), c.Signal("ok"))


def _check(state: State, of: str, around: Surroundings) -> Step:
    if not around.charge_ref:
        return refused(state, "bank_card.no_terminal")
    if state.charge is not None:
        return refused(state, "charge.under_way", hint="charge.under_way.hint")
    charge = Charge(around.charge_ref, "read" if of == "read" else "register", 0)
    return replace(state, charge=charge), (c.CheckCard(charge.reference),)
