"""A return by receipt number: choose what comes back, see the figures, confirm."""

import msgspec

from loyalty.errors import BadInput
from loyalty.receipt import MoneyKind, Receipt
from loyalty.returning.settled import before_of
from loyalty.returns import return_receipt, returnable
from terminal.session import commands as c
from terminal.session.parts import Step, fresh, refuse, refused, told
from terminal.session.state import ReturnDraft, State, Surroundings

replace = msgspec.structs.replace


def begin(state: State, command: c.BeginReturn, around: Surroundings) -> Step:
    if state.basket.lines:
        return refused(state, "return.finish_first")
    return state, (c.FindReceipt(command.number),)


def found(state: State, command: c.ReceiptFound, around: Surroundings) -> Step:
    if state.basket.lines:  # begun while the head office was asked
        return refused(state, "return.finish_first")
    receipt = command.receipt
    if receipt.kind == "return":
        return refused(state, "return.of_return", number=receipt.number)
    before_milli = before_of(receipt, command.returned_milli, command.parts).milli
    left = returnable(receipt, before_milli)
    if not any(left.values()):
        return refused(state, "return.all_back", number=receipt.number)
    draft = ReturnDraft(
        receipt, before_milli, left, {}, command.parts, command.programme, command.purse, command.elsewhere_known
    )
    opened = replace(fresh(state, around.store), mode="return", returning=draft)
    return told(opened, "info", "return.choose", number=receipt.number), (c.Signal("ok"),)


def set_return(state: State, command: c.SetReturn, around: Surroundings) -> Step:
    draft = _draft(state)
    left = draft.left_milli.get(command.line_no)
    if left is None:
        return refused(state, "sale.no_line")
    qty_milli = left if command.qty_milli is None else command.qty_milli
    if not 0 <= qty_milli <= left:
        return refused(state, "return.left", left_milli=left)
    return _chosen(state, {**draft.wanted_milli, command.line_no: qty_milli}, around)


def return_all(state: State, command: c.ReturnAll, around: Surroundings) -> Step:
    return _chosen(state, dict(_draft(state).left_milli), around)


def _chosen(state: State, wanted: dict[int, int], around: Surroundings) -> Step:
    draft = _draft(state)
    wanted = {line_no: qty for line_no, qty in wanted.items() if qty > 0}
    try:
        preview = _preview(draft, wanted, around) if wanted else None
    except BadInput as error:
        return refuse(state, error.said, error.hint)
    return replace(_begun_again(state), returning=replace(draft, wanted_milli=wanted, preview=preview)), ()


def _begun_again(state: State) -> State:
    """What was refused is so no more once something else is chosen."""
    if state.notice is None or not state.notice.said.code.startswith("return."):
        return state
    return told(state, "info", "return.choose", number=_draft(state).receipt.number)


def _preview(draft: ReturnDraft, wanted: dict[int, int], around: Surroundings) -> Receipt:
    return return_receipt(
        draft.receipt, draft.returned_milli, wanted, receipt_id="", number="", store=around.store, terminal="",
        cashier="", shift_id="", moment=around.moment, payment="as_paid", parts=draft.parts, programme=draft.programme,
        purse=draft.purse,
    )  # fmt: skip


def confirm(state: State, command: c.ConfirmReturn, around: Surroundings) -> Step:
    """As it was paid by the key the screen proposes; by the other one only what the cashier is sure of."""
    draft = replace(_draft(state), way="as_paid")
    if not draft.wanted_milli:
        return refused(state, "return.nothing")
    if (command.kind == "card") != (draft.to_card_minor > 0) and _money_minor(draft):
        if not command.sure:
            return _asked_whether(state, draft, command.kind)
        draft = replace(draft, way=command.kind)
    return commit(replace(state, returning=draft))


def _asked_whether(state: State, draft: ReturnDraft, kind: MoneyKind) -> Step:
    if kind == "cash":
        return told(state, "warn", "return.not_cash", card_minor=draft.to_card_minor), (c.Signal("error"),)
    return told(state, "warn", "return.not_card", cash_minor=_money_minor(draft)), (c.Signal("error"),)


def _money_minor(draft: ReturnDraft) -> int:
    """What is no gift card's."""
    return sum(each.amount_minor for each in draft.preview.payments if each.gift_card is None) if draft.preview else 0


def commit(state: State) -> Step:
    draft = _draft(state)
    effect = c.CommitReturn(
        draft.receipt,
        draft.returned_milli,
        draft.wanted_milli,
        draft.way,
        draft.parts,
        draft.programme,
        draft.purse,
        buyer=state.buyer,
    )
    return state, (effect,)


def back(state: State, command: c.Back, around: Surroundings) -> Step:
    return told(fresh(state, around.store), "info", "return.left_off"), ()


def _draft(state: State) -> ReturnDraft:
    assert state.returning is not None
    return state.returning
