"""What the cashier is doing with the screen itself: typing, choosing, asking. Nothing of the sale is kept here."""

from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.codes import parse_phone
from terminal.session.port import View
from terminal.session.state import State
from terminal.ui.correction_form import CorrectionForm
from terminal.ui.editor import EMPTY, Line

Asking = Literal[
    "code", "search", "quantity", "weight", "points", "return", "menu", "member", "offers", "confirm", "enrol", "help",
    "close", "mend", "exit", "unpay", "resolve", "resolve_no", "resolve_by", "register", "register_by", "cash_in",
    "cash_out", "copy", "devices", "all_cash", "all_card", "correct", "correct_sure", "receipts", "receipt", "reprint",
    "buyer"
]  # fmt: skip
"""What the command line asks for; menu, member, offers, confirm, enrol, help, devices, resolve, register and correct
also take the place of the lines; the last three do while they ask for a figure, a name or a yes too."""
AT_REGISTER: frozenset[Asking] = frozenset({"register", "register_by", "cash_in", "cash_out", "copy"})
CORRECTING: frozenset[Asking] = frozenset({"correct", "correct_sure"})
LOOKING_BACK: frozenset[Asking] = frozenset({"receipts", "receipt", "reprint"})
"""The list of receipts, one of them on show, and whether it is to be printed again."""
RESOLVING: frozenset[Asking] = frozenset({"resolve", "resolve_no", "resolve_by"})
KEPT_OVER_MODES: frozenset[Asking] = (
    RESOLVING
    | AT_REGISTER
    | CORRECTING
    | frozenset({"menu", "member", "confirm", "enrol", "help", "exit", "points", "mend", "devices"})
)


class Form(msgspec.Struct, frozen=True):
    """A new member being written down; `at` is the field in focus."""

    phone: Line = EMPTY
    name: Line = EMPTY
    processing: bool = False
    advertising: bool = False
    at: int = 0
    invited_by: Line = EMPTY


NO_FORM = Form()
NO_CORRECTION = CorrectionForm()


class Desk(msgspec.Struct, frozen=True):
    """`selected` is a line_id of the basket, a coupon below the lines (`coupon_row`), or a line_no of the return; None
    stands for the last line or the first."""

    line: Line = EMPTY
    asking: Asking = "code"
    selected: int | None = None
    choice: int = 0
    form: Form = NO_FORM
    note: str = ""
    """A word of the screen itself, as a msgid, until the next key or notice."""
    slip_open: bool = False
    scroll: int = 0
    """How far the paper is moved up, in lines."""
    given: str = ""
    """The amount last typed in payment: it stands there again where the total turned out to be another."""
    phone: str = ""
    """The phone last looked for, so that a card for it need not ask again."""
    correction: CorrectionForm = NO_CORRECTION
    document: int | None = None
    """The fiscal document the manager has named, while their own name is asked for; None: the tape has none."""
    change_minor: int = 0
    """Of the receipt before, while the next one is rung up: who scans on at once has not seen it on its own screen."""
    read: int = 0
    """The serial of a refusal that a form, a list or payment has taken the place of: it is not shown any more."""


def after(desk: Desk, old: View, new: View) -> Desk:
    """The desk under a new picture: what no longer exists is let go, what has just changed is selected."""
    was, now = old.state, new.state
    if now.notice != was.notice:
        desk = replace(desk, note="")
        if desk.asking == "enrol" and now.notice is not None:
            desk = _form_after(desk, now.notice.said.code)
        desk = _correction_after(desk, now)
        desk = _sure(_points_again(_amount_again(desk, now), now), now)
        if desk.asking == "offers" and not now.offers:
            desk = replace(desk, asking="code")
    if now.mode != was.mode:
        change_minor = was.receipt.change_minor if was.mode == "done" and was.receipt and now.mode == "sale" else 0
        desk = replace(desk, change_minor=change_minor)
        kept = desk.asking in KEPT_OVER_MODES
        desk = replace(desk, selected=None, choice=0, asking=desk.asking if kept else "code")
        desk = put_away(desk, now) if now.notice == was.notice else desk
    if now.found != was.found:
        desk = replace(desk, choice=0, asking="code" if desk.asking == "search" and now.found else desk.asking)
    if now.slip != was.slip:
        desk = replace(desk, slip_open=bool(now.slip), scroll=0)
    if now.basket is not was.basket and now.basket != was.basket:
        desk = replace(desk, selected=_touched(desk, was.basket, now.basket), slip_open=False)
    if desk.asking == "offers" and was.offers and not now.offers:
        desk = replace(desk, asking="code")
    if desk.asking in LOOKING_BACK and (
        now.basket != was.basket or (now.receipts is None and now.notice != was.notice)
    ):
        desk = replace(desk, asking="code", line=EMPTY)
    if desk.asking == "member" and now.basket.member is None:
        desk = replace(desk, asking="code")
    desk = _weighing(_resolving(desk, old, new), was, now)
    if desk.asking == "confirm" and now.confirming is None and (was.confirming or now.notice != was.notice):
        desk = replace(desk, asking="code", line=EMPTY)
    return desk


def opening(view: View) -> Desk:
    """The desk of a screen that has just begun."""
    return Desk(asking="resolve" if view.doubt else "code")


def _resolving(desk: Desk, old: View, new: View) -> Desk:
    """The Resolve screen opens by itself when a receipt comes into doubt, or a sale is refused for one that is; it
    closes when none is any more."""
    if new.doubt is None:
        return replace(desk, asking="code", line=EMPTY) if desk.asking in RESOLVING else desk
    said = new.state.notice if new.state.notice != old.state.notice else None
    refused = said is not None and said.level == "error" and said.said.code in _OF_DOUBT
    if old.doubt is None or (refused and desk.asking not in RESOLVING):
        return replace(desk, asking="resolve", choice=0, line=EMPTY)
    return desk


_OF_DOUBT = ("fiscal.doubt", "fiscal.other_memory")


def _weighing(desk: Desk, was: State, now: State) -> Desk:
    """The weight of goods that came without one is asked for at once, and again before they are paid for; it is asked
    no more once the line has it, or another line is selected."""
    here = selected_line(desk, now)
    waits = [line.line_id for line in now.basket.lines if line.unweighed]
    asked = now.notice is not None and now.notice != was.notice and now.notice.said.code == "sale.unweighed"
    if asked and waits and now.mode == "sale" and desk.asking in _GIVES_WAY:
        return replace(desk, asking="weight", selected=here if here in waits else waits[0])
    return replace(desk, asking="code", line=EMPTY) if desk.asking == "weight" and here not in waits else desk


_GIVES_WAY: frozenset[Asking] = frozenset({"code", "search", "quantity", "weight", "points", "return"})


def put_away(desk: Desk, state: State) -> Desk:
    """What was refused before belongs to the screen before."""
    notice = state.notice
    return replace(desk, read=notice.serial) if notice is not None and notice.level == "error" else desk


def _correction_after(desk: Desk, now: State) -> Desk:
    """Made, the form is done with; refused, it is there to be mended; exactly like one there is, it is asked about."""
    said = now.notice.said if now.notice is not None else None
    if said is None:
        return desk
    if said.code == "correct.done":
        back = replace(desk, correction=NO_CORRECTION)
        return replace(back, asking="register", choice=0) if desk.asking in CORRECTING else back
    if desk.asking != "correct_sure":
        return desk
    if said.code == "correct.before":
        return replace(desk, correction=replace(desk.correction, nth=int(said.args["nth"])))
    refused = now.notice is not None and now.notice.level == "error" and said.code != "register.asked"
    return replace(desk, asking="correct") if refused else desk


def _form_after(desk: Desk, said: str) -> Desk:
    """The form is done, or stands at the field that was not right."""
    if said == "member.enrolled":
        return replace(desk, asking="code", form=Form())
    return replace(desk, form=replace(desk.form, at=_MENDED_AT.get(said, desk.form.at)))


_MENDED_AT = {
    "code.phone": 0, "member.exists": 0, "member.name": 1, "member.needs_consent": 2, "member.no_inviter": 5,
}  # fmt: skip
"""code of a refusal -> the field of the form it is about."""


def _amount_again(desk: Desk, now: State) -> Desk:
    """Another total was told before the money was counted: what was typed need not be typed again."""
    told = now.notice is not None and now.notice.said.code.startswith("pay.total_")
    return replace(desk, line=Line.of(desk.given)) if told and now.mode == "pay" and not desk.line.text else desk


def _points_again(desk: Desk, now: State) -> Desk:
    """More points than may be spent: the next figure is one of points too, never a code nor an amount of cash."""
    less = now.notice is not None and now.notice.said.code == "points.less"
    return replace(desk, asking="points") if less and desk.asking == "code" and not desk.line.text else desk


def _sure(desk: Desk, now: State) -> Desk:
    """Money that would go back another way than it came: only after a yes of its own."""
    asked = _ANOTHER_WAY.get(now.notice.said.code) if now.notice is not None else None
    return replace(desk, asking=asked, line=EMPTY) if asked is not None and now.mode == "return" else desk


_ANOTHER_WAY: dict[str, Asking] = {"return.not_cash": "all_cash", "return.not_card": "all_card"}


def _touched(desk: Desk, old: Basket, new: Basket) -> int | None:
    """The coupon that is new, or the line that is or has another quantity; else the one that was selected, if it still
    stands."""
    if len(new.coupons) > len(old.coupons):
        return coupon_row(len(new.coupons) - 1)
    before = {line.line_id: line.qty_milli for line in old.lines}
    changed = [line.line_id for line in new.lines if before.get(line.line_id) != line.qty_milli]
    if changed:
        return changed[-1]
    return desk.selected if any(line.line_id == desk.selected for line in new.lines) else None


def coupon_row(place: int) -> int:
    """How the coupon at a place of the basket is told from a line: below zero."""
    return -1 - place


def rows_of(state: State) -> list[int]:
    """What can be selected on the receipt, from the top: line_ids, then coupons."""
    lines = [line.line_id for line in state.basket.lines]
    return lines + [coupon_row(place) for place in range(len(state.coupons))]


def selected_line(desk: Desk, state: State) -> int | None:
    """line_id of the selected line of the basket, or a coupon's; the last line if none was chosen; None if there are
    neither."""
    ids = rows_of(state)
    if desk.selected in ids:
        return desk.selected
    return state.basket.lines[-1].line_id if state.basket.lines else (ids[0] if ids else None)


def chosen_receipt(desk: Desk, state: State) -> str:
    """The number of the receipt chosen in the list, or on show from it; empty where neither is."""
    rows = state.receipts.rows if state.receipts is not None and desk.asking in LOOKING_BACK else ()
    return rows[min(desk.choice, len(rows) - 1)].number if rows else ""


def scanned_receipt(state: State) -> str:
    """The number of a receipt that has just been scanned where goods were meant: it need not be scanned again."""
    said = state.notice.said if state.notice else None
    return str(said.args["number"]) if said is not None and said.code == "receipt.not_goods" else ""


def taken_minor(state: State) -> int:
    """Money already taken in payment; of a gift card nothing has been taken yet."""
    taken = state.tenders if state.mode == "pay" else ()
    return sum(tender.amount_minor for tender in taken if tender.kind != "gift_card")


def selected_return(desk: Desk, state: State) -> int | None:
    """line_no of the selected line of the return, the first if none was chosen."""
    numbers = [line.line_no for line in state.returning.receipt.lines] if state.returning else []
    return desk.selected if desk.selected in numbers else (numbers[0] if numbers else None)


def new_form(desk: Desk, state: State) -> Form:
    """An empty form, with the phone that was just typed or just looked for in vain."""
    in_vain = state.notice is not None and state.notice.said.code == "member.unknown"
    phone = parse_phone(desk.line.text) or (desk.phone if in_vain else "")
    return Form(phone=Line.of(phone), at=1 if phone else 0)
