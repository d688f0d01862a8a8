"""Members by their bank cards: one is read at the payment terminal before the receipt is paid, or to be registered.

What is known of a bank card is a hash of the token the terminal gives for it. The one that paid a member's receipt is
registered without being read again, while that receipt is on show.
"""

from collections.abc import Callable

import msgspec

from loyalty.basket import Basket
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.parts import Step, refused, say, told
from terminal.session.state import Charge, PaidCard, State, Surroundings

replace = msgspec.structs.replace


def read(state: State, command: c.ReadBankCard, around: Surroundings) -> Step:
    return _check(state, "read", around)


def register(state: State, command: c.RegisterBankCard, around: Surroundings) -> Step:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if member.blocked:
        return refused(state, "bank_card.blocked")
    return _check(state, "register", around)


def register_paid(state: State, command: c.RegisterBankCard, around: Surroundings) -> Step:
    """The card that paid the receipt on show, if it is nobody's and the receipt has a member."""
    paid = state.paid_card
    if paid is None:
        return refused(state, "not_now.done", hint="not_now.done.hint")
    return replace(state, paid_card=None), (c.KeepBankCard(paid.member, paid.token, paid.tail),)


def noted(state: State, token: str, tail: str) -> State:
    """A card has paid: it may be registered for the member once the receipt is recorded."""
    member = state.basket.member
    if member is None or member.blocked or not token:
        return state
    return replace(state, paid_card=PaidCard(member, token, tail))


def asked(before: State, step: Step) -> Step:
    """A receipt is recorded: is the card that paid it anybody's yet?"""
    done, effects = step
    paid = before.paid_card
    if paid is None or done.receipt is None or done.receipt.member_id != paid.member.member_id:
        return step
    return done, (*effects, c.AskBankCard(paid.member, paid.token, paid.tail))


def free(state: State, command: c.BankCardFree, around: Surroundings) -> Step:
    """It is offered to be registered, beside what was said of the receipt."""
    paid = PaidCard(command.member, command.token, command.tail)
    notice, hint = state.notice, sentence("bank_card.free.hint", tail=command.tail)
    if notice is None or notice.hint is not None:
        return replace(state, paid_card=paid), ()
    return say(replace(state, paid_card=paid), notice.level, notice.said, hint), ()


def kept(state: State, command: c.BankCardKept, around: Surroundings) -> Step:
    code = "bank_card.already" if command.already else "bank_card.registered"
    state = _knowing(state, lambda cards: max(cards, 1) if command.already else cards + 1)
    return told(state, "ok", code, tail=command.tail, name=command.name), (c.Signal("ok"),)


def forget(state: State, command: c.ForgetBankCards, around: Surroundings) -> Step:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if not around.charge_ref:
        return refused(state, "bank_card.no_terminal")
    return state, (c.DropBankCards(member),)


def dropped(state: State, command: c.BankCardsDropped, around: Surroundings) -> Step:
    state = _knowing(state, lambda cards: 0)
    if not command.count:
        return told(state, "info", "bank_card.none"), ()
    return told(state, "ok", "bank_card.forgotten", count=command.count), ()


def _knowing(state: State, of: Callable[[int], int]) -> State:
    """The member on the receipt with another number of bank cards, whatever is undone; `of` has it from the last."""
    return replace(state, basket=_known(state.basket, of), undo=tuple(_known(each, of) for each in state.undo))


def _known(basket: Basket, of: Callable[[int], int]) -> Basket:
    member = basket.member
    if member is None:
        return basket
    return replace(basket, member=replace(member, bank_cards=of(member.bank_cards)))


def found(state: State, command: c.BankCardRead, around: Surroundings) -> Step:
    """What was read is used for what it was read for; of a sale that is over it is nobody's."""
    charge = state.charge
    if charge is None or charge.reference != command.reference:
        return state, ()
    state = replace(state, charge=None)
    if not command.token:
        return refused(state, "bank_card.no_token")
    if charge.of == "read":
        return state, (c.FindBankCard(command.token, command.tail),)
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    return state, (c.KeepBankCard(member, command.token, command.tail),)


def _check(state: State, of: str, around: Surroundings) -> Step:
    if not around.charge_ref:
        return refused(state, "bank_card.no_terminal")
    if state.charge is not None:
        return refused(state, "charge.under_way", hint="charge.under_way.hint")
    charge = Charge(around.charge_ref, "read" if of == "read" else "register", 0)
    return replace(state, charge=charge), (c.CheckCard(charge.reference),)
