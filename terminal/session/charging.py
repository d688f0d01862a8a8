"""Bank cards at a payment terminal that the till works: asked before the money counts, and undone where no receipt is.

What the session does without a terminal stands in `payment` and `returning`; here a card tender of theirs becomes a
request first, and counts once the terminal has approved it. An approved card stays on the sale whatever refuses the
receipt: paying again records it without charging again, going back gives the money back.
"""

from typing import Literal

import msgspec

from loyalty.bank_card import BankSlip
from loyalty.receipt import Payment
from loyalty.sentences import sentence
from terminal.session import bank_cards, payment, returning, shift
from terminal.session import commands as c
from terminal.session.parts import Step, refuse, refused, told
from terminal.session.state import Charge, State, Surroundings

replace = msgspec.structs.replace
_WAITS = (
    c.Tender, c.Scan, c.Type, c.GiftCardFound, c.ConfirmPhone, c.SpendPoints, c.SetReturn, c.ReturnAll, c.ConfirmReturn,
)  # fmt: skip


def waiting(state: State, command: object, around: Surroundings) -> Step | None:
    """While the terminal is at work on this receipt, the receipt stays as it is; the card's key asks again in doubt."""
    charge = _of_receipt(state)
    if charge is None or charge.of == "undo":
        return None
    if isinstance(command, c.Back):
        return cancel(state, c.CancelCharge(), around)
    if charge.of in ("read", "register"):
        # The next thing the terminal is asked is whose card this is; goods are scanned meanwhile.
        begins = isinstance(command, c.Pay | c.Tender)
        return refused(state, "charge.under_way", hint="charge.under_way.hint") if begins else None
    if not isinstance(command, _WAITS):
        return None
    by_card = isinstance(command, c.Tender | c.ConfirmReturn) and command.kind == "card"
    if charge.stage != "doubt":
        return refused(state, "charge.under_way", hint="charge.under_way.hint")
    if not by_card:
        return refused(state, "charge.doubt", hint="charge.doubt.hint", amount_minor=charge.amount_minor)
    kind: Literal["sale", "refund"] = "sale" if charge.of == "sale" else "refund"
    asked = c.ChargeCard(charge.reference, kind, charge.amount_minor, again=True)
    return replace(state, charge=replace(charge, stage="asking", step="")), (asked,)


def follow(before: State, step: Step, command: object) -> Step:
    """What cards have paid and the receipt has no more goes back to them, whatever took it off; a card nobody waits for
    any more is not read. A question to the cashier about another sale stands until it is answered."""
    after, effects = step
    asked = before.charge
    if asked is not None and asked.of == "undo" and after.charge is None and not isinstance(command, c.ChargeEnded):
        after = replace(after, charge=replace(asked, behind=None))
    if asked is not None and asked.of in ("read", "register") and after.charge is None:
        answered = isinstance(command, c.BankCardRead | c.ChargeRefused)
        effects = effects if answered else (*effects, c.CancelCard(asked.reference))
    gone = tuple(each for each in _paid(before) if each not in _paid(after))
    if not gone or isinstance(command, c.Completed):
        return after, effects
    return after, (*effects, c.ReleaseCards(gone))


def tender(state: State, command: c.Tender, around: Surroundings) -> Step:
    """Money given; a card is asked for at the terminal first. With nothing due any more the receipt is tried again."""
    if state.tenders and state.due_minor == 0:
        return payment.commit(state)
    after, effects = payment.tender(state, command, around)
    last = after.tenders[-1] if len(after.tenders) > len(state.tenders) else None
    if last is None or last.kind != "card" or not around.charge_ref:
        return after, effects
    charge = Charge(around.charge_ref, "sale", last.amount_minor)
    asked = c.ChargeCard(charge.reference, "sale", charge.amount_minor)
    # What is left to pay is said once the card has paid.
    begun = replace(after, tenders=state.tenders, notice=state.notice)
    return _begun(told(begun, "info", "charge.begun", amount_minor=last.amount_minor), charge), (asked,)


def charged(state: State, command: c.CardCharged, around: Surroundings) -> Step:
    """The card has paid: it counts, unless the cashier has left it meanwhile."""
    charge = _mine(state, command.bank.reference)
    if charge is None or charge.of != "sale":
        return nobodys(state, command, around)
    state = replace(state, charge=None)
    if charge.stage == "stopping":
        return _taken_back_late(state, charge)
    state = bank_cards.noted(state, command.token, command.bank.tail)
    return payment.given(state, Payment("card", charge.amount_minor, bank=command.bank))


def completed(state: State, command: c.Completed, around: Surroundings) -> Step:
    return bank_cards.asked(state, payment.completed(state, command, around))


def back(state: State, command: c.Back, around: Surroundings) -> Step:
    """Back to the sale: what cards have paid at the terminal goes back by itself."""
    paid = [tender for tender in state.tenders if tender.bank is not None]
    if not paid or state.gift_card is not None:
        return payment.back(state, command, around)
    others = tuple(tender for tender in state.tenders if tender.bank is None)
    after, effects = payment.back(replace(state, tenders=others, paid_card=None), command, around)
    if not others:
        after = told(after, "info", "charge.taking_back", amount_minor=sum(each.amount_minor for each in paid))
    return after, effects


def failed(state: State, command: c.Failed, around: Surroundings) -> Step:
    """A card that has paid is not taken off: its receipt is tried again, or left, by the cashier."""
    if _of_receipt(state) is not None:
        return refuse(_not_begun(state), command.said, command.hint)
    if any(tender.bank is not None for tender in state.tenders):
        return refuse(state, command.said, command.hint)
    return payment.failed(state, command, around)


def confirm_return(state: State, command: c.ConfirmReturn, around: Surroundings) -> Step:
    """Money goes back to a bank card before the return is recorded."""
    after, effects = returning.confirm(state, command, around)
    if not around.charge_ref or not any(isinstance(each, c.CommitReturn) for each in effects):
        return after, effects
    amount_minor = after.returning.to_card_minor if after.returning else 0
    if amount_minor == 0:
        return after, effects
    charge = Charge(around.charge_ref, "refund", amount_minor)
    asked = c.ChargeCard(charge.reference, "refund", amount_minor, _rrn(state, amount_minor))
    return _begun(after, charge), (asked,)


def given_back(state: State, command: c.CardCharged, around: Surroundings) -> Step:
    """The money is back on the card: the return is recorded."""
    charge = _mine(state, command.bank.reference)
    if charge is None or charge.of != "refund":
        return nobodys(state, command, around)
    state = replace(state, charge=None)
    if charge.stage == "stopping":
        return _taken_back_late(state, charge)
    paid = Payment("card", charge.amount_minor, bank=command.bank)
    after, effects = returning.commit(replace(state, tenders=(paid,)))
    return after, tuple(_with_bank(effect, command.bank, charge.amount_minor) for effect in effects)


def return_failed(state: State, command: c.Failed, around: Surroundings) -> Step:
    """The return is not recorded: what was given back to a card is taken again."""
    return shift.failed(replace(_not_begun(state), tenders=()), command, around)


def asks(state: State, command: c.ChargeAsks, around: Surroundings) -> Step:
    """The terminal, or a person in its place, waits for something."""
    charge = _mine(state, command.reference)
    if charge is not None:
        return replace(state, charge=replace(charge, step=command.step, code=command.code)), ()
    if command.of != "undo":
        return state, ()
    behind = _of_receipt(state)
    asked = Charge(command.reference, "undo", command.amount_minor, command.step, code=command.code, behind=behind)
    return replace(state, charge=asked), (c.Signal("ok"),)


def refused_by(state: State, command: c.ChargeRefused, around: Surroundings) -> Step:
    if _mine(state, command.reference) is None:
        return state, ()
    return refuse(replace(state, charge=None), command.said, command.hint)


def in_doubt(state: State, command: c.ChargeInDoubt, around: Surroundings) -> Step:
    """Asked again by the cashier; one that was to be left is left, and undone as soon as the terminal answers."""
    charge = _mine(state, command.reference)
    if charge is None:
        return state, (c.ReleaseCards((command.reference,)),)
    doubt = replace(charge, stage="doubt", step="")
    if charge.stage == "stopping":
        return cancel(replace(state, charge=doubt), c.CancelCharge(), around)
    said = sentence("charge.doubt", amount_minor=charge.amount_minor)
    return refuse(replace(state, charge=doubt), said, sentence("charge.doubt.hint"))


def ended(state: State, command: c.ChargeEnded, around: Surroundings) -> Step:
    charge = _mine(state, command.reference)
    return (replace(state, charge=charge.behind) if charge is not None else state), ()


def cancel(state: State, command: c.CancelCharge, around: Surroundings) -> Step:
    """Esc at the terminal: it is told to stop. What nobody knows the end of is left to be undone."""
    charge = state.charge
    if charge is None:
        return refused(state, "charge.none")
    if charge.stage == "doubt":
        left = told(replace(state, charge=None), "warn", "charge.left", amount_minor=charge.amount_minor)
        return left, (c.ReleaseCards((charge.reference,)),)
    stopping = replace(state, charge=replace(charge, stage="stopping"))
    return (stopping if charge.of != "undo" else state), (c.CancelCard(charge.reference),)


def enter(state: State, command: c.EnterSlip, around: Surroundings) -> Step:
    """What was typed goes to the terminal, which says what it makes of it."""
    if state.charge is None:
        return refused(state, "charge.none")
    return state, (c.AnswerTerminal(command.text),)


def nobodys(state: State, command: c.CardCharged, around: Surroundings) -> Step:
    """Its receipt is gone: so is the payment."""
    return state, (c.ReleaseCards((command.bank.reference,)),)


def _taken_back_late(state: State, charge: Charge) -> Step:
    released = c.ReleaseCards((charge.reference,))
    return told(state, "warn", "charge.too_late", amount_minor=charge.amount_minor), (released,)


def _of_receipt(state: State) -> Charge | None:
    charge = state.charge
    return charge.behind if charge is not None and charge.of == "undo" else charge


def _begun(state: State, charge: Charge) -> State:
    """The cashier answers first what is asked about another receipt."""
    asked = state.charge
    return replace(state, charge=replace(asked, behind=charge) if asked is not None else charge)


def _not_begun(state: State) -> State:
    asked = state.charge
    return replace(state, charge=replace(asked, behind=None) if asked is not None and asked.of == "undo" else None)


def _mine(state: State, reference: str) -> Charge | None:
    charge = state.charge
    return charge if charge is not None and charge.reference == reference else None


def _paid(state: State) -> tuple[str, ...]:
    return tuple(each.bank.reference for each in state.tenders if each.bank is not None)


def _rrn(state: State, amount_minor: int) -> str:
    """The bank's number of the payment the money goes back of, where one payment was so large."""
    paid = state.returning.receipt.payments if state.returning else ()
    found = (each.bank.rrn for each in paid if each.bank is not None and each.amount_minor >= amount_minor)
    return next(found, "")


def _with_bank(effect: c.Effect, bank: BankSlip, bank_minor: int) -> c.Effect:
    return replace(effect, bank=bank, bank_minor=bank_minor) if isinstance(effect, c.CommitReturn) else effect
