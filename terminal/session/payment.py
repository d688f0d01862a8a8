"""Payment: money given until nothing is due, then one commit; and what stands after it."""

import msgspec

from loyalty.basket import PaidBy
from loyalty.errors import BadInput
from loyalty.gift_pay import how_paid, loaded_cards
from loyalty.money import MAX_MINOR
from loyalty.receipt import Payment, PaymentKind, Receipt
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.gift_cards import may_pay
from terminal.session.parts import Step, fresh, refuse, refused, requoted, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


def pay(state: State, command: c.Pay, around: Surroundings) -> Step:
    """Quote once more at this moment, so that what is paid is what holds now."""
    state = _paid_by(state, "", around)
    if state.quote is None or not state.basket.lines:
        return refused(state, "sale.empty")
    unweighed = next((line for line in state.basket.lines if line.unweighed), None)
    if unweighed is not None:
        return refused(state, "sale.unweighed", hint="sale.unweighed.hint", name=unweighed.product.name)
    try:
        loaded_cards(state.basket)
    except BadInput as error:
        return refuse(state, error.said)
    paying = replace(state, mode="pay", tenders=(), found=(), offers=None, gift_card=None)
    if paying.due_minor == 0:
        return commit(paying)
    paying = replace(paying, totals=_totals(paying, around))
    if state.quote.granted.choices:
        return told(paying, "warn", "offer.unchosen", hint="offer.unchosen.hint"), ()
    return paying, ()


def quoted_again(state: State, around: Surroundings) -> State:
    """In payment, before any money: the receipt and its totals by kind, as they are now."""
    paying = _paid_by(state, "", around)
    return replace(paying, totals=_totals(paying, around))


def tender(state: State, command: c.Tender, around: Surroundings) -> Step:
    """Money given. A campaign may hold for one kind of payment: the receipt is quoted for the kinds there are now, and
    where that changes the total, the new one is told first and no money is counted."""
    if command.kind == "gift_card" and state.gift_card is None:
        return refused(state, "gift_card.scan_first")
    total_minor = state.total_minor
    kinded = _with_kind(state, command.kind, around)
    if kinded.total_minor != total_minor:
        return _told_total(state, kinded, total_minor)
    state, due = kinded, kinded.due_minor
    if due == 0:
        return commit(state)
    if command.kind == "gift_card":
        return _from_gift_card(state, command.amount_minor, around)
    amount = due if command.amount_minor is None else command.amount_minor
    if amount <= 0:
        return refused(state, "pay.amount")
    if command.kind == "card" and amount > due:
        return refused(state, "pay.card_over", due_minor=due)
    if amount > MAX_MINOR or (command.kind == "cash" and amount > due + 100_000_00):
        return refused(state, "pay.cash_over")
    return given(state, Payment(command.kind, amount))


def _from_gift_card(state: State, wanted_minor: int | None, around: Surroundings) -> Step:
    """As much as was asked, or as the card may pay."""
    held = state.gift_card
    assert held is not None
    may_minor, limit = may_pay(state, held, around)
    if may_minor == 0:
        return refuse(state, limit or sentence("gift_card.cannot_buy"))
    amount = may_minor if wanted_minor is None else wanted_minor
    if amount <= 0:
        return refused(state, "pay.amount")
    if amount > may_minor:
        return refused(state, "gift_card.pays", card=held.card.masked, pay_minor=may_minor)
    return given(state, Payment("gift_card", amount, held.card, held.balance_minor - amount))


def given(state: State, payment: Payment) -> Step:
    state = replace(state, tenders=(*state.tenders, payment), gift_card=None)
    if state.due_minor > 0:
        return told(state, "info", "pay.left", due_minor=state.due_minor), ()
    return commit(state)


def _with_kind(state: State, kind: PaymentKind, around: Surroundings) -> State:
    """The receipt quoted as paid with this kind beside the money already given."""
    payment, beside = how_paid((*(tender.kind for tender in state.tenders), kind))
    return _paid_by(state, payment, around, beside)


def _paid_by(state: State, payment: PaidBy, around: Surroundings, beside_gift_card: bool = False) -> State:
    basket = replace(state.basket, payment=payment, beside_gift_card=beside_gift_card)
    return requoted(replace(state, basket=basket), around)


def _told_total(before: State, after: State, total_minor: int) -> Step:
    """Another kind of payment, another total; never one that is below the money already given."""
    if after.due_minor < 0 or (after.due_minor == 0 and after.tenders):
        return refused(before, "pay.other_kind", total_minor=after.total_minor)
    code = f"pay.total_{after.basket.payment}"
    said = told(after, "warn", code, hint="pay.total.hint", total_minor=after.total_minor, was_minor=total_minor)
    return said, ()


def _totals(state: State, around: Surroundings) -> dict[PaymentKind, int]:
    """What the receipt comes to paid in one kind alone; empty where no kind makes a difference."""
    kinds: tuple[PaymentKind, ...] = ("cash", "card")
    totals = {kind: _paid_by(state, kind, around).total_minor for kind in kinds}
    return totals if set(totals.values()) != {state.total_minor} else {}


def commit(state: State) -> Step:
    assert state.quote is not None
    return state, (c.CommitSale(state.basket, state.quote, state.tenders, buyer=state.buyer),)


def back(state: State, command: c.Back, around: Surroundings) -> Step:
    """The gift card in hand is put away, and no more. Then back to the sale; money already taken is named by its kind,
    so that it goes back the way it came; of a gift card nothing has been taken yet."""
    if state.gift_card is not None:
        return told(replace(state, gift_card=None), "info", "gift_card.put_away"), ()
    cash, card = (_taken(state, "cash"), _taken(state, "card"))
    state = _paid_by(replace(state, mode="sale", tenders=(), totals={}), "", around)
    if cash and card:
        return told(state, "warn", "pay.returned_mixed", cash_minor=cash, card_minor=card), ()
    if card:
        return told(state, "warn", "pay.returned_card", card_minor=card), ()
    return (told(state, "warn", "pay.returned_cash", cash_minor=cash) if cash else state), ()


def _taken(state: State, kind: PaymentKind) -> int:
    return sum(tender.amount_minor for tender in state.tenders if tender.kind == kind)


def failed(state: State, command: c.Failed, around: Surroundings) -> Step:
    """The sale was not recorded: nothing is lost, the last tender is taken back, the cashier may try again. While money
    is still due it was something else that failed, and what has been given stays."""
    tenders = state.tenders if state.due_minor > 0 else state.tenders[:-1]
    return refuse(replace(state, tenders=tenders), command.said, command.hint)


def _told_return(done: State, receipt: Receipt) -> State:
    """What goes to which card, and what is to be handed over."""
    kinds: tuple[PaymentKind, ...] = ("gift_card", "card", "cash")
    gift_minor, card_minor, cash_minor = (_paid_minor(receipt, kind) for kind in kinds)
    number = receipt.number
    if gift_minor and card_minor and not cash_minor:
        return told(done, "ok", "done.return_gift_card", number=number, gift_minor=gift_minor, card_minor=card_minor)
    if gift_minor and not cash_minor:
        return told(done, "ok", "done.return_all_gift", number=number, gift_minor=gift_minor)
    if gift_minor and card_minor:
        return told(
            done, "ok", "done.return_cards", number=number,
            gift_minor=gift_minor, card_minor=card_minor, cash_minor=cash_minor,
        )  # fmt: skip
    if gift_minor:
        return told(done, "ok", "done.return_gift", number=number, total_minor=cash_minor, gift_minor=gift_minor)
    if card_minor and cash_minor:
        return told(done, "ok", "done.return_both", number=number, card_minor=card_minor, cash_minor=cash_minor)
    if card_minor:
        at_bank = any(each.bank is not None for each in receipt.payments)
        code = "done.return_card" if at_bank else "done.return_to_card"
        return told(done, "ok", code, number=number, amount_minor=card_minor)
    return told(done, "ok", "done.return", number=number, total_minor=cash_minor)


def _paid_minor(receipt: Receipt, kind: PaymentKind) -> int:
    return sum(each.amount_minor for each in receipt.payments if each.kind == kind)


def completed(state: State, command: c.Completed, around: Surroundings) -> Step:
    receipt = command.receipt
    done = replace(
        fresh(replace(state, shift=command.shift), around.store), mode="done", receipt=receipt, slip=command.slip
    )
    if receipt.kind == "return":
        said = _told_return(done, receipt)
    elif receipt.change_minor:
        said = told(done, "ok", "done.sale", number=receipt.number, change_minor=receipt.change_minor)
    else:
        said = told(done, "ok", "done.sale_exact", number=receipt.number)
    return said, (c.Signal("ok"),)
